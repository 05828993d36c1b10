// Writes the JSON vectors of this folder: `npm ci && npm run generate`; `npm run check` compares instead.
//
// The trees come from @openzeppelin/merkle-tree and everything else from reference.mjs, so no vector is
// made by the Python or Solidity code that the vectors test.

import { readFileSync, writeFileSync } from "node:fs";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { cidFile } from "./cid_cases.mjs";
import { epochFile, malformedFile } from "./epoch_cases.mjs";
import * as r from "./reference.mjs";

const CHAINS = [
  { chain_id: 31337, contract: "0x" + "c0".repeat(20), epoch: 1 },
  { chain_id: 1, contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3", epoch: 4294967296 },
];

function leavesFile() {
  const numbers = new r.Numbers("leaves");
  const secret = numbers.bytes32();
  const tracks = [["hetrec:track:1", 32], ["Пісня ♪", 128], ["", 1024]].flatMap(([id, dimension], row) =>
    CHAINS.map((place) => trackLeaf(place, row * 7000, id, numbers.vector(dimension))),
  );
  const listeners = CHAINS.flatMap((place) =>
    [0, 1, 256].map((length, row) => listenerLeaf(place, row, length, secret, numbers)),
  );
  const rewards = CHAINS.flatMap((place) =>
    [0n, 1n, 10n ** 27n + 7n, 2n ** 256n - 1n].map((wei) => rewardLeaf(place, numbers.address(), wei)),
  );
  return {
    type_track: r.TYPES.track,
    type_listener: r.TYPES.listener,
    type_reward: r.TYPES.reward,
    track_count: tracks.length,
    listener_count: listeners.length,
    reward_count: rewards.length,
    tracks,
    listeners,
    rewards,
  };
}

function trackLeaf(place, row, track_id, components) {
  const vector = r.int8Bytes(components);
  const value_hash = r.trackValueHash(track_id, vector);
  const leaf = r.leafHash(r.leafValues("track", place, row, value_hash));
  return { ...place, row, track_id, vector: r.hex(vector), value_hash, leaf };
}

function listenerLeaf(place, row, length, secret, numbers) {
  const address = numbers.address();
  const opening = {
    salt: r.saltOf(secret, place, address),
    vector: r.hex(r.int8Bytes(numbers.vector(64))),
    excluded: r.hex(r.packed(Array.from({ length: 2 * length }, (_, i) => 3 * i))),
    rows: r.hex(r.packed(Array.from({ length }, () => numbers.between(0, 17631)))),
    scores: r.hex(r.packed(Array.from({ length }, () => numbers.between(-1032256, 1032256)))),
  };
  const opening_hash = r.openingHash(opening);
  const value_hash = r.listenerValueHash(address, opening_hash);
  const leaf = r.leafHash(r.leafValues("listener", place, row, value_hash));
  return { ...place, row, address, epoch_secret: secret, ...opening, opening_hash, value_hash, leaf };
}

function rewardLeaf(place, address, wei) {
  const value_hash = r.rewardValueHash(wei);
  const leaf = r.leafHash(r.leafValues("reward", place, BigInt(address), value_hash));
  return { ...place, address, cumulative_wei: wei.toString(), value_hash, leaf };
}

function treesFile() {
  const numbers = new r.Numbers("trees");
  const trees = [1, 2, 3, 7, 100].map((size) => {
    const values = Array.from({ length: size }, (_, row) =>
      r.leafValues("track", CHAINS[0], row, numbers.bytes32()),
    );
    const tree = StandardMerkleTree.of(values, r.LEAF_ENCODING);
    const leaves = values.map((value) => tree.leafHash(value));
    leaves.forEach((leaf, i) => expectEqual(leaf, r.leafHash(values[i]), "leaf hash of the library"));
    const nodes = tree.dump().tree;
    return { size, root: tree.root, leaves, nodes, proofs: values.map((_, i) => tree.getProof(i)) };
  });
  return { count: trees.length, trees };
}

function rankingFile() {
  const numbers = new r.Numbers("ranking");
  const random = (count, dimension) => Array.from({ length: count }, () => numbers.vector(dimension));
  const same = numbers.vector(32);
  const highest = Array(1024).fill(127);
  const lowest = Array(1024).fill(-127);
  const cases = [
    ["random", numbers.vector(32), random(20, 32), [3, 4, 19], 5],
    ["all equal scores keep row order", numbers.vector(32), Array(10).fill(same), [0, 4], 6],
    ["a tie at the last place", numbers.vector(32), [...random(3, 32), same, same, same], [], 4],
    ["all scores negative", Array(32).fill(1), random(8, 32).map((v) => v.map((c) => -Math.abs(c) - 0)), [], 4],
    ["the list is longer than what is left", numbers.vector(32), random(6, 32), [1, 2], 256],
    ["everything is excluded", numbers.vector(32), random(3, 32), [0, 1, 2], 2],
    ["one track", numbers.vector(32), random(1, 32), [], 1],
    ["dimension 128", numbers.vector(128), random(12, 128), [11], 12],
    ["the largest and the smallest score", highest, [lowest, highest, Array(1024).fill(0)], [], 3],
  ];
  return { count: cases.length, cases: cases.map((given) => rankingCase(...given)) };
}

function rankingCase(name, listener, tracks, excluded_rows, k) {
  const { rows, scores } = r.rank(listener, tracks, excluded_rows, k);
  return {
    name,
    dimension: listener.length,
    k,
    tracks: tracks.length,
    listener: r.hex(r.int8Bytes(listener)),
    track_vectors: r.hex(r.concat(...tracks.map(r.int8Bytes))),
    excluded_rows,
    excluded: r.hex(r.packed(excluded_rows)),
    rows,
    scores,
    packed_rows: r.hex(r.packed(rows)),
    packed_scores: r.hex(r.packed(scores)),
  };
}

function quantisationFile() {
  const numbers = new r.Numbers("quantisation");
  const fill = (row) => [...row, ...Array(32 - row.length).fill(0)];
  const matrices = [
    ["random float32", 24, Array.from({ length: 6 }, () => numbers.vector(32, -(2 ** 24) + 1, 2 ** 24 - 1))],
    ["halves go to the even integer", 0, [fill([254, 1, 3, 5, 7, -1, -3, -5, -7, 253, -253])]],
    ["rows of different size", 10, [fill([1000, 500, -3]), fill([10, -10, 1]), fill([]), fill([-1, 1])]],
    ["all zero", 0, [fill([]), fill([])]],
    ["only negative", 3, [fill([-8, -7, -6]), fill([-1])]],
  ];
  const cases = matrices.flatMap(([name, shift, values]) =>
    ["shared", "each_row"].map((scale) => quantisationCase(name, scale, shift, values)),
  );
  return { count: cases.length, cases };
}

function quantisationCase(name, scale, shift, values) {
  const largest = (numbers) => Math.max(...numbers.map(Math.abs));
  const shared = largest(values.flat());
  const rounded = values.map((row) => {
    const top = scale === "shared" ? shared : largest(row);
    return row.map((value) => (top === 0 ? 0 : r.quantise(value, top)));
  });
  const vectors = r.hex(r.concat(...rounded.map(r.int8Bytes)));
  return { name, scale, dimension: 32, rows: values.length, denominator_log2: shift, numerators: values, vectors };
}

function commitmentFile() {
  const numbers = new r.Numbers("commitment");
  const [chain_id, recommendation_graph, fan_engagement] = [31337, "0x" + "c0".repeat(20), "0x" + "fa".repeat(20)];
  const separator = r.domainSeparator("TuneFi RecommendationGraph", chain_id, recommendation_graph);
  const rewardSeparator = r.domainSeparator("TuneFi FanEngagement", chain_id, fan_engagement);
  const keys = [numbers.bytes32(), numbers.bytes32()];
  const commitments = [commitment(numbers, "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"), commitment(numbers, "")];
  const rewardRoots = [rewardRoot(numbers, 10n ** 24n), rewardRoot(numbers, 0n)];
  return {
    chain_id,
    recommendation_graph,
    fan_engagement,
    commitment_type: r.COMMITMENT_TYPE,
    commitment_type_hash: r.keccak256(r.utf8(r.COMMITMENT_TYPE)),
    commitment_domain_separator: separator,
    reward_root_type: r.REWARD_ROOT_TYPE,
    reward_root_type_hash: r.keccak256(r.utf8(r.REWARD_ROOT_TYPE)),
    reward_root_domain_separator: rewardSeparator,
    commitment_count: commitments.length,
    commitments: commitments.map((message) => signed(message, r.COMMITMENT_TYPE, separator, keys)),
    reward_root_count: rewardRoots.length,
    reward_roots: rewardRoots.map((message) => signed(message, r.REWARD_ROOT_TYPE, rewardSeparator, keys)),
  };
}

function commitment(numbers, bundleCid) {
  return {
    epoch: numbers.between(1, 1000),
    trackRoot: numbers.bytes32(),
    listenerRoot: numbers.bytes32(),
    tracks: 17632,
    listeners: 1892,
    dimension: 128,
    listLength: 100,
    snapshotDigest: numbers.bytes32(),
    modelDigest: numbers.bytes32(),
    referenceBlock: numbers.between(1, 2 ** 31),
    referenceHash: numbers.bytes32(),
    keeperSetVersion: numbers.between(1, 2 ** 31),
    validFrom: 1790000000,
    validUntil: 1790003600,
    bundleCid,
  };
}

function rewardRoot(numbers, totalCumulative) {
  return {
    epoch: numbers.between(1, 1000),
    root: numbers.bytes32(),
    previousRoot: numbers.bytes32(),
    totalCumulative: totalCumulative.toString(),
    snapshotDigest: numbers.bytes32(),
    keeperSetVersion: numbers.between(1, 100),
  };
}

function signed(message, type, separator, keys) {
  const struct_hash = r.structHash(type, message);
  const digest = r.typedDigest(separator, struct_hash);
  const signers = keys.map((key) => [r.addressOf(key), key]).sort();
  return {
    ...message,
    struct_hash,
    digest,
    private_keys: signers.map(([, key]) => key),
    signers: signers.map(([address]) => address),
    signatures: signers.map(([, key]) => r.sign(digest, key)),
  };
}

function expectEqual(found, expected, what) {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`);
}

const FILES = {
  "leaves.json": leavesFile,
  "trees.json": treesFile,
  "ranking.json": rankingFile,
  "quantisation.json": quantisationFile,
  "commitment.json": commitmentFile,
  "malformed.json": malformedFile,
  "epoch.json": epochFile,
  "cids.json": cidFile,
};

const check = process.argv.includes("--check");
for (const [name, build] of Object.entries(FILES)) {
  const path = new URL(name, import.meta.url);
  const text = JSON.stringify(await build(), null, 1) + "\n";
  if (!check) writeFileSync(path, text);
  else expectEqual(readFileSync(path, "utf8") === text, true, `${name} is what the generator writes`);
}
