import { describe, expect, it } from "vitest";
import { describeChallenge, describeProposal, describeSale } from "../src/history.ts";
import {
  BUYER,
  challenge,
  CHALLENGER,
  DOLLARS,
  EPOCHS,
  LIAR,
  proposal,
  sale,
  whole,
} from "../dev/history.ts";

describe("a challenge", () => {
  it("says who proved what, what it cost whom, and what stayed in force", () => {
    expect(describeChallenge(challenge(), EPOCHS)).toBe(
      "0xa1a1…a1a1, not one of its signers, proved epoch 2 false (a listed score is not the product of the " +
        "committed vectors): it is invalid, 2 keepers lost 20,000.0000 TUNE of bond, the bounty of " +
        "10,000.0000 TUNE went to 0xa1a1…a1a1, 10,000.0000 TUNE were burned. Epoch 1 stayed in force.",
    );
  });

  it("tells a signer that challenged itself", () => {
    expect(describeChallenge(challenge({ by: LIAR }), EPOCHS)).toContain("0xb2b2…b2b2, one of its signers,");
  });

  it.each([
    ["order", "a list is not in order"],
    ["omission", "a better track was left out of a list"],
    ["malformed", "committed bytes have a bad form"],
    ["rows", "rows of a tree are out of order"],
    ["0x12345678", "0x12345678"],
  ])("of kind %s names what was proven", (kind, text) => {
    expect(describeChallenge(challenge({ kind }), EPOCHS)).toContain(`proved epoch 2 false (${text})`);
  });

  it("takes the newest final epoch before it, in whatever order they come", () => {
    const three = challenge({ epoch: 3 });
    const epochs = ([1, 2, 3, 4] as const).map((epoch) => ({
      epoch,
      state: epoch === 3 ? ("invalid" as const) : ("final" as const),
      served: epoch === 4,
    }));
    for (const listed of [epochs, epochs.toReversed()])
      expect(describeChallenge(three, listed)).toMatch(/ Epoch 2 stayed in force\.$/);
  });

  it("of the first epoch leaves nothing in force, and says nothing of it", () => {
    expect(describeChallenge(challenge({ epoch: 1 }), EPOCHS)).not.toContain("in force");
  });

  it("whose epoch is not known names none", () => {
    const text = describeChallenge(challenge({ epoch: null }), EPOCHS);
    expect(text).toContain("proved an epoch false");
    expect(text).not.toMatch(/null|in force/);
  });

  it("without a bounty says only what was lost and burned", () => {
    const text = describeChallenge(challenge({ bounty_to: null, bounty_wei: "0" }), EPOCHS);
    expect(text).not.toContain("bounty");
    expect(text).toContain("10,000.0000 TUNE were burned");
  });

  it("that showed two signatures leaves the epoch as it is", () => {
    const one = { keeper: LIAR, amount_wei: whole(7) };
    const text = describeChallenge(challenge({ kind: "equivocation", slashed: [one] }), EPOCHS);
    expect(text).toMatch(
      /^0xa1a1…a1a1 showed that a keeper signed two different commitments of epoch 2: 1 keeper lost 7\.0000 TUNE/,
    );
    expect(text).not.toMatch(/invalid|in force/);
  });

  it("in a state that the page does not know is not told as won", () => {
    expect(describeChallenge(challenge({ state: "withdrawn" }), EPOCHS)).toBe(
      "0xa1a1…a1a1 challenged epoch 2: withdrawn.",
    );
  });
});

describe("a demand", () => {
  const demand = (state: string): string =>
    describeChallenge(challenge({ kind: "demand", state, slashed: [] }), EPOCHS);

  it.each([
    ["open", "demands what epoch 2 holds."],
    ["answered", "demanded what epoch 2 holds, and was answered."],
    ["expired", "demanded what epoch 2 holds and got no answer in time: the epoch is invalid."],
    ["returned", "demanded what epoch 2 holds: returned."],
  ])("that is %s", (state, text) => {
    expect(demand(state)).toBe(`0xa1a1…a1a1 ${text}`);
  });

  it("that expired cost the signers, which is no proof of a false list", () => {
    const text = describeChallenge(
      challenge({ kind: "withheld", bounty_to: null, bounty_wei: "0", burned_wei: whole(20_000) }),
      EPOCHS,
    );
    expect(text).toBe(
      "0xa1a1…a1a1 showed that a demand about epoch 2 had no answer in time: it is invalid, 2 keepers lost " +
        "20,000.0000 TUNE of bond, 20,000.0000 TUNE were burned. Epoch 1 stayed in force.",
    );
  });
});

describe("a sale", () => {
  it("says who sold what to whom, and who got how much", () => {
    expect(describeSale(sale())).toBe(
      "0xd4d4…d4d4 sold 1 copy of Radiohead to 0xe5e5…e5e5 for 0.1200 ETH: " +
        "0.0120 ETH to the artist's split, 0.0030 ETH fee, the rest to the seller.",
    );
  });

  it("for TuneToken is told in TUNE", () => {
    const text = describeSale(sale({ currency: "token", price_wei: whole(1_234), amount: 1_000 }));
    expect(text).toContain("sold 1,000 copies of Radiohead");
    expect(text).toContain("for 1,234.0000 TUNE");
  });

  it("for another currency is told in its own units, because its decimals are not known", () => {
    const text = describeSale(
      sale({ currency: DOLLARS, price_wei: "25000000", royalty_wei: "2500000", fee_wei: "0" }),
    );
    expect(text).toContain("for 25,000,000 units of 0xf6f6…f6f6: 2,500,000 units of 0xf6f6…f6f6 to");
    expect(text).not.toMatch(/ETH|TUNE/);
  });

  it("of a track without a title and from nobody known still reads", () => {
    const text = describeSale(sale({ title: null, seller: null, buyer: BUYER }));
    expect(text).toMatch(/^someone sold 1 copy of hetrec:track:154 to 0xe5e5…e5e5 for/);
    expect(describeSale(sale({ buyer: null }))).toContain("to someone for");
  });

  it("of which next to nothing is royalty does not say nothing", () => {
    expect(describeSale(sale({ royalty_wei: "1", fee_wei: "0" }))).toContain(
      "less than 0.0001 ETH to the artist's split, 0.0000 ETH fee",
    );
  });

  it("for more than a number holds is told to the last whole one", () => {
    const text = describeSale(sale({ price_wei: `9007199254740993${"0".repeat(18)}` }));
    expect(text).toContain("for 9,007,199,254,740,993.0000 ETH");
  });
});

describe("a proposal", () => {
  it("says how the vote went and what became of it", () => {
    expect(describeProposal(proposal())).toBe(
      "6 accounts voted, 900,000,000.0000 TUNE for, 0.0000 against; executed.",
    );
  });

  it("names who abstained, if anyone did", () => {
    expect(describeProposal(proposal({ voters: 1, votes_abstain: whole(3) }))).toMatch(
      /^1 account voted, .* 0\.0000 against, 3\.0000 abstained; executed\.$/,
    );
  });

  it.each([
    ["open", "not carried out so far"],
    ["queued", "accepted, waiting in the timelock"],
    ["cancelled", "cancelled"],
    ["frozen", "frozen"],
  ])("that is %s", (state, text) => {
    expect(describeProposal(proposal({ state }))).toMatch(new RegExp(`; ${text}\\.$`));
  });
});

it("an address of any length is shortened alike, and a short text is left as it is", () => {
  const text = describeChallenge(challenge({ by: "0x1234" }), EPOCHS);
  expect(text).toMatch(/^0x1234, not one/);
  expect(text).not.toContain(CHALLENGER);
});
