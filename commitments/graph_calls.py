"""Calls of RecommendationGraph that anyone can make about a committed epoch, ready to be sent.

    contract.transaction(call.function, *call.arguments, signer=someone)

Owns the order of arguments: that of IChallenges and IDemands. Refuses to judge: a challenge of a true
epoch is built like any other and reverts with NothingProven. What is worth sending is found by
`commitments.evidence`.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from commitments.commitment import EpochCommitment
from commitments.disclosed import ListenerLeaf, TrackLeaf, TrackOpening
from commitments.errors import NotAbsent
from commitments.known_epoch import KnownEpoch
from commitments.opening import Opening
from tunefi.ids import Address


@dataclass(frozen=True)
class GraphCall:
    """One call.

    Attributes:
        function: Its name in the ABI of RecommendationGraph.
        arguments: All its arguments, in the ABI's form.
    """

    function: str
    arguments: tuple[Any, ...] = field(repr=False)


def build_score_challenge(
    known: KnownEpoch, opening: Opening, position: int, track: TrackOpening
) -> GraphCall:
    """Return the call that shows a listed score to be no product of the vectors.

    Args:
        known: The epoch.
        opening: The listener's opening.
        position: Place in the list, from 0.
        track: The track that stands there.
    """
    evidence = (position, track.to_tuple(), list(track.proof))
    return _about(known, "challengeScore", *_opened(opening), *evidence)


def build_order_challenge(known: KnownEpoch, opening: Opening, first: int, second: int) -> GraphCall:
    """Return the call that shows two places of a list in the wrong order or with one row.

    An excluded or unknown row stands at `first`; of a list of the wrong length the places do not matter.
    """
    return _about(known, "challengeOrder", *_opened(opening), first, second)


def build_omission_challenge(known: KnownEpoch, opening: Opening, track: TrackOpening) -> GraphCall:
    """Return the call that shows a track which was left out and ranks before the last one listed."""
    evidence = (track.to_tuple(), list(track.proof))
    return _about(known, "challengeOmission", *_opened(opening), *evidence)


def build_malformed_track_challenge(known: KnownEpoch, track: TrackOpening) -> GraphCall:
    """Return the call that shows the bad form of a track's vector."""
    return _about(known, "challengeMalformedTrack", track.to_tuple(), list(track.proof))


def build_malformed_listener_challenge(known: KnownEpoch, opening: Opening) -> GraphCall:
    """Return the call that shows the bad form of an opening."""
    return _about(known, "challengeMalformedListener", *_opened(opening))


def build_track_rows_challenge(known: KnownEpoch, a: TrackLeaf, b: TrackLeaf) -> GraphCall:
    """Return the call that shows two contradicting track leaves, or one twice beyond the count."""
    return _about(known, "challengeTrackRows", *_pair(a, b))


def build_listener_rows_challenge(known: KnownEpoch, a: ListenerLeaf, b: ListenerLeaf) -> GraphCall:
    """Return the call that shows two contradicting listener leaves, or one twice beyond the count."""
    return _about(known, "challengeListenerRows", *_pair(a, b))


def build_equivocation_challenge(
    a: EpochCommitment, signature_a: bytes, b: EpochCommitment, signature_b: bytes
) -> GraphCall:
    """Return the call that shows one key under two commitments of one epoch."""
    return GraphCall("challengeEquivocation", (a.to_tuple(), b.to_tuple(), signature_a, signature_b))


def build_track_demand(commitment: EpochCommitment, signers: Sequence[Address], row: int) -> GraphCall:
    """Return the demand for a track; send `trackDeposit` with it. No bundle is needed."""
    return GraphCall("demandTrack", (commitment.to_tuple(), list(signers), row))


def build_listener_demand(commitment: EpochCommitment, signers: Sequence[Address]) -> GraphCall:
    """Return the demand of the sender for its own list; send `listenerDeposit` with it."""
    return GraphCall("demandListener", (commitment.to_tuple(), list(signers)))


def build_track_answer(known: KnownEpoch, row: int) -> GraphCall:
    """Return the answer to a demand for a track."""
    track = known.track(row)
    return _about(known, "answerTrack", track.to_tuple(), list(track.proof))


def build_listener_answer(known: KnownEpoch, opening: Opening) -> GraphCall:
    """Return the answer to a listener's demand: its opening."""
    return _about(known, "answerListener", *_opened(opening))


def build_absence_answer(known: KnownEpoch, listener: Address) -> GraphCall:
    """Return the answer to the demand of an address that has no leaf: those between which it would stand.

    Raises:
        NotAbsent: The address has a leaf; answer with its opening.
    """
    row = bisect_left(known.listeners, listener, key=lambda pair: pair[0])
    if row < len(known.listeners) and known.listeners[row][0] == listener:
        raise NotAbsent(listener)
    rows = [near for near in (row - 1, row) if 0 <= near < len(known.listeners)]
    leaves = [known.listener_leaf(near) for near in rows]
    parts = ([leaf.to_tuple() for leaf in leaves], [list(leaf.proof) for leaf in leaves])
    return _about(known, "answerAbsence", listener, *parts)


def build_expiry(commitment: EpochCommitment, signers: Sequence[Address], demand_id: bytes) -> GraphCall:
    """Return the call after which a demand that was not answered in time makes the epoch invalid."""
    return GraphCall("expireDemand", (commitment.to_tuple(), list(signers), demand_id))


def _about(known: KnownEpoch, function: str, *arguments: Any) -> GraphCall:
    return GraphCall(function, (known.commitment.to_tuple(), list(known.signers), *arguments))


def _opened(opening: Opening) -> tuple[Any, Any]:
    return opening.to_tuple(), list(opening.proof)


def _pair(a: TrackLeaf | ListenerLeaf, b: TrackLeaf | ListenerLeaf) -> Sequence[Any]:
    return a.to_tuple(), list(a.proof), b.to_tuple(), list(b.proof)
