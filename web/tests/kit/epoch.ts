/** The shared small epoch, and answers of a service and a chain that hold it. */

import { bytesFromHex, hexFromBytes, unpackInt32, unpackUint32, utf8 } from "../../src/verify/bytes.ts";
import { buildDirectoryCid } from "../../src/verify/cid.ts";
import { type Committed, hashCommitted } from "../../src/verify/commitment.ts";
import type { OpeningJson } from "../../src/verify/opening.ts";
import { recomputeBundle } from "../../src/verify/roots.ts";
import type { CheckId, CheckLine, DoubtedAnswer, Sources } from "../../src/verify/sequence.ts";
import { runChecks } from "../../src/verify/sequence.ts";
import { loadVectors } from "./vectors.ts";

export interface EpochVectors {
  chain_id: number;
  recommendation_graph: string;
  epoch: number;
  dimension: number;
  list_length: number;
  tracks: number;
  listeners: number;
  track_ids: string[];
  track_vectors: string;
  track_root: string;
  listener_root: string;
  listener_openings: Array<[string, string]>;
  openings: OpeningJson[];
  false_openings: Array<{ fault: string; listener_root: string; opening: OpeningJson }>;
}

export const epoch = loadVectors<EpochVectors>("epoch");
export const titles = epoch.track_ids.map((id) => `Title of ${id}`);

/** The files of the epoch's bundle. */
export function buildFiles(): Map<string, Uint8Array> {
  const { chain_id, recommendation_graph, dimension, list_length, tracks, listeners } = epoch;
  const manifest = {
    chain_id,
    recommendation_graph,
    epoch: epoch.epoch,
    dimension,
    list_length,
    tracks,
    listeners,
  };
  return new Map([
    ["bundle.json", utf8(JSON.stringify(manifest))],
    ["listeners.json", utf8(JSON.stringify(epoch.listener_openings))],
    ["titles.json", utf8(JSON.stringify(titles))],
    ["track_ids.json", utf8(JSON.stringify(epoch.track_ids))],
    ["track_vectors.bin", bytesFromHex(epoch.track_vectors)],
  ]);
}

/** The epoch as the chain holds it. */
export function buildCommitted(): Committed {
  const zero = hexFromBytes(new Uint8Array(32));
  const commitment = {
    epoch: epoch.epoch,
    trackRoot: epoch.track_root,
    listenerRoot: epoch.listener_root,
    tracks: epoch.tracks,
    listeners: epoch.listeners,
    dimension: epoch.dimension,
    listLength: epoch.list_length,
    snapshotDigest: zero,
    modelDigest: zero,
    referenceBlock: 1,
    referenceHash: zero,
    keeperSetVersion: 1,
    validFrom: 1,
    validUntil: 2,
    bundleCid: buildDirectoryCid(buildFiles()),
  };
  return {
    commitment,
    signers: [`0x${"11".repeat(20)}`, `0x${"22".repeat(20)}`],
    committedAt: 1,
    finalAt: 9,
  };
}

/** What the service answers for a listener, from its opening. */
export function buildAnswer(opening: OpeningJson = epoch.openings[1] as OpeningJson): DoubtedAnswer {
  const { commitment } = buildCommitted();
  const [rows, scores] = [
    unpackUint32(bytesFromHex(opening.rows)),
    unpackInt32(bytesFromHex(opening.scores)),
  ];
  return {
    address: opening.address,
    epoch: {
      epoch: epoch.epoch,
      track_root: commitment.trackRoot,
      listener_root: commitment.listenerRoot,
      bundle_cid: commitment.bundleCid,
      chain_id: epoch.chain_id,
      contract: epoch.recommendation_graph,
    },
    items: [...rows].map((row, i) => ({
      rank: i + 1,
      row,
      track_id: epoch.track_ids[row] ?? "",
      title: titles[row] ?? "",
      score: scores[i] ?? 0,
      why: [],
    })),
    opening,
  };
}

/** An honest chain and bundle, with what the test changes. */
export function buildSources(changes: Partial<Sources> = {}): Sources {
  const committed = buildCommitted();
  return {
    trusted: { chainId: epoch.chain_id, contract: epoch.recommendation_graph },
    fetchChainId: async () => epoch.chain_id,
    fetchHasCode: async () => true,
    fetchCommitted: async () => committed,
    fetchCommitmentHash: async () => hashCommitted(committed.commitment, committed.signers),
    fetchState: async () => ({ isFinal: true, state: "final" }),
    fetchBundle: async () => buildFiles(),
    recompute: async (files, place, onProgress) => recomputeBundle(files, place, onProgress),
    ...changes,
  };
}

/** The last line of each check. */
export async function collectLines(
  answer: DoubtedAnswer,
  sources: Sources,
): Promise<Map<CheckId, CheckLine>> {
  const lines = new Map<CheckId, CheckLine>();
  await runChecks(answer, sources, (id, line) => lines.set(id, line));
  return lines;
}

/** The first line that is false or blocked. */
export function firstBad(lines: ReadonlyMap<CheckId, CheckLine>): [CheckId, CheckLine] | undefined {
  return [...lines].find(([, line]) => line.state === "failed" || line.state === "blocked");
}
