import { expect, it } from "vitest";
import { describeLead, readAccuracy } from "../src/accuracy.ts";

const row = (key: string, value: number) => ({
  key,
  name: key,
  "recall@10": value,
  "recall@20": value,
  "ndcg@10": value,
  "ndcg@20": value,
  rank_seconds: 1,
});

it("the rows are found under whatever name training gave the table", () => {
  const rows = [row("int8", 0.2), row("item_knn", 0.19)];
  for (const metrics of [rows, { models: rows, loss: [1, 2] }, { report: { accuracy: rows } }])
    expect(readAccuracy(metrics).map(({ key }) => key)).toEqual(["int8", "item_knn"]);
});

it("metrics without a table give no rows", () => {
  for (const metrics of [
    null,
    undefined,
    7,
    "text",
    {},
    { models: [] },
    { models: [{ key: "x" }, { key: "y" }] },
  ])
    expect(readAccuracy(metrics)).toEqual([]);
});

it("a lead is stated both ways", () => {
  const [a, b] = readAccuracy([row("a", 0.22), row("b", 0.2)]);
  if (a === undefined || b === undefined) throw new Error("rows are missing");
  expect(describeLead(a, b, "ndcg@20")).toBe("10.0 % better than b");
  expect(describeLead(b, a, "ndcg@20")).toBe("9.1 % worse than a");
  expect(describeLead(a, a, "ndcg@20")).toBe("as good as a");
});
