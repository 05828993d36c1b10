import { expect, it } from "vitest";
import { hexFromBytes } from "../src/verify/bytes.ts";
import { hashRewardLeaf } from "../src/verify/leaf.ts";
import { buildRoot, hashPair } from "../src/verify/merkle.ts";
import { findRewardAmountFault, findRewardLeafFault } from "../src/verify/reward.ts";

const place = { chainId: 31337, contract: `0x${"fa".repeat(20)}`, epoch: 2 };
const [address, other] = [`0x${"01".repeat(20)}`, `0x${"02".repeat(20)}`];
const otherLeaf = hashRewardLeaf(place, other, 7n);
const reward = {
  address,
  root: hexFromBytes(buildRoot([hashRewardLeaf(place, address, 10n ** 24n), otherLeaf])),
  cumulative_wei: (10n ** 24n).toString(),
  claimed_wei: "0",
  claimable_wei: (10n ** 24n).toString(),
  proof: [hexFromBytes(otherLeaf)],
};

it("a proof leads from the account's sum to the root", () => {
  expect(hexFromBytes(hashPair(hashRewardLeaf(place, address, 10n ** 24n), otherLeaf))).toBe(reward.root);
  expect(findRewardLeafFault(reward, place)).toBeNull();
});

it.each([
  ["one wei more", { cumulative_wei: (10n ** 24n + 1n).toString() }],
  ["another account", { address: other }],
  ["another root", { root: `0x${"00".repeat(32)}` }],
  ["no proof", { proof: [] }],
  ["a proof that is no hexadecimal", { proof: ["0x1"] }],
  ["a sum that is no number", { cumulative_wei: "many" }],
])("%s is red", (_, change) => {
  expect(findRewardLeafFault({ ...reward, ...change }, place)?.code).toBe("reward_leaf");
});

it("a leaf of another epoch is red", () => {
  expect(findRewardLeafFault(reward, { ...place, epoch: 3 })?.code).toBe("reward_leaf");
});

it("sums that differ from the chain are red", () => {
  expect(findRewardAmountFault(reward, 0n, true)).toBeNull();
  expect(findRewardAmountFault(reward, 5n, true)?.code).toBe("reward_amount");
  expect(findRewardAmountFault({ ...reward, claimable_wei: "1" }, 0n, true)?.code).toBe("reward_amount");
  expect(findRewardAmountFault(reward, 0n, false)?.code).toBe("reward_amount");
  expect(findRewardAmountFault({ ...reward, claimed_wei: "5", claimable_wei: "0" }, 5n, false)).toBeNull();
});
