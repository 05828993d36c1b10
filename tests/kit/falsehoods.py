"""Each way in which the design says that an epoch can be false, applied to a true one."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from commitments.disclosed import TrackOpening
from commitments.opening import Opening, pack_rows, pack_scores, unpack_rows, unpack_scores
from recsys.rank import score_tracks
from tests.kit.court import Plea
from tunefi.ids import Address

Leaf = TypeVar("Leaf", TrackOpening, Opening)

LISTENER = 5
"""The listener whose list is falsified; it has exclusions."""

LIST = frozenset({"challengeScore", "challengeOrder", "challengeOmission", "challengeMalformedListener"})
"""An opening without its sizes is proof in every challenge that reads it."""


@dataclass(frozen=True)
class Falsehood:
    """One way.

    Attributes:
        falsify: Makes a true plea false.
        proven_by: The challenges that prove it, and no others.
    """

    falsify: Callable[[Plea], Plea]
    proven_by: frozenset[str]


def _list(plea: Plea) -> tuple[list[int], list[int]]:
    opening = plea.openings[LISTENER]
    return unpack_rows(opening.rows).tolist(), unpack_scores(opening.scores).tolist()


def _with_list(plea: Plea, rows: list[int], scores: list[int]) -> Plea:
    return plea.with_opening(
        LISTENER,
        rows=pack_rows(np.array(rows, np.uint32)),
        scores=pack_scores(np.array(scores, np.int32)),
    )


def _true_scores(plea: Plea) -> list[int]:
    vector = np.frombuffer(plea.openings[LISTENER].vector, np.int8)
    return [int(score) for score in score_tracks(vector, plea.known.track_vectors)]


def _raised_score(plea: Plea) -> Plea:
    rows, scores = _list(plea)
    return _with_list(plea, rows, [scores[0] + 1, *scores[1:]])


def _lowered_score(plea: Plea) -> Plea:
    rows, scores = _list(plea)
    return _with_list(plea, rows, [*scores[:-1], scores[-1] - 1])


def _foreign_row(plea: Plea) -> Plea:
    """A bad track stands first, with a score that it has not; what it displaced is missing at the end."""
    rows, scores = _list(plea)
    true = _true_scores(plea)
    hidden = set(unpack_rows(plea.openings[LISTENER].excluded).tolist())
    worst = min((score, row) for row, score in enumerate(true) if row not in hidden)[1]
    return _with_list(plea, [worst, *rows[:-1]], [scores[0] + 1, *scores[:-1]])


def _swapped(plea: Plea) -> Plea:
    rows, scores = _list(plea)
    rows[3], rows[4], scores[3], scores[4] = rows[4], rows[3], scores[4], scores[3]
    return _with_list(plea, rows, scores)


def _repeated(plea: Plea) -> Plea:
    rows, scores = _list(plea)
    return _with_list(plea, [*rows[:4], rows[3], *rows[4:-1]], [*scores[:4], scores[3], *scores[4:-1]])


def _excluded(plea: Plea) -> Plea:
    """A listed row becomes one that is excluded; the list is otherwise the one that it was."""
    rows, _ = _list(plea)
    hidden = sorted({*unpack_rows(plea.openings[LISTENER].excluded).tolist()[1:], rows[2]})
    return plea.with_opening(LISTENER, excluded=pack_rows(np.array(hidden, np.uint32)))


def _unknown(plea: Plea) -> Plea:
    rows, scores = _list(plea)
    return _with_list(plea, [*rows[:-1], len(plea.tracks)], scores)


def _short(plea: Plea) -> Plea:
    rows, scores = _list(plea)
    return _with_list(plea, rows[:-1], scores[:-1])


def _long(plea: Plea) -> Plea:
    rows, scores = _list(plea)
    return _with_list(plea, [*rows, 0], [*scores, scores[-1] - 1])


def _left_out(plea: Plea) -> Plea:
    """The fourth track is missing, and the best of the others stands at the end, with its true score."""
    rows, scores = _list(plea)
    true = _true_scores(plea)
    taken = {*rows, *unpack_rows(plea.openings[LISTENER].excluded).tolist()}
    score, row = max((score, -row) for row, score in enumerate(true) if row not in taken)
    return _with_list(plea, [*rows[:3], *rows[4:], -row], [*scores[:3], *scores[4:], score])


def _part(name: str, change: Callable[[Opening], bytes]) -> Callable[[Plea], Plea]:
    return lambda plea: plea.with_opening(LISTENER, **{name: change(plea.openings[LISTENER])})


def _vector_byte(opening: Opening) -> bytes:
    return b"\x80" + opening.vector[1:]


def _excluded_swapped(opening: Opening) -> bytes:
    rows = opening.excluded
    return rows[4:8] + rows[:4] + rows[8:]


def _excluded_repeated(opening: Opening) -> bytes:
    return opening.excluded[:4] + opening.excluded[:4] + opening.excluded[8:]


def _excluded_beyond(opening: Opening) -> bytes:
    return opening.excluded[:-4] + (2**32 - 1).to_bytes(4, "big")


def _track(change: Callable[[TrackOpening], TrackOpening], row: int = 300) -> Callable[[Plea], Plea]:
    def falsify(plea: Plea) -> Plea:
        tracks = list(plea.tracks)
        tracks[row] = change(tracks[row])
        return plea.with_tracks(tracks)

    return falsify


def _unlisted_byte(plea: Plea) -> Plea:
    """A track that nobody is shown or denied holds the byte 0x80, so that only its form is wrong."""
    row = _quiet_row(plea)
    return _track(lambda one: dataclasses.replace(one, vector=b"\x80" + bytes(len(one.vector) - 1)), row)(
        plea
    )


def _quiet_row(plea: Plea) -> int:
    """Return the row of a track that no list has."""
    listed = {row for one in plea.openings for row in unpack_rows(one.rows).tolist()}
    return next(row for row in range(len(plea.tracks)) if row not in listed)


def _exchanged(items: Sequence[Leaf], row: int, part: str) -> list[Leaf]:
    """Return the items with a part of one and of the next exchanged."""
    a, b = items[row], items[row + 1]
    pair = (
        dataclasses.replace(a, **{part: getattr(b, part)}),
        dataclasses.replace(b, **{part: getattr(a, part)}),
    )
    return [*items[:row], *pair, *items[row + 2 :]]


def _copied(items: Sequence[Leaf], row: int, part: str) -> list[Leaf]:
    """Return the items with a part of one in the next as well."""
    following = dataclasses.replace(items[row + 1], **{part: getattr(items[row], part)})
    return [*items[: row + 1], following, *items[row + 2 :]]


def _swapped_tracks(plea: Plea) -> Plea:
    """Two neighbours have each other's identity; vectors, and so all lists, are as they were."""
    return plea.with_tracks(_exchanged(plea.tracks, 100, "track_id"))


def _same_track_twice(plea: Plea) -> Plea:
    return plea.with_tracks(_copied(plea.tracks, 100, "track_id"))


def _one_row_two_tracks(plea: Plea) -> Plea:
    """A second leaf for one row, with another vector."""
    other = dataclasses.replace(plea.tracks[100], vector=plea.tracks[101].vector)
    return plea.with_tracks([*plea.tracks, other])


def _track_beyond(plea: Plea) -> Plea:
    """A leaf more than are committed, for a track that no list has."""
    quiet = plea.tracks[_quiet_row(plea)]
    return plea.with_tracks([*plea.tracks, dataclasses.replace(quiet, row=len(plea.tracks))])


def _swapped_listeners(plea: Plea) -> Plea:
    return plea.with_openings(_exchanged(plea.openings, 10, "address"))


def _one_listener_twice(plea: Plea) -> Plea:
    return plea.with_openings(_copied(plea.openings, 10, "address"))


def _listener_beyond(plea: Plea) -> Plea:
    last = dataclasses.replace(plea.openings[0], row=len(plea.openings), address=Address("0x" + "ff" * 20))
    return plea.with_openings([*plea.openings, last])


def _one_row_two_listeners(plea: Plea) -> Plea:
    """A second list for one listener, at its row."""
    other = dataclasses.replace(plea.openings[10], salt=bytes(32))
    return plea.with_openings([*plea.openings, other])


def _only(*functions: str) -> frozenset[str]:
    return frozenset(functions)


FALSEHOODS = {
    "a raised score": Falsehood(_raised_score, _only("challengeScore")),
    "a lowered score": Falsehood(_lowered_score, _only("challengeScore")),
    "a foreign track first": Falsehood(_foreign_row, _only("challengeScore")),
    "two tracks swapped": Falsehood(_swapped, _only("challengeOrder")),
    "a track listed twice": Falsehood(_repeated, _only("challengeOrder")),
    "an excluded track listed": Falsehood(_excluded, _only("challengeOrder")),
    "an unknown row": Falsehood(_unknown, _only("challengeOrder", "challengeOmission")),
    "a short list": Falsehood(_short, LIST),
    "a long list": Falsehood(_long, LIST),
    "a better track left out": Falsehood(_left_out, _only("challengeOmission")),
    "a listener's vector too long": Falsehood(_part("vector", lambda one: one.vector * 2), LIST),
    "a listener's vector of zero bytes": Falsehood(_part("vector", lambda one: b""), LIST),
    "exclusions cut within a row": Falsehood(_part("excluded", lambda one: one.excluded[:-1]), LIST),
    "rows cut within a row": Falsehood(_part("rows", lambda one: one.rows[:-1]), LIST),
    "a score missing": Falsehood(_part("scores", lambda one: one.scores[:-4]), LIST),
    "exclusions out of order": Falsehood(
        _part("excluded", _excluded_swapped), _only("challengeMalformedListener")
    ),
    "an exclusion repeated": Falsehood(
        _part("excluded", _excluded_repeated), _only("challengeMalformedListener")
    ),
    "an exclusion beyond the tracks": Falsehood(
        _part("excluded", _excluded_beyond), _only("challengeMalformedListener")
    ),
    "a listener's vector with the byte 0x80": Falsehood(
        _part("vector", _vector_byte),
        _only("challengeMalformedListener", "challengeScore", "challengeOmission"),
    ),
    "a listener's vector all zero": Falsehood(
        _part("vector", lambda one: bytes(len(one.vector))),
        _only("challengeMalformedListener", "challengeScore"),
    ),
    "a track's vector with the byte 0x80": Falsehood(_unlisted_byte, _only("challengeMalformedTrack")),
    "a track's vector too long": Falsehood(
        _track(lambda one: dataclasses.replace(one, vector=one.vector * 2)),
        _only("challengeMalformedTrack", "challengeOmission"),
    ),
    "two tracks' identities swapped": Falsehood(_swapped_tracks, _only("challengeTrackRows")),
    "one track at two rows": Falsehood(_same_track_twice, _only("challengeTrackRows")),
    "two tracks at one row": Falsehood(_one_row_two_tracks, _only("challengeTrackRows")),
    "a track beyond the count": Falsehood(_track_beyond, _only("challengeTrackRows")),
    "two listeners swapped": Falsehood(_swapped_listeners, _only("challengeListenerRows")),
    "one listener at two rows": Falsehood(_one_listener_twice, _only("challengeListenerRows")),
    "two lists at one row": Falsehood(_one_row_two_listeners, _only("challengeListenerRows")),
    "a listener beyond the count": Falsehood(_listener_beyond, _only("challengeListenerRows")),
}
