"""Made-up listening of any size with the shape of real listening: `python -m benchmarks.listening_graph`.

Owns the shape: how many tracks a listener has, how popularity falls, that people have tastes. Refuses to
know what is measured with it. Everything is drawn column by column, ten million pairs in seconds.

The figures are those of data that is public. Listeners of Gowalla have 27 places each, whose number falls
by a power of 2.5 (maximum likelihood, above 20). Artists of HetRec Last.fm have listeners whose number
falls by a power of 2.2, which is a popularity of rank^-0.8; its first hundred ranks are flatter (-0.43).
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.errors import ShortCatalogue
from recsys.arrays import distinct

TRACKS = 40_000
"""As Gowalla's places. The catalogue stays the same while the audience grows: ranking all tracks for all
listeners exactly costs their product, so that only then a cost per interaction can be flat."""

_TRACKS_EACH = 27
_FEWEST = 9
_MOST = 2_000
_DEGREE_POWER = 2.5
_POPULARITY_POWER = 0.8
_FLAT_RANKS = 30
_TASTES = 64
_WITHIN_TASTE = 0.7
_SPARE = 1.35
"""Pairs drawn for each that is wanted: about a fifth are drawn twice."""

Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Listening:
    """The columns that a snapshot holds of listening.

    Attributes:
        track_ids: N texts.
        listened: `source` (addresses), `target` (track ids) and `plays`, one row for each pair.
    """

    track_ids: pa.Array
    listened: pa.Table


def build_listening(interactions: int, tracks: int = TRACKS, seed: int = 0) -> Listening:
    """Return made-up listening; equal arguments give equal rows.

    Args:
        interactions: Pairs of a listener and a track, exactly.
        tracks: Size of the catalogue.
        seed: Decides all draws.
    """
    owners, rows = draw_pairs(interactions, tracks, seed)
    track_ids = _texts("track:{:08d}", tracks)
    addresses = _texts("0x{:040x}", int(owners.max()) + 1)
    columns = {
        "source": pa.DictionaryArray.from_arrays(pa.array(owners.astype(np.int32)), addresses).cast(
            pa.string()
        ),
        "target": pa.DictionaryArray.from_arrays(pa.array(rows.astype(np.int32)), track_ids).cast(
            pa.string()
        ),
        "plays": pa.array(np.ones(interactions, np.int64)),
    }
    return Listening(track_ids, pa.table(columns))


def save_listening(folder: Path, listening: Listening) -> None:
    """Write the columns as the Parquet files that a snapshot has of them."""
    pq.write_table(pa.table({"track_id": listening.track_ids}), folder / "Track.parquet")
    pq.write_table(listening.listened, folder / "LISTENED_TO.parquet")


def load_listening(folder: Path) -> Listening:
    """Return what `save_listening` wrote."""
    tracks = pq.read_table(folder / "Track.parquet")["track_id"].combine_chunks()
    return Listening(tracks, pq.read_table(folder / "LISTENED_TO.parquet"))


def draw_pairs(interactions: int, tracks: int, seed: int) -> tuple[Longs, Longs]:
    """Return listeners and tracks of distinct pairs, by listener and then track, int64 (P,) each.

    Raises:
        ShortCatalogue: Listeners would have to hear most of all tracks.
    """
    if tracks < 2 * _TRACKS_EACH:
        raise ShortCatalogue(tracks, 2 * _TRACKS_EACH)
    generator = np.random.default_rng(seed)
    degrees = _degrees(max(1, interactions // _TRACKS_EACH), min(_MOST, tracks // 4), generator)
    shop = _Shop.opened(tracks, generator)
    tastes = generator.integers(_TASTES, size=len(degrees))
    keys = np.empty(0, np.int64)
    while len(keys) < interactions:
        wanted = degrees * (_SPARE * (interactions - len(keys)) / degrees.sum())
        counts = np.floor(wanted + generator.random(len(wanted))).astype(np.int64)
        owners = np.repeat(np.arange(len(degrees)), counts)
        keys = distinct(np.concatenate([keys, owners << 32 | shop.draw(tastes[owners], generator)]))
    keep = np.ones(len(keys), np.bool_)
    keep[generator.choice(len(keys), len(keys) - interactions, replace=False)] = False
    keys = keys[keep]
    return keys >> 32, keys & 0xFFFFFFFF


def _degrees(listeners: int, most: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return how many tracks each listener should have: a power law by its inverse."""
    falling = generator.random(listeners) ** (-1.0 / (_DEGREE_POWER - 1.0))
    return np.minimum(np.floor(_FEWEST * falling), max(1, most))


@dataclass(frozen=True)
class _Shop:
    """Tracks on shelves, one for each taste, with popularity added up along them."""

    rows: Longs
    cumulated: NDArray[np.float64]
    shelf_starts: NDArray[np.float64]

    @classmethod
    def opened(cls, tracks: int, generator: np.random.Generator) -> Self:
        popularity = (np.arange(tracks) + _FLAT_RANKS) ** -_POPULARITY_POWER
        shelves = generator.integers(_TASTES, size=tracks)
        rows = np.argsort(shelves, kind="stable")
        cumulated = np.concatenate([[0.0], np.cumsum(popularity[rows])])
        starts = np.searchsorted(shelves[rows], np.arange(_TASTES + 1))
        return cls(rows, cumulated, cumulated[starts])

    def draw(self, tastes: Longs, generator: np.random.Generator) -> Longs:
        """Return one track for each taste, from its shelf most of the time and from anywhere else."""
        anywhere = generator.random(len(tastes)) > _WITHIN_TASTE
        low = np.where(anywhere, 0.0, self.shelf_starts[tastes])
        high = np.where(anywhere, self.cumulated[-1], self.shelf_starts[tastes + 1])
        places = low + generator.random(len(tastes)) * (high - low)
        found = np.searchsorted(self.cumulated, places, side="right") - 1
        drawn: Longs = self.rows[np.minimum(found, len(self.rows) - 1)]
        return drawn


def _texts(form: str, count: int) -> pa.Array:
    return pa.array([form.format(number) for number in range(count)])


def main() -> None:
    """Write made-up listening, in a process whose memory is its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.listening_graph")
    parser.add_argument("interactions", type=int)
    parser.add_argument("tracks", type=int)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    save_listening(options.folder, build_listening(options.interactions, options.tracks))


if __name__ == "__main__":
    main()
