"""The tab-separated form of the HetRec 2011 data: plays, friends, and who tagged what, by numbers.

Owns reading `user_artists.dat`, `user_friends.dat` and `user_taggedartists.dat`. Refuses to know how the
pairs are cut. User n is listener `0x…n` in hexadecimal and item n is track `item:n`, as in
`training.data.text`, so the two relations may lie beside a published split with the same numbers.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv
from scipy import sparse

from training.data.errors import MalformedText
from training.data.interactions import Interactions, Longs, build_interactions
from training.data.relations import Relations, build_friends
from training.data.tagging import Tagging
from tunefi.hashing import keccak256

PLAYS, FRIENDS, TAGS = "user_artists.dat", "user_friends.dat", "user_taggedartists.dat"
_FORMAT = b"tunefi-hetrec/1"


@dataclass(frozen=True, eq=False)
class PublishedRelations:
    """What lies beside the pairs; a file that is not there says nothing.

    Attributes:
        friends: Ones, symmetric, (M, M).
        tagging: Who gave which tag to what.
    """

    friends: sparse.csr_array
    tagging: Tagging

    def without(self, held: Interactions) -> Relations:
        """Return what may be known while these pairs are held out (see `Tagging`)."""
        shape = held.shape
        known = self.tagging.without(held)
        known.check_silent_about(held)
        nothing = Relations.none(shape)
        return Relations(self.friends, known.count(shape[1]), nothing.artists, nothing.releases)


def load_plays(directory: Path) -> Interactions:
    """Return the pairs of `user_artists.dat`, those without a play left out.

    Raises:
        MalformedText: The file is missing, lacks a column or holds something that is no number.
        DegenerateSnapshot: Nothing can be learned from the pairs.
    """
    users, items, plays = _read(directory / PLAYS, ("userID", "artistID", "weight"))
    digest = keccak256(_FORMAT + hashlib.sha256((directory / PLAYS).read_bytes()).digest())
    return build_interactions(
        track_ids=[f"item:{item}" for item in np.unique(items).tolist()],
        listened=(_addresses(users), [f"item:{item}" for item in items.tolist()]),
        plays=plays.astype(np.float64),
        snapshot_digest=digest,
    )


def load_published_relations(directory: Path, pairs: Interactions) -> PublishedRelations:
    """Return friends and tags of the listeners and tracks of some pairs; others are left out.

    Raises:
        MalformedText: See `load_plays`.
    """
    listeners = {address: row for row, address in enumerate(pairs.addresses)}
    tracks = {track_id: row for row, track_id in enumerate(pairs.track_ids)}
    users, friends = _read_if_there(directory / FRIENDS, ("userID", "friendID"))
    one, other = _rows(_addresses(users), listeners), _rows(_addresses(friends), listeners)
    known = (one >= 0) & (other >= 0)
    shape = (len(listeners), len(listeners))
    ones = np.ones(int(np.count_nonzero(known)))
    named = sparse.csr_array((ones, (one[known], other[known])), shape=shape)
    taggers, items, tags = _read_if_there(directory / TAGS, ("userID", "artistID", "tagID"))
    owners, rows = _rows(_addresses(taggers), listeners), _rows([f"item:{i}" for i in items.tolist()], tracks)
    known = (owners >= 0) & (rows >= 0)
    names, tag_rows = np.unique(tags[known], return_inverse=True)
    return PublishedRelations(
        build_friends(named), Tagging(owners[known], rows[known], tag_rows.astype(np.int64), len(names))
    )


def _read_if_there(path: Path, columns: tuple[str, ...]) -> tuple[Longs, ...]:
    return _read(path, columns) if path.exists() else tuple(np.zeros(0, np.int64) for _ in columns)


def _read(path: Path, columns: tuple[str, ...]) -> tuple[Longs, ...]:
    wanted = dict.fromkeys(columns, pa.int64())
    convert = csv.ConvertOptions(include_columns=list(columns), column_types=wanted)
    try:
        table = csv.read_csv(path, parse_options=csv.ParseOptions(delimiter="\t"), convert_options=convert)
    except (OSError, pa.ArrowInvalid, pa.ArrowKeyError) as error:
        remedy = (
            f"a line of names with {', '.join(columns)} and lines of numbers, parted by tabs, are expected"
        )
        raise MalformedText(path, None, str(error), remedy) from error
    return tuple(table[name].to_numpy() for name in columns)


def _addresses(users: Longs) -> list[str]:
    return [f"0x{user:040x}" for user in users.tolist()]


def _rows(names: Sequence[str], places: dict[str, int]) -> Longs:
    return np.array([places.get(name, -1) for name in names], np.int64)
