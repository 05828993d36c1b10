"""Whatever the chain, the node and the machine do, the graph is the one that is built from nothing.

A random sequence mines, reorganises, brings an earlier branch back, finalizes, follows, restarts, loses the
power in the middle of a write, and switches nodes; afterwards graph, journal and outbox are compared with
what the chain says: two hundred times in the embedded graph, on the server fewer times, because a
sequence takes ten times as long there. A failing sequence is printed shrunk and is run again with its seed
(`--hypothesis-seed`).
"""

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from graph_schema.transactional_store import TransactionalStore
from ingest.chain_journal import ChainJournal
from ingest.follower import ChainFollower
from ingest.journal_tables import OUTBOX, RECORDS
from ingest.log_database import writing
from tests.kit.broken_store import PowerCut, break_at
from tests.kit.graph_fixtures import STORES
from tests.kit.model_chain import CHAIN_ID, ModelChain, ModelNode, model_client, model_deployment
from tests.kit.model_transactions import ModelTransaction, possible
from tests.kit.neo4j_server import Neo4jServer
from tests.kit.wiped_graphs import assert_same_rows, open_on_server, open_small_ladybug, wipe

WINDOW = 4
SEQUENCES = {"ladybug": 200, "neo4j": 12}
STEPS = 6
T = TypeVar("T")

numbers = st.integers(1, 3)
transactions = st.one_of(
    st.builds(lambda track, artist: ModelTransaction("mint", (track, artist)), numbers, numbers),
    st.builds(lambda *of: ModelTransaction("mint_and_sell", of), numbers, numbers, numbers),
    *[
        st.builds(
            lambda *of, verb=verb: ModelTransaction(verb, of), numbers, numbers, numbers, st.integers(0, 9)
        )
        for verb in ("buy", "give", "follow", "unfollow", "stake")
    ],
)
block_contents = st.lists(transactions, max_size=3)


class Desk:
    """Two graphs that are opened once for all sequences: each sequence begins with empty ones."""

    def __init__(self, folder: Path, server: Neo4jServer | None) -> None:
        self.loop = asyncio.new_event_loop()
        self.rebuilt = self.run(open_small_ladybug(folder / "rebuilt"))
        opened = open_on_server(server) if server else open_small_ladybug(folder / "graph")
        self.graph: TransactionalStore = self.run(opened)
        self.journal = ChainJournal(f"sqlite:///{folder / 'log.sqlite'}", CHAIN_ID)
        self.count = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def clear(self) -> None:
        for store in (self.graph, self.rebuilt):
            await wipe(store)
        with writing(self.journal._engine).begin() as connection:
            connection.execute(sa.delete(RECORDS))
            connection.execute(sa.delete(OUTBOX))

    async def close(self) -> None:
        await self.graph.close()
        await self.rebuilt.close()
        self.journal.close()


class ChainMachine(RuleBasedStateMachine):
    """One sequence."""

    desk: Desk

    @initialize()
    def begin(self) -> None:
        desk = self.desk
        desk.count += 1
        desk.run(desk.clear())
        self.chain = ModelChain()
        self.node = ModelNode(self.chain)
        self.deployment = model_deployment()
        self.journal = desk.journal
        self.lost_branch: list[Any] = []
        self.start()

    def start(self) -> None:
        self.rpc = model_client(self.node, "one", "two")
        self.follower = ChainFollower(self.rpc, self.desk.graph, self.deployment, journal=self.journal)

    @rule(contents=st.lists(block_contents, min_size=1, max_size=2))
    def mine(self, contents: list[list[ModelTransaction]]) -> None:
        self._mine(contents)

    @rule(depth=st.integers(1, WINDOW), contents=st.lists(block_contents, max_size=2), seed=st.integers(0, 9))
    @precondition(lambda self: self.chain.head > self.chain.final)
    def reorganise(self, depth: int, contents: list[list[ModelTransaction]], seed: int) -> None:
        """Another branch: some of the old transactions in another order, some gone, some new ones."""
        dropped = self.chain.take_back(min(depth, self.chain.head - self.chain.final))
        self.lost_branch = dropped
        old = [one for block in dropped for one in block.transactions]
        random.Random(seed).shuffle(old)
        self._mine([*contents, old[: seed % 3]])

    @rule()
    @precondition(lambda self: self.lost_branch and self.lost_branch[0].number > self.chain.final)
    def bring_the_first_branch_back(self) -> None:
        fork = self.lost_branch[0].number
        if (
            fork <= self.chain.head + 1
            and self.chain.blocks[fork - 1].hash == self.lost_branch[0].parent_hash
        ):
            dropped = self.chain.take_back(self.chain.head - fork + 1)
            self.chain.bring_back(self.lost_branch)
            self.lost_branch = dropped

    @rule(behind=st.integers(0, WINDOW))
    def finalize(self, behind: int) -> None:
        self.chain.finalize(max(0, self.chain.head - behind))

    @rule()
    def follow(self) -> None:
        self._follow()

    @rule()
    def restart(self) -> None:
        self.desk.run(self.rpc.close())
        self.start()
        self._follow()

    @rule(statement=st.integers(0, 12), committed=st.booleans())
    def lose_the_power(self, statement: int, committed: bool) -> None:
        """The process ends in the middle of a transaction, or right after its commit."""
        with break_at(self.desk.graph, None if committed else statement):
            try:
                self.desk.run(self.follower.follow_to_head())
            except PowerCut:
                self.desk.run(self.rpc.close())
                self.start()

    @rule(host=st.sampled_from(["one", "two"]))
    def lose_a_node(self, host: str) -> None:
        self.node.down = {host}
        self._follow()

    @invariant()
    def finality_stays_within_the_window(self) -> None:
        """What follows is not deeper than the follower can undo."""
        if hasattr(self, "chain"):
            self.chain.finalize(self.chain.head - WINDOW)

    def teardown(self) -> None:
        self._follow()
        self._compare()
        self.desk.run(self.rpc.close())

    def _mine(self, contents: list[list[ModelTransaction]]) -> None:
        for block in contents:
            accepted: list[ModelTransaction] = []
            for one in block:
                if possible([*self.chain.transactions, *accepted], one):
                    accepted.append(one)
            self.chain.mine(*accepted)

    def _follow(self) -> None:
        status = self.desk.run(self.follower.follow_to_head())
        assert status.applied_block == self.chain.head

    def _compare(self) -> None:
        desk = self.desk
        desk.run(ChainFollower(self.rpc, desk.rebuilt, self.deployment).follow_to_head())
        height = self.chain.final if len(self.chain.asked) % 2 else self.chain.head
        mine, other = (desk.run(store.read_state(height)) for store in (desk.graph, desk.rebuilt))
        assert_same_rows(mine, other)
        assert mine.pending == other.pending
        assert desk.run(desk.graph.read_digest(height)) == desk.run(desk.rebuilt.read_digest(height))
        assert self._told() == [block.hash for block in self.chain.blocks if block.hash in self._told()]
        newest = self.journal.newest()
        assert newest is None or newest.last.hash == self.chain.blocks[-1].hash

    def _told(self) -> list[str]:
        """The ends of ranges that a reader of the outbox stands on."""
        ends: list[str] = []
        for change in self.journal.read_changes(0, 10_000):
            if change.kind == "applied":
                ends.append(change.hash)
            elif change.kind == "undone":
                assert ends.pop() == change.hash
        return ends


@pytest.mark.parametrize("name", STORES)
def test_any_sequence_leaves_the_graph_that_is_built_from_nothing(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, request.getfixturevalue("empty_neo4j") if name == "neo4j" else None)
    machine = type("Machine", (ChainMachine,), {"desk": desk}).TestCase
    machine.settings = settings(
        max_examples=SEQUENCES[name],
        stateful_step_count=STEPS,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    try:
        machine().runTest()
    finally:
        desk.run(desk.close())
        desk.loop.close()
    assert desk.count >= SEQUENCES[name]
