/**
 * Everything about a bundle that takes long: its CID and the roots of its two trees.
 *
 * Owns the heavy recomputation, with progress. Refuses to know Workers and where the files came from.
 */

import { bytesFromHex, hexFromBytes } from "./bytes.ts";
import { buildDirectoryCid } from "./cid.ts";
import { buildListenerLeafHasher, buildTrackLeafHasher, type Place } from "./leaf.ts";
import { buildRoot } from "./merkle.ts";
import { type Bundle, parseBundle, vectorOfRow } from "./table.ts";
import { hashText } from "./words.ts";

/** What the bundle's bytes say, recomputed. */
export interface Recomputed {
  readonly cid: string;
  readonly trackRoot: string;
  readonly listenerRoot: string;
}

/** Called now and then with what is being done and how far it is, 0 to 1. */
export type OnProgress = (stage: "cid" | "tracks" | "listeners", done: number) => void;

/** Recompute CID and roots; throws MalformedBundle, EmptyTree. */
export function recomputeBundle(
  files: ReadonlyMap<string, Uint8Array>,
  place: Place,
  onProgress: OnProgress = () => undefined,
): Recomputed {
  onProgress("cid", 0);
  const cid = buildDirectoryCid(files);
  onProgress("cid", 1);
  const bundle = parseBundle(files);
  const trackRoot = buildTrackRoot(bundle, place, (done) => onProgress("tracks", done));
  const listenerRoot = buildListenerRoot(bundle.listeners, place);
  onProgress("listeners", 1);
  return { cid, trackRoot, listenerRoot };
}

/** Root over every track's id and vector. */
export function buildTrackRoot(bundle: Bundle, place: Place, onProgress: (done: number) => void): string {
  const step = countSteps(2 * bundle.trackIds.length - 1, onProgress);
  const hashLeaf = buildTrackLeafHasher(place);
  const bytes = new Uint8Array(bundle.vectors.buffer, bundle.vectors.byteOffset, bundle.vectors.length);
  const leaves = bundle.trackIds.map((id, row) => {
    step();
    const offset = row * bundle.dimension;
    return hashLeaf(row, hashText(id), bytes.subarray(offset, offset + vectorOfRow(bundle, row).length));
  });
  return hexFromBytes(buildRoot(leaves, step));
}

/** Root over every listener's address and opening hash. */
export function buildListenerRoot(listeners: Bundle["listeners"], place: Place): string {
  const hashLeaf = buildListenerLeafHasher(place);
  return hexFromBytes(
    buildRoot(listeners.map(([address, hash], row) => hashLeaf(row, address, bytesFromHex(hash)))),
  );
}

/** A counter that reports each hundredth part. */
function countSteps(total: number, onProgress: (done: number) => void): () => void {
  const every = Math.max(1, Math.floor(total / 100));
  let done = 0;
  return () => {
    done++;
    if (done % every === 0 || done === total) onProgress(done / total);
  };
}
