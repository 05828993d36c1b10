// Each falsehood that the page can see: where it is put into the answer, on which line it must show first,
// and what the page must say.

import { findNextBest, flipBit, forge, insertRow, openList, scoreOf } from "./epoch.mjs";

const ANSWER = "**/v1/recommendations/**";

/** A change of the service's JSON answer. */
const inAnswer = (change) => (page, epoch) =>
  page.route(ANSWER, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change(await response.json(), epoch) });
  });

const changeOpening = (change) =>
  inAnswer((answer, epoch) => ({
    ...answer,
    opening: { ...answer.opening, ...change(answer.opening, epoch) },
  }));

const changeList = (change) =>
  inAnswer((answer, epoch) => {
    const list = openList(answer);
    return forge(answer, epoch, ...change(list, epoch));
  });

export const FAULTS = [
  {
    name: "one byte of a track vector",
    check: "bundle",
    says: /bundle's files hash to/,
    also: ["tracks"],
    put: (page) =>
      page.route("**/bundle/track_vectors.bin", async (route) => {
        const response = await route.fetch();
        const body = Buffer.from(await response.body());
        body[1000] ^= 1;
        await route.fulfill({ response, body });
      }),
  },
  {
    name: "one byte of the listener's vector",
    check: "scores",
    says: /is listed with score .* but the vectors give/,
    also: ["leaf"],
    put: changeOpening(({ vector }) => ({ vector: flipBit(vector, 3) })),
  },
  {
    name: "one score",
    check: "scores",
    says: /at place 3 is listed with score/,
    put: changeList(({ rows, scores }) => [rows, scores.map((score, i) => score + (i === 2 ? 1 : 0))]),
  },
  {
    name: "two swapped rows",
    check: "order",
    says: /at place 2 ranks before/,
    put: changeList(({ rows, scores }) => [swapFirst(rows), swapFirst(scores)]),
  },
  {
    name: "an excluded track listed",
    check: "excluded",
    says: /is on the listener's exclusion list/,
    put: changeList((list, epoch) =>
      insertRow(list, list.excluded[0], scoreOf(list, epoch, list.excluded[0])),
    ),
  },
  {
    name: "a better track left out",
    check: "omission",
    says: /was left out: its score .* beats/,
    put: changeList((list, epoch) => {
      const next = findNextBest(list, epoch);
      return [
        [...list.rows.slice(1), next.row],
        [...list.scores.slice(1), next.score],
      ];
    }),
  },
  {
    name: "a leaf of another epoch",
    check: "leaf",
    says: /another list, or one of another epoch/,
    put: changeOpening(({ salt }) => ({ salt: flipBit(salt, 0) })),
  },
  {
    name: "a proof that leads elsewhere",
    check: "leaf",
    says: /does not lead to the listener root/,
    put: changeOpening(({ proof }) => ({ proof: [flipBit(proof[0], 0), ...proof.slice(1)] })),
  },
  {
    name: "another listener's opening",
    check: "leaf",
    says: /belongs to .* not to the listener on this page/,
    put: inAnswer((answer, epoch) => ({ ...epoch.otherAnswer, address: answer.address })),
  },
  {
    name: "a wrong root in the answer",
    check: "answer",
    says: /the listener root .* but the chain you trust says/,
    put: inAnswer((answer) => ({
      ...answer,
      epoch: { ...answer.epoch, listener_root: flipBit(answer.epoch.listener_root, 0) },
    })),
  },
  {
    name: "a wrong root in the event",
    check: "commitment",
    says: /not the one the contract keeps/,
    put: (page, epoch) =>
      changeNode(page, (text) => text.replaceAll(epoch.answer.epoch.track_root.slice(2), "ab".repeat(32))),
  },
  {
    name: "another title on the page",
    check: "shown",
    says: /the page shows the title “Paid for”/,
    put: inAnswer((answer) => ({
      ...answer,
      items: answer.items.map((item, i) => (i === 4 ? { ...item, title: "Paid for" } : item)),
    })),
  },
  {
    name: "two rows swapped on the page only",
    check: "shown",
    says: /but the verified list has/,
    put: inAnswer((answer) => ({
      ...answer,
      items: swapFirst(answer.items).map((item, i) => ({ ...item, rank: i + 1 })),
    })),
  },
  {
    name: "a made-up reason",
    check: "reasons",
    says: /the vectors give/,
    put: inAnswer((answer) => ({
      ...answer,
      items: answer.items.map((item) => ({
        ...item,
        why: item.why.map((reason) => ({ ...reason, similarity: reason.similarity - 0.1 })),
      })),
    })),
  },
];

/** Rewrite what the node answers, wherever it is. */
export async function changeNode(page, change) {
  const isCall = (url) => !url.pathname.startsWith("/v1/");
  await page.route(isCall, async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    const response = await route.fetch();
    return route.fulfill({ response, body: change(await response.text()) });
  });
}

function swapFirst([first, second, ...rest]) {
  return [second, first, ...rest];
}
