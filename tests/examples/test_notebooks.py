"""The notebooks run from top to bottom, and are stored without what they showed."""

import asyncio
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from examples.small_listening import fill_graph, load_part
from graph_schema.open_store import open_store
from tests.kit.neo4j_server import Neo4jServer

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))


def run_notebook(name: str, folder: Path, **environment: str) -> list[Any]:
    """Run a notebook by this interpreter and return its cells of code with what they showed."""
    notebook = nbformat.read(EXAMPLES / name, as_version=4)
    client = NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(EXAMPLES)}}
    )
    places = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")
    own = {place: str(folder / place.lower()) for place in places}
    # More threads than one would only wait for each other on a machine that is busy with other tests.
    own |= {"PYTHONPATH": str(EXAMPLES.parent), "TMPDIR": str(folder), "OMP_NUM_THREADS": "1"}
    asyncio.run(client.async_execute(env={**os.environ, **own, **environment}))
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(cells: list[Any]) -> list[str]:
    """Return the results of cells as plain text."""
    return [
        output.data["text/plain"]
        for cell in cells
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]


def count_plots(cells: list[Any]) -> int:
    """Return how many pictures cells showed."""
    return sum("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert (cell.execution_count, cell.outputs, dict(cell.metadata)) == (None, [], {})


def test_a_model_is_trained_compared_and_promoted(tmp_path: Path) -> None:
    cells = run_notebook("train_and_compare.ipynb", tmp_path)
    _, counts, best_known, epochs, accuracy, against_baseline, against_seed, near, history = texts(cells)
    assert "listeners                        200" in counts
    assert len(best_known.splitlines()) == 11
    assert "best after" in epochs
    assert "int8 as served" in accuracy
    assert "default is better than item-kNN" in against_baseline
    assert "seed 1" in against_seed
    assert "Iron Maiden" in near
    assert "promote" in history
    assert count_plots(cells) == 3


@pytest.mark.neo4j
def test_the_graph_answers_py2neo(empty_neo4j: Neo4jServer, tmp_path: Path) -> None:
    asyncio.run(fill(empty_neo4j))
    cells = run_notebook(
        "graph_with_py2neo.ipynb",
        tmp_path,
        TUNEFI_GRAPH_URL=empty_neo4j.uri,
        TUNEFI_GRAPH_USER=empty_neo4j.user,
        TUNEFI_GRAPH_PASSWORD=empty_neo4j.password,
    )
    by_label, by_type, most_heard, friends, tags, also_heard = texts(cells)
    assert "Account" in by_label
    assert "LISTENED_TO" in by_type
    assert "Listener" in friends
    assert "pop" in tags
    assert len(most_heard.splitlines()) == 11
    assert len(also_heard.splitlines()) == 9
    assert count_plots(cells) == 1


async def fill(server: Neo4jServer) -> None:
    store = await open_store(server.uri, user=server.user, password=server.password)
    try:
        await fill_graph(store, load_part(60))
    finally:
        await store.close()
