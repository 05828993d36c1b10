/** What is real here, what was made up, and what a green verdict does and does not say. */

export function Honesty({ notice }: { notice: string }) {
  return (
    <div class="honesty">
      <div>
        <h3>What was made up</h3>
        <p>{notice === "" ? "Nothing, says the service." : notice}</p>
      </div>
      <div>
        <h3>What green proves</h3>
        <p>
          The list follows, number by number, from vectors and exclusions that a quorum of bonded keepers
          committed to on the chain. None of it can be changed afterwards, and no track can be bought into it.
        </p>
      </div>
      <div>
        <h3>What it does not prove</h3>
        <p>
          That the vectors follow from what people really listened to is attested by the quorum, not proven. A
          list that does not follow from the vectors is another matter: whoever shows it to the contract while
          the epoch is pending makes it invalid, and half of the signers' bonds is the bounty.
        </p>
      </div>
    </div>
  );
}
