import { describe, expect, it } from "vitest";
import { bytesFromHex, hexFromBytes } from "../src/verify/bytes.ts";
import {
  buildListenerLeafHasher,
  buildTrackLeafHasher,
  hashOpening,
  hashRewardLeaf,
  type Place,
} from "../src/verify/leaf.ts";
import { hashText } from "../src/verify/words.ts";
import { loadVectors } from "./kit/vectors.ts";

interface PlaceJson {
  chain_id: number;
  contract: string;
  epoch: number;
}
interface Leaves {
  tracks: Array<PlaceJson & Record<"track_id" | "vector" | "leaf", string> & { row: number }>;
  listeners: Array<
    PlaceJson &
      Record<
        "address" | "salt" | "vector" | "excluded" | "rows" | "scores" | "opening_hash" | "leaf",
        string
      > & { row: number }
  >;
  rewards: Array<PlaceJson & Record<"address" | "cumulative_wei" | "leaf", string>>;
}

const vectors = loadVectors<Leaves>("leaves");
const placeOf = (json: PlaceJson): Place => ({
  chainId: json.chain_id,
  contract: json.contract,
  epoch: json.epoch,
});

describe("leaves", () => {
  it("of tracks are those of the shared vectors", () => {
    expect(vectors.tracks.length).toBeGreaterThan(0);
    for (const track of vectors.tracks) {
      const hash = buildTrackLeafHasher(placeOf(track));
      const leaf = hash(track.row, hashText(track.track_id), bytesFromHex(track.vector));
      expect(hexFromBytes(leaf)).toBe(track.leaf);
    }
  });

  it("of listeners are those of the shared vectors", () => {
    expect(vectors.listeners.length).toBeGreaterThan(0);
    for (const listener of vectors.listeners) {
      const [salt, vector] = [bytesFromHex(listener.salt), bytesFromHex(listener.vector)];
      const [excluded, rows] = [bytesFromHex(listener.excluded), bytesFromHex(listener.rows)];
      const opening = hashOpening({ salt, vector, excluded, rows, scores: bytesFromHex(listener.scores) });
      expect(hexFromBytes(opening)).toBe(listener.opening_hash);
      const leaf = buildListenerLeafHasher(placeOf(listener))(listener.row, listener.address, opening);
      expect(hexFromBytes(leaf)).toBe(listener.leaf);
    }
  });

  it("of rewards are those of the shared vectors", () => {
    expect(vectors.rewards.length).toBeGreaterThan(0);
    for (const reward of vectors.rewards) {
      const leaf = hashRewardLeaf(placeOf(reward), reward.address, BigInt(reward.cumulative_wei));
      expect(hexFromBytes(leaf)).toBe(reward.leaf);
    }
  });
});
