"""A small part of the listening data of the demonstration, as a graph and as a snapshot, for the notebooks.

It goes the way that all listening goes: into the interaction log, from there into the graph, and out of the
graph into a snapshot. The data set may be used for non-commercial purposes only; see datasets/README.md.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from cli.demo.cast import MNEMONIC, Cast
from cli.demo.dataset import find_dataset
from graph_schema.open_store import open_store
from graph_schema.snapshot import read_snapshot, save_snapshot
from graph_schema.snapshot_tables import ZERO_HASH
from graph_schema.store import BlockRef, GraphStore
from ingest.importers.hetrec import HetrecData, import_hetrec, load_hetrec
from ingest.interaction_log import InteractionLog
from ingest.projector import LogProjector
from tunefi.ids import ChainId

CHAIN_ID = ChainId(31_337)


async def make_snapshot(folder: Path, listeners: int) -> Path:
    """Write a snapshot with the first listeners of the data set, and return its folder."""
    with tempfile.TemporaryDirectory() as workplace:
        store = await open_store(f"ladybug:{Path(workplace) / 'graph'}")
        try:
            await fill_graph(store, load_part(listeners))
            # Nothing has happened on a chain yet: the cut is at the block before the first.
            snapshot = await read_snapshot(store, BlockRef(0, ZERO_HASH, ZERO_HASH, 0), CHAIN_ID)
        finally:
            await store.close()
    save_snapshot(snapshot, folder)
    return folder


async def fill_graph(store: GraphStore, data: HetrecData) -> None:
    """Take a part of the data set into an empty graph."""
    with tempfile.TemporaryDirectory() as workplace:
        log = InteractionLog.at_path(Path(workplace) / "log.sqlite")
        try:
            operator = Cast(MNEMONIC, artists=0).operator
            import_hetrec(log, data, mnemonic=MNEMONIC, operator=operator, chain_id=CHAIN_ID)
            await LogProjector(log, store).project()
        finally:
            log.close()


def load_part(listeners: int) -> HetrecData:
    """Return the first listeners of the data set with what they heard, and who of them are friends.

    Of the tags, those that more than one person gave to an artist.
    """
    data = load_hetrec(find_dataset())
    plays = {listener: data.plays[listener] for listener in sorted(data.plays)[:listeners]}
    heard = {artist for counts in plays.values() for artist, _ in counts}
    return replace(
        data,
        artists={artist: name for artist, name in data.artists.items() if artist in heard},
        plays=plays,
        friends=[pair for pair in data.friends if plays.keys() >= set(pair)],
        tags={key: count for key, count in data.tags.items() if key[0] in heard and count > 1},
    )
