import { expect, it } from "vitest";
import { bytesFromHex, concatBytes, hexFromBytes, utf8 } from "../src/verify/bytes.ts";
import {
  type Commitment,
  COMMITTED_TOPIC,
  decodeCommitted,
  hashCommitment,
  hashCommitted,
  MalformedEvent,
} from "../src/verify/commitment.ts";
import { keccak256, wordOfHex, wordOfNumber } from "../src/verify/words.ts";
import { loadVectors } from "./kit/vectors.ts";
import { encodeCommitted } from "../dev/committed_event.ts";

interface Commitments {
  commitments: Array<Commitment & { struct_hash: string; signers: string[] }>;
}

const { commitments } = loadVectors<Commitments>("commitment");

it("a commitment's struct hash is that of the shared vectors", () => {
  expect(commitments.length).toBeGreaterThan(0);
  for (const commitment of commitments) expect(hashCommitment(commitment)).toBe(commitment.struct_hash);
});

it("the hash that the contract keeps covers the signers", () => {
  const { struct_hash, signers, ...commitment } = commitments[0] as (typeof commitments)[0];
  const head = concatBytes(wordOfHex(struct_hash), wordOfNumber(64), wordOfNumber(2));
  expect(hashCommitted(commitment, signers)).toBe(
    hexFromBytes(keccak256(concatBytes(head, ...signers.map(wordOfHex)))),
  );
  expect(hashCommitted(commitment, signers.slice(1))).not.toBe(hashCommitted(commitment, signers));
});

it("an event is decoded to what was encoded", () => {
  for (const { struct_hash, signers, ...rest } of commitments) {
    const event = { commitment: rest, signers, committedAt: 1790000001, finalAt: 1790000009 };
    const decoded = decodeCommitted(encodeCommitted(event));
    expect(hashCommitment(decoded.commitment)).toBe(struct_hash);
    expect(decoded.commitment.bundleCid).toBe(rest.bundleCid);
    expect(decoded.signers).toEqual(signers);
    expect([decoded.committedAt, decoded.finalAt]).toEqual([1790000001, 1790000009]);
  }
});

it("an event that is cut short is malformed", () => {
  const { struct_hash: _, signers, ...commitment } = commitments[0] as (typeof commitments)[0];
  const data = encodeCommitted({ commitment, signers, committedAt: 1, finalAt: 2 });
  expect(() => decodeCommitted(data.slice(0, -64 * 2))).toThrow(MalformedEvent);
  expect(() => decodeCommitted("0x")).toThrow(MalformedEvent);
});

it("the event's topic is that of the contract's ABI", () => {
  const signature =
    "Committed(uint64,(uint64,bytes32,bytes32,uint32,uint32,uint16,uint16,bytes32,bytes32,uint64,bytes32,uint32," +
    "uint64,uint64,string),address[],uint64,uint64)";
  expect(COMMITTED_TOPIC).toBe(hexFromBytes(keccak256(utf8(signature))));
  expect(bytesFromHex(COMMITTED_TOPIC)).toHaveLength(32);
});
