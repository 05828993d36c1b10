/** Sentences about what happened on the chain. */

import type { Challenge, EpochSummary, Proposal, Sale } from "./api/service.ts";
import { formatNumber, formatWei, shortenHex } from "./ui/words.ts";

const PROVEN: Readonly<Record<string, string>> = {
  score: "a listed score is not the product of the committed vectors",
  order: "a list is not in order",
  omission: "a better track was left out of a list",
  malformed: "committed bytes have a bad form",
  rows: "rows of a tree are out of order",
};

const ENDS: Readonly<Record<string, string>> = {
  open: "not carried out so far",
  queued: "accepted, waiting in the timelock",
  executed: "executed",
  cancelled: "cancelled",
};

const count = (number: number, one: string): string =>
  `${formatNumber(number)} ${number === 1 ? one : `${one}s`}`;

const nameEpoch = (epoch: number | null): string => (epoch === null ? "an epoch" : `epoch ${epoch}`);

/** What was proven, what it cost the signers, who got the bounty, and what was served meanwhile. */
export function describeChallenge(challenge: Challenge, epochs: readonly EpochSummary[]): string {
  const { kind, state, by } = challenge;
  const [who, epoch] = [shortenHex(by), nameEpoch(challenge.epoch)];
  if (kind === "demand") return describeDemand(who, epoch, state);
  if (state !== "won") return `${who} challenged ${epoch}: ${state}.`;
  const cost = listCosts(challenge).join(", ");
  if (kind === "equivocation")
    return `${who} showed that a keeper signed two different commitments of ${epoch}: ${cost}.`;
  const kept = findKept(challenge.epoch, epochs);
  const outcome = `it is invalid, ${cost}.${kept === null ? "" : ` Epoch ${kept} stayed in force.`}`;
  if (kind === "withheld")
    return `${who} showed that a demand about ${epoch} had no answer in time: ${outcome}`;
  const place = challenge.slashed.some(({ keeper }) => keeper === by)
    ? "one of its signers"
    : "not one of its signers";
  return `${who}, ${place}, proved ${epoch} false (${PROVEN[kind] ?? kind}): ${outcome}`;
}

function listCosts({ slashed, bounty_to, bounty_wei, burned_wei }: Challenge): string[] {
  const lost = slashed.reduce((sum, { amount_wei }) => sum + BigInt(amount_wei), 0n);
  const costs = [`${count(slashed.length, "keeper")} lost ${formatWei(String(lost))} TUNE of bond`];
  if (bounty_wei !== null && bounty_to !== null)
    costs.push(`the bounty of ${formatWei(bounty_wei)} TUNE went to ${shortenHex(bounty_to)}`);
  if (burned_wei !== null) costs.push(`${formatWei(burned_wei)} TUNE were burned`);
  return costs;
}

/** The newest epoch before it that is final; only one is pending at a time, so that one was served. */
function findKept(challenged: number | null, epochs: readonly EpochSummary[]): number | null {
  const before = epochs.filter(({ epoch, state }) => state === "final" && epoch < (challenged ?? 0));
  return before.length === 0 ? null : Math.max(...before.map(({ epoch }) => epoch));
}

function describeDemand(who: string, epoch: string, state: string): string {
  if (state === "open") return `${who} demands what ${epoch} holds.`;
  if (state === "answered") return `${who} demanded what ${epoch} holds, and was answered.`;
  if (state === "expired")
    return `${who} demanded what ${epoch} holds and got no answer in time: the epoch is invalid.`;
  return `${who} demanded what ${epoch} holds: ${state}.`;
}

/** Who sold what to whom, and who got how much of it. */
export function describeSale(sale: Sale): string {
  const [seller, buyer] = [sale.seller, sale.buyer].map((name) =>
    name === null ? "someone" : shortenHex(name),
  );
  const copies = `${formatNumber(sale.amount)} ${sale.amount === 1 ? "copy" : "copies"}`;
  const [price, royalty, fee] = [sale.price_wei, sale.royalty_wei, sale.fee_wei].map((wei) =>
    formatPrice(wei, sale.currency),
  );
  return (
    `${seller} sold ${copies} of ${sale.title ?? sale.track_id} to ${buyer} for ${price}: ` +
    `${royalty} to the artist's split, ${fee} fee, the rest to the seller.`
  );
}

/** An amount of ether, of TuneToken, or of a currency whose decimals only its own contract knows. */
function formatPrice(wei: string, currency: string): string {
  if (currency === "ether") return `${formatWei(wei)} ETH`;
  if (currency === "token") return `${formatWei(wei)} TUNE`;
  return `${BigInt(wei).toLocaleString("en")} units of ${shortenHex(currency)}`;
}

/** How the vote went and what became of it. */
export function describeProposal(proposal: Proposal): string {
  const votes = [
    `${formatWei(proposal.votes_for)} TUNE for`,
    `${formatWei(proposal.votes_against)} against`,
    ...(proposal.votes_abstain === "0" ? [] : [`${formatWei(proposal.votes_abstain)} abstained`]),
  ];
  const end = ENDS[proposal.state] ?? proposal.state;
  return `${count(proposal.voters, "account")} voted, ${votes.join(", ")}; ${end}.`;
}
