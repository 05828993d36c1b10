/**
 * Whether what the page shows is what was verified.
 *
 * Owns the comparison of the service's answer with chain, bundle and opening. Refuses to know how it is drawn.
 */

import type { Commitment } from "./commitment.ts";
import { type Fault, fault } from "./fault.ts";
import type { ListenerList } from "./opening.ts";
import { nameOfRow, type TrackTable, vectorOfRow } from "./table.ts";

/** What the answer says about its epoch. */
export interface AnsweredEpoch {
  readonly epoch: number;
  readonly track_root: string;
  readonly listener_root: string;
  readonly bundle_cid: string;
  readonly chain_id: number;
  readonly contract: string;
}

/** One shown row. */
export interface ShownItem {
  readonly rank: number;
  readonly row: number;
  readonly track_id: string;
  readonly title: string;
  readonly score: number;
  readonly why: ReadonlyArray<{
    readonly track_id: string;
    readonly title: string;
    readonly similarity: number;
  }>;
}

/** A root, CID, chain or contract in the answer that is not the one on the chain. */
export function findAnswerFault(
  answered: AnsweredEpoch,
  commitment: Commitment,
  trusted: { readonly chainId: number; readonly contract: string },
): Fault | null {
  const pairs: Array<[string, string, string]> = [
    ["chain", String(answered.chain_id), String(trusted.chainId)],
    ["contract", answered.contract, trusted.contract],
    ["track root", answered.track_root, commitment.trackRoot],
    ["listener root", answered.listener_root, commitment.listenerRoot],
    ["bundle", answered.bundle_cid, commitment.bundleCid],
  ];
  const wrong = pairs.find(([, found, expected]) => found.toLowerCase() !== expected.toLowerCase());
  if (wrong === undefined) return null;
  const [name, found, expected] = wrong;
  return fault("answer", `The service names the ${name} ${found}, but the chain you trust says ${expected}.`);
}

/** The first shown row that is not the row of the verified list. */
export function findShownFault(
  items: readonly ShownItem[],
  list: ListenerList,
  table: TrackTable,
): Fault | null {
  if (items.length === 0 && list.rows.length > 0)
    return fault("shown", "The page shows no track of the list.");
  for (const [i, item] of items.entries()) {
    const row = list.rows[i];
    if (row === undefined) return fault("shown", `The page shows ${items.length} tracks, the list has ${i}.`);
    const problem = findItemProblem(item, i + 1, row, list.scores[i] ?? 0, table);
    if (problem !== null) return fault("shown", `At place ${i + 1} the page shows ${problem}.`);
  }
  return null;
}

function findItemProblem(
  item: ShownItem,
  place: number,
  row: number,
  score: number,
  table: TrackTable,
): string | null {
  if (item.row !== row || item.track_id !== table.trackIds[row])
    return `“${item.title}” (${item.track_id}), but the verified list has ${nameOfRow(table, row)}`;
  if (item.title !== table.titles[row])
    return `the title “${item.title}”, but the bundle calls it ${nameOfRow(table, row)}`;
  if (item.score !== score) return `the score ${item.score}, but the verified list has ${score}`;
  return item.rank === place ? null : `the rank ${item.rank}`;
}

/** How far a shown similarity may be from the recomputed one: services compute in float32, or round. */
const SIMILARITY_TOLERANCE = 0.001;

/** A given reason that is no track of the epoch, or whose similarity does not follow from the vectors. */
export function findReasonFault(items: readonly ShownItem[], table: TrackTable): Fault | null {
  const rowOfId = new Map(table.trackIds.map((id, row) => [id, row]));
  for (const item of items) {
    for (const reason of item.why) {
      const row = rowOfId.get(reason.track_id);
      if (row === undefined || table.titles[row] !== reason.title)
        return fault(
          "reason",
          `“${reason.title}” (${reason.track_id}) is given as a reason, but is no such track.`,
        );
      const cosine = cosineOf(vectorOfRow(table, item.row), vectorOfRow(table, row));
      if (!(Math.abs(cosine - reason.similarity) <= SIMILARITY_TOLERANCE))
        return fault(
          "reason",
          `“${reason.title}” is said to be ${reason.similarity} similar to “${item.title}”; the vectors give ` +
            `${cosine.toFixed(3)}.`,
        );
    }
  }
  return null;
}

function cosineOf(a: Int8Array, b: Int8Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}
