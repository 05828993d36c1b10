/** Sentences about what happened on the chain. */

import type { Challenge, EpochSummary, Proposal, Sale } from "./api/service.ts";
import { formatNumber, formatTune, shortenHex } from "./ui/words.ts";

const PROVEN: Readonly<Record<string, string>> = {
  score: "a listed score is not the product of the committed vectors",
  order: "a list is not in order",
  omission: "a better track was left out of a list",
  malformed: "committed bytes have a bad form",
  rows: "rows of a tree are out of order",
};

const sum = (amounts: readonly string[]): string =>
  String(amounts.reduce((total, wei) => total + BigInt(wei), 0n));

/** What was proven, what it cost the signers, who got the bounty, and what was served meanwhile. */
export function describeChallenge(challenge: Challenge, epochs: readonly EpochSummary[]): string {
  const { kind, state, by, slashed } = challenge;
  if (kind === "demand") return describeDemand(challenge);
  const lost = `${formatTune(sum(slashed.map((loss) => loss.amount_wei)))} TUNE`;
  const who = `${slashed.length} ${slashed.length === 1 ? "keeper" : "keepers"}`;
  const money = [
    `${who} lost ${lost} of bond`,
    challenge.bounty_wei !== null && challenge.bounty_to !== null
      ? `the bounty of ${formatTune(challenge.bounty_wei)} TUNE went to ${shortenHex(challenge.bounty_to)}`
      : null,
    challenge.burned_wei !== null ? `${formatTune(challenge.burned_wei)} TUNE were burned` : null,
  ].filter((part) => part !== null);
  if (kind === "equivocation")
    return `${shortenHex(by)} showed that a keeper signed two different commitments of epoch ${challenge.epoch}: ${money.join(", ")}.`;
  if (state !== "won") return `${shortenHex(by)} challenged epoch ${challenge.epoch}: ${state}.`;
  const before = epochs.filter(
    (epoch) => epoch.state === "final" && challenge.epoch !== null && epoch.epoch < challenge.epoch,
  );
  const kept = before.at(-1);
  return (
    `${shortenHex(by)} proved epoch ${challenge.epoch} false (${PROVEN[kind] ?? kind}): it is invalid, ` +
    `${money.join(", ")}.` +
    (kept === undefined ? "" : ` Epoch ${kept.epoch} stayed in force.`)
  );
}

function describeDemand({ by, epoch, state }: Challenge): string {
  if (state === "answered") return `${shortenHex(by)} demanded what epoch ${epoch} holds, and was answered.`;
  if (state === "expired")
    return `${shortenHex(by)} demanded what epoch ${epoch} holds and got no answer in time: the epoch is invalid.`;
  return `${shortenHex(by)} demands what epoch ${epoch} holds.`;
}

/** Who sold what to whom, and who got how much of it. */
export function describeSale(sale: Sale): string {
  const unit = sale.currency === "ether" ? "ETH" : sale.currency === "token" ? "TUNE" : sale.currency;
  const copies = `${formatNumber(sale.amount)} ${sale.amount === 1 ? "copy" : "copies"}`;
  const names = [sale.seller, sale.buyer].map((name) => (name === null ? "someone" : shortenHex(name)));
  return (
    `${names[0]} sold ${copies} of ${sale.title ?? sale.track_id} to ${names[1]} for ` +
    `${formatTune(sale.price_wei)} ${unit}: ${formatTune(sale.royalty_wei)} to the artist's split, ` +
    `${formatTune(sale.fee_wei)} fee.`
  );
}

/** How the vote went and what became of it. */
export function describeProposal(proposal: Proposal): string {
  const voters = `${formatNumber(proposal.voters)} ${proposal.voters === 1 ? "account" : "accounts"} voted`;
  const votes = `${formatTune(proposal.votes_for)} TUNE for, ${formatTune(proposal.votes_against)} against`;
  const ends: Readonly<Record<string, string>> = {
    open: "not decided",
    queued: "accepted, waiting in the timelock",
    executed: "executed",
    cancelled: "cancelled",
  };
  return `${voters}, ${votes}; ${ends[proposal.state] ?? proposal.state}.`;
}
