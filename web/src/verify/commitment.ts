/**
 * An epoch's commitment as the chain holds it.
 *
 * Owns its EIP-712 struct hash, the hash that the contract keeps, and the event's ABI. Refuses to know connections.
 */

import { bytesFromHex, concatBytes, hexFromBytes } from "./bytes.ts";
import { hashText, hashWords, keccak256, wordOfHex, wordOfNumber } from "./words.ts";

/** What the keepers signed; hashes and addresses in lower-case hexadecimal. */
export interface Commitment {
  readonly epoch: number;
  readonly trackRoot: string;
  readonly listenerRoot: string;
  readonly tracks: number;
  readonly listeners: number;
  readonly dimension: number;
  readonly listLength: number;
  readonly snapshotDigest: string;
  readonly modelDigest: string;
  readonly referenceBlock: number;
  readonly referenceHash: string;
  readonly keeperSetVersion: number;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly bundleCid: string;
}

/** The event `Committed`. */
export interface Committed {
  readonly commitment: Commitment;
  readonly signers: readonly string[];
  readonly committedAt: number;
  readonly finalAt: number;
}

const TYPE_HASH = hashText(
  "Commitment(uint64 epoch,bytes32 trackRoot,bytes32 listenerRoot,uint32 tracks,uint32 listeners,uint16 dimension," +
    "uint16 listLength,bytes32 snapshotDigest,bytes32 modelDigest,uint64 referenceBlock,bytes32 referenceHash," +
    "uint32 keeperSetVersion,uint64 validFrom,uint64 validUntil,string bundleCid)",
);

/** First topic of the event. */
export const COMMITTED_TOPIC = hexFromBytes(
  hashText(
    "Committed(uint64,(uint64,bytes32,bytes32,uint32,uint32,uint16,uint16,bytes32,bytes32,uint64,bytes32,uint32," +
      "uint64,uint64,string),address[],uint64,uint64)",
  ),
);

/** The event's data is not what its ABI says. */
export class MalformedEvent extends Error {
  constructor(problem: string) {
    super(`the event Committed ${problem}`);
    this.name = "MalformedEvent";
  }
}

/** EIP-712 struct hash. */
export function hashCommitment(c: Commitment): string {
  return hexFromBytes(
    hashWords(
      TYPE_HASH,
      wordOfNumber(c.epoch),
      wordOfHex(c.trackRoot),
      wordOfHex(c.listenerRoot),
      ...[c.tracks, c.listeners, c.dimension, c.listLength].map(wordOfNumber),
      wordOfHex(c.snapshotDigest),
      wordOfHex(c.modelDigest),
      wordOfNumber(c.referenceBlock),
      wordOfHex(c.referenceHash),
      ...[c.keeperSetVersion, c.validFrom, c.validUntil].map(wordOfNumber),
      hashText(c.bundleCid),
    ),
  );
}

/** What the contract keeps: keccak256(abi.encode(structHash, signers)). */
export function hashCommitted(commitment: Commitment, signers: readonly string[]): string {
  const head = [wordOfHex(hashCommitment(commitment)), wordOfNumber(64), wordOfNumber(signers.length)];
  return hexFromBytes(keccak256(concatBytes(...head, ...signers.map(wordOfHex))));
}

/** The event from its data; throws MalformedEvent. */
export function decodeCommitted(data: string): Committed {
  const words = new Words(bytesFromHex(data));
  const signersAt = words.number(32);
  return {
    commitment: decodeCommitment(words, words.number(0)),
    signers: Array.from({ length: words.number(signersAt) }, (_, i) =>
      words.address(signersAt + 32 * (i + 1)),
    ),
    committedAt: words.number(64),
    finalAt: words.number(96),
  };
}

function decodeCommitment(words: Words, at: number): Commitment {
  const number = (member: number) => words.number(at + 32 * member);
  const hash = (member: number) => words.hash(at + 32 * member);
  return {
    epoch: number(0),
    trackRoot: hash(1),
    listenerRoot: hash(2),
    tracks: number(3),
    listeners: number(4),
    dimension: number(5),
    listLength: number(6),
    snapshotDigest: hash(7),
    modelDigest: hash(8),
    referenceBlock: number(9),
    referenceHash: hash(10),
    keeperSetVersion: number(11),
    validFrom: number(12),
    validUntil: number(13),
    bundleCid: words.text(at + number(14)),
  };
}

/** Reads 32-byte words at byte offsets. */
class Words {
  constructor(private readonly bytes: Uint8Array) {}

  hash(at: number): string {
    return hexFromBytes(this.slice(at, 32));
  }

  number(at: number): number {
    const value = BigInt(this.hash(at));
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new MalformedEvent(`holds a number too large at byte ${at}`);
    return Number(value);
  }

  address(at: number): string {
    return hexFromBytes(this.slice(at + 12, 20));
  }

  text(at: number): string {
    return new TextDecoder().decode(this.slice(at + 32, this.number(at)));
  }

  private slice(at: number, length: number): Uint8Array {
    if (at + length > this.bytes.length) throw new MalformedEvent(`ends before byte ${at + length}`);
    return this.bytes.subarray(at, at + length);
  }
}
