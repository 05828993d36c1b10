import { describe, expect, it } from "vitest";
import { hexFromBytes } from "../src/verify/bytes.ts";
import { hashOpening } from "../src/verify/leaf.ts";
import { findFormFault, type Opening, type OpeningJson, parseOpening } from "../src/verify/opening.ts";
import { loadVectors } from "./kit/vectors.ts";

interface Malformed {
  dimension: number;
  list_length: number;
  cases: Array<Omit<OpeningJson, "proof"> & { fault: string; tracks: number; opening_hash: string }>;
}

const vectors = loadVectors<Malformed>("malformed");

/** What the sentence says about each fault of the shared vectors. */
const WORDS: Record<string, RegExp> = {
  vector_length: /components instead of 32/,
  vector_byte: /byte 0x80/,
  vector_zero: /all zero/,
  excluded_size: /excluded of the opening end within a number/,
  excluded_order: /not in ascending order/,
  excluded_range: /exclusion list names row/,
  excluded_long: /at most 4096/,
  rows_size: /rows of the opening end within a number/,
  scores_size: /scores/,
};

describe.each(vectors.cases)("an opening with fault $fault", (given) => {
  const opening = parseOpening({ ...given, proof: [] }) as Opening;
  const shape = {
    dimension: vectors.dimension,
    tracks: given.tracks,
    listeners: 4,
    listLength: vectors.list_length,
  };

  it("hashes as it stands", () => {
    expect(hexFromBytes(hashOpening(opening))).toBe(given.opening_hash);
  });

  it("is judged by its form", () => {
    const found = findFormFault(opening, shape);
    if (given.fault === "none") {
      expect(found).toBeNull();
      return;
    }
    expect(found?.code).toBe("malformed");
    expect(found?.sentence).toMatch(WORDS[given.fault] as RegExp);
  });
});

describe("an opening's text", () => {
  const valid = { ...(vectors.cases[0] as (typeof vectors.cases)[0]), proof: [] };

  it.each([
    ["a byte that is cut", { vector: "0x123" }],
    ["a letter that is no digit", { salt: "0xzz" }],
    ["a missing part", { scores: undefined as unknown as string }],
    ["another form of address", { address: "0x12" }],
    ["a negative row", { row: -1 }],
    ["no proof", { proof: null as unknown as string[] }],
  ])("with %s is malformed", (_, change) => {
    expect(parseOpening({ ...valid, ...change })).toMatchObject({ code: "malformed" });
  });
});
