"""Pairs that a trained model did not learn from, found so that nothing it learned can be among them.

Owns what a model may be tested on. Refuses data whose digest is not that which the model carries.

text        a folder with train.txt and test.txt: the model learned from its train part
snapshots   a later snapshot and the one that the model learned from: what was heard since
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from recsys.table import EmbeddingTable
from training.data.interactions import Interactions, Longs, load_interactions
from training.data.parts import Split, split_given
from training.data.text import load_text
from training.evaluation.errors import NothingHeldOut, OtherData
from tunefi.ids import Hash32, hex_of


def held_out_of_text(table: EmbeddingTable, directory: Path) -> Split:
    """Return the split of a directory whose train part a model learned from.

    Raises:
        MalformedText: The directory is not of the form.
        OtherData: The model learned from something else.
        LeakingSplit: A pair is in two parts.
    """
    parts = load_text(directory)
    _check_origin(table, parts.train.snapshot_digest, directory)
    return split_given(parts.train, parts.test, parts.validation)


def held_out_since(table: EmbeddingTable, trained_on: Path, later: Path) -> Split:
    """Return the split of a later snapshot into what a model learned from and what was heard since.

    Args:
        table: The model.
        trained_on: The snapshot that it learned from.
        later: A snapshot that was cut after it.

    Raises:
        OtherData: The model learned from another snapshot.
        NothingHeldOut: The later snapshot holds no pair that is new.
    """
    older, newer = load_interactions(trained_on), load_interactions(later)
    _check_origin(table, older.snapshot_digest, trained_on)
    learned = np.isin(newer.keys(), _keys_in(older, newer))
    if learned.all():
        raise NothingHeldOut(later)
    return split_given(newer.part(learned), newer.part(~learned))


def _check_origin(table: EmbeddingTable, found: Hash32, path: Path) -> None:
    if table.snapshot_digest != found:
        raise OtherData(path, hex_of(table.snapshot_digest), hex_of(found))


def _keys_in(older: Interactions, newer: Interactions) -> Longs:
    """Return the keys that the pairs of one catalogue have in another, without those that left it."""
    listeners = {address: row for row, address in enumerate(newer.addresses)}
    tracks = {track_id: row for row, track_id in enumerate(newer.track_ids)}
    owners = np.array([listeners.get(address, -1) for address in older.addresses], np.int64)
    rows = np.array([tracks.get(track_id, -1) for track_id in older.track_ids], np.int64)
    moved = replace(
        older, listener_rows=owners[older.listener_rows], track_rows=rows[older.track_rows], times=None
    )
    return moved.part((moved.listener_rows >= 0) & (moved.track_rows >= 0)).keys()
