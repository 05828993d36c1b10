import { describe, expect, it } from "vitest";
import { bytesFromHex } from "../src/verify/bytes.ts";
import {
  findExcludedFault,
  findLengthFault,
  findOmissionFault,
  findOrderFault,
  findScoreFault,
} from "../src/verify/list.ts";
import type { ListenerList } from "../src/verify/opening.ts";
import type { TrackTable } from "../src/verify/table.ts";
import { loadVectors } from "./kit/vectors.ts";

interface Ranking {
  cases: Array<{
    name: string;
    dimension: number;
    k: number;
    tracks: number;
    listener: string;
    track_vectors: string;
    excluded_rows: number[];
    rows: number[];
    scores: number[];
  }>;
}
type Case = Ranking["cases"][0];

const { cases } = loadVectors<Ranking>("ranking");

function read(given: Case): { list: ListenerList; table: TrackTable } {
  const names = Array.from({ length: given.tracks }, (_, row) => `track ${row}`);
  const vectors = new Int8Array(bytesFromHex(given.track_vectors).buffer);
  return {
    table: { dimension: given.dimension, trackIds: names, titles: names, vectors },
    list: {
      vector: new Int8Array(bytesFromHex(given.listener).buffer),
      excluded: Uint32Array.from(given.excluded_rows),
      rows: Uint32Array.from(given.rows),
      scores: Int32Array.from(given.scores),
    },
  };
}

function findAny(list: ListenerList, table: TrackTable, k: number) {
  return (
    findScoreFault(list, table) ??
    findOrderFault(list, table) ??
    findExcludedFault(list, table) ??
    findLengthFault(list, table, k) ??
    findOmissionFault(list, table)
  );
}

describe.each(cases)("the ranking '$name'", (given) => {
  it("has no fault", () => {
    const { list, table } = read(given);
    expect(findAny(list, table, given.k)).toBeNull();
  });

  it("has a fault when a score is off by one", () => {
    const { list, table } = read(given);
    if (list.scores.length === 0) return;
    list.scores[0] = (list.scores[0] ?? 0) + 1;
    expect(findAny(list, table, given.k)?.code).toBe("score");
  });

  it("has a fault when its last track is missing", () => {
    const { list, table } = read(given);
    if (list.rows.length === 0) return;
    const shorter = { ...list, rows: list.rows.slice(0, -1), scores: list.scores.slice(0, -1) };
    expect(findAny(shorter, table, given.k)?.code).toBe("list_length");
  });

  it("has a fault when two neighbours change places", () => {
    const { list, table } = read(given);
    if (list.rows.length < 2) return;
    list.rows.subarray(0, 2).reverse();
    list.scores.subarray(0, 2).reverse();
    expect(findAny(list, table, given.k)?.code).toBe("order");
  });
});
