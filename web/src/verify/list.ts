/**
 * Whether a list is exactly what the vectors demand.
 *
 * Owns scores, order, exclusion, length and omission. Refuses to know trees, hashes and the chain. Each function
 * returns the first fault or null, and expects an opening whose form is right.
 */

import { type Fault, fault } from "./fault.ts";
import type { ListenerList } from "./opening.ts";
import { nameOfRow, scoreOf, type TrackTable } from "./table.ts";

const number = new Intl.NumberFormat("en");

/** A listed row that is no track, or a listed score that is not the dot product. */
export function findScoreFault(list: ListenerList, table: TrackTable): Fault | null {
  for (const [i, row] of list.rows.entries()) {
    if (row >= table.trackIds.length)
      return fault(
        "unknown_row",
        `Place ${i + 1} names row ${row}, but there are only ${table.trackIds.length} tracks.`,
      );
    const [listed, computed] = [list.scores[i] ?? 0, scoreOf(list.vector, table, row)];
    if (listed !== computed)
      return fault(
        "score",
        `${nameOfRow(table, row)} at place ${i + 1} is listed with score ${number.format(listed)}, ` +
          `but the vectors give ${number.format(computed)}.`,
      );
  }
  return null;
}

/** Two neighbours in the wrong order, or one track twice. */
export function findOrderFault(list: ListenerList, table: TrackTable): Fault | null {
  const seen = new Set<number>();
  for (const [i, row] of list.rows.entries()) {
    if (seen.has(row)) return fault("repeated", `${nameOfRow(table, row)} is listed twice.`);
    seen.add(row);
    const before = list.rows[i - 1];
    if (before !== undefined && !isBetter(list.scores[i - 1] ?? 0, before, list.scores[i] ?? 0, row))
      return fault(
        "order",
        `${nameOfRow(table, row)} at place ${i + 1} ranks before ${nameOfRow(table, before)}, ` +
          `which is listed above it.`,
      );
  }
  return null;
}

/** A listed track that is excluded. */
export function findExcludedFault(list: ListenerList, table: TrackTable): Fault | null {
  const excluded = new Set(list.excluded);
  const place = list.rows.findIndex((row) => excluded.has(row));
  if (place < 0) return null;
  const name = nameOfRow(table, list.rows[place] ?? 0);
  return fault("excluded", `${name} at place ${place + 1} is on the listener's exclusion list.`);
}

/** A list that is shorter or longer than min(listLength, tracks − excluded). */
export function findLengthFault(list: ListenerList, table: TrackTable, listLength: number): Fault | null {
  const expected = Math.min(listLength, table.trackIds.length - list.excluded.length);
  if (list.rows.length === expected) return null;
  return fault("list_length", `The list has ${list.rows.length} tracks instead of ${expected}.`);
}

/** The best track that is neither listed nor excluded and ranks before the last one listed. */
export function findOmissionFault(list: ListenerList, table: TrackTable): Fault | null {
  const last = list.rows.length - 1;
  if (last < 0) return null;
  const taken = new Set([...list.rows, ...list.excluded]);
  let best = { row: list.rows[last] ?? 0, score: list.scores[last] ?? 0 };
  const lowest = best;
  for (let row = 0; row < table.trackIds.length; row++) {
    if (taken.has(row)) continue;
    const score = scoreOf(list.vector, table, row);
    if (isBetter(score, row, best.score, best.row)) best = { row, score };
  }
  if (best === lowest) return null;
  return fault(
    "omission",
    `${nameOfRow(table, best.row)} was left out: its score ${number.format(best.score)} beats ` +
      `${number.format(lowest.score)} of ${nameOfRow(table, lowest.row)}, the last one listed.`,
  );
}

function isBetter(score: number, row: number, otherScore: number, otherRow: number): boolean {
  return score > otherScore || (score === otherScore && row < otherRow);
}
