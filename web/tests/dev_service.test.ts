import { expect, it } from "vitest";
import { MadeService } from "../dev/service.ts";

const service = new MadeService(40, "http://localhost:5173");

function ask(path: string): { status: number; body: Record<string, unknown> } {
  const answer = service.answer(new URL(`http://localhost:5173${path}`));
  if (answer === null) throw new Error(`${path} is not answered`);
  return { status: answer.status, body: JSON.parse(new TextDecoder().decode(answer.body)) };
}

it.each(["listeners", "epochs", "challenges", "sales?limit=10", "proposals?limit=10"])(
  "the made-up service lists %s, as the page asks it to",
  (path) => {
    const { status, body } = ask(`/v1/${path}`);
    expect(status).toBe(200);
    expect(body.items).not.toHaveLength(0);
  },
);

it("the made-up service names the epoch that it serves among those it lists", () => {
  const items = ask("/v1/epochs").body.items as { epoch: number; served: boolean }[];
  const served = items.filter((epoch) => epoch.served).map(({ epoch }) => epoch);
  expect(served).toEqual([ask(`/v1/epochs/${served[0]}`).body.epoch]);
});

it("what the made-up service does not have is a 404", () => {
  expect(ask("/v1/nothing").status).toBe(404);
});
