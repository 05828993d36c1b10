// Mutation testing: makes the contracts wrong in one place at a time and demands that a test fails.
//   npm run mutate -- [--file src/X.sol] [--rule "event left out"] [--sample N] [--seed S] [--again]
//   npm run mutate -- --check                       the committed report, mutation.json, still fits the code
// What was tried is kept in cache/mutation/tried.json: an interrupted run goes on where it was. `--again` tries the
// survivors once more, after tests were added. A survivor needs a `why` in mutation.json: what it changes that no
// test can see, or that nobody relies on.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { findMutants } from "./mutation/mutants.mjs";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const scratch = join(project, "cache/mutation");
const copy = join(scratch, "contracts");
const triedFile = join(scratch, "tried.json");
const reportFile = join(project, "mutation.json");
const TIMEOUT_MS = 300_000;

/** Bounds of gas hold for the optimised code only, and the copy is compiled without the optimiser to be quick. */
const SKIPPED = ["test/RecommendationGraphGas.t.sol"];

const read = (path) => readFileSync(path, "utf8");
const readJson = (path, fallback) => (existsSync(path) ? JSON.parse(read(path)) : fallback);
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

function sourceFiles() {
  return readdirSync(join(project, "src"), { recursive: true })
    .map((name) => `src/${name}`)
    .filter((name) => name.endsWith(".sol") && !name.startsWith("src/interfaces/"))
    .sort();
}

function allMutants() {
  return sourceFiles().flatMap((file) => findMutants(file, read(join(project, file))));
}

/** Bring the copy up to date; forge compiles again only what changed. */
function prepareCopy() {
  mkdirSync(copy, { recursive: true });
  for (const folder of ["src", "test", "script", "bin"]) {
    rmSync(join(copy, folder), { recursive: true, force: true });
    cpSync(join(project, folder), join(copy, folder), { recursive: true });
  }
  cpSync(join(project, "package.json"), join(copy, "package.json"));
  cpSync(join(project, "../tests/vectors"), join(scratch, "tests/vectors"), {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  if (!existsSync(join(copy, "node_modules"))) symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
  writeFileSync(join(copy, "foundry.toml"), read(join(project, "foundry.toml")));
}

/**
 * forge's tests on the copy. The quick way links what a test deploys only when it runs, so that one file is compiled
 * and not its tests; but a test of a constructor that reverts then ends there. So who survives the quick way is tried
 * by all tests, invariants too, linked as usual.
 * @returns {Promise<{status: number | null, output: string}>} status null: it took too long
 */
function runTests(way) {
  const skipped = way === "quick" ? [...SKIPPED, "test/invariants/*"] : SKIPPED;
  const args = ["test", "--fail-fast", "--code-size-limit", "1000000", "--skip", ...skipped];
  if (way === "quick") args.push("--dynamic-test-linking");
  const settings = {
    FOUNDRY_OUT: join(scratch, way, "out"),
    FOUNDRY_CACHE_PATH: join(scratch, way, "cache"),
    FOUNDRY_OPTIMIZER: "false",
    FOUNDRY_DENY: "never",
    FOUNDRY_FUZZ_RUNS: "16",
    FOUNDRY_INVARIANT_RUNS: "32",
  };
  return new Promise((done) => {
    const forge = spawn(process.execPath, [join(copy, "bin/forge"), ...args], {
      cwd: copy,
      env: { ...process.env, ...settings },
      detached: true,
    });
    let output = "";
    forge.stdout.on("data", (text) => (output += text));
    forge.stderr.on("data", (text) => (output += text));
    const timer = setTimeout(() => process.kill(-forge.pid, "SIGKILL"), TIMEOUT_MS);
    forge.on("close", (status) => {
      clearTimeout(timer);
      done({ status, output });
    });
  });
}

/** What became of a mutant: killed (by which test), survived, or invalid because it does not compile. */
async function judge(mutant) {
  writeFileSync(join(copy, mutant.file), mutant.mutated);
  try {
    for (const way of ["quick", "whole"]) {
      const { status, output } = await runTests(way);
      if (status === null) return { result: "killed", by: "did not end" };
      if (/Compiler run failed|Encountered invalid solc version/.test(output)) return { result: "invalid" };
      if (status !== 0) return { result: "killed", by: output.match(/\[FAIL[^\n]*\] (\w+)\(/)?.[1] ?? output.slice(-300) };
    }
    return { result: "survived" };
  } finally {
    writeFileSync(join(copy, mutant.file), read(join(project, mutant.file)));
  }
}

/** A number from a name and a seed: the sample is the same on every machine. */
const drawn = (name, seed) => createHash("sha256").update(`${seed} ${name}`).digest("hex");

function choose(mutants, options) {
  const wanted = mutants
    .filter((mutant) => !options.file || options.file.includes(mutant.file))
    .filter((mutant) => !options.rule || options.rule.includes(mutant.rule));
  const order = wanted.toSorted((a, b) => (drawn(a.name, options.seed) < drawn(b.name, options.seed) ? -1 : 1));
  return options.sample ? order.slice(0, Number(options.sample)) : order;
}

function sayProgress(done, total, started, mutant, result) {
  const left = Math.round((((Date.now() - started) / done) * (total - done)) / 60_000);
  console.log(`${done}/${total}, ${left} min left: ${result.padEnd(8)} ${mutant.file}:${mutant.line} ${mutant.change.slice(0, 90)}`);
}

/** Counts by file and every survivor with the reason that was written down for it before. */
function buildReport(mutants, tried, before) {
  const whys = new Map(before.survivors.map((survivor) => [survivor.mutant, survivor.why]));
  const known = mutants.filter((mutant) => tried[mutant.name]);
  const files = {};
  for (const mutant of mutants) {
    const counts = (files[mutant.file] ??= { mutants: 0, tried: 0, invalid: 0, killed: 0, survived: 0 });
    counts.mutants += 1;
    const judged = tried[mutant.name]?.result;
    if (judged) {
      counts.tried += 1;
      counts[judged] += 1;
    }
  }
  const survivors = known
    .filter((mutant) => tried[mutant.name].result === "survived")
    .map(({ name }) => ({ mutant: name, why: whys.get(name) ?? "" }));
  return { files, survivors };
}

async function run(options) {
  prepareCopy();
  const clean = await runTests("quick");
  if (clean.status !== 0) throw new Error(`the tests fail without any mutant:\n${clean.output.slice(-3000)}`);
  const tried = readJson(triedFile, {});
  const mutants = allMutants();
  const isWanted = ({ name }) => (options.again ? tried[name]?.result === "survived" : !tried[name]);
  const chosen = choose(mutants, options).filter(isWanted);
  const started = Date.now();
  for (const [place, mutant] of chosen.entries()) {
    tried[mutant.name] = await judge(mutant);
    writeJson(triedFile, tried);
    sayProgress(place + 1, chosen.length, started, mutant, tried[mutant.name].result);
  }
  writeJson(reportFile, buildReport(mutants, tried, readJson(reportFile, { survivors: [] })));
  return checkReport();
}

/** 0 when each survivor is explained and still a mutant of the code. */
function checkReport() {
  const names = new Set(allMutants().map((mutant) => mutant.name));
  const { files, survivors } = readJson(reportFile, { files: {}, survivors: [] });
  const problems = survivors.flatMap(({ mutant: name, why }) => [
    ...(names.has(name) ? [] : [`no such mutant any more, try again: npm run mutate -- --file ${name.split(":")[0]}: ${name}`]),
    ...(why ? [] : [`survived without a reason: ${name}`]),
  ]);
  const sum = (field) => Object.values(files).reduce((total, counts) => total + counts[field], 0);
  if (problems.length > 0) console.error(problems.join("\n"));
  console.log(`${sum("tried")} of ${sum("mutants")} mutants tried: ${sum("killed")} killed, ${sum("invalid")} do not compile, ${survivors.length} survived`);
  return problems.length > 0 ? 1 : 0;
}

const { values: options } = parseArgs({
  options: {
    file: { type: "string", multiple: true },
    rule: { type: "string", multiple: true },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    again: { type: "boolean" },
    check: { type: "boolean" },
  },
});
process.exit(options.check ? checkReport() : await run(options));
