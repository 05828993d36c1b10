import { describe, expect, it } from "vitest";
import { bytesFromHex, hexFromBytes } from "../src/verify/bytes.ts";
import { buildRoot, EmptyTree, verifyProof } from "../src/verify/merkle.ts";
import { loadVectors } from "./kit/vectors.ts";

interface Trees {
  trees: Array<{ size: number; root: string; leaves: string[]; proofs: string[][] }>;
}

const { trees } = loadVectors<Trees>("trees");

describe.each(trees)("a tree of $size leaves", ({ root, leaves, proofs }) => {
  it("has the library's root, whatever the order of the leaves", () => {
    expect(hexFromBytes(buildRoot(leaves.map(bytesFromHex)))).toBe(root);
    expect(hexFromBytes(buildRoot(leaves.map(bytesFromHex).reverse()))).toBe(root);
  });

  it("accepts each proof for its own leaf only", () => {
    leaves.forEach((leaf, i) => {
      const proof = (proofs[i] ?? []).map(bytesFromHex);
      expect(verifyProof(bytesFromHex(root), bytesFromHex(leaf), proof)).toBe(true);
      const other = bytesFromHex(leaf);
      other[31] = (other[31] ?? 0) ^ 1;
      expect(verifyProof(bytesFromHex(root), other, proof)).toBe(false);
    });
  });
});

it("a tree without leaves is refused", () => {
  expect(() => buildRoot([])).toThrow(EmptyTree);
});
