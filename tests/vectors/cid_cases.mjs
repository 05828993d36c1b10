// CIDs of files and directories, from the importer that js-ipfs and Helia use.

import { importer } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced } from "ipfs-unixfs-importer/layout";

const CHUNK_BYTES = 262144;

const OPTIONS = {
  cidVersion: 1,
  rawLeaves: true,
  reduceSingleLeafToSelf: true,
  wrapWithDirectory: false,
  chunker: fixedSize({ chunkSize: CHUNK_BYTES }),
  layout: balanced({ maxChildrenPerNode: 174 }),
};

/** Byte i is i * 31 + (i >> 8), modulo 256: easy to make anywhere, and no two chunks are equal soon. */
function pattern(bytes) {
  const content = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) content[i] = (i * 31 + (i >> 8)) & 0xff;
  return content;
}

const nowhere = { async put(cid) { return cid; } };

async function cidsOf(entries) {
  const found = [];
  for await (const entry of importer(entries, nowhere, OPTIONS)) found.push(entry);
  return found;
}

async function fileCase(bytes) {
  const [entry] = await cidsOf([{ path: "file", content: pattern(bytes) }]);
  return { bytes, cid: entry.cid.toString() };
}

async function directoryCase(files) {
  const entries = Object.entries(files).map(([path, bytes]) => ({ path: `d/${path}`, content: pattern(bytes) }));
  const all = await cidsOf(entries);
  const root = all.find(({ path }) => path === "d");
  return { files: Object.entries(files).map(([path, bytes]) => ({ path, bytes })), cid: root.cid.toString() };
}

export async function cidFile() {
  const sizes = [0, 1, 1000, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 174 * CHUNK_BYTES, 175 * CHUNK_BYTES + 5];
  const files = [];
  for (const bytes of sizes) files.push(await fileCase(bytes));
  return {
    pattern: "byte i is (31 * i + (i >> 8)) mod 256",
    chunk_bytes: CHUNK_BYTES,
    links: 174,
    file_count: files.length,
    files,
    directories: [
      await directoryCase({ "one.txt": 11 }),
      await directoryCase({ "bundle.json": 900, "track_vectors.bin": 2256896, "Z.json": 0, "a.json": 300000, "ö.txt": 5 }),
    ],
  };
}
