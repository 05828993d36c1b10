/**
 * Keccak-256 and the 32-byte words of `abi.encode`.
 *
 * Owns hashing as the contracts do it. Refuses to know which structures are hashed.
 */

import { type Bytes, bytesFromHex, concatBytes, utf8 } from "./bytes.ts";
import { keccak256 } from "./keccak.ts";

export { keccak256 };

/** Keccak-256 of text in UTF-8. */
export function hashText(text: string): Bytes {
  return keccak256(utf8(text));
}

/** One word: an unsigned number, right-aligned. */
export function wordOfNumber(value: number | bigint): Bytes {
  if (typeof value === "number" && value >= 0 && value < 2 ** 32) {
    const word = new Uint8Array(32);
    new DataView(word.buffer).setUint32(28, value);
    return word;
  }
  return bytesFromHex(`0x${BigInt(value).toString(16).padStart(64, "0")}`);
}

/** One word: an address or other short bytes in hexadecimal, right-aligned. */
export function wordOfHex(text: string): Bytes {
  return bytesFromHex(`0x${text.slice(2).padStart(64, "0")}`);
}

/** Keccak-256 of words, which is `keccak256(abi.encode(...))` of static values. */
export function hashWords(...words: Uint8Array[]): Bytes {
  return keccak256(concatBytes(...words));
}
