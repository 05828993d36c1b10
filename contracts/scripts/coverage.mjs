// Measures which lines and branches of src/ and script/ the unit tests and the attacks reach, and demands all of them.
// coverage-exceptions.json names what the tool cannot attribute: `file`, `source` (the line's text), `kind` (line or
// branch), the `test` that reaches it all the same, and the `reason`. One that is not needed any more is an error too.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const scratch = join(project, "cache/coverage");
const report = join(scratch, "lcov.info");

/** The report's text. What is reached with 16 runs of each property is reached with more, and no invariant is needed. */
function measure() {
  mkdirSync(scratch, { recursive: true });
  const args = ["coverage", "--report", "lcov", "--report-file", report, "--exclude-tests", "--skip", "test/invariants/*"];
  const settings = { FOUNDRY_FUZZ_RUNS: "16", FOUNDRY_OUT: join(scratch, "out"), FOUNDRY_CACHE_PATH: join(scratch, "cache") };
  const forge = join(project, "bin/forge");
  const { status, stdout } = spawnSync(process.execPath, [forge, ...args], {
    cwd: project,
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) {
    console.error(stdout);
    process.exit(1);
  }
  return readFileSync(report, "utf8");
}

/** Every line and branch of `lcov`: file, line, kind, which of the line's branches, and whether it was reached. */
function readPlaces(lcov) {
  const places = [];
  let file = "";
  for (const record of lcov.split("\n")) {
    const [, tag, value] = record.match(/^(SF|DA|BRDA):(.*)$/) ?? [];
    if (tag === "SF") file = value;
    if (tag === "DA") {
      const [line, hits] = value.split(",");
      places.push({ file, line, kind: "line", which: "", reached: hits !== "0" });
    }
    if (tag === "BRDA") {
      const [line, block, path, hits] = value.split(",");
      places.push({ file, line, kind: "branch", which: ` ${block}.${path}`, reached: hits !== "-" && hits !== "0" });
    }
  }
  return places.filter((place) => /^(src|script)\//.test(place.file));
}

function sourceLine(place) {
  return readFileSync(join(project, place.file), "utf8").split("\n")[place.line - 1].trim();
}

/** What is wrong with the exceptions themselves: a test that is not there, or nothing left to except. */
function wrongExceptions(exceptions, missed) {
  const found = [];
  for (const exception of exceptions) {
    const [file, name] = exception.test.split("::");
    const path = resolve(project, "..", file);
    if (!existsSync(path) || !readFileSync(path, "utf8").includes(`${name}(`)) found.push(`no such test: ${exception.test}`);
    if (!exception.reason) found.push(`no reason: ${exception.source}`);
    if (!missed.some((place) => excuses(exception, place))) {
      found.push(`exception without need: ${exception.file}, ${exception.kind} ${exception.source}`);
    }
  }
  return found;
}

function excuses(exception, place) {
  return exception.file === place.file && exception.kind === place.kind && exception.source === sourceLine(place);
}

function shareReached(places, kind) {
  const all = places.filter((place) => place.kind === kind);
  return `${all.filter((place) => place.reached).length} of ${all.length} ${kind === "line" ? "lines" : "branches"}`;
}

const exceptions = JSON.parse(readFileSync(join(project, "coverage-exceptions.json"), "utf8"));
const places = readPlaces(measure());
const missed = places.filter((place) => !place.reached);
const unexcused = missed.filter((place) => !exceptions.some((exception) => excuses(exception, place)));
const problems = [
  ...unexcused.map((place) => `${place.file}:${place.line}: ${place.kind}${place.which} not reached: ${sourceLine(place)}`),
  ...wrongExceptions(exceptions, missed),
];
for (const folder of ["src/", "script/"]) {
  if (!places.some((place) => place.file.startsWith(folder))) problems.push(`nothing of ${folder} was measured`);
}
if (problems.length > 0) console.error(problems.join("\n"));
console.log(`${shareReached(places, "line")} and ${shareReached(places, "branch")} reached, ${exceptions.length} excepted`);
process.exit(problems.length > 0 ? 1 : 0);
