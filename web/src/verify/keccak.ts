/**
 * Keccak-256, made for many short messages.
 *
 * Owns the sponge. Refuses to know who hashes what. Tests hold it against @noble/hashes.
 */

import type { Bytes } from "./bytes.ts";
import { permute } from "./keccak_permutation.ts";

const RATE = 136;

// Shared by all calls, which is safe because none of them waits; the words are little-endian, as on every
// machine that a browser runs on.
const state = new Int32Array(50);
const block = new Uint8Array(RATE);
const words = new Int32Array(block.buffer);

/** Keccak-256 of bytes. */
export function keccak256(message: Uint8Array): Bytes {
  state.fill(0);
  let offset = 0;
  for (; offset + RATE <= message.length; offset += RATE) {
    block.set(message.subarray(offset, offset + RATE));
    absorbBlock();
  }
  block.fill(0);
  block.set(message.subarray(offset));
  block[message.length - offset] = 0x01;
  block[RATE - 1] = (block[RATE - 1] ?? 0) | 0x80;
  absorbBlock();
  return new Uint8Array(state.buffer.slice(0, 32));
}

function absorbBlock(): void {
  for (let i = 0; i < words.length; i++) state[i] = (state[i] ?? 0) ^ (words[i] ?? 0);
  permute(state);
}
