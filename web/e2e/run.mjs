// Drives a real Chromium against a running service: `node e2e/run.mjs --url URL [--shots FOLDER] [--only TEXT]`.
//
// Prints one line of JSON for each scenario, {name, ok, problem, seconds}. `--list` prints their names only.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBrowser } from "./browser.mjs";
import { readEpoch, refreshEpoch } from "./epoch.mjs";
import { SCENARIOS } from "./scenarios.mjs";

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    shots: { type: "string" },
    only: { type: "string", default: "" },
    list: { type: "boolean", default: false },
  },
});
const chosen = Object.entries(SCENARIOS).filter(([name]) => name.includes(values.only));

if (values.list) for (const [name] of chosen) print({ name });
else await runAll(values.url.replace(/\/$/, ""));

async function runAll(url) {
  if (values.shots) mkdirSync(values.shots, { recursive: true });
  let epoch = await readEpoch(url);
  const browser = await startBrowser();
  try {
    for (const [name, run] of chosen) {
      epoch = await refreshEpoch(url, epoch);
      await runOne(name, run, { browser, url, epoch, shoot });
    }
  } finally {
    await browser.close();
  }
}

async function runOne(name, run, given) {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  try {
    await run(given);
    print({ name, ok: true, seconds: seconds() });
  } catch (error) {
    print({ name, ok: false, problem: error.message, seconds: seconds() });
  }
}

async function shoot(page, name) {
  if (values.shots) await page.screenshot({ path: join(values.shots, `${name}.png`), fullPage: true });
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
