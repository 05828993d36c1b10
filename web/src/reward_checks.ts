/**
 * The checks of a reward against the chain.
 *
 * Owns their order and sentences. Refuses to know how they are drawn.
 */

import type { Reward } from "./api/service.ts";
import { fetchClaimed, fetchIsInForce } from "./chain/contracts.ts";
import { connectNode } from "./chain/rpc.ts";
import type { Trust } from "./trust.ts";
import { findRewardAmountFault, findRewardLeafFault } from "./verify/reward.ts";

/** One line. `waiting`: true one day, such as a root that has not taken force. */
export interface RewardLine {
  readonly id: string;
  readonly state: "ok" | "failed" | "blocked" | "waiting";
  readonly sentence: string;
}

/** Root in force, proof, sums; never rejects. */
export async function checkReward(reward: Reward, trust: Trust): Promise<RewardLine[]> {
  const { root, epoch } = reward;
  if (root === null || epoch === null) return [];
  const answered = { ...reward, root };
  const place = { chainId: trust.chainId, contract: trust.fanEngagement, epoch };
  const leaf = judge("reward-leaf", () => {
    if (reward.proof.length === 0 && BigInt(reward.cumulative_wei) === 0n)
      return { state: "ok", sentence: "Nothing earned yet, so there is nothing to prove." };
    const found = findRewardLeafFault(answered, place);
    const steps = `${reward.proof.length} steps lead from this account and sum to the reward root.`;
    return found === null ? { state: "ok", sentence: steps } : { state: "failed", sentence: found.sentence };
  });
  try {
    const send = connectNode(trust.rpcUrl);
    const inForce = await fetchIsInForce(send, trust.fanEngagement, epoch, root);
    const claimed = await fetchClaimed(send, trust.fanEngagement, reward.address);
    return [
      describeRoot(reward, inForce),
      leaf,
      judge("reward-amount", () => describeSums(answered, claimed, inForce)),
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ id: "reward-root", state: "blocked", sentence: `Could not be checked: ${reason}.` }, leaf];
  }
}

function describeRoot(reward: Reward, inForce: boolean): RewardLine {
  const id = "reward-root";
  if (inForce)
    return {
      id,
      state: "ok",
      sentence: `The reward root of epoch ${reward.epoch} is in force on the chain.`,
    };
  if (reward.in_force)
    return {
      id,
      state: "failed",
      sentence: "The service says the root is in force; the chain says it is not.",
    };
  return { id, state: "waiting", sentence: "The reward root is not in force on the chain yet." };
}

function describeSums(
  reward: Parameters<typeof findRewardAmountFault>[0],
  claimed: bigint,
  inForce: boolean,
) {
  const found = findRewardAmountFault(reward, claimed, inForce);
  if (found !== null) return { state: "failed" as const, sentence: found.sentence };
  return { state: "ok" as const, sentence: "Paid and claimable are what the contract says." };
}

function judge(id: string, look: () => Omit<RewardLine, "id">): RewardLine {
  try {
    return { id, ...look() };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { id, state: "failed", sentence: "A sum in the answer is not a number." };
  }
}
