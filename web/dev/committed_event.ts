/** ABI encoding of the event Committed, for tests and the development server; the page only decodes. */

import { concatBytes, hexFromBytes, utf8 } from "../src/verify/bytes.ts";
import type { Commitment, Committed } from "../src/verify/commitment.ts";
import { wordOfHex, wordOfNumber } from "../src/verify/words.ts";

/** The event's data. */
export function encodeCommitted(event: Committed): string {
  const tuple = encodeTuple(event.commitment);
  const head = [128, 128 + tuple.length, event.committedAt, event.finalAt].map(wordOfNumber);
  const signers = [wordOfNumber(event.signers.length), ...event.signers.map(wordOfHex)];
  return hexFromBytes(concatBytes(...head, tuple, ...signers));
}

function encodeTuple(c: Commitment): Uint8Array {
  const text = utf8(c.bundleCid);
  const padded = new Uint8Array(32 * Math.ceil(text.length / 32));
  padded.set(text);
  return concatBytes(
    wordOfNumber(c.epoch),
    ...[c.trackRoot, c.listenerRoot].map(wordOfHex),
    ...[c.tracks, c.listeners, c.dimension, c.listLength].map(wordOfNumber),
    ...[c.snapshotDigest, c.modelDigest].map(wordOfHex),
    wordOfNumber(c.referenceBlock),
    wordOfHex(c.referenceHash),
    ...[c.keeperSetVersion, c.validFrom, c.validUntil, 15 * 32, text.length].map(wordOfNumber),
    padded,
  );
}
