// Writes docs/contracts/permissions.md, who may call what, from a test that tries it.
// `--check` writes nothing and fails when the committed page differs from what the test finds.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const found = join(project, "cache/permissions.md");
const page = resolve(project, "../docs/contracts/permissions.md");

/** The page as the contracts are now. */
function tryEveryFunction() {
  rmSync(found, { force: true });
  const forge = join(project, "bin/forge");
  const args = ["test", "--match-path", "test/PermissionTable.t.sol"];
  execFileSync(forge, args, { cwd: project, stdio: ["ignore", "ignore", "inherit"] });
  return readFileSync(found, "utf8");
}

function committed() {
  try {
    return readFileSync(page, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}

const text = tryEveryFunction();
if (!process.argv.includes("--check")) {
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, text);
} else if (committed() !== text) {
  console.error("docs/contracts/permissions.md is not what the contracts do: npm run permissions");
  process.exit(1);
}
