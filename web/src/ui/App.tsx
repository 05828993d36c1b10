/** The page. */

import { useEffect, useState } from "preact/hooks";
import {
  fetchChain,
  fetchEpoch,
  fetchListener,
  fetchRecommendations,
  type Recommendations,
} from "../api/service.ts";
import { forgetTrust, loadTrust, saveTrust, type Trust } from "../trust.ts";
import { AccuracyChart } from "./AccuracyChart.tsx";
import { ChainHistory } from "./ChainHistory.tsx";
import { EpochFacts } from "./EpochFacts.tsx";
import { type Fetched, useFetched } from "./fetched.ts";
import { Honesty } from "./Honesty.tsx";
import { ListenerPicker } from "./ListenerPicker.tsx";
import { Shown } from "./Notice.tsx";
import { FIRST_SHOWN, RecommendationList } from "./RecommendationList.tsx";
import { RewardCard } from "./RewardCard.tsx";
import { useRoute } from "./route.ts";
import { TopArtists } from "./TopArtists.tsx";
import { useVerification, type Verification } from "./verification.ts";
import { VerificationPanel } from "./VerificationPanel.tsx";
import { formatNumber, nameListener } from "./words.ts";

const WHOLE_LIST = 256;

export function App() {
  const address = useRoute();
  const [chain, retryChain] = useFetched("chain", fetchChain);
  const [trust, setTrust] = useTrust(chain);
  const [shown, setShown] = useState<{ of: string | null; limit: number }>({
    of: address,
    limit: FIRST_SHOWN,
  });
  const limit = shown.of === address ? shown.limit : FIRST_SHOWN;
  const [fetched, retry] = useFetched(
    address === null ? null : `recommendations ${address} ${limit}`,
    (signal) => fetchRecommendations(address ?? "", limit, signal),
  );
  const answer = fetched.state === "there" ? fetched.value : null;
  const verification = useVerification(answer, trust);
  return (
    <>
      <a class="skip" href="#recommendations" onClick={(event) => skipTo(event, "recommendations")}>
        Skip to the recommendations
      </a>
      <header class="masthead">
        <p class="wordmark">
          <Mark /> TuneFi
        </p>
        <p class="tagline">Recommendations that cannot be bought, checked in your own browser.</p>
        <ListenerPicker chosen={address} />
      </header>
      {chain.state === "failed" && (
        <Shown fetched={chain} lines={1} label="" retry={retryChain}>
          {() => null}
        </Shown>
      )}
      <main class="columns">
        <div class="column-listener">{address !== null && <ListenerSection address={address} />}</div>
        <div class="column-proof">
          <VerificationPanel verification={verification} trust={trust} onTrust={setTrust} />
        </div>
        <Listed
          fetched={fetched}
          retry={retry}
          verification={verification}
          all={limit !== FIRST_SHOWN}
          onShowAll={() => setShown({ of: address, limit: WHOLE_LIST })}
        />
      </main>
      <Below
        address={address}
        answer={answer}
        trust={trust}
        notice={chain.state === "there" ? chain.value.generated_notice : ""}
      />
    </>
  );
}

function Listed(props: {
  fetched: Fetched<Recommendations>;
  retry: () => void;
  verification: Verification;
  all: boolean;
  onShowAll: () => void;
}) {
  return (
    <section class="column-list" id="recommendations" tabIndex={-1} aria-labelledby="recommendations-title">
      <h2 id="recommendations-title">Recommended</h2>
      <Shown fetched={props.fetched} lines={12} label="Loading recommendations" retry={props.retry}>
        {(recommendations) => (
          <RecommendationList
            recommendations={recommendations}
            verified={props.verification.verdict.kind === "ok"}
            all={props.all}
            onShowAll={props.onShowAll}
          />
        )}
      </Shown>
    </section>
  );
}

function ListenerSection({ address }: { address: string }) {
  const [fetched, retry] = useFetched(`listener ${address}`, (signal) => fetchListener(address, signal));
  return (
    <Shown fetched={fetched} lines={8} label="Loading the listener" retry={retry}>
      {(listener) => (
        <>
          <h1 class="listener-name">
            {nameListener(listener)}
            {listener.generated && <span class="tag">generated</span>}
          </h1>
          <p class="quiet">
            <code class="address">{listener.address}</code>
          </p>
          <h2>Most played</h2>
          <p class="quiet">{formatNumber(listener.plays)} plays in all</p>
          <TopArtists listener={listener} />
        </>
      )}
    </Shown>
  );
}

function Below(props: {
  address: string | null;
  answer: Recommendations | null;
  trust: Trust | null;
  notice: string;
}) {
  const { address, answer, trust } = props;
  const epoch = answer?.epoch.epoch ?? null;
  const [described, retry] = useFetched(epoch === null ? null : `epoch ${epoch}`, (signal) =>
    fetchEpoch(epoch ?? 0, signal),
  );
  return (
    <div class="below">
      {address !== null && (
        <section class="card" aria-labelledby="reward-title">
          <h2 id="reward-title">Reward</h2>
          <RewardCard address={address} trust={trust} />
        </section>
      )}
      {epoch !== null && (
        <section class="card" aria-labelledby="accuracy-title">
          <h2 id="accuracy-title">How good the model is</h2>
          <Shown fetched={described} lines={6} label="Loading the accuracy" retry={retry}>
            {({ metrics }) => <AccuracyChart metrics={metrics} />}
          </Shown>
        </section>
      )}
      <section class="card card-wide" aria-labelledby="history-title">
        <h2 id="history-title">On the chain</h2>
        <ChainHistory />
      </section>
      <section class="card card-wide" aria-labelledby="honesty-title">
        <h2 id="honesty-title">What is real here</h2>
        <Honesty notice={props.notice} />
      </section>
      {answer !== null && (
        <section class="card card-wide" aria-labelledby="facts-title">
          <h2 id="facts-title">This epoch</h2>
          <EpochFacts recommendations={answer} />
        </section>
      )}
    </div>
  );
}

function useTrust(
  chain: Fetched<Parameters<typeof loadTrust>[0]>,
): [Trust | null, (trust: Trust | null) => void] {
  const [trust, setTrust] = useState<Trust | null>(null);
  useEffect(() => {
    if (chain.state === "there") setTrust(loadTrust(chain.value, localStorage));
  }, [chain.state]);
  return [
    trust,
    (chosen) => {
      if (chosen !== null) setTrust(saveTrust(chosen, localStorage));
      else {
        forgetTrust(localStorage);
        if (chain.state === "there") setTrust(loadTrust(chain.value, localStorage));
      }
    },
  ];
}

/** The address bar holds the listener, so a link within the page must not change it. */
function skipTo(event: Event, id: string) {
  event.preventDefault();
  document.getElementById(id)?.focus();
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M8 12v8M13 8v16M18 11v10M23 14v4" />
    </svg>
  );
}
