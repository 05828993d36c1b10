/** What happened on the chain: epochs and challenges, resales, decisions. */

import {
  fetchChallenges,
  fetchEpochs,
  fetchProposals,
  fetchSales,
  type Proposal,
  type Sale,
} from "../api/service.ts";
import { describeProposal, describeSale } from "../history.ts";
import { EpochLine } from "./EpochLine.tsx";
import { useFetched } from "./fetched.ts";
import { Shown } from "./Notice.tsx";

export function ChainHistory() {
  const [epochs, retryEpochs] = useFetched("epochs", async (signal) => {
    const [listed, challenges] = await Promise.all([fetchEpochs(signal), fetchChallenges(signal)]);
    return { epochs: listed.items, challenges: challenges.items };
  });
  const [sales, retrySales] = useFetched("sales", fetchSales);
  const [proposals, retryProposals] = useFetched("proposals", fetchProposals);
  return (
    <div class="history">
      <div class="history-epochs">
        <h3>Epochs</h3>
        <Shown fetched={epochs} lines={4} label="Loading the epochs" retry={retryEpochs}>
          {(value) => <EpochLine {...value} />}
        </Shown>
      </div>
      <div>
        <h3>Decisions of governance</h3>
        <Shown fetched={proposals} lines={3} label="Loading the decisions" retry={retryProposals}>
          {({ items }) => <Proposals items={items} />}
        </Shown>
      </div>
      <div>
        <h3>Resales</h3>
        <Shown fetched={sales} lines={3} label="Loading the sales" retry={retrySales}>
          {({ items }) => <Sales items={items} />}
        </Shown>
      </div>
    </div>
  );
}

/** What was proposed, and how each vote went. */
export function Proposals({ items }: { items: readonly Proposal[] }) {
  if (items.length === 0) return <p class="quiet">Nothing was proposed yet.</p>;
  return (
    <ul class="events">
      {items.map((proposal) => (
        <li key={proposal.proposal_id} class="event" data-proposal={proposal.state}>
          <strong>{proposal.description}</strong>
          <br />
          {describeProposal(proposal)}
        </li>
      ))}
    </ul>
  );
}

/** Who resold what, and how each price was split. */
export function Sales({ items }: { items: readonly Sale[] }) {
  if (items.length === 0) return <p class="quiet">No edition was resold yet.</p>;
  return (
    <ul class="events">
      {items.map((sale) => (
        <li key={sale.sale_id} class="event" data-sale={sale.kind}>
          {describeSale(sale)}
        </li>
      ))}
    </ul>
  );
}
