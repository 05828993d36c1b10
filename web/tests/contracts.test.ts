import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  fetchClaimed,
  fetchCommitmentHash,
  fetchCommitted,
  fetchIsFinal,
  fetchIsInForce,
  fetchState,
} from "../src/chain/contracts.ts";
import { CallFailed, type SendCall } from "../src/chain/rpc.ts";
import { hexFromBytes } from "../src/verify/bytes.ts";
import { COMMITTED_TOPIC } from "../src/verify/commitment.ts";
import { hashText } from "../src/verify/words.ts";

interface Member {
  type: string;
  components?: Member[];
}
interface Entry {
  type: string;
  name?: string;
  inputs?: Member[];
}

/** Signatures in a contract's committed artifact. */
function readSignatures(contract: string): string[] {
  const file = new URL(`../../tunefi/chain/artifacts/${contract}.json`, import.meta.url);
  const { abi } = JSON.parse(readFileSync(file, "utf-8")) as { abi: Entry[] };
  const typeOf = ({ type, components }: Member): string =>
    components === undefined ? type : `(${components.map(typeOf).join(",")})${type.slice("tuple".length)}`;
  return abi.map(({ name, inputs }) => `${name}(${(inputs ?? []).map(typeOf).join(",")})`);
}

const address = `0x${"c0".repeat(20)}`;
const selectorsOf = (contract: string) =>
  readSignatures(contract).map((signature) => hexFromBytes(hashText(signature).subarray(0, 4)));

/** A node that writes down which function was called and answers one word. */
function recordingNode(word: number): [SendCall, string[]] {
  const called: string[] = [];
  const send: SendCall = async (_, params) => {
    called.push((params[0] as { data: string }).data.slice(0, 10));
    return `0x${word.toString(16).padStart(64, "0")}`;
  };
  return [send, called];
}

it("every function that the page calls is in the contracts' ABI", async () => {
  const [send, called] = recordingNode(2);
  expect(await fetchState(send, address, 1)).toBe("final");
  await fetchCommitmentHash(send, address, 1);
  await fetchIsFinal(send, address, 1);
  expect(selectorsOf("RecommendationGraph")).toEqual(expect.arrayContaining(called));
  const [ask, asked] = recordingNode(1);
  expect(await fetchIsInForce(ask, address, 1, `0x${"ab".repeat(32)}`)).toBe(true);
  expect(await fetchClaimed(ask, address, address)).toBe(1n);
  expect(selectorsOf("FanEngagement")).toEqual(expect.arrayContaining(asked));
});

it("the event that the page looks for is in the contract's ABI", () => {
  const topics = readSignatures("RecommendationGraph").map((signature) => hexFromBytes(hashText(signature)));
  expect(topics).toContain(COMMITTED_TOPIC);
});

it("an address without a contract is named", async () => {
  await expect(fetchIsFinal(async () => "0x", address, 1)).rejects.toThrow(CallFailed);
});

it("events are looked for from the reference block on, never beyond the head", async () => {
  const asked: unknown[] = [];
  const send: SendCall = async (method, params) => {
    if (method === "eth_blockNumber") return "0x64";
    asked.push(params[0]);
    return [];
  };
  expect(await fetchCommitted(send, address, 1, 40)).toBeNull();
  expect(await fetchCommitted(send, address, 1, 5000)).toBeNull();
  expect(await fetchCommitted(send, address, 1, null)).toBeNull();
  expect(asked).toMatchObject([
    { fromBlock: "0x28", toBlock: "0x64" },
    { fromBlock: "0x64", toBlock: "0x64" },
    { fromBlock: "0x0", toBlock: "0x64" },
  ]);
});
