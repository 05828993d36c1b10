// Sections 4 and 5 of the design, written a second time in plain JavaScript and BigInt.
//
// Owns what the vectors are computed with. Refuses to know the Python and Solidity code that reads them:
// nothing here is translated from it, so an agreement between the two means something.

import { createHmac } from "node:crypto";

import { keccak256 as keccak } from "ethereum-cryptography/keccak.js";
import { secp256k1 } from "ethereum-cryptography/secp256k1.js";

export const utf8 = (text) => new TextEncoder().encode(text);
export const hex = (bytes) => "0x" + Buffer.from(bytes).toString("hex");
export const bytesOf = (text) => Uint8Array.from(Buffer.from(text.slice(2), "hex"));
export const concat = (...parts) => Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part))));

/** Keccak-256 of bytes, as 0x hex. */
export const keccak256 = (bytes) => hex(keccak(bytes));

/** One word of abi.encode: an unsigned number, or 0x hex of an address (right-aligned) or of 32 bytes. */
export function word(value) {
  return bytesOf("0x" + BigInt(value).toString(16).padStart(64, "0"));
}

/** abi.encode of static values only. */
export const abiEncode = (...values) => concat(...values.map(word));

/** Packed big-endian 32-bit integers, signed or not. */
export function packed(numbers) {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => bytes.writeUInt32BE(number >>> 0, 4 * i));
  return Uint8Array.from(bytes);
}

/** int8 components as bytes. */
export const int8Bytes = (components) => Uint8Array.from(components.map((c) => c & 0xff));

export const TYPES = {
  track: keccak256(utf8("TuneFi.Track.v1")),
  listener: keccak256(utf8("TuneFi.Listener.v1")),
  reward: keccak256(utf8("TuneFi.Reward.v1")),
};
export const LEAF_ENCODING = ["bytes32", "uint256", "address", "uint64", "uint256", "bytes32"];

/** The six values of a leaf, in the order of the design. */
export const leafValues = (type, { chain_id, contract, epoch }, key, valueHash) => [
  TYPES[type],
  BigInt(chain_id),
  contract,
  BigInt(epoch),
  BigInt(key),
  valueHash,
];

export const leafHash = (values) => keccak256(bytesOf(keccak256(abiEncode(...values))));

export const trackValueHash = (trackId, vector) =>
  keccak256(abiEncode(keccak256(utf8(trackId)), keccak256(vector)));

export const openingHash = ({ salt, vector, excluded, rows, scores }) =>
  keccak256(abiEncode(salt, ...[vector, excluded, rows, scores].map((part) => keccak256(bytesOf(part)))));

export const listenerValueHash = (address, opening) => keccak256(abiEncode(address, opening));

export const rewardValueHash = (wei) => keccak256(abiEncode(wei));

export const saltOf = (secret, { chain_id, contract, epoch }, address) =>
  hex(createHmac("sha256", bytesOf(secret)).update(abiEncode(chain_id, contract, epoch, address)).digest());

export const dot = (a, b) => Number(a.reduce((sum, c, i) => sum + BigInt(c) * BigInt(b[i]), 0n));

/** Best first: higher score, then lower row; the whole list is sorted, nothing is clever. */
export function rank(listener, tracks, excludedRows, listLength) {
  const excluded = new Set(excludedRows);
  const left = tracks.map((vector, row) => ({ row, score: dot(listener, vector) }));
  const allowed = left.filter(({ row }) => !excluded.has(row));
  allowed.sort((a, b) => b.score - a.score || a.row - b.row);
  const list = allowed.slice(0, listLength);
  return { rows: list.map(({ row }) => row), scores: list.map(({ score }) => score) };
}

/** round_half_even(127 * value / largest) in exact integers; largest > 0. */
export function quantise(value, largest) {
  const [top, bottom] = [127n * BigInt(Math.abs(value)), BigInt(largest)];
  let whole = top / bottom;
  const rest = 2n * (top % bottom);
  if (rest > bottom || (rest === bottom && whole % 2n === 1n)) whole += 1n;
  return value < 0 ? -Number(whole) : Number(whole);
}

export const COMMITMENT_TYPE =
  "Commitment(uint64 epoch,bytes32 trackRoot,bytes32 listenerRoot,uint32 tracks,uint32 listeners,uint16 dimension," +
  "uint16 listLength,bytes32 snapshotDigest,bytes32 modelDigest,uint64 referenceBlock,bytes32 referenceHash," +
  "uint32 keeperSetVersion,uint64 validFrom,uint64 validUntil,string bundleCid)";
export const REWARD_ROOT_TYPE =
  "RewardRoot(uint64 epoch,bytes32 root,bytes32 previousRoot,uint256 totalCumulative,bytes32 snapshotDigest," +
  "uint32 keeperSetVersion)";

/** EIP-712 hash of a struct whose type string has static members and strings only. */
export function structHash(typeString, message) {
  const members = typeString.slice(typeString.indexOf("(") + 1, -1).split(",");
  const words = members.map((member) => {
    const [type, name] = member.split(" ");
    return type === "string" ? keccak256(utf8(message[name])) : message[name];
  });
  return keccak256(abiEncode(keccak256(utf8(typeString)), ...words));
}

export const domainSeparator = (name, chainId, contract) =>
  structHash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)", {
    name,
    version: "1",
    chainId,
    verifyingContract: contract,
  });

export const typedDigest = (separator, struct) =>
  keccak256(concat(bytesOf("0x1901"), bytesOf(separator), bytesOf(struct)));

export function addressOf(privateKey) {
  const publicKey = secp256k1.getPublicKey(bytesOf(privateKey), false).slice(1);
  return "0x" + keccak256(publicKey).slice(-40);
}

/** r, s and v of 27 or 28 as one 65-byte string; the nonce is RFC 6979, so the bytes never change. */
export function sign(digest, privateKey) {
  const signature = secp256k1.sign(bytesOf(digest), bytesOf(privateKey));
  return "0x" + signature.toCompactHex() + (27 + signature.recovery).toString(16);
}

/** Numbers that look random and are the same on every run: Keccak-256 in counter mode. */
export class Numbers {
  #seed;
  #counter = 0;

  constructor(seed) {
    this.#seed = utf8(seed);
  }

  bytes32() {
    return keccak256(concat(this.#seed, word(this.#counter++)));
  }

  /** A whole number from low to high, both included. */
  between(low, high) {
    return low + Number(BigInt(this.bytes32()) % BigInt(high - low + 1));
  }

  vector(dimension, low = -127, high = 127) {
    return Array.from({ length: dimension }, () => this.between(low, high));
  }

  address() {
    return "0x" + this.bytes32().slice(-40);
  }
}
