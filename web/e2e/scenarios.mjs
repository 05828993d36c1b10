// What a visitor does on the page, beside being lied to.

import { expect, listenForComplaints, readLines, readVerdict } from "./browser.mjs";
import { FAULTS } from "./faults.mjs";
import { expectChallenge, expectEpochs, expectResale, expectVote, openTold } from "./history.mjs";

/** Name to function of ({browser, url, epoch, shoot}); each throws when something is not as it must be. */
export const SCENARIOS = {
  "an honest answer is green": async ({ browser, url, epoch, shoot }) => {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(browser, { colorScheme, viewport: { width: 1400, height: 1400 } });
      await page.goto(`${url}/`);
      expectGreen(await readVerdict(page));
      const lines = Object.entries(await readLines(page));
      expect(lines.length === 15, `expected 15 checks, found ${lines.length}`);
      expect(
        lines.every(([, state]) => state === "ok"),
        `not every line is ok: ${JSON.stringify(lines)}`,
      );
      const shown = await page.$$eval(".recommendation", (items) => items.length);
      expect(shown === epoch.answer.items.length, `${shown} recommendations are shown`);
      await page.waitForSelector(".chart rect");
      await shoot(page, `page-${colorScheme}`);
      await close(page);
    }
  },

  "the whole list is green too": async ({ browser, url, epoch }) => {
    const page = await open(browser);
    await page.goto(`${url}/#/listener/${epoch.address}`);
    expectGreen(await readVerdict(page));
    await page.getByRole("button", { name: "Show the whole list" }).click();
    await page.waitForFunction((few) => document.querySelectorAll(".recommendation").length > few, 20);
    expectGreen(await readVerdict(page));
    await close(page);
  },

  "the reward is held against the chain": async ({ browser, url, epoch }) => {
    const page = await open(browser);
    await page.goto(`${url}/#/listener/${epoch.address}`);
    const lines = await page.waitForSelector("[data-reward]");
    const failed = await lines.$$eval("[data-state=failed], [data-state=blocked]", (found) =>
      found.map((line) => line.textContent),
    );
    expect(failed.length === 0, `the reward shows ${failed.join("; ")}`);
    await close(page);
  },

  "the card tells the challenge, the vote and the resale, and what is served": async ({ browser, url }) => {
    const page = await open(browser, { viewport: { width: 1400, height: 1400 } });
    const told = await openTold(page, url);
    const served = await expectEpochs(page, told);
    await expectChallenge(page, told);
    await expectVote(page, told);
    await expectResale(page, told);
    expectGreen(await readVerdict(page));
    const facts = await page.textContent("[aria-labelledby=facts-title]");
    expect(
      facts.includes(`${served} (final`),
      `epoch ${served} is served, and the list is of another: ${facts}`,
    );
    await close(page);
  },

  "the keyboard is enough": async ({ browser, url, epoch }) => {
    const page = await open(browser);
    await page.goto(`${url}/#/listener/${epoch.address}`);
    expectGreen(await readVerdict(page));
    const focused = (what) => page.evaluate((name) => document.activeElement?.matches(name), what);
    await page.keyboard.press("Tab");
    expect(await focused(".skip"), "the first stop is not the link to the recommendations");
    await page.keyboard.press("Enter");
    expect(await focused("#recommendations"), "the link does not lead to the recommendations");
    await page.focus(".skip");
    await page.keyboard.press("Tab");
    expect(await focused("[role=combobox]"), "the second stop is not the search box");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(
      (await page.getAttribute("[role=combobox]", "aria-expanded")) === "true",
      "the list does not open",
    );
    const active = await page.getAttribute("[role=combobox]", "aria-activedescendant");
    expect(active === "picker-option-1", `the active option is ${active}`);
    await page.keyboard.press("Enter");
    await page.waitForURL((found) => found.hash === `#/listener/${epoch.other}`);
    await page.waitForFunction(
      (address) => document.querySelector(".address")?.textContent === address,
      epoch.other,
    );
    expectGreen(await readVerdict(page));
    await tabTo(page, ".checks > summary");
    const before = await page.$eval(".checks", (details) => details.open);
    await page.keyboard.press("Enter");
    const after = await page.$eval(".checks", (details) => details.open);
    expect(before !== after, "the list of checks does not fold by keyboard");
    await tabTo(page, ".trust > summary");
    await page.keyboard.press("Enter");
    await tabTo(page, "#trust-rpcUrl");
    await close(page);
  },

  "an address that is pasted is found": async ({ browser, url, epoch }) => {
    const page = await open(browser);
    await page.goto(`${url}/`);
    await page.fill("[role=combobox]", epoch.other.toUpperCase().replace("0X", "0x"));
    await page.keyboard.press("Enter");
    await page.waitForFunction(
      (address) => document.querySelector(".address")?.textContent === address,
      epoch.other,
    );
    expectGreen(await readVerdict(page));
    await close(page);
  },

  "a narrow phone shows everything": async ({ browser, url, shoot }) => {
    const page = await open(browser, {
      viewport: { width: 320, height: 640 },
      hasTouch: true,
      isMobile: true,
    });
    await page.goto(`${url}/`);
    expectGreen(await readVerdict(page));
    await page.waitForSelector(".chart rect");
    await page.click(".checks > summary");
    await page.click(".trust > summary");
    await expectNoSideways(page);
    await shoot(page, "page-phone");
    await page.click("[role=combobox]");
    await page.waitForSelector("[role=option]");
    await expectNoSideways(page);
    await close(page);
  },

  "a contract that the visitor does not trust is red, and is remembered": async ({ browser, url }) => {
    const page = await open(browser);
    await page.goto(`${url}/`);
    expectGreen(await readVerdict(page));
    await page.click(".trust > summary");
    await page.fill("#trust-recommendationGraph", `0x${"12".repeat(20)}`);
    await page.getByRole("button", { name: "Trust these" }).click();
    await page.waitForSelector('[data-verdict="failed"]');
    await page.reload();
    const verdict = await readVerdict(page);
    expect(verdict.kind === "failed", `after a reload the verdict is ${verdict.kind}`);
    await page.click(".trust > summary");
    await page.getByRole("button", { name: "Back to what the service names" }).click();
    await page.waitForSelector('[data-verdict="ok"]');
    await close(page);
  },

  "a node that is gone is not green": async ({ browser, url, shoot }) => {
    const page = await open(browser);
    page.complaints.expected = /Failed to load resource|net::ERR/;
    await page.route(
      (found) => !found.pathname.startsWith("/v1/"),
      (route) => (route.request().method() === "POST" ? route.abort() : route.fallback()),
    );
    await page.goto(`${url}/`);
    const verdict = await readVerdict(page);
    expect(verdict.kind === "blocked", `the verdict is ${verdict.kind}: ${verdict.sentence}`);
    expect(/did not answer/.test(verdict.sentence), `the page says ${verdict.sentence}`);
    await shoot(page, "page-no-node");
    await close(page);
  },

  "an unknown listener gets a sentence": async ({ browser, url }) => {
    const page = await open(browser);
    page.complaints.expected = /status of 40\d/;
    await page.goto(`${url}/#/listener/0x${"9".repeat(40)}`);
    await page.waitForSelector(".problem, .callout, [data-verdict=none]");
    expect((await page.$('[data-verdict="ok"]')) === null, "an unknown listener is green");
    await close(page);
  },

  ...Object.fromEntries(FAULTS.map((fault) => [`red: ${fault.name}`, (given) => seeFault(fault, given)])),
};

async function seeFault(fault, { browser, url, epoch, shoot }) {
  const page = await open(browser, { viewport: { width: 1400, height: 1400 } });
  await fault.put(page, epoch);
  await page.goto(`${url}/#/listener/${epoch.address}`);
  const verdict = await readVerdict(page);
  const said = `${verdict.kind} on ${verdict.check}: ${verdict.sentence}`;
  expect(
    verdict.kind === "failed" && verdict.check === fault.check,
    `expected red on ${fault.check}, found ${said}`,
  );
  expect(fault.says.test(verdict.sentence), `the reason is not named: ${said}`);
  for (const id of fault.also ?? []) await page.waitForSelector(`[data-check="${id}"][data-state="failed"]`);
  await shoot(page, `red-${fault.name.replaceAll(/[^a-z]+/g, "-")}`);
  await close(page);
}

async function open(browser, options = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.complaints = listenForComplaints(page);
  return page;
}

/** Close it; whatever it complained of and was not expected to is an error. */
async function close(page) {
  const { complaints } = page;
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
  const unexpected = complaints.filter((text) => !complaints.expected?.test(text));
  expect(unexpected.length === 0, `the console says ${unexpected.join("; ")}`);
}

function expectGreen(verdict) {
  expect(verdict.kind === "ok", `not green: ${verdict.kind} on ${verdict.check}: ${verdict.sentence}`);
}

async function expectNoSideways(page) {
  const { wide, window } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    window: innerWidth,
  }));
  expect(wide <= window, `the page is ${wide} px wide in a window of ${window} px`);
}

async function tabTo(page, selector) {
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate((name) => document.activeElement?.matches(name), selector)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector} cannot be reached with Tab`);
}
