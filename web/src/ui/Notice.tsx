/** What stands where something is loading, empty or failed. */

import type { ComponentChildren } from "preact";
import type { Fetched } from "./fetched.ts";

/** A few grey bars in the place of `lines` lines. */
export function Loading({ lines, label }: { lines: number; label: string }) {
  return (
    <div class="loading" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class="loading-line" />
      ))}
    </div>
  );
}

/** The value, or what stands in its place. */
export function Shown<T>(props: {
  fetched: Fetched<T>;
  lines: number;
  label: string;
  retry: () => void;
  children: (value: T) => ComponentChildren;
}) {
  const { fetched } = props;
  if (fetched.state === "loading") return <Loading lines={props.lines} label={props.label} />;
  if (fetched.state === "there") return <>{props.children(fetched.value)}</>;
  return (
    <div class="problem" role="alert">
      <p>{fetched.reason}</p>
      <button type="button" class="button" onClick={props.retry}>
        Try again
      </button>
    </div>
  );
}
