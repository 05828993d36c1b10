/** The checks, one line each, and what they add up to. */

import { useEffect, useState } from "preact/hooks";
import type { Trust } from "../trust.ts";
import { CHECKS, type CheckLine } from "../verify/sequence.ts";
import { TrustSettings } from "./TrustSettings.tsx";
import type { Verdict, Verification } from "./verification.ts";

const HEADLINES: Record<Verdict["kind"], string> = {
  none: "Nothing to verify",
  running: "Checking…",
  ok: "Verified in this browser",
  failed: "Do not trust this list",
  pending: "Not final yet",
  blocked: "Could not be checked",
};
const SIGNS: Record<CheckLine["state"], [string, string]> = {
  waiting: ["·", "waiting"],
  running: ["◌", "running"],
  ok: ["✓", "holds"],
  failed: ["✕", "false"],
  blocked: ["!", "could not be checked"],
};
const WAITING: CheckLine = { state: "waiting", sentence: "" };
const WIDE = "(min-width: 62rem)";

export function VerificationPanel(props: {
  verification: Verification;
  trust: Trust | null;
  onTrust: (trust: Trust | null) => void;
}) {
  const { lines, verdict, again } = props.verification;
  const done = CHECKS.filter(([id]) => lines[id]?.state === "ok").length;
  return (
    <section
      class="verification"
      data-verdict={verdict.kind}
      data-fault={verdict.first}
      aria-labelledby="verdict"
    >
      <div class="verdict">
        <Seal kind={verdict.kind} share={done / CHECKS.length} />
        <div role="status">
          <h2 id="verdict" class="verdict-headline">
            {HEADLINES[verdict.kind]}
          </h2>
          <p class="verdict-sentence">{verdict.sentence}</p>
        </div>
      </div>
      {verdict.kind !== "none" && <CheckList lines={lines} verdict={verdict} />}
      {(verdict.kind === "failed" || verdict.kind === "blocked") && (
        <button type="button" class="button" onClick={again}>
          Check again
        </button>
      )}
      {props.trust !== null && <TrustSettings trust={props.trust} onTrust={props.onTrust} />}
    </section>
  );
}

function CheckList({ lines, verdict }: { lines: Verification["lines"]; verdict: Verdict }) {
  const [open, setOpen] = useState(() => matchMedia(WIDE).matches);
  const bad = verdict.kind === "failed" || verdict.kind === "blocked";
  useEffect(() => {
    if (bad) setOpen(true);
  }, [bad]);
  return (
    <details class="checks" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>What is checked</summary>
      <ol class="check-list">
        {CHECKS.map(([id, title]) => (
          <Check key={id} id={id} title={title} line={lines[id] ?? WAITING} />
        ))}
      </ol>
    </details>
  );
}

function Check({ id, title, line }: { id: string; title: string; line: CheckLine }) {
  const [sign, word] = SIGNS[line.state];
  return (
    <li class="check" data-check={id} data-state={line.state}>
      <span class="check-sign" aria-hidden="true">
        {sign}
      </span>
      <div>
        <p class="check-title">
          {title}
          <span class="visually-hidden">: {word}</span>
        </p>
        {line.sentence !== "" && <p class="check-sentence">{line.sentence}</p>}
        {line.state === "running" && line.progress !== undefined && (
          <progress class="check-progress" max={1} value={line.progress} aria-label={title} />
        )}
      </div>
    </li>
  );
}

const MARKS: Record<Verdict["kind"], string> = {
  none: "M14 20h12",
  running: "M20 13v7l4 3",
  ok: "M13 20.5l5 5 9.5-11",
  failed: "M14 14l12 12M26 14L14 26",
  pending: "M20 13v7l4 3",
  blocked: "M20 12v10M20 26.5v.5",
};

/** A ring that closes as checks hold, and the verdict's mark inside. */
function Seal({ kind, share }: { kind: Verdict["kind"]; share: number }) {
  return (
    <svg class="seal" viewBox="0 0 40 40" width="56" height="56" aria-hidden="true">
      <circle class="seal-rest" cx="20" cy="20" r="17" />
      <circle class="seal-done" cx="20" cy="20" r="17" pathLength="1" stroke-dasharray={`${share} 1`} />
      <path class="seal-mark" d={MARKS[kind]} />
    </svg>
  );
}
