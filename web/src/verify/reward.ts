/**
 * Whether a reward is what the root in force says.
 *
 * Owns the three comparisons. Refuses to know how chain and service are reached.
 */

import { bytesFromHex, MalformedHex } from "./bytes.ts";
import { type Fault, fault } from "./fault.ts";
import { hashRewardLeaf, type Place } from "./leaf.ts";
import { verifyProof } from "./merkle.ts";

/** A reward as the service tells it; sums are decimal wei. */
export interface AnsweredReward {
  readonly address: string;
  readonly root: string;
  readonly cumulative_wei: string;
  readonly claimed_wei: string;
  readonly claimable_wei: string;
  readonly proof: readonly string[];
}

/** The amount and its proof do not lead to the root. */
export function findRewardLeafFault(reward: AnsweredReward, place: Place): Fault | null {
  try {
    const leaf = hashRewardLeaf(place, reward.address, BigInt(reward.cumulative_wei));
    if (verifyProof(bytesFromHex(reward.root), leaf, reward.proof.map(bytesFromHex))) return null;
  } catch (error) {
    if (!(error instanceof MalformedHex || error instanceof SyntaxError || error instanceof RangeError))
      throw error;
  }
  return fault("reward_leaf", "The proof does not lead from this account and amount to the reward root.");
}

/** What is said to be paid, or claimable, does not follow from the chain. */
export function findRewardAmountFault(
  reward: AnsweredReward,
  claimedOnChain: bigint,
  inForce: boolean,
): Fault | null {
  const cumulative = BigInt(reward.cumulative_wei);
  if (BigInt(reward.claimed_wei) !== claimedOnChain)
    return fault("reward_amount", "The amount that is said to be paid is not what the contract paid.");
  const due = inForce && cumulative > claimedOnChain ? cumulative - claimedOnChain : 0n;
  if (BigInt(reward.claimable_wei) !== due)
    return fault("reward_amount", "What is said to be claimable is not what is earned less what is paid.");
  return null;
}
