/** A listener's artists by plays, as bars. */

import type { Listener } from "../api/service.ts";
import { formatNumber } from "./words.ts";

const SHOWN = 8;

export function TopArtists({ listener }: { listener: Listener }) {
  const top = listener.top.slice(0, SHOWN);
  const most = Math.max(1, ...top.map(({ plays }) => plays));
  if (top.length === 0) return <p class="quiet">Nothing heard yet.</p>;
  return (
    <ol class="bars">
      {top.map(({ track_id, title, artist, plays }) => (
        <li key={track_id} class="bar">
          <span class="bar-name">
            {title}
            {artist !== null && artist !== title && <span class="quiet"> by {artist}</span>}
          </span>
          <span class="bar-value">{formatNumber(plays)}</span>
          <span class="bar-track" aria-hidden="true">
            <span class="bar-fill" style={{ "--share": String(plays / most) }} />
          </span>
        </li>
      ))}
    </ol>
  );
}
