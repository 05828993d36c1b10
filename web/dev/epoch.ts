/**
 * A made-up epoch for development: whole, valid and small.
 *
 * Owns the making of vectors, lists and trees. Refuses to know HTTP. Real epochs come from the keepers.
 */

import {
  bytesFromHex,
  compareBytes,
  concatBytes,
  hexFromBytes,
  packInt32,
  utf8,
} from "../src/verify/bytes.ts";
import { buildDirectoryCid } from "../src/verify/cid.ts";
import { type Committed, hashCommitted } from "../src/verify/commitment.ts";
import { buildListenerLeafHasher, hashOpening, hashRewardLeaf, type Place } from "../src/verify/leaf.ts";
import { hashPair } from "../src/verify/merkle.ts";
import { type OpeningJson } from "../src/verify/opening.ts";
import { recomputeBundle } from "../src/verify/roots.ts";
import { hashText, keccak256 } from "../src/verify/words.ts";

/** What the made-up service serves. */
export interface MadeEpoch {
  readonly place: Place;
  readonly fanEngagement: string;
  readonly files: Map<string, Uint8Array>;
  readonly committed: Committed;
  readonly commitmentHash: string;
  readonly trackIds: string[];
  readonly titles: string[];
  readonly vectors: Int8Array;
  readonly dimension: number;
  readonly listeners: MadeListener[];
  readonly rewardRoot: string;
}

export interface MadeListener {
  readonly address: string;
  readonly name: string;
  readonly heard: Array<{ row: number; plays: number }>;
  readonly opening: OpeningJson;
  readonly rewardWei: bigint;
  readonly rewardProof: string[];
}

const LIST_LENGTH = 50;
const STYLES = 12;
const ADJECTIVES = [
  "Quiet",
  "Velvet",
  "Northern",
  "Paper",
  "Electric",
  "Golden",
  "Broken",
  "Distant",
  "Salt",
  "Slow",
];
const NOUNS = [
  "Harbour",
  "Machines",
  "Orchard",
  "Satellites",
  "Foxes",
  "Parade",
  "Cathedral",
  "Weather",
  "Choir",
];

/** Build it; the same sizes give the same epoch. */
export function makeEpoch(tracks: number, listeners: number, dimension: number): MadeEpoch {
  const random = seededRandom(7);
  const styles = Array.from({ length: STYLES }, () => gaussian(random, dimension));
  const made = makeTracks(tracks, styles, random);
  const place = { chainId: 31337, contract: addressOf("RecommendationGraph"), epoch: 3 };
  const addresses = Array.from({ length: listeners }, (_, i) => addressOf(`listener ${i}`)).sort();
  const lists = addresses.map((address, row) => makeListener(address, row, made, styles, random));
  const hashListener = buildListenerLeafHasher(place);
  const openingHashes = lists.map(({ opening }) => hashOf(opening));
  const leaves = lists.map(({ opening }, row) =>
    hashListener(row, opening.address, openingHashes[row] as Uint8Array),
  );
  const fanEngagement = addressOf("FanEngagement");
  const rewards = lists.map((_, row) => BigInt(row * row) * 10n ** 17n);
  const rewardLeaves = lists.map(({ opening }, row) =>
    hashRewardLeaf({ ...place, contract: fanEngagement }, opening.address, rewards[row] ?? 0n),
  );
  const files = makeFiles(place, made, dimension, addresses, openingHashes);
  const committed = makeCommitted(place, files, made.ids.length, listeners, dimension);
  return {
    place,
    fanEngagement,
    files,
    committed,
    commitmentHash: hashCommitted(committed.commitment, committed.signers),
    trackIds: made.ids,
    titles: made.titles,
    vectors: made.vectors,
    dimension,
    rewardRoot: rootAndProofs(rewardLeaves).root,
    listeners: lists.map((list, row) => ({
      address: list.opening.address,
      name: `Listener ${row + 1}`,
      heard: list.heard,
      opening: { ...list.opening, proof: rootAndProofs(leaves).proofs[row] ?? [] },
      rewardWei: rewards[row] ?? 0n,
      rewardProof: rootAndProofs(rewardLeaves).proofs[row] ?? [],
    })),
  };
}

interface MadeTracks {
  ids: string[];
  titles: string[];
  vectors: Int8Array;
  dimension: number;
}

function makeTracks(count: number, styles: number[][], random: () => number): MadeTracks {
  const dimension = styles[0]?.length ?? 0;
  const ids = Array.from({ length: count }, (_, i) => `made:track:${i + 1}`)
    .map((id) => [id, hashText(id)] as const)
    .sort((a, b) => compareBytes(a[1], b[1]))
    .map(([id]) => id);
  const vectors = new Int8Array(count * dimension);
  const titles = ids.map((id, row) => {
    const n = Number(id.split(":")[2]);
    const fame = 0.3 + 0.7 * random() ** 3;
    mix(styles, n % STYLES, random).forEach((value, i) => {
      vectors[row * dimension + i] = Math.max(-127, Math.min(127, Math.round(28 * fame * value)));
    });
    const title = `${ADJECTIVES[n % 10]} ${NOUNS[Math.floor(n / 10) % 9]}`;
    return n < 90 ? title : `${title} ${Math.floor(n / 90) + 1}`;
  });
  return { ids, titles, vectors, dimension };
}

function makeListener(
  address: string,
  row: number,
  tracks: MadeTracks,
  styles: number[][],
  random: () => number,
) {
  const floats = mix(styles, row % STYLES, random);
  const largest = Math.max(...floats.map(Math.abs));
  const vector = Int8Array.from(floats, (value) => Math.round((127 * value) / largest));
  const scored = tracks.ids.map((_, track) => ({ row: track, score: dot(vector, tracks, track) }));
  scored.sort((a, b) => b.score - a.score || a.row - b.row);
  const heard = Array.from({ length: 30 }, (_, i) => scored[4 * i] as (typeof scored)[0])
    .filter((entry) => entry !== undefined)
    .map((entry, i) => ({
      row: entry.row,
      plays: Math.round(4000 / (i + 1) ** 1.2) + Math.floor(20 * random()),
    }));
  const excluded = heard.map((entry) => entry.row).sort((a, b) => a - b);
  const list = scored.filter((entry) => !excluded.includes(entry.row)).slice(0, LIST_LENGTH);
  const opening = {
    address,
    row,
    salt: hexFromBytes(hashText(`salt of ${address}`)),
    vector: hexFromBytes(new Uint8Array(vector.buffer)),
    excluded: hexFromBytes(packInt32(excluded)),
    rows: hexFromBytes(packInt32(list.map((entry) => entry.row))),
    scores: hexFromBytes(packInt32(list.map((entry) => entry.score))),
    proof: [] as string[],
  };
  return { opening, heard };
}

function makeFiles(
  place: Place,
  tracks: MadeTracks,
  dimension: number,
  addresses: string[],
  openingHashes: Uint8Array[],
): Map<string, Uint8Array> {
  const manifest = {
    format: "tunefi-epoch-bundle/1",
    chain_id: place.chainId,
    recommendation_graph: place.contract,
    epoch: place.epoch,
    dimension,
    list_length: LIST_LENGTH,
    tracks: tracks.ids.length,
    listeners: addresses.length,
    reference_block: 40,
  };
  const pairs = addresses.map((address, row) => [address, hexFromBytes(openingHashes[row] as Uint8Array)]);
  const json = (value: unknown) => utf8(JSON.stringify(value));
  return new Map<string, Uint8Array>([
    ["bundle.json", json(manifest)],
    ["listeners.json", json(pairs)],
    ["metrics.json", json({ made_up: true })],
    ["titles.json", json(tracks.titles)],
    ["track_ids.json", json(tracks.ids)],
    ["track_vectors.bin", new Uint8Array(tracks.vectors.buffer)],
  ]);
}

function makeCommitted(
  place: Place,
  files: Map<string, Uint8Array>,
  tracks: number,
  listeners: number,
  dimension: number,
): Committed {
  const { trackRoot, listenerRoot } = recomputeBundle(files, place);
  const now = Math.floor(Date.now() / 1000);
  const commitment = {
    epoch: place.epoch,
    trackRoot,
    listenerRoot,
    tracks,
    listeners,
    dimension,
    listLength: LIST_LENGTH,
    snapshotDigest: hexFromBytes(hashText("snapshot")),
    modelDigest: hexFromBytes(hashText("model")),
    referenceBlock: 40,
    referenceHash: hexFromBytes(hashText("block")),
    keeperSetVersion: 1,
    validFrom: now - 600,
    validUntil: now,
    bundleCid: buildDirectoryCid(files),
  };
  const signers = [addressOf("keeper a"), addressOf("keeper b")].sort();
  return { commitment, signers, committedAt: now - 300, finalAt: now - 290 };
}

function hashOf(opening: OpeningJson): Uint8Array {
  const { salt, vector, excluded, rows, scores } = opening;
  return hashOpening({
    salt: bytesFromHex(salt),
    vector: bytesFromHex(vector),
    excluded: bytesFromHex(excluded),
    rows: bytesFromHex(rows),
    scores: bytesFromHex(scores),
  });
}

function rootAndProofs(leaves: readonly Uint8Array[]): { root: string; proofs: string[][] } {
  const order = leaves.map((leaf, i) => ({ leaf, i })).sort((a, b) => compareBytes(a.leaf, b.leaf));
  const nodes = new Array<Uint8Array>(2 * leaves.length - 1);
  const at = new Map(
    order.map(({ leaf, i }, place) => [
      i,
      ((nodes[nodes.length - 1 - place] = leaf), nodes.length - 1 - place),
    ]),
  );
  for (let i = leaves.length - 2; i >= 0; i--)
    nodes[i] = hashPair(nodes[2 * i + 1] as Uint8Array, nodes[2 * i + 2] as Uint8Array);
  const proofs = leaves.map((_, i) => {
    const proof: string[] = [];
    for (let node = at.get(i) ?? 0; node > 0; node = (node - 1) >> 1)
      proof.push(hexFromBytes(nodes[node % 2 === 0 ? node - 1 : node + 1] as Uint8Array));
    return proof;
  });
  return { root: hexFromBytes(nodes[0] as Uint8Array), proofs };
}

function mix(styles: number[][], style: number, random: () => number): number[] {
  const other = styles[Math.floor(random() * styles.length)] ?? [];
  const weight = 0.6 * random();
  return (styles[style] ?? []).map((value, i) => value + weight * (other[i] ?? 0) + 0.5 * normal(random));
}

function dot(vector: Int8Array, tracks: MadeTracks, row: number): number {
  return vector.reduce((sum, value, i) => sum + value * (tracks.vectors[row * tracks.dimension + i] ?? 0), 0);
}

function addressOf(name: string): string {
  return hexFromBytes(keccak256(concatBytes(utf8("made"), utf8(name))).subarray(12));
}

function gaussian(random: () => number, length: number): number[] {
  return Array.from({ length }, () => normal(random));
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
