/** What the listener is recommended, and why. */

import type { Item, Recommendations } from "../api/service.ts";
import { formatNumber } from "./words.ts";

export const FIRST_SHOWN = 20;

export function RecommendationList(props: {
  recommendations: Recommendations;
  verified: boolean;
  all: boolean;
  onShowAll: () => void;
}) {
  const { items, fallback, fallback_reason } = props.recommendations;
  if (items.length === 0) return <p class="quiet">There is nothing to recommend yet.</p>;
  const best = Math.max(1, ...items.map(({ score }) => score ?? 0));
  return (
    <>
      {fallback && (
        <p class="callout">
          Popular tracks, because {fallback_reason ?? "this epoch has no list for this listener"}. Nothing is
          committed about them.
        </p>
      )}
      <ol class="recommendations" data-verified={props.verified}>
        {items.map((item) => (
          <Recommendation key={item.track_id} item={item} best={best} />
        ))}
      </ol>
      {items.some((item) => item.generated) && <p class="quiet footnote">∗ {MADE_UP}</p>}
      {!props.all && items.length >= FIRST_SHOWN && !fallback && (
        <button type="button" class="button" onClick={props.onShowAll}>
          Show the whole list
        </button>
      )}
    </>
  );
}

const MADE_UP = "Some plays of this track were made up for the demonstration.";

function Recommendation({ item, best }: { item: Item; best: number }) {
  const { rank, title, artist, score, why, generated } = item;
  return (
    <li class="recommendation">
      <span class="recommendation-rank">{rank}</span>
      <div class="recommendation-text">
        <p class="recommendation-title">
          {title}
          {artist !== null && artist !== title && <span class="quiet"> by {artist}</span>}
          {generated && (
            <abbr class="made-up" title={MADE_UP}>
              ∗
            </abbr>
          )}
        </p>
        {why.length > 0 && (
          <p class="recommendation-why">
            because of{" "}
            {why.map((reason, i) => (
              <span key={reason.track_id}>
                {i > 0 && ", "}
                {reason.title}{" "}
                <span class="similarity" title="Cosine of the two vectors">
                  {reason.similarity.toFixed(2)}
                </span>
              </span>
            ))}
          </p>
        )}
      </div>
      {score !== null && (
        <span class="recommendation-score" title="Product of the listener's vector and the track's vector">
          {formatNumber(score)}
          <span class="bar-track" aria-hidden="true">
            <span class="bar-fill" style={{ "--share": String(Math.max(0, score) / best) }} />
          </span>
        </span>
      )}
    </li>
  );
}
