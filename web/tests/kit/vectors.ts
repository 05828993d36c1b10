/** The shared JSON vectors, read from where every language reads them. */

import { readFileSync } from "node:fs";

/** One file of `tests/vectors/`, parsed. */
export function loadVectors<T>(name: string): T {
  return JSON.parse(
    readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), "utf-8"),
  ) as T;
}
