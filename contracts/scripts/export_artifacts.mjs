// Writes the artifacts that the Python package ships (tunefi/chain/artifacts/<Name>.json), from a fresh compile.
// `--check` writes nothing and fails when a committed artifact differs from that compile or is missing.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const target = resolve(project, "../tunefi/chain/artifacts");

const SOURCES = {
  Permissions: "src/Permissions.sol",
  TuneToken: "src/TuneToken.sol",
  StakingContract: "src/StakingContract.sol",
  TimelockController: "node_modules/@openzeppelin/contracts/governance/TimelockController.sol",
  Governance: "src/Governance.sol",
  RoyaltyDistributor: "src/RoyaltyDistributor.sol",
  MusicNFT: "src/MusicNFT.sol",
  Marketplace: "src/Marketplace.sol",
  DollarPrices: "src/market/DollarPrices.sol",
  RecommendationGraph: "src/RecommendationGraph.sol",
  FanEngagement: "src/FanEngagement.sol",
};

/** Compiled artifacts of SOURCES by name, from an empty cache. */
function compile() {
  const scratch = mkdtempSync(join(tmpdir(), "tunefi-artifacts-"));
  try {
    const forge = join(project, "bin/forge");
    const args = ["build", ...Object.values(SOURCES), "--out", join(scratch, "out"), "--cache-path", join(scratch, "cache")];
    execFileSync(forge, args, { cwd: project, stdio: ["ignore", "ignore", "inherit"] });
    return Object.fromEntries(
      Object.keys(SOURCES).map((name) => [
        name,
        JSON.parse(readFileSync(join(scratch, "out", `${name}.sol`, `${name}.json`), "utf8")),
      ]),
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The ABI without `internalType`, which no reader needs. */
function slimAbi(entry) {
  if (Array.isArray(entry)) return entry.map(slimAbi);
  if (entry === null || typeof entry !== "object") return entry;
  return Object.fromEntries(
    Object.entries(entry).filter(([key]) => key !== "internalType").map(([key, value]) => [key, slimAbi(value)]),
  );
}

/** The artifact's text: one line for each ABI entry, so that a change reads as one. */
function render(name, artifact) {
  const metadata = typeof artifact.metadata === "string" ? JSON.parse(artifact.metadata) : artifact.metadata;
  const { evmVersion, optimizer } = metadata.settings;
  const deployed = Buffer.from(artifact.deployedBytecode.object.slice(2), "hex");
  const fields = {
    contractName: name,
    sourceName: SOURCES[name].replace("node_modules/", ""),
    compiler: { name: "solc", version: metadata.compiler.version, evmVersion, optimizer },
    deployedBytecodeSha256: createHash("sha256").update(deployed).digest("hex"),
    bytecode: artifact.bytecode.object,
  };
  const lines = Object.entries(fields).map(([key, value]) => `  "${key}": ${JSON.stringify(value)},`);
  const abi = slimAbi(artifact.abi).map((entry) => `    ${JSON.stringify(entry)}`);
  return `{\n${lines.join("\n")}\n  "abi": [\n${abi.join(",\n")}\n  ]\n}\n`;
}

function differences(texts) {
  const stray = existsSync(target)
    ? readdirSync(target).filter((file) => file.endsWith(".json") && !(file.slice(0, -5) in texts))
    : [];
  const stale = Object.entries(texts)
    .filter(([name, text]) => {
      const path = join(target, `${name}.json`);
      return !existsSync(path) || readFileSync(path, "utf8") !== text;
    })
    .map(([name]) => `${name}.json`);
  return [...stale.map((file) => `${file} differs from its source`), ...stray.map((file) => `${file} has no source`)];
}

const texts = Object.fromEntries(Object.entries(compile()).map(([name, artifact]) => [name, render(name, artifact)]));
if (process.argv.includes("--check")) {
  const found = differences(texts);
  if (found.length > 0) {
    console.error(`${found.join("\n")}\nrun: npm run artifacts`);
    process.exit(1);
  }
  console.log(`${Object.keys(texts).length} artifacts are what their sources compile to`);
} else {
  mkdirSync(target, { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(target, `${name}.json`), text);
  console.log(`wrote ${Object.keys(texts).length} artifacts to tunefi/chain/artifacts`);
}
