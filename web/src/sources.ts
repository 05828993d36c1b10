/**
 * Where the checks get chain, bundle and hashing from, in a browser.
 *
 * Owns the wiring, and remembers bundles that were hashed. Refuses to judge.
 */

import { type Epoch, fetchBundleFile, fetchEpoch } from "./api/service.ts";
import {
  fetchChainId,
  fetchCommitmentHash,
  fetchCommitted,
  fetchHasCode,
  fetchIsFinal,
  fetchState,
} from "./chain/contracts.ts";
import { connectNode } from "./chain/rpc.ts";
import { recomputeInWorker } from "./hashing.ts";
import type { Trust } from "./trust.ts";
import type { Recomputed } from "./verify/roots.ts";
import type { Sources } from "./verify/sequence.ts";

type Files = ReadonlyMap<string, Uint8Array>;

/** Bundles of this visit, by epoch and contract; only what was hashed here is ever taken from it. */
const hashed = new Map<string, { readonly files: Files; readonly recomputed: Recomputed }>();

/** Fetch and hash everything anew the next time. */
export function forgetBundles(): void {
  hashed.clear();
}

/** Sources for one epoch, verified against what the person trusts. */
export function buildSources(trust: Trust, epoch: number): Sources {
  const send = connectNode(trust.rpcUrl);
  const contract = trust.recommendationGraph;
  const key = `${trust.chainId}:${contract}:${epoch}`;
  return {
    trusted: { chainId: trust.chainId, contract },
    fetchChainId: () => fetchChainId(send),
    fetchHasCode: () => fetchHasCode(send, contract),
    fetchCommitted: async () => {
      const described = await fetchEpoch(epoch, AbortSignal.timeout(30_000));
      return fetchCommitted(send, contract, epoch, referenceBlockOf(described));
    },
    fetchCommitmentHash: () => fetchCommitmentHash(send, contract, epoch),
    fetchState: async () => ({
      isFinal: await fetchIsFinal(send, contract, epoch),
      state: await fetchState(send, contract, epoch),
    }),
    fetchBundle: async (onProgress) => hashed.get(key)?.files ?? fetchFiles(epoch, onProgress),
    recompute: async (files, place, onProgress) => {
      const known = hashed.get(key);
      if (known !== undefined && known.files === files) return known.recomputed;
      const recomputed = await recomputeInWorker(files, place, onProgress);
      hashed.set(key, { files, recomputed });
      return recomputed;
    },
  };
}

async function fetchFiles(epoch: number, onProgress: (done: number) => void): Promise<Files> {
  const { bundle } = await fetchEpoch(epoch, AbortSignal.timeout(30_000));
  const total = bundle.files.reduce((sum, file) => sum + file.size, 0) || 1;
  const files = new Map<string, Uint8Array>();
  let done = 0;
  for (const { name, size } of bundle.files) {
    files.set(name, await fetchBundleFile(epoch, name));
    done += size;
    onProgress(done / total);
  }
  return files;
}

/** Only a hint where to look; a false one finds no event. */
function referenceBlockOf({ commitment }: Epoch): number | null {
  const block = commitment?.reference_block ?? commitment?.referenceBlock;
  return typeof block === "number" && Number.isSafeInteger(block) && block >= 0 ? block : null;
}
