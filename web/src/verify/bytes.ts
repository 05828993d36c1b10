/**
 * Bytes and their text forms.
 *
 * Owns hexadecimal and packed big-endian numbers. Refuses to know what the bytes mean.
 */

/** Bytes over memory of their own, which Workers and streams accept. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The text is not `0x` and an even number of hexadecimal digits. */
export class MalformedHex extends Error {
  constructor(readonly found: string) {
    super(`not hexadecimal bytes: ${JSON.stringify(found.slice(0, 24))}`);
    this.name = "MalformedHex";
  }
}

const HEX = /^0x(?:[0-9a-fA-F]{2})*$/;

/** Bytes of `0x…` text; throws MalformedHex. */
export function bytesFromHex(text: string): Bytes {
  if (!HEX.test(text)) throw new MalformedHex(text);
  const bytes = new Uint8Array(text.length / 2 - 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i + 2, 2 * i + 4), 16);
  return bytes;
}

/** Lower-case `0x…` text of bytes. */
export function hexFromBytes(bytes: Uint8Array): string {
  let text = "0x";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** The parts, one after the other. */
export function concatBytes(...parts: Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Negative, zero or positive, as bytes compare from the left. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether both hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** UTF-8 bytes of text. */
export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes;
}

/** Packed big-endian uint32; the length must be a multiple of four, checked by the caller. */
export function unpackUint32(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i));
}

/** Packed big-endian int32; the length must be a multiple of four, checked by the caller. */
export function unpackInt32(bytes: Uint8Array): Int32Array {
  return new Int32Array(unpackUint32(bytes).buffer);
}

/** Big-endian 32-bit numbers, signed or not, one after the other. */
export function packInt32(numbers: ArrayLike<number>): Bytes {
  const bytes = new Uint8Array(4 * numbers.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) view.setInt32(4 * i, numbers[i] ?? 0);
  return bytes;
}
