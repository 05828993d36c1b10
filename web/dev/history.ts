/** One of each thing that happens on a chain, made up, as the service tells it; a test changes what it is about. */

import type { Challenge, EpochSummary, Proposal, Sale } from "../src/api/service.ts";

export const [CHALLENGER, LIAR, OTHER_LIAR, SELLER, BUYER, DOLLARS] = [
  `0x${"a1".repeat(20)}`,
  `0x${"b2".repeat(20)}`,
  `0x${"c3".repeat(20)}`,
  `0x${"d4".repeat(20)}`,
  `0x${"e5".repeat(20)}`,
  `0x${"f6".repeat(20)}`,
] as const;

export const whole = (amount: number): string => `${amount}${"0".repeat(18)}`;

/** A false score of epoch 2: two keepers lost 10,000 TUNE each, half of it went to the challenger. */
export const challenge = (changes: Partial<Challenge> = {}): Challenge => ({
  challenge_id: "31337:0xgraph:2",
  kind: "score",
  state: "won",
  at: 5,
  epoch: 2,
  by: CHALLENGER,
  bounty_to: CHALLENGER,
  bounty_wei: whole(10_000),
  burned_wei: whole(10_000),
  slashed: [LIAR, OTHER_LIAR].map((keeper) => ({ keeper, amount_wei: whole(10_000) })),
  ...changes,
});

/** One copy for 0.12 ETH, a tenth of it royalty. */
export const sale = (changes: Partial<Sale> = {}): Sale => ({
  sale_id: "31337:0xmarket:1",
  kind: "listing",
  at: 6,
  track_id: "hetrec:track:154",
  title: "Radiohead",
  amount: 1,
  price_wei: "120000000000000000",
  royalty_wei: "12000000000000000",
  fee_wei: "3000000000000000",
  currency: "ether",
  seller: SELLER,
  buyer: BUYER,
  ...changes,
});

export const proposal = (changes: Partial<Proposal> = {}): Proposal => ({
  proposal_id: "31337:0xgovernance:1",
  state: "executed",
  description: "Take two keepers in",
  voters: 6,
  votes_for: whole(900_000_000),
  votes_against: "0",
  votes_abstain: "0",
  ...changes,
});

/** Epochs newest first, as the service lists them: 3 is pending, 2 invalid, 1 final and served. */
export const EPOCHS: readonly EpochSummary[] = [
  { epoch: 3, state: "pending", served: false },
  { epoch: 2, state: "invalid", served: false },
  { epoch: 1, state: "final", served: true },
];
