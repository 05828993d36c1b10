// One small epoch, whole: public bundle fields, openings, trees; and openings that are false in one way each.

import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import * as r from "./reference.mjs";

const CHAIN = { chain_id: 31337, contract: "0x" + "c0".repeat(20), epoch: 3 };
const LIST_LENGTH = 4;
const DIMENSION = 32;

/** An epoch of 9 tracks and 4 listeners; track 6 and 7 are equal, so lists hold a tie. */
export function buildEpoch(place = CHAIN, seed = "epoch") {
  const numbers = new r.Numbers(seed);
  const ids = Array.from({ length: 9 }, (_, i) => `hetrec:track:${100 + i}`);
  ids.sort((a, b) => (r.keccak256(r.utf8(a)) < r.keccak256(r.utf8(b)) ? -1 : 1));
  const tracks = ids.map(() => numbers.vector(DIMENSION));
  tracks[7] = [...tracks[6]];
  const secret = numbers.bytes32();
  const addresses = Array.from({ length: 4 }, () => numbers.address()).sort();
  const excludedRows = [[], [0, 5], [1, 2, 3, 4, 5, 6, 8], [8]];
  const openings = addresses.map((address, row) => {
    const vector = numbers.vector(DIMENSION);
    const list = r.rank(vector, tracks, excludedRows[row], LIST_LENGTH);
    return {
      address,
      row,
      salt: r.saltOf(secret, place, address),
      vector: r.hex(r.int8Bytes(vector)),
      excluded: r.hex(r.packed(excludedRows[row])),
      rows: r.hex(r.packed(list.rows)),
      scores: r.hex(r.packed(list.scores)),
    };
  });
  return { place, secret, ids, tracks, openings, excludedRows, ...buildTrees(place, ids, tracks, openings) };
}

function buildTrees(place, ids, tracks, openings) {
  const trackTree = StandardMerkleTree.of(
    ids.map((id, row) =>
      r.leafValues("track", place, row, r.trackValueHash(id, r.int8Bytes(tracks[row]))),
    ),
    r.LEAF_ENCODING,
  );
  const hashes = openings.map(r.openingHash);
  const listenerTree = StandardMerkleTree.of(
    openings.map((opening, row) =>
      r.leafValues("listener", place, row, r.listenerValueHash(opening.address, hashes[row])),
    ),
    r.LEAF_ENCODING,
  );
  openings.forEach((opening, row) => (opening.proof = listenerTree.getProof(row)));
  return { trackTree, listenerTree, hashes };
}

/** The epoch as a file: what a verifier is given, and what it must answer. */
export function epochFile() {
  const epoch = buildEpoch();
  const { place, ids, tracks, openings } = epoch;
  return {
    chain_id: place.chain_id,
    recommendation_graph: place.contract,
    epoch: place.epoch,
    dimension: DIMENSION,
    list_length: LIST_LENGTH,
    tracks: ids.length,
    listeners: openings.length,
    epoch_secret: epoch.secret,
    track_ids: ids,
    track_vectors: r.hex(r.concat(...tracks.map(r.int8Bytes))),
    track_root: epoch.trackTree.root,
    track_proofs: ids.map((_, row) => epoch.trackTree.getProof(row)),
    listener_root: epoch.listenerTree.root,
    listener_openings: openings.map(({ address }, row) => [address, epoch.hashes[row]]),
    openings,
    false_count: FALSE_OPENINGS.length,
    false_openings: FALSE_OPENINGS.map(([fault, change]) => falsify(fault, change)),
  };
}

/**
 * The false list is committed: its opening hash, leaf, root and proof are all made anew, so that only
 * recomputing the list can tell. Faults of the leaf itself say so with `keep_root`.
 */
function falsify(fault, change) {
  const epoch = buildEpoch();
  const opening = epoch.openings[1];
  const { keepRoot = false } = change(opening, epoch) ?? {};
  if (keepRoot) return { fault, listener_root: epoch.listenerTree.root, opening };
  const remade = buildTrees(epoch.place, epoch.ids, epoch.tracks, epoch.openings);
  return { fault, listener_root: remade.listenerTree.root, opening };
}

const numbersOf = (text) => {
  const bytes = Buffer.from(text.slice(2), "hex");
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32BE(4 * i));
};

function replaceList(opening, epoch, change) {
  const rows = numbersOf(opening.rows);
  change(rows);
  const vector = [...Buffer.from(opening.vector.slice(2), "hex")].map((b) => (b << 24) >> 24);
  opening.rows = r.hex(r.packed(rows));
  opening.scores = r.hex(r.packed(rows.map((row) => r.dot(vector, epoch.tracks[row]))));
}

const FALSE_OPENINGS = [
  ["score", (opening) => {
    const scores = numbersOf(opening.scores);
    scores[2] += 1;
    opening.scores = r.hex(r.packed(scores));
  }],
  ["order", (opening, epoch) => replaceList(opening, epoch, (rows) => {
    [rows[0], rows[1]] = [rows[1], rows[0]];
  })],
  ["repeated", (opening, epoch) => replaceList(opening, epoch, (rows) => (rows[3] = rows[2]))],
  ["excluded", (opening, epoch) => replaceList(opening, epoch, (rows) => {
    opening.excluded = r.hex(r.packed([...new Set([rows[1], 0, 5])].sort((a, b) => a - b)));
  })],
  ["omission", (opening, epoch) => {
    const all = r.rank(vectorOf(opening), epoch.tracks, epoch.excludedRows[1], 9).rows;
    replaceList(opening, epoch, (rows) => rows.splice(0, 4, all[0], all[1], all[3], all[4]));
  }],
  ["list_length", (opening, epoch) => replaceList(opening, epoch, (rows) => rows.pop())],
  ["unknown_row", (opening, epoch) => {
    const rows = numbersOf(opening.rows);
    rows[3] = 9;
    opening.rows = r.hex(r.packed(rows));
  }],
  ["malformed", (opening) => (opening.vector = "0x80" + opening.vector.slice(4))],
  ["malformed", (opening) => (opening.excluded = r.hex(r.packed([5, 0])))],
  ["malformed", (opening) => (opening.vector = "0x" + "00".repeat(DIMENSION))],
  ["malformed", (opening) => (opening.scores = opening.scores.slice(0, -8))],
  ["leaf", (opening) => {
    opening.salt = r.keccak256(r.utf8("another salt"));
    return { keepRoot: true };
  }],
  ["leaf", (opening, epoch) => {
    const other = buildEpoch({ ...CHAIN, epoch: 2 });
    Object.assign(opening, other.openings[1]);
    return { keepRoot: true };
  }],
  ["leaf", (opening) => {
    opening.proof[0] = r.keccak256(r.utf8("another sibling"));
    return { keepRoot: true };
  }],
];

const vectorOf = (opening) => [...Buffer.from(opening.vector.slice(2), "hex")].map((b) => (b << 24) >> 24);

/** Openings of bad form alone, for whoever checks form before anything else. */
export function malformedFile() {
  const good = buildEpoch().openings[1];
  const { row, salt, vector, excluded, rows, scores, address } = good;
  const base = { address, row, salt, vector, excluded, rows, scores };
  const long = r.hex(r.packed(Array.from({ length: 4097 }, (_, i) => i)));
  const full = r.hex(r.packed(Array.from({ length: 4096 }, (_, i) => i)));
  const cases = [
    ["none", {}, 9],
    ["none", { excluded: full }, 5000],
    ["vector_length", { vector: vector.slice(0, -2) }, 9],
    ["vector_length", { vector: vector + "00" }, 9],
    ["vector_length", { vector: "0x" }, 9],
    ["vector_byte", { vector: vector.slice(0, -2) + "80" }, 9],
    ["vector_zero", { vector: "0x" + "00".repeat(DIMENSION) }, 9],
    ["excluded_size", { excluded: excluded + "00" }, 9],
    ["excluded_order", { excluded: r.hex(r.packed([5, 0])) }, 9],
    ["excluded_order", { excluded: r.hex(r.packed([5, 5])) }, 9],
    ["excluded_range", { excluded: r.hex(r.packed([0, 9])) }, 9],
    ["excluded_range", { excluded: r.hex(r.packed([0, 0xffffffff])) }, 9],
    ["excluded_long", { excluded: long }, 5000],
    ["rows_size", { rows: rows.slice(0, -2) }, 9],
    ["scores_size", { scores: scores.slice(0, -2) }, 9],
    ["scores_size", { scores: scores + "00000000" }, 9],
  ];
  return {
    dimension: DIMENSION,
    list_length: LIST_LENGTH,
    count: cases.length,
    cases: cases.map(([fault, change, tracks]) => {
      const opening = { ...base, ...change };
      return { fault, tracks, ...opening, opening_hash: r.openingHash(opening) };
    }),
  };
}
