// Runs halmos (contracts/.venv, of requirements.lock) over each check of symbolic/, one after the other: one line a check
// with its time. Fails on a counterexample, on a check that runs out of time, and on one that was not explored whole.
// `npm run symbolic -- NAME` runs the checks whose names have NAME in them.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const halmos = join(project, ".venv/bin/halmos");
const out = "cache/symbolic/out";
const report = join(project, "cache/symbolic/report.json");

const LIMIT_SECONDS = 1_800;

/** `--loop`: above all loops, so that none is cut. `--solver-timeout-branching`: halmos' own millisecond lets runs live
 * that cannot be. */
const OPTIONS = [
  ...["--forge-build-out", out, "--json-output", report, "--no-status"],
  ...["--solver", "yices", "--solver-timeout-branching", "2s", "--solver-timeout-assertion", `${LIMIT_SECONDS}s`],
  ...["--loop", "256", "--array-lengths", "proof={0,1,2},accounts={1,2,3,4},parts={1,2,3}"],
];

const env = {
  ...process.env,
  FOUNDRY_PROFILE: "symbolic",
  PATH: [join(project, "node_modules/.bin"), join(project, ".venv/bin"), process.env.PATH].join(delimiter),
};

function run(command, args, timeout) {
  const options = { cwd: project, env, encoding: "utf8", timeout, killSignal: "SIGKILL", maxBuffer: 1 << 28 };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (error && error.code !== "ETIMEDOUT") throw error;
  return { status, said: `${stdout}${stderr}`, late: error !== undefined };
}

/** The compiled checks: contract and signature, in the order of their names. */
function listChecks() {
  const built = run("forge", ["build", "--ast", "--extra-output", "storageLayout", "metadata"]);
  if (built.status !== 0) throw new Error(built.said);
  const files = readdirSync(join(project, out)).filter((name) => name.endsWith(".t.sol"));
  return files.sort().flatMap((file) =>
    readdirSync(join(project, out, file)).flatMap((artifact) => {
      const { methodIdentifiers } = JSON.parse(readFileSync(join(project, out, file, artifact), "utf8"));
      const contract = artifact.replace(/\.json$/, "");
      return Object.keys(methodIdentifiers)
        .filter((signature) => signature.startsWith("check_"))
        .map((signature) => ({ contract, name: signature.split("(")[0] }));
    }),
  );
}

/** What is wrong with one check, or nothing; halmos' report alone is believed, and only when it has that check. */
function fault({ said, late }) {
  if (late) return `not decided in ${LIMIT_SECONDS} s`;
  if (!existsSync(report)) return said;
  const results = Object.values(JSON.parse(readFileSync(report, "utf8")).test_results).flat();
  const whole = results.length === 1 && results[0].num_bounded_loops === 0;
  return whole && results[0].exitcode === 0 && !said.includes("WARNING") ? undefined : said;
}

function prove({ contract, name }) {
  rmSync(report, { force: true });
  const start = Date.now();
  const ran = run(halmos, [...OPTIONS, "--match-contract", `^${contract}$`, "--match-test", `^${name}\\(`], LIMIT_SECONDS * 1_000);
  const wrong = fault(ran);
  const seconds = ((Date.now() - start) / 1_000).toFixed(0);
  console.log(`${wrong ? "FAILED" : "proven"} ${seconds.padStart(5)} s  ${contract.replace("SymbolicTest", "")}: ${name.slice(6).replaceAll("_", " ")}`);
  if (wrong) console.log(wrong);
  return wrong === undefined;
}

if (!existsSync(halmos)) throw new Error("halmos is not installed: make .make/contracts-analysis");
const wanted = process.argv[2] ?? "";
const checks = listChecks().filter(({ name }) => name.includes(wanted));
if (checks.length === 0) throw new Error(`no check of symbolic/ has ${wanted} in its name`);
const proven = checks.filter(prove).length;
console.log(`${proven} of ${checks.length} checks proven`);
process.exit(proven === checks.length ? 0 : 1);
