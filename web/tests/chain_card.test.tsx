import { render } from "preact-render-to-string";
import { expect, it } from "vitest";
import { ChainHistory, Proposals, Sales } from "../src/ui/ChainHistory.tsx";
import { EpochLine } from "../src/ui/EpochLine.tsx";
import { challenge, EPOCHS, proposal, sale } from "../dev/history.ts";

const text = (html: string): string => html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");

it("the epochs stand in their order, each with its state, and the served one is named", () => {
  const html = render(<EpochLine epochs={EPOCHS} challenges={[]} />);
  expect(html).toContain('aria-label="epoch 1 is final, epoch 2 is invalid, epoch 3 is pending"');
  expect([...html.matchAll(/data-state="(\w+)"/g)].map(([, state]) => state)).toEqual([
    "final",
    "invalid",
    "pending",
  ]);
  expect(html.match(/epoch-ring/g)).toHaveLength(1);
  expect(text(html)).toContain("Epoch 1 is served. What is final stays in force");
});

it("where no epoch is served none is said to be", () => {
  const unserved = EPOCHS.map((epoch) => ({ ...epoch, served: false }));
  expect(render(<EpochLine epochs={unserved} challenges={[]} />)).not.toMatch(/served|epoch-ring/);
});

it("a challenge and a demand of one block are two lines", () => {
  const demand = challenge({
    challenge_id: "31337:0xgraph:0x77",
    kind: "demand",
    state: "open",
    slashed: [],
  });
  const html = render(<EpochLine epochs={EPOCHS} challenges={[demand, challenge()]} />);
  expect([...html.matchAll(/data-challenge="(\w+)"/g)].map(([, kind]) => kind)).toEqual(["demand", "score"]);
  expect(text(html)).toMatch(/demands what epoch 2 holds\. .* proved epoch 2 false/);
});

it("a sale is a line that says how the price was split", () => {
  const html = render(<Sales items={[sale(), sale({ sale_id: "31337:0xmarket:2", kind: "offer" })]} />);
  expect([...html.matchAll(/data-sale="(\w+)"/g)].map(([, kind]) => kind)).toEqual(["listing", "offer"]);
  expect(text(html)).toContain("0.0120 ETH to the artist's split");
});

it("what a title says is text and nothing else", () => {
  const html = render(<Sales items={[sale({ title: "<img src=x onerror=alert(1)>" })]} />);
  expect(html).not.toContain("<img");
  expect(html).toContain("&lt;img");
});

it("a decision is named by its description, with the vote under it", () => {
  const html = render(<Proposals items={[proposal()]} />);
  expect(html).toContain('data-proposal="executed"');
  expect(text(html)).toMatch(/Take two keepers in .*6 accounts voted/);
});

it("a chain on which nothing happened says so in each part", () => {
  expect(text(render(<EpochLine epochs={[]} challenges={[]} />))).toContain("No epoch was committed yet.");
  expect(text(render(<Proposals items={[]} />))).toContain("Nothing was proposed yet.");
  expect(text(render(<Sales items={[]} />))).toContain("No edition was resold yet.");
});

it("while nothing has come each part says what it loads", () => {
  const html = render(<ChainHistory />);
  for (const label of ["Loading the epochs", "Loading the decisions", "Loading the sales"])
    expect(html).toContain(`aria-label="${label}"`);
});
