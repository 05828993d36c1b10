/**
 * What the service answers.
 *
 * Owns the API's JSON and its errors. Refuses to believe any of it: that is what src/verify is for.
 */

import type { AnsweredEpoch, ShownItem } from "../verify/answer.ts";
import type { OpeningJson } from "../verify/opening.ts";
import type { AnsweredReward } from "../verify/reward.ts";

export interface Chain {
  readonly chain_id: number;
  readonly rpc_url: string;
  readonly contracts: Readonly<Record<string, string>>;
  readonly generated_notice: string;
}

export interface ListenerSummary {
  readonly address: string;
  readonly name: string | null;
  readonly generated: boolean;
  readonly plays: number;
  readonly top_artists: ReadonlyArray<{
    readonly artist_id: string;
    readonly name: string;
    readonly plays: number;
  }>;
}

export interface Listener {
  readonly address: string;
  readonly name: string | null;
  readonly generated: boolean;
  readonly plays: number;
  readonly top: ReadonlyArray<{
    readonly track_id: string;
    readonly title: string;
    readonly artist: string | null;
    readonly plays: number;
  }>;
}

export interface ServedEpoch extends Omit<AnsweredEpoch, "epoch"> {
  readonly epoch: number | null;
  readonly state: "pending" | "final" | "invalid" | "none";
  readonly final_at: number | null;
}

export interface Item extends ShownItem {
  readonly artist: string | null;
  readonly generated: boolean;
}

export interface Recommendations {
  readonly address: string;
  readonly epoch: ServedEpoch;
  readonly model: { readonly digest: string; readonly name: string } | null;
  readonly items: readonly Item[];
  readonly fallback: boolean;
  readonly fallback_reason: string | null;
  readonly opening: OpeningJson | null;
}

export interface Epoch {
  readonly epoch: number;
  readonly commitment: Readonly<Record<string, unknown>> | null;
  readonly bundle: {
    readonly cid: string | null;
    readonly files: ReadonlyArray<{ readonly name: string; readonly size: number }>;
  };
  readonly metrics: unknown;
}

export interface EpochSummary {
  readonly epoch: number;
  readonly state: "pending" | "final" | "invalid" | "none";
  readonly served: boolean;
}

export interface Challenge {
  readonly challenge_id: string;
  readonly kind: string;
  readonly state: string;
  readonly at: number;
  readonly epoch: number | null;
  readonly by: string;
  readonly bounty_to: string | null;
  readonly bounty_wei: string | null;
  readonly burned_wei: string | null;
  readonly slashed: ReadonlyArray<{ readonly keeper: string; readonly amount_wei: string }>;
}

export interface Sale {
  readonly sale_id: string;
  readonly kind: string;
  readonly at: number;
  readonly track_id: string;
  readonly title: string | null;
  readonly amount: number;
  readonly price_wei: string;
  readonly royalty_wei: string;
  readonly fee_wei: string;
  readonly currency: string;
  readonly seller: string | null;
  readonly buyer: string | null;
}

export interface Proposal {
  readonly proposal_id: string;
  readonly state: string;
  readonly description: string;
  readonly voters: number;
  readonly votes_for: string;
  readonly votes_against: string;
  readonly votes_abstain: string;
}

export interface Reward extends Omit<AnsweredReward, "root"> {
  readonly epoch: number | null;
  readonly root: string | null;
  readonly in_force: boolean;
  readonly points: number | null;
  readonly trust_ppt: number | null;
  readonly explanation: string;
  readonly contract: string | null;
}

/** The service refused or could not be reached; the message is for people. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "ServiceError";
  }
}

export const fetchChain = (signal: AbortSignal) => fetchJson<Chain>("/v1/chain", signal);

export const fetchListeners = (query: string, signal: AbortSignal) =>
  fetchJson<{ items: ListenerSummary[] }>(
    `/v1/listeners?${new URLSearchParams({ limit: "30", query })}`,
    signal,
  );

export const fetchListener = (address: string, signal: AbortSignal) =>
  fetchJson<Listener>(`/v1/listeners/${encodeURIComponent(address)}`, signal);

export const fetchRecommendations = (address: string, limit: number, signal: AbortSignal) =>
  fetchJson<Recommendations>(`/v1/recommendations/${encodeURIComponent(address)}?limit=${limit}`, signal);

export const fetchReward = (address: string, signal: AbortSignal) =>
  fetchJson<Reward>(`/v1/rewards/${encodeURIComponent(address)}`, signal);

export const fetchEpoch = (epoch: number, signal: AbortSignal) =>
  fetchJson<Epoch>(`/v1/epochs/${epoch}`, signal);

export const fetchEpochs = (signal: AbortSignal) =>
  fetchJson<{ items: EpochSummary[] }>("/v1/epochs", signal);

export const fetchChallenges = (signal: AbortSignal) =>
  fetchJson<{ items: Challenge[] }>("/v1/challenges", signal);

export const fetchSales = (signal: AbortSignal) => fetchJson<{ items: Sale[] }>("/v1/sales?limit=10", signal);

export const fetchProposals = (signal: AbortSignal) =>
  fetchJson<{ items: Proposal[] }>("/v1/proposals?limit=10", signal);

/** Bytes of one file of a bundle. */
export async function fetchBundleFile(epoch: number, name: string): Promise<Uint8Array> {
  const response = await request(`/v1/epochs/${epoch}/bundle/${encodeURIComponent(name)}`, null);
  return new Uint8Array(await response.arrayBuffer());
}

async function fetchJson<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await request(path, signal);
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (error instanceof DOMException) throw error;
    throw new ServiceError(response.status, "The service sent something that is not JSON.");
  }
}

async function request(path: string, signal: AbortSignal | null): Promise<Response> {
  const response = await fetch(path, { signal, headers: { accept: "application/json, */*" } }).catch(
    (error: unknown) => {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ServiceError(0, "The service does not answer. Is it running?");
    },
  );
  if (response.ok) return response;
  const problem = (await response.json().catch(() => null)) as { title?: string; detail?: string } | null;
  const text = problem?.detail ?? problem?.title ?? `The service answered with HTTP ${response.status}.`;
  throw new ServiceError(response.status, text);
}
