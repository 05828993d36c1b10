/**
 * Hashing of a bundle in a Worker.
 *
 * Owns the Worker's life. Refuses to know what is hashed.
 */

import type { HashingJob } from "./hashing.worker.ts";
import type { Place } from "./verify/leaf.ts";
import type { OnProgress, Recomputed } from "./verify/roots.ts";
import { MalformedBundle } from "./verify/table.ts";

interface Report {
  readonly stage?: Parameters<OnProgress>[0];
  readonly done?: number;
  readonly recomputed?: Recomputed;
  readonly error?: { readonly file?: string; readonly problem?: string; readonly message: string };
}

/** CID and roots of the files, computed in a Worker of its own; rejects with MalformedBundle or Error. */
export function recomputeInWorker(
  files: ReadonlyMap<string, Uint8Array>,
  place: Place,
  onProgress: OnProgress,
): Promise<Recomputed> {
  const worker = new Worker(new URL("./hashing.worker.ts", import.meta.url), { type: "module" });
  const outcome = new Promise<Recomputed>((resolve, reject) => {
    worker.addEventListener("error", () => reject(new Error("the browser could not run the hashing")));
    worker.addEventListener("message", ({ data }: MessageEvent<Report>) => {
      if (data.recomputed) resolve(data.recomputed);
      else if (data.error) reject(errorOf(data.error));
      else if (data.stage) onProgress(data.stage, data.done ?? 0);
    });
  });
  worker.postMessage({ files, place } satisfies HashingJob);
  return outcome.finally(() => worker.terminate());
}

function errorOf({ file, problem, message }: NonNullable<Report["error"]>): Error {
  return file !== undefined && problem !== undefined
    ? new MalformedBundle(file, problem)
    : new Error(message);
}
