/** All epochs side by side, and what became of a false one. */

import type { Challenge, EpochSummary } from "../api/service.ts";
import { describeChallenge } from "../history.ts";

const STEP = 92;
const [HEIGHT, MIDDLE, RADIUS] = [96, 40, 15];

export function EpochLine(props: { epochs: readonly EpochSummary[]; challenges: readonly Challenge[] }) {
  const epochs = [...props.epochs].sort((a, b) => a.epoch - b.epoch);
  if (epochs.length === 0) return <p class="quiet">No epoch was committed yet.</p>;
  const served = epochs.find((epoch) => epoch.served);
  return (
    <>
      <svg
        class="epoch-line"
        viewBox={`0 0 ${epochs.length * STEP} ${HEIGHT}`}
        style={{ maxWidth: `${epochs.length * STEP}px` }}
        role="img"
        aria-label={epochs.map((epoch) => `epoch ${epoch.epoch} is ${epoch.state}`).join(", ")}
      >
        <line x1={STEP / 2} x2={(epochs.length - 0.5) * STEP} y1={MIDDLE} y2={MIDDLE} class="epoch-rule" />
        {epochs.map((epoch, i) => (
          <g
            key={epoch.epoch}
            transform={`translate(${(i + 0.5) * STEP} ${MIDDLE})`}
            data-state={epoch.state}
          >
            <circle r={RADIUS} class="epoch-dot" />
            {epoch.served && <circle r={RADIUS + 5} class="epoch-ring" />}
            <text class="epoch-number" y="5">
              {epoch.epoch}
            </text>
            <text class="epoch-state" y="44">
              {epoch.state}
            </text>
          </g>
        ))}
      </svg>
      {served !== undefined && (
        <p>
          Epoch {served.epoch} is served. What is final stays in force, whatever becomes of a later epoch.
        </p>
      )}
      <ul class="events">
        {props.challenges.map((challenge) => (
          <li key={challenge.challenge_id} class="event" data-challenge={challenge.kind}>
            {describeChallenge(challenge, epochs)}
          </li>
        ))}
      </ul>
    </>
  );
}
