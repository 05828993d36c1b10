/**
 * The state of the verification of what is on the page.
 *
 * Owns when a run starts, stops and starts again. Refuses to judge: src/verify does.
 */

import { useEffect, useState } from "preact/hooks";
import type { Recommendations } from "../api/service.ts";
import { buildSources, forgetBundles } from "../sources.ts";
import type { Trust } from "../trust.ts";
import { CHECKS, type CheckId, type CheckLine, runChecks } from "../verify/sequence.ts";

export type Lines = Readonly<Partial<Record<CheckId, CheckLine>>>;

/** `none`: there is nothing to check, for the reason given. */
export interface Verdict {
  readonly kind: "none" | "running" | "ok" | "failed" | "pending" | "blocked";
  readonly sentence: string;
  readonly first: CheckId | null;
}

export interface Verification {
  readonly lines: Lines;
  readonly verdict: Verdict;
  readonly seconds: number | null;
  readonly again: () => void;
}

interface Progress {
  readonly lines: Lines;
  readonly seconds: number | null;
}

const NOTHING: Progress = { lines: {}, seconds: null };
const PENDING_RETRY_MS = 3000;

/** Verify an answer against what is trusted, anew whenever one of them changes. */
export function useVerification(answer: Recommendations | null, trust: Trust | null): Verification {
  const [run, setRun] = useState<{ of: unknown; progress: Progress }>({ of: null, progress: NOTHING });
  const [attempt, setAttempt] = useState(0);
  const unprovable = findUnprovable(answer);
  useEffect(() => {
    if (answer === null || trust === null || unprovable !== null) return;
    return startRun(answer, trust, (progress) => setRun({ of: answer, progress }));
  }, [answer, trust, attempt]);
  // Lines of another answer are never shown beside this one.
  const progress = run.of === answer ? run.progress : NOTHING;
  const verdict = unprovable ?? judge(progress);
  useEffect(() => {
    if (verdict.kind !== "pending") return;
    const timer = setTimeout(() => setAttempt((before) => before + 1), PENDING_RETRY_MS);
    return () => clearTimeout(timer);
  }, [verdict.kind, progress.seconds]);
  const again = () => {
    forgetBundles();
    setAttempt((before) => before + 1);
  };
  return { lines: progress.lines, verdict, seconds: progress.seconds, again };
}

function startRun(
  answer: Recommendations,
  trust: Trust,
  onProgress: (progress: Progress) => void,
): () => void {
  const { opening, epoch } = answer;
  if (opening === null || epoch.epoch === null) return () => undefined;
  let stopped = false;
  let lines: Lines = {};
  const started = performance.now();
  const show = (seconds: number | null) => {
    if (!stopped) onProgress({ lines, seconds });
  };
  show(null);
  const doubted = { ...answer, opening, epoch: { ...epoch, epoch: epoch.epoch } };
  const done = runChecks(doubted, buildSources(trust, epoch.epoch), (id, line) => {
    lines = { ...lines, [id]: line };
    show(null);
  });
  void done.then(() => show((performance.now() - started) / 1000));
  return () => (stopped = true);
}

function findUnprovable(answer: Recommendations | null): Verdict | null {
  const none = (sentence: string): Verdict => ({ kind: "none", sentence, first: null });
  if (answer === null) return none("Pick a listener, and everything shown is checked here.");
  if (answer.epoch.epoch === null)
    return none("No epoch is final yet, so there is nothing to hold this list against.");
  if (answer.fallback)
    return none("These are popular tracks: the epoch commits to no list for this listener.");
  if (answer.opening === null)
    return none("This listener keeps its list private; only it can see what proves it.");
  return null;
}

/** Green only when every line is. */
function judge({ lines, seconds }: Progress): Verdict {
  for (const [id] of CHECKS) {
    const line = lines[id];
    if (line?.state === "blocked") return { kind: "blocked", sentence: line.sentence, first: id };
    if (line?.state !== "failed") continue;
    const pending = line.fault?.code === "not_final" && line.sentence.includes("pending");
    return { kind: pending ? "pending" : "failed", sentence: line.sentence, first: id };
  }
  const ok = CHECKS.filter(([id]) => lines[id]?.state === "ok").length;
  if (ok === CHECKS.length && seconds !== null)
    return { kind: "ok", sentence: `All ${ok} checks hold, in ${seconds.toFixed(1)} s.`, first: null };
  return { kind: "running", sentence: `${ok} of ${CHECKS.length} checks hold so far.`, first: null };
}
