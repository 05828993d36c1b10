/**
 * What the page reads from the contracts.
 *
 * Owns selectors and the few calls. Refuses to judge what comes back.
 */

import { bytesFromHex, hexFromBytes } from "../verify/bytes.ts";
import { COMMITTED_TOPIC, type Committed, decodeCommitted } from "../verify/commitment.ts";
import { hashText, wordOfHex, wordOfNumber } from "../verify/words.ts";
import { CallFailed, type SendCall } from "./rpc.ts";

/** State of an epoch, in the contract's order. */
export const EPOCH_STATES = ["none", "pending", "final", "invalid"] as const;
export type EpochState = (typeof EPOCH_STATES)[number];

/** Blocks behind the reference block within which a commit must fall. */
const COMMIT_RANGE = 8191;

/** The chain's own id. */
export async function fetchChainId(send: SendCall): Promise<number> {
  return Number(BigInt(String(await send("eth_chainId", []))));
}

/** Whether a contract is at the address. */
export async function fetchHasCode(send: SendCall, address: string): Promise<boolean> {
  const code = String(await send("eth_getCode", [address, "latest"]));
  return /^0x[0-9a-f]*[1-9a-f]/i.test(code);
}

/** The epoch's event, looked for from its reference block on where that is known; null where there is none. */
export async function fetchCommitted(
  send: SendCall,
  contract: string,
  epoch: number,
  referenceBlock: number | null,
): Promise<Committed | null> {
  const head = Number(BigInt(String(await send("eth_blockNumber", []))));
  const first = Math.min(referenceBlock ?? 0, head);
  const last = referenceBlock === null ? head : Math.min(head, referenceBlock + COMMIT_RANGE);
  const topics = [COMMITTED_TOPIC, hexFromBytes(wordOfNumber(epoch))];
  const blocks = { fromBlock: quantity(first), toBlock: quantity(last) };
  const logs = await send("eth_getLogs", [{ address: contract, topics, ...blocks }]);
  if (!Array.isArray(logs)) throw new CallFailed("eth_getLogs", "the answer is no list");
  const log = logs.at(-1) as { data?: unknown } | undefined;
  return log === undefined ? null : decodeCommitted(String(log.data));
}

/** What the contract keeps of an epoch: a hash over commitment and signers. */
export async function fetchCommitmentHash(send: SendCall, contract: string, epoch: number): Promise<string> {
  return wordAt(await call(send, contract, "commitmentHash(uint64)", wordOfNumber(epoch)), 0);
}

/** Whether the epoch is final, asked as every reader of a root must. */
export async function fetchIsFinal(send: SendCall, contract: string, epoch: number): Promise<boolean> {
  return BigInt(wordAt(await call(send, contract, "isFinal(uint64)", wordOfNumber(epoch)), 0)) === 1n;
}

/** Where the epoch stands. */
export async function fetchState(send: SendCall, contract: string, epoch: number): Promise<EpochState> {
  const state = Number(BigInt(wordAt(await call(send, contract, "stateOf(uint64)", wordOfNumber(epoch)), 0)));
  return EPOCH_STATES[state] ?? "none";
}

/** Whether a reward root took force. */
export async function fetchIsInForce(
  send: SendCall,
  contract: string,
  epoch: number,
  root: string,
): Promise<boolean> {
  const answer = await call(
    send,
    contract,
    "isInForce(uint64,bytes32)",
    wordOfNumber(epoch),
    wordOfHex(root),
  );
  return BigInt(wordAt(answer, 0)) === 1n;
}

/** What an account was paid in all, in wei. */
export async function fetchClaimed(send: SendCall, contract: string, account: string): Promise<bigint> {
  return BigInt(wordAt(await call(send, contract, "claimed(address)", wordOfHex(account)), 0));
}

async function call(send: SendCall, to: string, signature: string, ...words: Uint8Array[]): Promise<string> {
  const selector = hexFromBytes(hashText(signature).subarray(0, 4));
  const data = selector + words.map((word) => hexFromBytes(word).slice(2)).join("");
  return String(await send("eth_call", [{ to, data }, "latest"]));
}

function wordAt(data: string, index: number): string {
  const bytes = bytesFromHex(data).subarray(32 * index, 32 * index + 32);
  if (bytes.length !== 32)
    throw new CallFailed("eth_call", "the contract did not answer; is it the right address?");
  return hexFromBytes(bytes);
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}
