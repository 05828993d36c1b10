import { describe, expect, it } from "vitest";
import { buildDirectoryCid, buildFileCid } from "../src/verify/cid.ts";
import { loadVectors } from "./kit/vectors.ts";

interface Cids {
  files: Array<{ bytes: number; cid: string }>;
  directories: Array<{ files: Array<{ path: string; bytes: number }>; cid: string }>;
}

const vectors = loadVectors<Cids>("cids");

/** Byte i is (31 * i + (i >> 8)) mod 256. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = 31 * i + (i >> 8);
  return bytes;
}

/** Two of the files have 45 MB, to reach a second level of links. */
const SECONDS = 60;

describe("content identifiers", () => {
  it.each(vectors.files)(
    "of $bytes bytes are those of the reference importer",
    ({ bytes, cid }) => {
      expect(buildFileCid(pattern(bytes))).toBe(cid);
    },
    1000 * SECONDS,
  );

  it.each(vectors.directories)("of directory $cid do not depend on the order of files", ({ files, cid }) => {
    const content = files.map(({ path, bytes }) => [path, pattern(bytes)] as const);
    expect(buildDirectoryCid(new Map(content))).toBe(cid);
    expect(buildDirectoryCid(new Map(content.reverse()))).toBe(cid);
  });
});
