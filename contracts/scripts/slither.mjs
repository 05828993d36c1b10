// Runs slither, of PATH, over src/; any finding that is not switched off fails (slither.config.json).
// Slither 0.11.6 cannot read `slot.asBoolean().tload()` of OpenZeppelin's ReentrancyGuardTransient, and then does not
// follow the calls inside a contract that inherits it. It is shown a copy of the library with these calls written out.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const library = join(project, "node_modules/@openzeppelin");
const shown = "cache/slither/node_modules/@openzeppelin";
const guard = join(project, shown, "contracts/utils/ReentrancyGuardTransient.sol");

/** The guard with `TransientSlot.tload(TransientSlot.asBoolean(slot))` for `slot.asBoolean().tload()`. */
function writeOut(text) {
  const slot = "_reentrancyGuardStorageSlot()";
  const plain = text
    .replaceAll(`${slot}.asBoolean().tstore(`, `TransientSlot.tstore(TransientSlot.asBoolean(${slot}), `)
    .replaceAll(`${slot}.asBoolean().tload(`, `TransientSlot.tload(TransientSlot.asBoolean(${slot})`);
  if (plain === text || plain.includes(`${slot}.`)) throw new Error("the guard has changed: can slither read it now?");
  return plain;
}

cpSync(library, join(project, shown), { recursive: true });
writeFileSync(guard, writeOut(readFileSync(guard, "utf8")));
const settings = {
  PATH: `${join(project, "node_modules/.bin")}${delimiter}${process.env.PATH}`,
  FOUNDRY_OUT: "cache/slither/out",
  FOUNDRY_CACHE_PATH: "cache/slither/cache",
  FOUNDRY_REMAPPINGS: `@openzeppelin/=${shown}/`,
};
const args = [".", "--foundry-out-directory", settings.FOUNDRY_OUT];
const { status, error } = spawnSync("slither", args, {
  cwd: project,
  env: { ...process.env, ...settings },
  stdio: "inherit",
});
if (error?.code === "ENOENT") throw new Error("slither is not on PATH: contracts/requirements.lock has it");
if (error) throw error;
process.exit(status ?? 1);
