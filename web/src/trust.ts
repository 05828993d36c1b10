/**
 * Which chain, contract and node the person trusts.
 *
 * Owns where that is remembered and how it is checked. Refuses to take the service's word for what was set by hand.
 */

import type { Chain } from "./api/service.ts";

/** What everything is verified against. */
export interface Trust {
  readonly chainId: number;
  readonly rpcUrl: string;
  readonly recommendationGraph: string;
  readonly fanEngagement: string;
  /** Set by the person, or only what the service named. */
  readonly pinned: boolean;
}

const KEY = "tunefi.trust";
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** What was pinned, else what the service names. */
export function loadTrust(chain: Chain, storage: Storage): Trust {
  const pinned = readPinned(storage);
  if (pinned !== null) return pinned;
  return {
    chainId: chain.chain_id,
    rpcUrl: chain.rpc_url,
    recommendationGraph: (chain.contracts.RecommendationGraph ?? "").toLowerCase(),
    fanEngagement: (chain.contracts.FanEngagement ?? "").toLowerCase(),
    pinned: false,
  };
}

/** Remember it for this browser. */
export function saveTrust(trust: Trust, storage: Storage): Trust {
  const pinned = { ...trust, pinned: true };
  storage.setItem(KEY, JSON.stringify(pinned));
  return pinned;
}

/** Forget what was pinned. */
export function forgetTrust(storage: Storage): void {
  storage.removeItem(KEY);
}

/** Why these values cannot be trusted, by field; empty when they can. */
export function findTrustProblems(trust: Trust): Partial<Record<keyof Trust, string>> {
  const problems: Partial<Record<keyof Trust, string>> = {};
  if (!Number.isSafeInteger(trust.chainId) || trust.chainId < 1)
    problems.chainId = "A chain id is a whole number.";
  if (!isHttpUrl(trust.rpcUrl)) problems.rpcUrl = "Give an http or https address of a node.";
  for (const name of ["recommendationGraph", "fanEngagement"] as const) {
    if (!ADDRESS.test(trust[name])) problems[name] = "An address is 0x and 40 hexadecimal digits.";
  }
  return problems;
}

function isHttpUrl(text: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function readPinned(storage: Storage): Trust | null {
  try {
    const found = JSON.parse(storage.getItem(KEY) ?? "null") as Trust | null;
    return found !== null && Object.keys(findTrustProblems(found)).length === 0
      ? { ...found, pinned: true }
      : null;
  } catch {
    return null;
  }
}
