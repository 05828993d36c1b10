/** Hashes a bundle beside the page, so that the page stays alive meanwhile. */

import type { Place } from "./verify/leaf.ts";
import { recomputeBundle } from "./verify/roots.ts";

export interface HashingJob {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly place: Place;
}

addEventListener("message", ({ data: { files, place } }: MessageEvent<HashingJob>) => {
  try {
    const recomputed = recomputeBundle(files, place, (stage, done) => postMessage({ stage, done }));
    postMessage({ recomputed });
  } catch (error) {
    const { file, problem, message } = error as { file?: string; problem?: string; message?: string };
    postMessage({ error: { file, problem, message: message ?? String(error) } });
  }
});
