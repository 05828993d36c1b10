import { readFileSync } from "node:fs";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { expect, it } from "vitest";
import { hexFromBytes } from "../src/verify/bytes.ts";
import { keccak256 } from "../src/verify/keccak.ts";

it("the hash is that of @noble/hashes for every length up to three blocks", () => {
  for (let length = 0; length <= 3 * 136 + 1; length++) {
    const message = Uint8Array.from({ length }, (_, i) => (i * 73 + length * 11) % 256);
    expect(hexFromBytes(keccak256(message))).toBe(hexFromBytes(keccak_256(message)));
  }
});

it("a hash does not depend on the one before", () => {
  const message = Uint8Array.of(1, 2, 3);
  const first = hexFromBytes(keccak256(message));
  keccak256(new Uint8Array(500).fill(0xff));
  expect(hexFromBytes(keccak256(message))).toBe(first);
});

it("the permutation is what its generator writes", async () => {
  const { buildPermutation } = (await import("../dev/permutation.mjs" as string)) as {
    buildPermutation: () => string;
  };
  const file = new URL("../src/verify/keccak_permutation.ts", import.meta.url);
  expect(readFileSync(file, "utf-8")).toBe(buildPermutation());
});
