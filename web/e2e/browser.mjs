// A fresh Chromium for the tests: where it is, how it is started, what it said.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Start it with a profile of its own, which is gone afterwards. */
export function startBrowser() {
  return chromium.launch({ executablePath: findChromium(), headless: true, args: FLAGS });
}

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
  if (found === undefined) throw new Error("no Chromium found; install it, or set CHROMIUM to its path");
  return found;
}

/** Everything a page says that nobody should have to read: warnings, errors, exceptions. */
export function listenForComplaints(page) {
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return complaints;
}

const SECONDS = 90;

/** Wait until the page has made up its mind; what it says. */
export async function readVerdict(page) {
  const decided = ["ok", "failed", "blocked"].map((kind) => `[data-verdict="${kind}"]`).join(",");
  const panel = await page.waitForSelector(decided, { timeout: 1000 * SECONDS });
  return {
    kind: await panel.getAttribute("data-verdict"),
    check: await panel.getAttribute("data-fault"),
    headline: await panel.$eval(".verdict-headline", (element) => element.textContent),
    sentence: await panel.$eval(".verdict-sentence", (element) => element.textContent),
  };
}

/** State of each line of the panel, by its id. */
export function readLines(page) {
  return page.$$eval(".verification [data-check]", (lines) =>
    Object.fromEntries(lines.map((line) => [line.dataset.check, line.dataset.state])),
  );
}

/** Throw with a sentence unless it holds. */
export function expect(holds, sentence) {
  if (!holds) throw new Error(sentence);
}
