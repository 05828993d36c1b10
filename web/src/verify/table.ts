/**
 * The public bundle as the checks read it: names and int8 vectors by row.
 *
 * Owns the form of the bundle's files. Refuses to know lists and the chain.
 */

import { hashText } from "./words.ts";
import { compareBytes } from "./bytes.ts";
import { type Fault, fault } from "./fault.ts";

/** All tracks of an epoch; row i of each is track row i. */
export interface TrackTable {
  readonly dimension: number;
  readonly trackIds: readonly string[];
  readonly titles: readonly string[];
  /** int8 (tracks, dimension), row-major. */
  readonly vectors: Int8Array;
}

/** The bundle, parsed. */
export interface Bundle extends TrackTable {
  readonly manifest: Readonly<Record<string, unknown>>;
  /** (address, opening hash) by listener row. */
  readonly listeners: ReadonlyArray<readonly [string, string]>;
}

/** A file of the bundle is missing or is not what its name says. */
export class MalformedBundle extends Error {
  constructor(
    readonly file: string,
    readonly problem: string,
  ) {
    super(`${file} of the bundle ${problem}`);
    this.name = "MalformedBundle";
  }
}

/** Parse the files that the checks need; throws MalformedBundle. */
export function parseBundle(files: ReadonlyMap<string, Uint8Array>): Bundle {
  const manifest = parseJson(files, "bundle.json");
  if (typeof manifest !== "object" || manifest === null)
    throw new MalformedBundle("bundle.json", "is not an object");
  const fields = manifest as Record<string, unknown>;
  const vectors = fileOf(files, "track_vectors.bin");
  const dimension = Number(fields.dimension);
  const trackIds = textsOf(files, "track_ids.json");
  if (!Number.isSafeInteger(dimension) || dimension < 1)
    throw new MalformedBundle("bundle.json", "has no dimension");
  if (vectors.length !== trackIds.length * dimension)
    throw new MalformedBundle(
      "track_vectors.bin",
      `has ${vectors.length} bytes, not one vector for each track`,
    );
  return {
    manifest: fields,
    dimension,
    trackIds,
    titles: textsOf(files, "titles.json"),
    vectors: new Int8Array(vectors.buffer, vectors.byteOffset, vectors.length),
    listeners: pairsOf(files, "listeners.json"),
  };
}

/** The first byte 0x80 or the first two ids out of order, if any. */
export function findTrackFault(table: TrackTable): Fault | null {
  const bad = table.vectors.indexOf(-128);
  if (bad >= 0) {
    const row = Math.floor(bad / table.dimension);
    return fault(
      "track_form",
      `The vector of ${nameOfRow(table, row)} holds the byte 0x80, which no vector may.`,
    );
  }
  let previous = new Uint8Array();
  for (const [row, id] of table.trackIds.entries()) {
    const hash = hashText(id);
    if (row > 0 && compareBytes(previous, hash) >= 0)
      return fault("track_order", `Track row ${row} (${id}) does not come after the one before it.`);
    previous = hash;
  }
  return null;
}

/** The first two addresses that do not ascend, if any. */
export function findListenerFault(listeners: Bundle["listeners"]): Fault | null {
  for (let row = 1; row < listeners.length; row++) {
    const [before, address] = [listeners[row - 1]?.[0] ?? "", listeners[row]?.[0] ?? ""];
    if (before >= address)
      return fault(
        "listener_order",
        `Listener row ${row} (${address}) does not come after the one before it.`,
      );
  }
  return null;
}

/** Vector of a track row. */
export function vectorOfRow(table: TrackTable, row: number): Int8Array {
  return table.vectors.subarray(row * table.dimension, (row + 1) * table.dimension);
}

/** What people call the track of a row. */
export function nameOfRow(table: TrackTable, row: number): string {
  const title = table.titles[row] ?? table.trackIds[row];
  return title === undefined ? `row ${row}` : `“${title}”`;
}

/** Dot product; at most 1,024 int8 products, so it is exact. */
export function scoreOf(listener: Int8Array, table: TrackTable, row: number): number {
  const offset = row * table.dimension;
  let sum = 0;
  for (let i = 0; i < table.dimension; i++) sum += (listener[i] ?? 0) * (table.vectors[offset + i] ?? 0);
  return sum;
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const content = files.get(name);
  if (content === undefined) throw new MalformedBundle(name, "is missing");
  return content;
}

function parseJson(files: ReadonlyMap<string, Uint8Array>, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fileOf(files, name)));
  } catch (error) {
    if (error instanceof MalformedBundle) throw error;
    throw new MalformedBundle(name, "is not JSON");
  }
}

function textsOf(files: ReadonlyMap<string, Uint8Array>, name: string): string[] {
  const value = parseJson(files, name);
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw new MalformedBundle(name, "is not a list of texts");
  return value;
}

const ADDRESS = /^0x[0-9a-f]{40}$/;
const HASH = /^0x[0-9a-f]{64}$/;

function pairsOf(files: ReadonlyMap<string, Uint8Array>, name: string): Array<readonly [string, string]> {
  const value = parseJson(files, name);
  const isPair = (item: unknown): item is [string, string] =>
    Array.isArray(item) && ADDRESS.test(String(item[0])) && HASH.test(String(item[1]));
  if (!Array.isArray(value) || !value.every(isPair))
    throw new MalformedBundle(name, "is not a list of addresses and opening hashes");
  return value;
}
