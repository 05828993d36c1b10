/** Which chain, contract and node everything is held against, for the person to change. */

import { useState } from "preact/hooks";
import { findTrustProblems, type Trust } from "../trust.ts";

const FIELDS = [
  ["rpcUrl", "Node (JSON-RPC)"],
  ["chainId", "Chain id"],
  ["recommendationGraph", "RecommendationGraph"],
  ["fanEngagement", "FanEngagement"],
] as const;

export function TrustSettings({ trust, onTrust }: { trust: Trust; onTrust: (trust: Trust | null) => void }) {
  const [draft, setDraft] = useState<Trust | null>(null);
  const shown = draft ?? trust;
  const problems = findTrustProblems(shown);
  const valid = Object.keys(problems).length === 0;

  function onSubmit(event: Event) {
    event.preventDefault();
    if (!valid) return;
    onTrust({
      ...shown,
      recommendationGraph: shown.recommendationGraph.toLowerCase(),
      fanEngagement: shown.fanEngagement.toLowerCase(),
    });
    setDraft(null);
  }

  return (
    <details class="trust">
      <summary>What you trust</summary>
      <p class="quiet">
        {trust.pinned
          ? "Set by you and remembered in this browser. What the service names is ignored."
          : "Named by this service so far. Compare it with what you got from elsewhere, or put in a node of your own; then it is remembered, and the service cannot change it."}
      </p>
      <form class="trust-form" onSubmit={onSubmit} noValidate>
        {FIELDS.map(([name, label]) => (
          <div class="field" key={name}>
            <label for={`trust-${name}`}>{label}</label>
            <input
              id={`trust-${name}`}
              type="text"
              inputMode={name === "chainId" ? "numeric" : "text"}
              spellcheck={false}
              autocomplete="off"
              value={String(shown[name])}
              aria-invalid={problems[name] !== undefined}
              aria-describedby={problems[name] === undefined ? undefined : `trust-${name}-problem`}
              onInput={(event) => setDraft(changeField(shown, name, event.currentTarget.value.trim()))}
            />
            {problems[name] !== undefined && (
              <p class="field-problem" id={`trust-${name}-problem`}>
                {problems[name]}
              </p>
            )}
          </div>
        ))}
        <div class="actions">
          <button type="submit" class="button" disabled={!valid}>
            Trust these
          </button>
          {trust.pinned && (
            <button
              type="button"
              class="button"
              onClick={() => {
                setDraft(null);
                onTrust(null);
              }}
            >
              Back to what the service names
            </button>
          )}
        </div>
      </form>
    </details>
  );
}

function changeField(trust: Trust, name: (typeof FIELDS)[number][0], text: string): Trust {
  return { ...trust, [name]: name === "chainId" ? (/^\d+$/.test(text) ? Number(text) : Number.NaN) : text };
}
