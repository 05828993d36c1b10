/**
 * Answers of the made-up service and of its made-up node.
 *
 * Owns JSON in the form of the real API. Refuses to know sockets.
 */

import { hexFromBytes, bytesFromHex, unpackInt32, unpackUint32, utf8 } from "../src/verify/bytes.ts";
import { hashText, wordOfNumber } from "../src/verify/words.ts";
import { encodeCommitted } from "./committed_event.ts";
import { type MadeEpoch, makeEpoch, type MadeListener } from "./epoch.ts";
import { challenge, proposal, sale } from "./history.ts";

/** Status, content type and body. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
}

const NOTICE =
  "Made-up epoch for development: tracks, listeners, plays and rewards are generated; nothing here is real.";

/** A service of one made-up epoch. */
export class MadeService {
  private readonly made: MadeEpoch;

  constructor(
    tracks: number,
    private readonly origin: string,
  ) {
    this.made = makeEpoch(tracks, 60, 128);
  }

  /** Answer a GET, or null where it is no path of the API. */
  answer(url: URL): Answer | null {
    const path = url.pathname;
    if (!path.startsWith("/v1/")) return null;
    const found = this.find(path.slice(4), url.searchParams);
    if (found === null)
      return json(404, { title: "There is no such thing", detail: `${path} names nothing` });
    return found instanceof Uint8Array
      ? { status: 200, type: "application/octet-stream", body: found }
      : json(200, found);
  }

  /** Answer a JSON-RPC call. */
  call(request: { id: number; method: string; params: unknown[] }): Answer {
    return json(200, { jsonrpc: "2.0", id: request.id, result: this.result(request.method, request.params) });
  }

  private find(path: string, query: URLSearchParams): object | Uint8Array | null {
    const [kind, id, part, file] = path.split("/").map(decodeURIComponent);
    if (kind === "chain") return this.chain();
    if (kind === "listeners" && id === undefined) return this.listeners(query);
    if (kind === "challenges") return { items: [challenge()] };
    if (kind === "sales") return { items: [sale()] };
    if (kind === "proposals") return { items: [proposal()] };
    if (kind === "epochs" && id === undefined) return this.epochs();
    if (kind === "epochs")
      return part === "bundle" ? (this.made.files.get(file ?? "") ?? null) : this.epoch();
    const listener = this.made.listeners.find(({ address }) => address === id?.toLowerCase());
    if (listener === undefined) return null;
    if (kind === "listeners") return this.listener(listener);
    if (kind === "recommendations") return this.recommendations(listener, Number(query.get("limit") ?? 20));
    return kind === "rewards" ? this.reward(listener) : null;
  }

  private chain(): object {
    const contracts = {
      RecommendationGraph: this.made.place.contract,
      FanEngagement: this.made.fanEngagement,
    };
    return { chain_id: 31337, rpc_url: `${this.origin}/rpc`, contracts, generated_notice: NOTICE };
  }

  private listeners(query: URLSearchParams): object {
    const wanted = (query.get("query") ?? "").toLowerCase();
    const items = this.made.listeners.map((listener) => ({
      address: listener.address,
      name: listener.name,
      generated: true,
      plays: listener.heard.reduce((sum, { plays }) => sum + plays, 0),
      top_artists: listener.heard
        .slice(0, 3)
        .map(({ row, plays }) => ({
          artist_id: this.made.trackIds[row],
          name: this.made.titles[row],
          plays,
        })),
    }));
    const matches = items.filter((item) => JSON.stringify(item).toLowerCase().includes(wanted));
    return { items: matches.slice(0, Number(query.get("limit") ?? 20)) };
  }

  private listener(listener: MadeListener): object {
    return {
      address: listener.address,
      name: listener.name,
      generated: true,
      public_listener: true,
      plays: listener.heard.reduce((sum, { plays }) => sum + plays, 0),
      top: listener.heard.slice(0, 10).map(({ row, plays }) => ({ ...this.track(row), plays })),
    };
  }

  private track(row: number) {
    const title = this.made.titles[row] ?? "";
    return { track_id: this.made.trackIds[row] ?? "", title, artist: title };
  }

  private recommendations(listener: MadeListener, limit: number): object {
    const rows = unpackUint32(bytesFromHex(listener.opening.rows));
    const scores = unpackInt32(bytesFromHex(listener.opening.scores));
    return {
      address: listener.address,
      generated: true,
      public_listener: true,
      epoch: { ...this.epochSummary(), chain_id: 31337, contract: this.made.place.contract },
      model: { digest: this.made.committed.commitment.modelDigest, name: "made up" },
      items: [...rows]
        .slice(0, limit)
        .map((row, i) => ({
          rank: i + 1,
          row,
          ...this.track(row),
          score: scores[i],
          generated: true,
          why: this.why(row, listener),
        })),
      fallback: false,
      fallback_reason: null,
      opening: listener.opening,
    };
  }

  private why(row: number, listener: MadeListener): object[] {
    const reasons = listener.heard.map((heard) => ({
      track_id: this.made.trackIds[heard.row],
      title: this.made.titles[heard.row],
      similarity: this.cosine(row, heard.row),
    }));
    return reasons.sort((a, b) => b.similarity - a.similarity).slice(0, 3);
  }

  private cosine(a: number, b: number): number {
    const { vectors, dimension } = this.made;
    const of = (x: number, y: number) => {
      let sum = 0;
      for (let i = 0; i < dimension; i++)
        sum += (vectors[x * dimension + i] ?? 0) * (vectors[y * dimension + i] ?? 0);
      return sum;
    };
    return Math.round((1e4 * of(a, b)) / Math.sqrt(of(a, a) * of(b, b))) / 1e4;
  }

  private epochSummary() {
    const { commitment, finalAt } = this.made.committed;
    return {
      epoch: commitment.epoch,
      state: "final",
      final_at: finalAt * 1e6,
      track_root: commitment.trackRoot,
      listener_root: commitment.listenerRoot,
      bundle_cid: commitment.bundleCid,
    };
  }

  /** The made-up epoch after one that was challenged, which `history.ts` tells of, and the one before. */
  private epochs(): object {
    const served = { ...this.epochSummary(), served: true };
    const earlier = (epoch: number, state: string) => ({ ...served, epoch, state, served: false });
    return { items: [served, earlier(2, "invalid"), earlier(1, "final")] };
  }

  private epoch(): object {
    const row = (key: string, name: string, base: number) => ({
      key,
      name,
      "recall@10": base,
      "recall@20": 1.4 * base,
      "ndcg@10": 1.1 * base,
      "ndcg@20": 1.3 * base,
    });
    const { commitment } = this.made.committed;
    return {
      ...this.epochSummary(),
      commitment: { ...commitment, reference_block: commitment.referenceBlock },
      signers: this.made.committed.signers,
      chain_id: 31337,
      contract: this.made.place.contract,
      bundle: {
        cid: commitment.bundleCid,
        files: [...this.made.files].map(([name, content]) => ({ name, size: content.length })),
      },
      metrics: {
        accuracy: [
          row("float", "Spectral LightGCN, float32", 0.17),
          row("int8", "Spectral LightGCN, int8 as served", 0.1698),
          row("item_knn", "item-kNN, tuned", 0.165),
          row("popularity", "popularity", 0.07),
        ],
      },
    };
  }

  private reward(listener: MadeListener): object {
    return {
      address: listener.address,
      epoch: 3,
      root: this.made.rewardRoot,
      in_force: true,
      cumulative_wei: String(listener.rewardWei),
      claimed_wei: "0",
      claimable_wei: String(listener.rewardWei),
      proof: listener.rewardProof,
      points: 5400,
      trust_ppt: 1200000000,
      explanation: "5,400 points times 1,200,000,000 units of trust, of 10^12 units in all.",
      contract: this.made.fanEngagement,
      chain_id: 31337,
    };
  }

  private result(method: string, params: unknown[]): unknown {
    if (method === "eth_chainId") return "0x7a69";
    if (method === "eth_blockNumber") return "0x64";
    if (method === "eth_getCode") return "0x6001";
    if (method === "eth_getLogs") return [{ data: encodeCommitted(this.made.committed) }];
    const { data } = params[0] as { data: string };
    const selector = (signature: string) => hexFromBytes(hashText(signature).subarray(0, 4));
    const word = (value: number) => hexFromBytes(wordOfNumber(value));
    if (data.startsWith(selector("commitmentHash(uint64)"))) return this.made.commitmentHash;
    if (data.startsWith(selector("stateOf(uint64)"))) return word(2);
    if (data.startsWith(selector("claimed(address)"))) return word(0);
    return word(1);
  }
}

function json(status: number, value: unknown): Answer {
  return { status, type: "application/json", body: utf8(JSON.stringify(value)) };
}
