// Measures what calls cost (the suites in gas/) and writes contracts/gas.json.
// `--check` writes nothing and fails when a figure is more than 1 % above the committed one, or above its limit.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const measured = join(project, "cache/gas");
const target = join(project, "gas.json");

/** What a transaction may cost at most, after refunds. */
const LIMITS = {
  challenge_omission: 250_000,
  claim_first: 108_000,
  claim_later: 74_000,
  commit_3: 150_000,
  listing: 60_000,
  purchase: 160_000,
  push_per_account: 40_000,
};

const TOLERANCE = 0.01;

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
  const texts = readdirSync(measured).map((file) => readFileSync(join(measured, file), "utf8"));
  const figures = texts.flatMap((text) => Object.entries(JSON.parse(text)));
  return Object.fromEntries(figures.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function committed() {
  try {
    return JSON.parse(readFileSync(target, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
}

function limitOf(name) {
  return name in LIMITS ? `limit ${LIMITS[name]}` : "no limit";
}

/** The named figures that are missing or above their limits. */
function excesses(figures) {
  return Object.entries(LIMITS)
    .filter(([name, limit]) => !(figures[name] <= limit))
    .map(([name, limit]) => `${name}: ${figures[name] ?? "not measured"}, above its limit ${limit}`);
}

/** What differs from the committed figures, apart: what fails the check, and what only asks for new figures. */
function changes(old, figures) {
  const failures = [];
  const gains = [];
  for (const name of new Set([...Object.keys(old), ...Object.keys(figures)])) {
    const [before, after] = [old[name], figures[name]];
    const line = `${name}: ${before ?? "not committed"} before, ${after ?? "not measured"} now, ${limitOf(name)}`;
    if (before === undefined || after === undefined || after > before * (1 + TOLERANCE)) failures.push(line);
    else if (after < before * (1 - TOLERANCE)) gains.push(line);
  }
  return { failures, gains };
}

function check(figures) {
  const { failures, gains } = changes(committed(), figures);
  const found = [...failures, ...excesses(figures)];
  if (gains.length > 0) console.log(`cheaper by more than 1 %, write it down by npm run gas:\n${gains.join("\n")}`);
  if (found.length > 0) {
    console.error(`${found.join("\n")}\nmake it cheaper, or: npm run gas`);
    process.exit(1);
  }
  console.log(`${Object.keys(figures).length} figures are at most 1 % above contracts/gas.json, and within their limits`);
}

function write(figures) {
  writeFileSync(target, `${JSON.stringify(figures, null, 2)}\n`);
  console.log(`wrote ${Object.keys(figures).length} figures to contracts/gas.json`);
  const found = excesses(figures);
  if (found.length > 0) console.error(found.join("\n"));
}

const figures = measure();
if (process.argv.includes("--check")) check(figures);
else write(figures);
