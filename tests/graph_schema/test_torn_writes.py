"""A process killed while it writes leaves whole batches and the cursor that belongs to them."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph_schema.open_store import open_store
from tests.kit.graph_fixtures import STORES
from tests.kit.write_until_killed import TRACKS


@pytest.mark.parametrize("name", STORES)
async def test_cursor_and_rows_agree_after_each_kill(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url, user, password = f"ladybug:{tmp_path / 'graph'}", "", ""
    if name == "neo4j":
        server = request.getfixturevalue("empty_neo4j")
        url, user, password = server.uri, server.user, server.password
    chance = random.Random(4)
    for _ in range(3):
        _write_and_kill(url, user, password, after_seconds=chance.uniform(0.0, 0.5))
        store = await open_store(url, user=user, password=password)
        try:
            cursor = await store.read_cursor("log")
            plays = (await store.read_edges("LISTENED_TO"))["plays"].to_pylist()
        finally:
            await store.close()
        assert cursor is not None
        assert plays == [cursor.position] * TRACKS


def _write_and_kill(url: str, user: str, password: str, *, after_seconds: float) -> None:
    """Let a child commit at least one batch, then kill it at a random moment of a later one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kit.write_until_killed", url, user],
        stdout=subprocess.PIPE,
        env=os.environ | {"GRAPH_PASSWORD": password},
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip().isdigit()
        time.sleep(after_seconds)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
