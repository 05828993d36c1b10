// What the card "On the chain" must say of the demonstration: a false epoch, a vote, a resale.

import { expect } from "./browser.mjs";

const LISTS = ["epochs", "challenges", "sales", "proposals"];

/** Go to the page; what it was itself told of the chain, by the last word of the path. */
export async function openTold(page, url) {
  const coming = LISTS.map((name) =>
    page.waitForResponse((response) => new URL(response.url()).pathname === `/v1/${name}`),
  );
  await page.goto(`${url}/`);
  const bodies = await Promise.all(coming.map(async (response) => (await (await response).json()).items));
  return Object.fromEntries(LISTS.map((name, i) => [name, bodies[i]]));
}

/** Every epoch in its order and state, and the newest final one served, whatever became of the others. */
export async function expectEpochs(page, { epochs }) {
  await page.waitForSelector(".epoch-line");
  const shown = await page.$$eval(".epoch-line [data-state]", (groups) =>
    groups.map((group) => ({
      epoch: Number(group.querySelector(".epoch-number").textContent),
      state: group.dataset.state,
      served: group.querySelector(".epoch-ring") !== null,
    })),
  );
  const told = epochs.map(({ epoch, state, served }) => ({ epoch, state, served }));
  told.sort((a, b) => a.epoch - b.epoch);
  expect(JSON.stringify(shown) === JSON.stringify(told), `the line shows ${JSON.stringify(shown)}`);
  const states = shown.slice(0, 3).map(({ epoch, state }) => `${epoch} ${state}`);
  expect(`${states}` === "1 final,2 invalid,3 final", `the first epochs are ${states}`);
  const served = shown.filter((epoch) => epoch.served);
  const newest = shown.findLast(({ state }) => state === "final").epoch;
  expect(served.length === 1 && served[0].epoch === newest, `served is ${JSON.stringify(served)}`);
  const text = await page.textContent(".history-epochs");
  expect(text.includes(`Epoch ${newest} is served.`), `the line says ${text}`);
  return newest;
}

/** Someone who signed nothing proved epoch 2 false; both signers lost all, and half of it is the bounty. */
export async function expectChallenge(page, { challenges }) {
  const [challenge] = challenges;
  const by = shorten(challenge.by);
  await expectOnly(
    page,
    "[data-challenge]",
    `${by}, not one of its signers, proved epoch 2 false (a listed score is not the product of the committed ` +
      "vectors): it is invalid, 2 keepers lost 20,000.0000 TUNE of bond, the bounty of 10,000.0000 TUNE went to " +
      `${by}, 10,000.0000 TUNE were burned. Epoch 1 stayed in force.`,
  );
}

/** The vote that took two keepers in, nobody against it. */
export async function expectVote(page, { proposals }) {
  const [{ voters }] = proposals;
  expect(voters >= 2, `${voters} accounts voted`);
  await expectOnly(
    page,
    '[data-proposal="executed"]',
    new RegExp(
      "^Two keepers signed a false epoch and are out\\. Take two new ones in; two of three sign from now on\\.\\s*" +
        `${voters} accounts voted, [1-9][\\d,]*\\.\\d{4} TUNE for, 0\\.0000 against; executed\\.$`,
    ),
  );
}

/** One copy went to another listener; a tenth of the price to the artist's split, a fee, the rest to its seller. */
export async function expectResale(page, { sales }) {
  const [sale] = sales;
  expect(sale.seller !== sale.buyer, "the buyer is the seller");
  const text = await expectOnly(
    page,
    '[data-sale="listing"]',
    / for \S+ ETH: \S+ ETH to the artist's split, \S+ ETH fee, the rest to the seller\.$/,
  );
  const said = `${shorten(sale.seller)} sold 1 copy of ${sale.title} to ${shorten(sale.buyer)} for `;
  expect(text.startsWith(said), `the sale says ${text}, not ${said}`);
  const [price, royalty, fee] = text.match(/\d+\.\d{4}(?= ETH)/g).map(Number);
  expect(Math.abs(royalty - price / 10) < 1e-9, `the royalty is ${royalty} of ${price}`);
  expect(fee > 0 && fee < royalty, `the fee is ${fee} of ${price}`);
}

async function expectOnly(page, selector, wanted) {
  await page.waitForSelector(selector);
  const lines = await page.$$eval(selector, (found) => found.map((line) => line.textContent.trim()));
  const fits = typeof wanted === "string" ? lines[0] === wanted : wanted.test(lines[0]);
  expect(lines.length === 1 && fits, `${selector} says ${lines.join(" | ")}, not ${wanted}`);
  return lines[0];
}

const shorten = (address) => `${address.slice(0, 6)}…${address.slice(-4)}`;
