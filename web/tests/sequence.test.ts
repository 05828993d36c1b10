import { describe, expect, it } from "vitest";
import { bytesFromHex, hexFromBytes } from "../src/verify/bytes.ts";
import { hashCommitted } from "../src/verify/commitment.ts";
import { buildListenerLeafHasher, hashOpening } from "../src/verify/leaf.ts";
import { verifyProof } from "../src/verify/merkle.ts";
import { type Opening, parseOpening } from "../src/verify/opening.ts";
import { CHECKS, type CheckId } from "../src/verify/sequence.ts";
import {
  buildAnswer,
  buildCommitted,
  buildFiles,
  buildSources,
  collectLines,
  epoch,
  firstBad,
} from "./kit/epoch.ts";

/** On which line each fault of the shared vectors must show, and with which code. */
const FAULTS: Record<string, [CheckId, string]> = {
  score: ["scores", "score"],
  unknown_row: ["scores", "unknown_row"],
  order: ["order", "order"],
  repeated: ["order", "repeated"],
  excluded: ["excluded", "excluded"],
  list_length: ["omission", "list_length"],
  omission: ["omission", "omission"],
  malformed: ["form", "malformed"],
  leaf: ["leaf", "leaf"],
};

it("an honest answer is green on every line, for every listener", async () => {
  for (const opening of epoch.openings) {
    const lines = await collectLines(buildAnswer(opening), buildSources());
    expect(firstBad(lines)).toBeUndefined();
    expect([...lines.keys()]).toEqual(CHECKS.map(([id]) => id));
    expect([...lines.values()].every((line) => line.state === "ok")).toBe(true);
  }
});

describe.each(epoch.false_openings)("an opening with fault $fault", ({ fault, listener_root, opening }) => {
  /** A quorum that lies commits the false leaf too, so that only the fault itself gives it away. */
  function commitFalsehood() {
    const committed = buildCommitted();
    if (fault === "leaf") return { committed, files: buildFiles() };
    const commitment = { ...committed.commitment, listenerRoot: listener_root };
    const openingHash = hexFromBytes(hashOpening(parseOpening(opening) as Opening));
    const listeners = epoch.listener_openings.map(([address, hash], row) => [
      address,
      row === opening.row ? openingHash : hash,
    ]);
    const files = buildFiles().set("listeners.json", new TextEncoder().encode(JSON.stringify(listeners)));
    return { committed: { ...committed, commitment }, files };
  }

  it("is red on its own line first", async () => {
    const { committed, files } = commitFalsehood();
    const { buildDirectoryCid } = await import("../src/verify/cid.ts");
    const commitment = { ...committed.commitment, bundleCid: buildDirectoryCid(files) };
    const answer = buildAnswer(opening);
    const answered = {
      ...answer.epoch,
      listener_root: commitment.listenerRoot,
      bundle_cid: commitment.bundleCid,
    };
    const sources = buildSources({
      fetchBundle: async () => files,
      fetchCommitted: async () => ({ ...committed, commitment }),
      fetchCommitmentHash: async () => hashCommitted(commitment, committed.signers),
    });
    const [id, line] = firstBad(await collectLines({ ...answer, epoch: answered }, sources)) ?? [];
    expect([id, line?.fault?.code]).toEqual(FAULTS[fault]);
  });

  it("has the leaf that its root claims", () => {
    if (fault === "leaf") return;
    const opened = parseOpening(opening) as Opening;
    const place = { chainId: epoch.chain_id, contract: epoch.recommendation_graph, epoch: epoch.epoch };
    const leaf = buildListenerLeafHasher(place)(opened.row, opened.address, hashOpening(opened));
    expect(verifyProof(bytesFromHex(listener_root), leaf, opened.proof)).toBe(true);
  });
});

describe("what comes from elsewhere", () => {
  const wrong = `0x${"ab".repeat(32)}`;

  it.each([
    ["another chain", { fetchChainId: async () => 1 }, "chain", "chain"],
    ["no contract there", { fetchHasCode: async () => false }, "chain", "chain"],
    ["no commitment", { fetchCommitted: async () => null }, "commitment", "commitment"],
    ["another commitment kept", { fetchCommitmentHash: async () => wrong }, "commitment", "commitment"],
    [
      "an epoch that is invalid",
      { fetchState: async () => ({ isFinal: false, state: "invalid" }) },
      "final",
      "not_final",
    ],
    [
      "an epoch that is pending",
      { fetchState: async () => ({ isFinal: false, state: "pending" }) },
      "final",
      "not_final",
    ],
  ])("%s is red", async (_, changes, id, code) => {
    const found = firstBad(await collectLines(buildAnswer(), buildSources(changes)));
    expect(found?.[0]).toBe(id);
    expect(found?.[1].fault?.code).toBe(code);
  });

  it.each([
    ["track root", { track_root: wrong }],
    ["listener root", { listener_root: wrong }],
    ["bundle", { bundle_cid: "bafy" }],
    ["contract", { contract: `0x${"dd".repeat(20)}` }],
    ["chain", { chain_id: 1 }],
  ])("another %s in the answer is red and named", async (name, change) => {
    const answer = buildAnswer();
    const lines = await collectLines({ ...answer, epoch: { ...answer.epoch, ...change } }, buildSources());
    expect(firstBad(lines)?.[0]).toBe("answer");
    expect(lines.get("answer")?.sentence).toContain(`the ${name} `);
  });

  it("one byte of a track vector is red as another bundle and as another root", async () => {
    const files = buildFiles();
    const vectors = files.get("track_vectors.bin") as Uint8Array;
    vectors[40] = (vectors[40] ?? 0) ^ 1;
    const lines = await collectLines(buildAnswer(), buildSources({ fetchBundle: async () => files }));
    expect(firstBad(lines)?.[0]).toBe("bundle");
    expect(lines.get("bundle")?.fault?.code).toBe("cid");
    expect(lines.get("tracks")?.fault?.code).toBe("track_root");
  });

  it("one byte of the listener's vector is red as a false score", async () => {
    const answer = buildAnswer();
    const vector = bytesFromHex(answer.opening.vector);
    vector[0] = (vector[0] ?? 0) ^ 1;
    const opening = { ...answer.opening, vector: hexFromBytes(vector) };
    const lines = await collectLines({ ...answer, opening }, buildSources());
    expect(firstBad(lines)?.[0]).toBe("scores");
    expect(lines.get("leaf")?.state).toBe("failed");
  });

  it("a missing file is red", async () => {
    const files = buildFiles();
    files.delete("titles.json");
    const lines = await collectLines(buildAnswer(), buildSources({ fetchBundle: async () => files }));
    expect(firstBad(lines)?.[1].sentence).toMatch(/titles.json of the bundle is missing/);
  });

  it("a node that is gone is blocked, not false, and nothing after it is green", async () => {
    const fetchChainId = async () => Promise.reject(new Error("the node did not answer"));
    const lines = await collectLines(buildAnswer(), buildSources({ fetchChainId }));
    expect(firstBad(lines)?.[1].state).toBe("blocked");
    expect(lines.size).toBe(1);
  });
});

describe("what the page shows", () => {
  const change = (at: number, item: object) => {
    const answer = buildAnswer();
    return { ...answer, items: answer.items.map((old, i) => (i === at ? { ...old, ...item } : old)) };
  };

  it.each([
    ["another title", change(1, { title: "Paid for" }), "shown"],
    ["another track", change(0, { track_id: "hetrec:track:999" }), "shown"],
    ["another score", change(2, { score: 1 }), "shown"],
    ["another rank", change(2, { rank: 9 }), "shown"],
    ["no list at all", { ...buildAnswer(), items: [] }, "shown"],
    ["a false similarity", change(0, { why: [{ ...reason(0), similarity: 0.123 }] }), "reasons"],
    ["a reason that is no track", change(0, { why: [{ ...reason(0), track_id: "x" }] }), "reasons"],
    ["a reason under another name", change(0, { why: [{ ...reason(0), title: "x" }] }), "reasons"],
  ])("%s is red", async (_, answer, id) => {
    expect(firstBad(await collectLines(answer, buildSources()))?.[0]).toBe(id);
  });

  it("a true similarity is green", async () => {
    const answer = buildAnswer();
    const { row } = answer.items[0] as (typeof answer.items)[0];
    const lines = await collectLines(change(0, { why: [{ ...reason(row), similarity: 1 }] }), buildSources());
    expect(firstBad(lines)).toBeUndefined();
  });

  function reason(row: number) {
    return { track_id: epoch.track_ids[row] ?? "", title: `Title of ${epoch.track_ids[row]}`, similarity: 0 };
  }

  it("another listener's opening is red", async () => {
    const answer = buildAnswer();
    const lines = await collectLines({ ...answer, address: `0x${"ee".repeat(20)}` }, buildSources());
    expect(firstBad(lines)?.[0]).toBe("leaf");
  });
});
