// Measures what calls cost (the suites in gas/); writes contracts/gas.json and the tables of docs/contracts/gas.md.
// `--check` writes nothing and fails when a figure is more than 1 % above the committed one or above its limit, when a
// function has no figure, or when the page differs from the committed figures or the sizes of the contracts.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { FIGURES, buildParts, fillPage, unmeasured } from "./gas_page.mjs";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const measured = join(project, "cache/gas");
const target = join(project, "gas.json");
const page = resolve(project, "../docs/contracts/gas.md");
const artifacts = resolve(project, "../tunefi/chain/artifacts");

const CONTRACTS = [
  "TuneToken",
  "Governance",
  "StakingContract",
  "MusicNFT",
  "RoyaltyDistributor",
  "Marketplace",
  "RecommendationGraph",
  "FanEngagement",
];

/** What stands beside the eight: created by them, or deployed with them. */
const COMPANIONS = ["Permissions", "TimelockController", "Judge", "DollarPrices", "SplitWallet"];

const TOLERANCE = 0.01;

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

function runSuites() {
  const env = { ...process.env, FOUNDRY_PROFILE: "gas" };
  try {
    execFileSync(join(project, "bin/forge"), ["test"], { cwd: project, env, stdio: ["ignore", "pipe", "inherit"] });
  } catch (error) {
    console.error(error.stdout?.toString());
    throw error;
  }
}

/** Figures by name, sorted, from a run that starts without any. */
function measure() {
  rmSync(measured, { recursive: true, force: true });
  mkdirSync(measured, { recursive: true });
  runSuites();
  const figures = readdirSync(measured).flatMap((file) => Object.entries(readJson(join(measured, file))));
  return Object.fromEntries(figures.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Functions that are not views, by contract, as the artifacts that are shipped have them. */
function listFunctions() {
  return Object.fromEntries(
    CONTRACTS.map((name) => {
      const changing = readJson(join(artifacts, `${name}.json`)).abi.filter(
        ({ type, stateMutability }) => type === "function" && !["view", "pure"].includes(stateMutability),
      );
      return [name, changing.map((entry) => entry.name)];
    }),
  );
}

/** Bytes of deployed code, from the run's own compile. */
function listSizes() {
  const sizeOf = (name) => {
    const { object } = readJson(join(project, "out", `${name}.sol`, `${name}.json`)).deployedBytecode;
    return object.length / 2 - 1;
  };
  return Object.fromEntries([...CONTRACTS, ...COMPANIONS].map((name) => [name, sizeOf(name)]));
}

/** The named figures that are missing or above their limits, and the functions without a figure. */
function faults(figures) {
  const excesses = Object.entries(FIGURES)
    .filter(([name, { limit }]) => !(figures[name] <= limit))
    .map(([name, { limit }]) => `${name}: ${figures[name] ?? "not measured"}, above its limit ${limit}`);
  return [...excesses, ...unmeasured(listFunctions(), figures).map((call) => `${call} is not measured by any suite in gas/`)];
}

/** What differs from the committed figures, apart: what fails the check, and what only asks for new figures. */
function changes(old, figures) {
  const failures = [];
  const gains = [];
  for (const name of new Set([...Object.keys(old), ...Object.keys(figures)])) {
    const [before, after] = [old[name], figures[name]];
    const limit = FIGURES[name] ? `limit ${FIGURES[name].limit}` : "no limit";
    const line = `${name}: ${before ?? "not committed"} before, ${after ?? "not measured"} now, ${limit}`;
    if (before === undefined || after === undefined || after > before * (1 + TOLERANCE)) failures.push(line);
    else if (after < before * (1 - TOLERANCE)) gains.push(line);
  }
  return { failures, gains };
}

function buildPage(figures) {
  return fillPage(readFileSync(page, "utf8"), buildParts(figures, listFunctions(), listSizes()));
}

function check(figures) {
  const committed = readJson(target);
  const { failures, gains } = changes(committed, figures);
  if (gains.length > 0) console.log(`cheaper by more than 1 %, write it down by npm run gas:\n${gains.join("\n")}`);
  const found = [...failures, ...faults(figures)];
  if (found.length === 0 && buildPage(committed) !== readFileSync(page, "utf8")) {
    found.push("docs/contracts/gas.md is not what contracts/gas.json and the compiled contracts say");
  }
  if (found.length > 0) {
    console.error(`${found.join("\n")}\nmake it cheaper, or: npm run gas`);
    process.exit(1);
  }
  console.log(`${Object.keys(figures).length} figures are at most 1 % above contracts/gas.json and within their limits`);
}

function write(figures) {
  writeFileSync(target, `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(page, buildPage(figures));
  console.log(`wrote ${Object.keys(figures).length} figures to contracts/gas.json and docs/contracts/gas.md`);
  const found = faults(figures);
  if (found.length > 0) console.error(found.join("\n"));
}

const figures = measure();
if (process.argv.includes("--check")) check(figures);
else write(figures);
