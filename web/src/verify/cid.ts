/**
 * The CIDv1 of files and of a flat directory, as `ipfs add --cid-version=1 --raw-leaves` gives it.
 *
 * Owns UnixFS, dag-pb and base32: 256 KiB chunks, raw leaves, 174 links a node. Refuses to know what is in the
 * files.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, compareBytes, concatBytes, utf8 } from "./bytes.ts";

const CHUNK_BYTES = 262_144;
const LINKS_OF_NODE = 174;
const RAW = 0x55;
const DAG_PB = 0x70;
const DIRECTORY = 1;
const FILE = 2;

/** A block that others link to. */
interface Block {
  readonly cid: Bytes;
  /** Bytes of this block and all below it. */
  readonly treeBytes: number;
  /** Bytes of the file below it. */
  readonly fileBytes: number;
}

/** CIDv1 text of a flat directory; `files` from name to content, in any order. */
export function buildDirectoryCid(files: ReadonlyMap<string, Uint8Array>): string {
  const names = [...files.keys()].sort((a, b) => compareBytes(utf8(a), utf8(b)));
  const links = names.map((name) => encodeLink(name, buildFile(files.get(name) ?? new Uint8Array())));
  return cidText(hashNode(links, Uint8Array.of(0x08, DIRECTORY)).cid);
}

/** CIDv1 text of one file. */
export function buildFileCid(content: Uint8Array): string {
  return cidText(buildFile(content).cid);
}

function buildFile(content: Uint8Array): Block {
  let level: Block[] = [];
  for (let offset = 0; offset === 0 || offset < content.length; offset += CHUNK_BYTES) {
    level.push(hashChunk(content.subarray(offset, offset + CHUNK_BYTES)));
  }
  while (level.length > 1) level = Array.from(splitLevel(level), hashFileNode);
  return level[0] as Block;
}

function* splitLevel(level: readonly Block[]): Generator<Block[]> {
  for (let i = 0; i < level.length; i += LINKS_OF_NODE) yield level.slice(i, i + LINKS_OF_NODE);
}

function hashChunk(chunk: Uint8Array): Block {
  return { cid: cidBytes(RAW, chunk), treeBytes: chunk.length, fileBytes: chunk.length };
}

function hashFileNode(children: readonly Block[]): Block {
  const fileBytes = children.reduce((sum, child) => sum + child.fileBytes, 0);
  const sizes = children.map((child) => concatBytes(Uint8Array.of(0x20), varint(child.fileBytes)));
  const data = concatBytes(Uint8Array.of(0x08, FILE, 0x18), varint(fileBytes), ...sizes);
  const node = hashNode(
    children.map((child) => encodeLink("", child)),
    data,
  );
  const below = children.reduce((sum, child) => sum + child.treeBytes, 0);
  return { cid: node.cid, treeBytes: node.bytes + below, fileBytes };
}

/** A dag-pb node: its links (field 2), then its data (field 1), as the canonical form has it. */
function hashNode(links: readonly Uint8Array[], data: Uint8Array): { cid: Bytes; bytes: number } {
  const encoded = concatBytes(...links.map((link) => field(0x12, link)), field(0x0a, data));
  return { cid: cidBytes(DAG_PB, encoded), bytes: encoded.length };
}

function encodeLink(name: string, block: Block): Bytes {
  return concatBytes(
    field(0x0a, block.cid),
    field(0x12, utf8(name)),
    Uint8Array.of(0x18),
    varint(block.treeBytes),
  );
}

function field(tag: number, content: Uint8Array): Bytes {
  return concatBytes(Uint8Array.of(tag), varint(content.length), content);
}

function varint(value: number): Bytes {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}

function cidBytes(codec: number, block: Uint8Array): Bytes {
  return concatBytes(Uint8Array.of(1, codec, 0x12, 32), sha256(block));
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

function cidText(cid: Uint8Array): string {
  let text = "b";
  let pending = 0;
  let bits = 0;
  for (const byte of cid) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(pending >> (bits - 5)) & 31];
    pending &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32[(pending << (5 - bits)) & 31] : text;
}
