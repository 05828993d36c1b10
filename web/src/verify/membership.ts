/**
 * Whether an opening is what the committed listener root holds.
 *
 * Owns the way from an opening to the root. Refuses to know how the list was made.
 */

import { bytesFromHex, equalBytes, hexFromBytes } from "./bytes.ts";
import { type Fault, fault } from "./fault.ts";
import { buildListenerLeafHasher, hashOpening, type Place } from "./leaf.ts";
import { verifyProof } from "./merkle.ts";
import type { Opening } from "./opening.ts";

/** What the bundle and the chain say, to hold an opening against. */
export interface CommittedListeners {
  readonly place: Place;
  readonly listenerRoot: string;
  readonly listeners: ReadonlyArray<readonly [string, string]>;
}

/** Another address than asked for, another opening than the bundle names, or a proof that misses the root. */
export function findLeafFault(
  opening: Opening,
  address: string,
  committed: CommittedListeners,
): Fault | null {
  if (opening.address !== address.toLowerCase())
    return fault("leaf", `The opening belongs to ${opening.address}, not to the listener on this page.`);
  const openingHash = hashOpening(opening);
  const [listedAddress, listedHash] = committed.listeners[opening.row] ?? [];
  if (listedAddress !== address.toLowerCase())
    return fault("leaf", `The bundle has another listener at row ${opening.row}.`);
  if (listedHash === undefined || !equalBytes(bytesFromHex(listedHash), openingHash))
    return fault(
      "leaf",
      `The list hashes to ${shorten(hexFromBytes(openingHash))}, but this epoch holds ` +
        `${shorten(listedHash ?? "nothing")} for this listener: it is another list, or one of another epoch.`,
    );
  if (opening.proof.some((node) => node.length !== 32))
    return fault("leaf", "A step of the proof is not 32 bytes.");
  const leaf = buildListenerLeafHasher(committed.place)(opening.row, address, openingHash);
  if (!verifyProof(bytesFromHex(committed.listenerRoot), leaf, opening.proof))
    return fault(
      "leaf",
      "The proof of this listener's leaf does not lead to the listener root on the chain.",
    );
  return null;
}

function shorten(hash: string): string {
  return hash.length > 20 ? `${hash.slice(0, 10)}…${hash.slice(-6)}` : hash;
}
