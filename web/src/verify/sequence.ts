/**
 * The checks of one answer, in the order in which a person would doubt it.
 *
 * Owns which check runs when, and what each line says. Refuses to know how files, hashes and chain are reached: it
 * is handed `Sources`.
 */

import {
  type AnsweredEpoch,
  findAnswerFault,
  findReasonFault,
  findShownFault,
  type ShownItem,
} from "./answer.ts";
import { type Committed, hashCommitted, MalformedEvent } from "./commitment.ts";
import { type Fault, fault } from "./fault.ts";
import {
  findExcludedFault,
  findLengthFault,
  findOmissionFault,
  findOrderFault,
  findScoreFault,
} from "./list.ts";
import { findLeafFault } from "./membership.ts";
import {
  type EpochShape,
  findFormFault,
  type ListenerList,
  listOf,
  type Opening,
  type OpeningJson,
  parseOpening,
} from "./opening.ts";
import type { Place } from "./leaf.ts";
import type { OnProgress, Recomputed } from "./roots.ts";
import { type Bundle, findListenerFault, findTrackFault, MalformedBundle, parseBundle } from "./table.ts";

export const CHECKS = [
  ["chain", "The chain is the one you trust"],
  ["commitment", "The commitment is on the chain"],
  ["final", "The epoch is final"],
  ["answer", "The service names the same roots"],
  ["bundle", "The bundle is the committed one"],
  ["tracks", "All track vectors are committed"],
  ["listeners", "All listeners are committed"],
  ["form", "The opening has the right form"],
  ["scores", "Every score is the product of the vectors"],
  ["order", "The list is in order"],
  ["excluded", "Nothing excluded is listed"],
  ["omission", "No track was left out"],
  ["leaf", "The list is this listener's leaf"],
  ["shown", "The page shows this list"],
  ["reasons", "The reasons follow from the vectors"],
] as const;
export type CheckId = (typeof CHECKS)[number][0];

/** Where one line stands. `blocked`: could not be checked, which is not the same as false. */
export interface CheckLine {
  readonly state: "waiting" | "running" | "ok" | "failed" | "blocked";
  readonly sentence: string;
  /** 0 to 1 while running, where known. */
  readonly progress?: number;
  readonly fault?: Fault;
}

/** The answer that is doubted. */
export interface DoubtedAnswer {
  readonly address: string;
  readonly epoch: AnsweredEpoch;
  readonly items: readonly ShownItem[];
  readonly opening: OpeningJson;
}

/** How the checks reach what they compare with. Errors of these become `blocked` lines. */
export interface Sources {
  readonly trusted: { readonly chainId: number; readonly contract: string };
  readonly fetchChainId: () => Promise<number>;
  readonly fetchHasCode: () => Promise<boolean>;
  readonly fetchCommitted: () => Promise<Committed | null>;
  readonly fetchCommitmentHash: () => Promise<string>;
  readonly fetchState: () => Promise<{ readonly isFinal: boolean; readonly state: string }>;
  readonly fetchBundle: (onProgress: (done: number) => void) => Promise<ReadonlyMap<string, Uint8Array>>;
  readonly recompute: (
    files: ReadonlyMap<string, Uint8Array>,
    place: Place,
    onProgress: OnProgress,
  ) => Promise<Recomputed>;
}

/** Called whenever a line changes. */
export type OnLine = (id: CheckId, line: CheckLine) => void;

/** Stops the sequence: what follows cannot be checked. */
class Blocked extends Error {}

const number = new Intl.NumberFormat("en");

/** Run all checks in order; lines whose input is missing stay `waiting`. Never rejects. */
export async function runChecks(answer: DoubtedAnswer, sources: Sources, onLine: OnLine): Promise<void> {
  const run = new Run(onLine);
  try {
    const committed = await checkChain(answer, sources, run);
    const bundle = await checkBundle(committed, sources, run);
    checkList(answer, sources, committed, bundle, run);
  } catch (error) {
    if (!(error instanceof Blocked)) throw error;
  }
}

async function checkChain(answer: DoubtedAnswer, sources: Sources, run: Run): Promise<Committed> {
  const { trusted } = sources;
  await run.line("chain", async () => {
    const chainId = await sources.fetchChainId();
    if (chainId !== trusted.chainId)
      return fault("chain", `The node is on chain ${chainId}; you trust chain ${trusted.chainId}.`);
    if (!(await sources.fetchHasCode()))
      return fault("chain", `There is no contract at ${trusted.contract} on this chain.`);
    return `Chain ${chainId}, contract ${trusted.contract}.`;
  });
  const committed = await run.value("commitment", async () => findCommitted(answer, sources));
  await run.line("final", async () => {
    const { isFinal, state } = await sources.fetchState();
    if (isFinal) return `isFinal(${answer.epoch.epoch}) is true on the chain.`;
    if (state === "pending") {
      const until = new Date(1000 * committed.finalAt).toLocaleTimeString("en-GB");
      return fault(
        "not_final",
        `The epoch is still pending; it becomes final at ${until} unless it is vetoed.`,
      );
    }
    return fault("not_final", `The epoch is ${state}: nothing may be read from it.`);
  });
  await run.line(
    "answer",
    () =>
      findAnswerFault(answer.epoch, committed.commitment, trusted) ??
      "Roots, bundle, chain and contract agree.",
  );
  return committed;
}

async function findCommitted(answer: DoubtedAnswer, sources: Sources): Promise<[Committed, string] | Fault> {
  const { epoch } = answer.epoch;
  const committed = await sources.fetchCommitted().catch((error: unknown) => {
    if (error instanceof MalformedEvent) return fault("commitment", `On this chain ${error.message}.`);
    throw error;
  });
  if (committed === null) return fault("commitment", `The chain holds no commitment of epoch ${epoch}.`);
  if ("code" in committed) return committed;
  if (committed.commitment.epoch !== epoch)
    return fault("commitment", `The event is of another epoch than ${epoch}.`);
  const kept = await sources.fetchCommitmentHash();
  if (hashCommitted(committed.commitment, committed.signers) !== kept)
    return fault("commitment", "The commitment in the event is not the one the contract keeps.");
  const signers = committed.signers.length;
  return [committed, `Epoch ${epoch}, signed by ${signers} keepers; its hash is the one the contract keeps.`];
}

async function checkBundle(committed: Committed, sources: Sources, run: Run): Promise<Bundle> {
  const { commitment } = committed;
  const place = {
    chainId: sources.trusted.chainId,
    contract: sources.trusted.contract,
    epoch: commitment.epoch,
  };
  run.report("bundle", { state: "running", sentence: "Fetching the bundle." });
  const [files, recomputed] = await run.guard("bundle", async () => {
    const fetched = await sources.fetchBundle((progress) =>
      run.report("bundle", { state: "running", sentence: "Fetching the bundle.", progress }),
    );
    return [fetched, await sources.recompute(fetched, place, run.showHashing)] as const;
  });
  const bundle = await run.guard("bundle", async () => parseBundle(files));
  const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
  await run.line("bundle", () =>
    recomputed.cid === commitment.bundleCid
      ? `${files.size} files, ${number.format(bytes)} bytes hash to ${shorten(recomputed.cid)}.`
      : fault(
          "cid",
          `The bundle's files hash to ${shorten(recomputed.cid)}, but ${shorten(commitment.bundleCid)} is on the chain.`,
        ),
  );
  await run.line(
    "tracks",
    () => findTreeFault(bundle, recomputed, committed) ?? describeTracks(bundle, recomputed),
  );
  await run.line(
    "listeners",
    () =>
      findListenerTreeFault(bundle, recomputed, committed) ??
      `${number.format(bundle.listeners.length)} listeners give the root ${shorten(recomputed.listenerRoot)}.`,
  );
  return bundle;
}

function findTreeFault(bundle: Bundle, recomputed: Recomputed, { commitment }: Committed): Fault | null {
  const [found, expected] = [bundle.trackIds.length, commitment.tracks];
  if (found !== expected)
    return fault("bundle", `The bundle has ${found} tracks; ${expected} are committed.`);
  if (bundle.dimension !== commitment.dimension)
    return fault(
      "bundle",
      `Vectors have ${bundle.dimension} components; ${commitment.dimension} are committed.`,
    );
  if (recomputed.trackRoot !== commitment.trackRoot)
    return fault(
      "track_root",
      `The track vectors give the root ${shorten(recomputed.trackRoot)}, but ` +
        `${shorten(commitment.trackRoot)} is on the chain: a vector or an id is not the committed one.`,
    );
  return findTrackFault(bundle);
}

function describeTracks(bundle: Bundle, recomputed: Recomputed): string {
  const tracks = number.format(bundle.trackIds.length);
  return `${tracks} vectors of ${bundle.dimension} give the root ${shorten(recomputed.trackRoot)}.`;
}

function findListenerTreeFault(
  bundle: Bundle,
  recomputed: Recomputed,
  { commitment }: Committed,
): Fault | null {
  const [found, expected] = [bundle.listeners.length, commitment.listeners];
  if (found !== expected)
    return fault("bundle", `The bundle has ${found} listeners; ${expected} are committed.`);
  if (recomputed.listenerRoot !== commitment.listenerRoot)
    return fault(
      "listener_root",
      `The listeners give the root ${shorten(recomputed.listenerRoot)}, but ` +
        `${shorten(commitment.listenerRoot)} is on the chain.`,
    );
  return findListenerFault(bundle.listeners);
}

function checkList(
  answer: DoubtedAnswer,
  { trusted }: Sources,
  { commitment }: Committed,
  bundle: Bundle,
  run: Run,
): void {
  const opening = run.openForm(answer.opening, { ...commitment, tracks: bundle.trackIds.length });
  const list: ListenerList = listOf(opening);
  const listed = list.rows.length;
  const excluded = number.format(list.excluded.length);
  const unlisted = number.format(bundle.trackIds.length - listed - list.excluded.length);
  run.now("scores", findScoreFault(list, bundle), `${listed} dot products recomputed.`);
  run.now("order", findOrderFault(list, bundle), "Higher scores first, ties by lower row, nothing twice.");
  run.now("excluded", findExcludedFault(list, bundle), `None of ${excluded} excluded tracks is in the list.`);
  run.now(
    "omission",
    findLengthFault(list, bundle, commitment.listLength) ?? findOmissionFault(list, bundle),
    `None of the other ${unlisted} tracks beats the last one listed.`,
  );
  const place = { chainId: trusted.chainId, contract: trusted.contract, epoch: commitment.epoch };
  const committed = { place, listenerRoot: commitment.listenerRoot, listeners: bundle.listeners };
  const steps = `${opening.proof.length} steps of the proof lead to the listener root on the chain.`;
  run.now("leaf", findLeafFault(opening, answer.address, committed), steps);
  const shown = answer.items.length;
  run.now(
    "shown",
    findShownFault(answer.items, list, bundle),
    `${shown} titles and scores are those of the list.`,
  );
  const reasons = answer.items.reduce((sum, item) => sum + item.why.length, 0);
  run.now("reasons", findReasonFault(answer.items, bundle), `${reasons} similarities recomputed.`);
}

/** Writes the lines of one run. */
class Run {
  constructor(readonly report: OnLine) {}

  /** Show the hashing of the bundle on the lines that it concerns. */
  readonly showHashing: OnProgress = (stage, progress) => {
    const id = stage === "cid" ? "bundle" : stage;
    this.report(id, { state: "running", sentence: "Hashing.", progress });
  };

  /** A check that knows its outcome. */
  now(id: CheckId, found: Fault | null, sentence: string): void {
    if (found === null) this.report(id, { state: "ok", sentence });
    else this.report(id, { state: "failed", sentence: found.sentence, fault: found });
  }

  /** A check whose outcome is a sentence or a fault. */
  async line(id: CheckId, check: () => Promise<string | Fault> | string | Fault): Promise<void> {
    this.report(id, { state: "running", sentence: "" });
    const outcome = await this.guard(id, async () => check());
    if (typeof outcome === "string") this.now(id, null, outcome);
    else this.now(id, outcome, "");
  }

  /** A check that what follows cannot do without. */
  async value<T>(id: CheckId, check: () => Promise<[T, string] | Fault>): Promise<T> {
    this.report(id, { state: "running", sentence: "" });
    const outcome = await this.guard(id, check);
    if ("code" in outcome) {
      this.now(id, outcome, "");
      throw new Blocked();
    }
    this.now(id, null, outcome[1]);
    return outcome[0];
  }

  /** Parse the opening and check its form. */
  openForm(json: OpeningJson, shape: EpochShape): Opening {
    const opening = parseOpening(json);
    const found = "code" in opening ? opening : findFormFault(opening, shape);
    this.now("form", found, "Sizes, components and the exclusion list are as the epoch demands.");
    if (found !== null || "code" in opening) throw new Blocked();
    return opening;
  }

  /** Turn an error of a source into a line, and stop. */
  async guard<T>(id: CheckId, reach: () => Promise<T>): Promise<T> {
    try {
      return await reach();
    } catch (error) {
      if (error instanceof MalformedBundle) this.now(id, fault("bundle", `The ${error.message}.`), "");
      else this.report(id, { state: "blocked", sentence: sentenceOf(error) });
      throw new Blocked();
    }
  }
}

function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `Could not be checked: ${message}.`;
}

function shorten(hash: string): string {
  return `${hash.slice(0, 10)}…${hash.slice(-6)}`;
}
