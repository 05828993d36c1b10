"""What the operator's page says to do works."""

import re
import sqlite3
from pathlib import Path

import pytest

from tests.kit.chain_scenes import Stage
from tests.kit.rows import read_all_rows
from tests.kit.running_service import running_service
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer

pytestmark = pytest.mark.evm

PAGE = (Path(__file__).parents[2] / "docs/operations/ingestion.md").read_text()


@pytest.fixture
def stage(rpc: JsonRpc, deployment: Deployment, signers: list[Signer]) -> Stage:
    """The deployed system with the people who act on it."""
    return Stage(rpc, deployment, signers)


def move_graph_away(home: Path) -> None:
    """What an operator does before the graph is built anew."""
    for file in home.glob("graph.ladybug*"):
        file.rename(home / f"old-{file.name}")


async def test_a_chain_begun_anew_gives_the_same_graph(stage: Stage, tmp_path: Path) -> None:
    (statements,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    await stage.register_and_mint(1)
    await stage.buy(8, 1)
    async with running_service(stage, tmp_path) as running:
        running.append_listen(1)
        await running.service.ingestion.catch_up()
        before = await read_all_rows(running.installation.store)
    with sqlite3.connect(tmp_path / "interactions.sqlite") as database:
        database.executescript(statements)
        assert database.total_changes > 0
    database.close()
    move_graph_away(tmp_path)
    await stage.buy(9, 1)
    async with running_service(stage, tmp_path) as running:
        await running.service.ingestion.catch_up()
        await running.wait_until_ready()
        after = await read_all_rows(running.installation.store)
    assert len(after["BOUGHT"]) == len(before["BOUGHT"]) + 1
    assert after["LISTENED_TO"] == before["LISTENED_TO"]
    assert after["CONTROLS"] == before["CONTROLS"]


async def test_a_graph_that_was_moved_away_comes_back_from_log_and_journal(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.register_and_mint(1)
    await stage.buy(8, 1)
    async with running_service(stage, tmp_path) as running:
        running.append_listen(1)
        await running.service.ingestion.catch_up()
        before = await read_all_rows(running.installation.store)
    copied = tmp_path / "restored"
    copied.mkdir()
    with (
        sqlite3.connect(tmp_path / "interactions.sqlite") as live,
        sqlite3.connect(copied / "interactions.sqlite") as copy,
    ):
        live.backup(copy)
    live.close()
    copy.close()
    async with running_service(stage, copied) as running:
        await running.service.ingestion.catch_up()
        assert await read_all_rows(running.installation.store) == before
