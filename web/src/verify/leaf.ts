/**
 * Leaves of the three trees.
 *
 * Owns what a leaf is made of. Refuses to know trees and where the values came from.
 */

import type { Bytes } from "./bytes.ts";
import { hashText, hashWords, keccak256, wordOfHex, wordOfNumber } from "./words.ts";

/** What ties a leaf to one epoch of one contract on one chain. */
export interface Place {
  readonly chainId: number;
  readonly contract: string;
  readonly epoch: number;
}

/** The bytes of a listener's opening that its leaf commits to. */
export interface OpenedBytes {
  readonly salt: Uint8Array;
  readonly vector: Uint8Array;
  readonly excluded: Uint8Array;
  readonly rows: Uint8Array;
  readonly scores: Uint8Array;
}

const TRACK_TYPE = hashText("TuneFi.Track.v1");
const LISTENER_TYPE = hashText("TuneFi.Listener.v1");
const REWARD_TYPE = hashText("TuneFi.Reward.v1");

/** keccak256(abi.encode(salt, keccak256(vector), keccak256(excluded), keccak256(rows), keccak256(scores))). */
export function hashOpening(opened: OpenedBytes): Bytes {
  const { salt, vector, excluded, rows, scores } = opened;
  return hashWords(salt, keccak256(vector), keccak256(excluded), keccak256(rows), keccak256(scores));
}

/** A function from (row, track id, vector) to the leaf; the words that never change are made once. */
export function buildTrackLeafHasher(
  place: Place,
): (row: number, idHash: Uint8Array, vector: Uint8Array) => Bytes {
  const block = buildLeafBlock(TRACK_TYPE, place);
  return (row, idHash, vector) => hashLeaf(block, wordOfNumber(row), hashWords(idHash, keccak256(vector)));
}

/** A function from (row, address, opening hash) to the leaf. */
export function buildListenerLeafHasher(
  place: Place,
): (row: number, address: string, openingHash: Uint8Array) => Bytes {
  const block = buildLeafBlock(LISTENER_TYPE, place);
  return (row, address, openingHash) =>
    hashLeaf(block, wordOfNumber(row), hashWords(wordOfHex(address), openingHash));
}

/** Leaf of what an account has earned in all up to the epoch, in wei. */
export function hashRewardLeaf(place: Place, address: string, cumulativeWei: bigint): Bytes {
  return hashLeaf(
    buildLeafBlock(REWARD_TYPE, place),
    wordOfHex(address),
    hashWords(wordOfNumber(cumulativeWei)),
  );
}

/** Six words, the last two left open. */
function buildLeafBlock(type: Uint8Array, place: Place): Bytes {
  const block = new Uint8Array(6 * 32);
  block.set(type, 0);
  block.set(wordOfNumber(place.chainId), 32);
  block.set(wordOfHex(place.contract), 64);
  block.set(wordOfNumber(place.epoch), 96);
  return block;
}

function hashLeaf(block: Bytes, key: Uint8Array, valueHash: Uint8Array): Bytes {
  block.set(key, 128);
  block.set(valueHash, 160);
  return keccak256(keccak256(block));
}
