/**
 * A listener's opening: the bytes, and whether they have the form that an epoch demands.
 *
 * Owns parsing and form. Refuses to know whether the list is the right one.
 */

import { type Bytes, bytesFromHex, MalformedHex, unpackInt32, unpackUint32 } from "./bytes.ts";
import { type Fault, fault } from "./fault.ts";
import type { OpenedBytes } from "./leaf.ts";

/** An opening as the service sends it: everything in hexadecimal. */
export interface OpeningJson {
  readonly address: string;
  readonly row: number;
  readonly salt: string;
  readonly vector: string;
  readonly excluded: string;
  readonly rows: string;
  readonly scores: string;
  readonly proof: readonly string[];
}

/** An opening as bytes. */
export interface Opening extends OpenedBytes {
  readonly address: string;
  readonly row: number;
  readonly salt: Bytes;
  readonly vector: Bytes;
  readonly excluded: Bytes;
  readonly rows: Bytes;
  readonly scores: Bytes;
  readonly proof: readonly Bytes[];
}

/** An opening whose form is right, as numbers. */
export interface ListenerList {
  readonly vector: Int8Array;
  readonly excluded: Uint32Array;
  readonly rows: Uint32Array;
  readonly scores: Int32Array;
}

/** What the epoch's commitment says about every opening. */
export interface EpochShape {
  readonly dimension: number;
  readonly tracks: number;
  readonly listeners: number;
  readonly listLength: number;
}

const MOST_EXCLUDED = 4096;

/** The opening as bytes, or what is wrong with its text. */
export function parseOpening(json: OpeningJson): Opening | Fault {
  try {
    const { address, row } = json;
    if (!/^0x[0-9a-f]{40}$/.test(address)) return malformed("The opening has no address.");
    if (!Number.isSafeInteger(row) || row < 0) return malformed("The opening has no row.");
    if (!Array.isArray(json.proof)) return malformed("The opening has no proof.");
    const [salt, vector, excluded] = [
      bytesFromHex(json.salt),
      bytesFromHex(json.vector),
      bytesFromHex(json.excluded),
    ];
    const [rows, scores] = [bytesFromHex(json.rows), bytesFromHex(json.scores)];
    return { address, row, salt, vector, excluded, rows, scores, proof: json.proof.map(bytesFromHex) };
  } catch (error) {
    if (error instanceof MalformedHex) return malformed(`A part of the opening is ${error.message}.`);
    if (error instanceof TypeError) return malformed("A part of the opening is missing.");
    throw error;
  }
}

/** The list as numbers; meaningful only when `findFormFault` finds nothing. */
export function listOf(opening: Opening): ListenerList {
  return {
    vector: new Int8Array(opening.vector.buffer),
    excluded: unpackUint32(opening.excluded),
    rows: unpackUint32(opening.rows),
    scores: unpackInt32(opening.scores),
  };
}

/** The first thing that is wrong with the form: sizes, byte 0x80, a zero vector, the exclusion list. */
export function findFormFault(opening: Opening, shape: EpochShape): Fault | null {
  return (
    findVectorFault(opening, shape) ?? findSizeFault(opening, shape) ?? findExclusionFault(opening, shape)
  );
}

function findVectorFault({ vector }: Opening, { dimension }: EpochShape): Fault | null {
  if (vector.length !== dimension)
    return malformed(`The listener's vector has ${vector.length} components instead of ${dimension}.`);
  if (vector.includes(0x80))
    return malformed("The listener's vector holds the byte 0x80, which no vector may.");
  if (vector.every((component) => component === 0)) return malformed("The listener's vector is all zero.");
  return null;
}

function findSizeFault(opening: Opening, shape: EpochShape): Fault | null {
  const { salt, excluded, rows, scores } = opening;
  if (salt.length !== 32) return malformed(`The salt has ${salt.length} bytes instead of 32.`);
  for (const [name, bytes] of Object.entries({ excluded, rows, scores })) {
    if (bytes.length % 4 !== 0) return malformed(`The ${name} of the opening end within a number.`);
  }
  if (rows.length !== scores.length)
    return malformed(`The list has ${rows.length / 4} tracks but ${scores.length / 4} scores.`);
  if (opening.row >= shape.listeners)
    return malformed(`The listener has row ${opening.row}, but the epoch has ${shape.listeners} listeners.`);
  return null;
}

function findExclusionFault(opening: Opening, shape: EpochShape): Fault | null {
  const excluded = unpackUint32(opening.excluded);
  if (excluded.length > MOST_EXCLUDED)
    return malformed(
      `The exclusion list has ${excluded.length} tracks; at most ${MOST_EXCLUDED} are allowed.`,
    );
  for (const [i, row] of excluded.entries()) {
    if (row >= shape.tracks)
      return malformed(`The exclusion list names row ${row}, but the epoch has ${shape.tracks} tracks.`);
    if (i > 0 && (excluded[i - 1] ?? 0) >= row)
      return malformed("The exclusion list is not in ascending order.");
  }
  return null;
}

function malformed(sentence: string): Fault {
  return fault("malformed", sentence);
}
