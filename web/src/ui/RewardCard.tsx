/** What the listener has earned, and whether the chain says so too. */

import { useEffect, useState } from "preact/hooks";
import { fetchReward, type Reward } from "../api/service.ts";
import { checkReward, type RewardLine } from "../reward_checks.ts";
import type { Trust } from "../trust.ts";
import { useFetched } from "./fetched.ts";
import { Shown } from "./Notice.tsx";
import { formatNumber, formatWei } from "./words.ts";

export function RewardCard({ address, trust }: { address: string; trust: Trust | null }) {
  const [fetched, retry] = useFetched(`reward ${address}`, (signal) => fetchReward(address, signal));
  return (
    <Shown fetched={fetched} lines={4} label="Loading the reward" retry={retry}>
      {(reward) => <RewardBody reward={reward} trust={trust} />}
    </Shown>
  );
}

function RewardBody({ reward, trust }: { reward: Reward; trust: Trust | null }) {
  if (reward.root === null || reward.epoch === null) return <p class="quiet">{reward.explanation}</p>;
  return (
    <>
      <dl class="amounts">
        <Amount name="Earned" wei={reward.cumulative_wei} />
        <Amount name="Paid" wei={reward.claimed_wei} />
        <Amount name="Claimable now" wei={reward.claimable_wei} />
      </dl>
      <p>{reward.explanation}</p>
      {reward.points !== null && (
        <p class="quiet">
          Epoch {reward.epoch}: {formatNumber(reward.points)} points
          {reward.trust_ppt !== null && `, trust ${(reward.trust_ppt / 1e10).toFixed(4)} %`}.
        </p>
      )}
      {trust !== null && <RewardChecks reward={reward} trust={trust} />}
    </>
  );
}

function Amount({ name, wei }: { name: string; wei: string }) {
  return (
    <div class="amount">
      <dt>{name}</dt>
      <dd>
        {formatWei(wei)} <span class="unit">TUNE</span>
      </dd>
    </div>
  );
}

function RewardChecks({ reward, trust }: { reward: Reward; trust: Trust }) {
  const [lines, setLines] = useState<readonly RewardLine[]>([]);
  useEffect(() => {
    let stopped = false;
    setLines([]);
    void checkReward(reward, trust).then((checked) => {
      if (!stopped) setLines(checked);
    });
    return () => {
      stopped = true;
    };
  }, [reward, trust]);
  if (lines.length === 0) return <p class="quiet">Checking the claim proof…</p>;
  const signs = { ok: "✓", failed: "✕", blocked: "!", waiting: "·" };
  return (
    <ul class="check-list" data-reward={lines.every(({ state }) => state === "ok") ? "ok" : "open"}>
      {lines.map((line) => (
        <li key={line.id} class="check" data-check={line.id} data-state={line.state}>
          <span class="check-sign" aria-hidden="true">
            {signs[line.state]}
          </span>
          <p class="check-sentence">{line.sentence}</p>
        </li>
      ))}
    </ul>
  );
}
