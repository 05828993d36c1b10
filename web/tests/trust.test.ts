import { beforeEach, expect, it } from "vitest";
import { findTrustProblems, forgetTrust, loadTrust, saveTrust } from "../src/trust.ts";

const chain = {
  chain_id: 31337,
  rpc_url: "http://127.0.0.1:8545",
  contracts: { RecommendationGraph: `0x${"AB".repeat(20)}`, FanEngagement: `0x${"cd".repeat(20)}` },
  generated_notice: "",
};

class Memory implements Storage {
  [name: string]: unknown;
  private readonly items = new Map<string, string>();
  get length() {
    return this.items.size;
  }
  clear = () => this.items.clear();
  key = (index: number) => [...this.items.keys()][index] ?? null;
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

let storage: Memory;
beforeEach(() => (storage = new Memory()));

it("what the service names is not pinned", () => {
  const trust = loadTrust(chain, storage);
  expect(trust.pinned).toBe(false);
  expect(trust.recommendationGraph).toBe(`0x${"ab".repeat(20)}`);
});

it("what was pinned outlasts what the service names", () => {
  saveTrust({ ...loadTrust(chain, storage), chainId: 1 }, storage);
  expect(loadTrust({ ...chain, chain_id: 5 }, storage)).toMatchObject({ chainId: 1, pinned: true });
  forgetTrust(storage);
  expect(loadTrust({ ...chain, chain_id: 5 }, storage)).toMatchObject({ chainId: 5, pinned: false });
});

it.each(["{", "null", "[]", '{"chainId":1}'])("a remembered %s is ignored", (text) => {
  storage.setItem("tunefi.trust", text);
  expect(loadTrust(chain, storage).pinned).toBe(false);
});

it("each value that cannot be trusted is named", () => {
  const trust = loadTrust(chain, storage);
  expect(findTrustProblems(trust)).toEqual({});
  const wrong = {
    ...trust,
    chainId: Number.NaN,
    rpcUrl: "ftp://x",
    recommendationGraph: "0x1",
    fanEngagement: "",
  };
  expect(Object.keys(findTrustProblems(wrong))).toEqual([
    "chainId",
    "rpcUrl",
    "recommendationGraph",
    "fanEngagement",
  ]);
});
