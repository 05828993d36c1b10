/**
 * OpenZeppelin `standard-v1` trees: sorted leaves, commutative pair hash.
 *
 * Owns roots and proofs. Refuses to know what a leaf is made of.
 */

import { type Bytes, compareBytes, concatBytes, equalBytes } from "./bytes.ts";
import { keccak256 } from "./words.ts";

/** The tree has no leaf, and so no root. */
export class EmptyTree extends Error {
  constructor() {
    super("a tree without leaves has no root");
    this.name = "EmptyTree";
  }
}

/** Hash of two nodes, whichever comes first. */
export function hashPair(a: Uint8Array, b: Uint8Array): Bytes {
  return keccak256(compareBytes(a, b) <= 0 ? concatBytes(a, b) : concatBytes(b, a));
}

/**
 * Root of the tree of these leaves, in any order; throws EmptyTree.
 *
 * `onNode` is called after each node that is hashed, for progress.
 */
export function buildRoot(leaves: readonly Uint8Array[], onNode?: () => void): Uint8Array {
  if (leaves.length === 0) throw new EmptyTree();
  const sorted = [...leaves].sort(compareBytes);
  const nodes = new Array<Uint8Array>(2 * sorted.length - 1);
  sorted.forEach((leaf, i) => (nodes[nodes.length - 1 - i] = leaf));
  for (let i = sorted.length - 2; i >= 0; i--) {
    nodes[i] = hashPair(nodes[2 * i + 1] as Uint8Array, nodes[2 * i + 2] as Uint8Array);
    onNode?.();
  }
  return nodes[0] as Uint8Array;
}

/** Whether the proof leads from the leaf to the root. */
export function verifyProof(root: Uint8Array, leaf: Uint8Array, proof: readonly Uint8Array[]): boolean {
  return equalBytes(proof.reduce(hashPair, leaf), root);
}
