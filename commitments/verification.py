"""Verification of an epoch by an outsider, from the public bundle and the commitment on the chain.

Owns which checks are done, and on what. Refuses to know how bundle and commitment were fetched, and
trusts neither: roots, order and CID are recomputed from the bytes. These functions report every check
instead of raising, so that whoever reads sees what was verified and what was not.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from commitments.bundle import Bundle
from commitments.commitment import EpochCommitment
from commitments.faults import Check, Fault, Report, judged
from commitments.leaves import LeafPlace, build_listener_leaves, build_track_leaves, listener_leaf
from commitments.list_checks import check_list
from commitments.merkle import build_tree, verify_proof
from commitments.opening import Opening
from commitments.opening_form import SENTENCES, find_malformation
from recsys.quantise import COMPONENT_MAX, DIMENSION_MAX, DIMENSION_STEP
from recsys.table_rows import track_key
from tunefi.ids import EpochId, Hash32, hex_of

_GROUPS = (
    ("counts", Fault.COUNTS, ("tracks", "listeners", "dimension", "list_length")),
    ("digests", Fault.DIGESTS, ("snapshot_digest", "model_digest")),
    (
        "terms",
        Fault.TERMS,
        ("epoch", "reference_block", "reference_hash", "keeper_set_version", "valid_from", "valid_until"),
    ),
)


def check_epoch(bundle: Bundle, commitment: EpochCommitment, place: LeafPlace | None = None) -> Report:
    """Report whether a bundle is the one that a commitment names, and true in itself.

    Lists are not checked here: they are private, see `check_opening`.

    Args:
        bundle: What was loaded from the directory.
        commitment: What the contract holds.
        place: Chain id and contract that the commitment was read from, and its epoch; without it, what
            the bundle says about itself.
    """
    where = place or bundle.header.terms.place
    return Report.of(
        _check_fields(bundle, commitment),
        [_check_place(bundle, where)],
        [_check_track_form(bundle), _check_track_order(bundle), _check_track_root(bundle, commitment, where)],
        [_check_listener_order(bundle), _check_listener_root(bundle, commitment, where)],
        [_check_cid(bundle, commitment)],
    )


def check_opening(
    opening: Opening,
    bundle: Bundle,
    commitment: EpochCommitment,
    place: LeafPlace | None = None,
    other_roots: Mapping[EpochId, Hash32] | None = None,
) -> Report:
    """Report whether a listener's list is the one that was committed, and follows from the vectors.

    Args:
        opening: What the listener was shown.
        bundle: The bundle of the epoch, checked with `check_epoch`.
        commitment: What the contract holds.
        place: As for `check_epoch`.
        other_roots: Listener roots of other epochs, where they are known, to name a mistaken epoch.
    """
    where = place or bundle.header.terms.place
    # A commitment of another dimension is named by `check_epoch`; lists are checked as the bundle has them.
    malformation = find_malformation(opening, bundle.header.dimension, len(bundle.track_ids))
    problem = None if malformation is None else SENTENCES[malformation]
    lists: Iterable[Check] = ()
    if malformation is None:
        lists = check_list(opening, bundle.track_vectors, commitment.list_length, _namer(bundle))
    return Report.of(
        _check_other_epoch(opening, commitment, where, other_roots or {}),
        [judged("form", Fault.MALFORMED, problem, "the opening has the form of an opening")],
        lists,
        _check_leaf(opening, bundle, commitment, where),
    )


def _check_fields(bundle: Bundle, commitment: EpochCommitment) -> Iterator[Check]:
    stated = bundle.header.commitment(commitment.bundle_cid)
    for name, fault, fields in _GROUPS:
        differing = [field for field in fields if getattr(stated, field) != getattr(commitment, field)]
        problem = None
        if differing:
            said, held = (_text(getattr(side, differing[0])) for side in (stated, commitment))
            problem = f"{differing[0]} is {said} in the bundle and {held} in the commitment"
        yield judged(name, fault, problem, f"{', '.join(fields)} are those of the commitment")


def _check_place(bundle: Bundle, place: LeafPlace) -> Check:
    stated = bundle.header.terms.place
    problem = None if stated == place else f"the bundle is for {stated}, the commitment was read from {place}"
    return judged("place", Fault.TERMS, problem, f"chain {place.chain_id}, contract {place.contract}")


def _check_track_form(bundle: Bundle) -> Check:
    problem = None
    dimension = bundle.header.dimension
    if dimension % DIMENSION_STEP or not 0 < dimension <= DIMENSION_MAX:
        problem = f"dimension {dimension} is not a multiple of 32 up to 1,024"
    elif int(bundle.track_vectors.min()) < -COMPONENT_MAX:
        row = int(np.flatnonzero(np.any(bundle.track_vectors < -COMPONENT_MAX, axis=1))[0])
        problem = f"the vector of {_namer(bundle)(row)} holds the byte 0x80"
    return judged("track form", Fault.MALFORMED, problem, f"all vectors have dimension {dimension}")


def _check_track_order(bundle: Bundle) -> Check:
    row = _first_fall([track_key(track_id) for track_id in bundle.track_ids])
    problem = (
        None if row is None else f"track rows {row} and {row + 1} do not ascend by their identity's hash"
    )
    return judged("track order", Fault.TRACK_ORDER, problem, "track rows strictly ascend")


def _check_listener_order(bundle: Bundle) -> Check:
    row = _first_fall([address for address, _ in bundle.listeners])
    problem = None if row is None else f"listener rows {row} and {row + 1} do not ascend by address"
    return judged("listener order", Fault.LISTENER_ORDER, problem, "listener rows strictly ascend")


def _check_track_root(bundle: Bundle, commitment: EpochCommitment, place: LeafPlace) -> Check:
    root = build_tree(build_track_leaves(place, bundle.track_ids, bundle.track_vectors)).root
    held, stated = commitment.track_root, bundle.header.track_root
    return _judge_root("track root", Fault.TRACK_VECTORS, root, held, stated)


def _check_listener_root(bundle: Bundle, commitment: EpochCommitment, place: LeafPlace) -> Check:
    addresses, hashes = zip(*bundle.listeners, strict=True) if bundle.listeners else ((), ())
    if not addresses:
        return Check("listener root", Fault.COUNTS, "the bundle has no listener, so there is no root")
    root = build_tree(build_listener_leaves(place, addresses, hashes)).root
    held, stated = commitment.listener_root, bundle.header.listener_root
    return _judge_root("listener root", Fault.LISTENERS, root, held, stated)


def _judge_root(name: str, altered: Fault, found: Hash32, held: Hash32, stated: Hash32) -> Check:
    if found == held == stated:
        return judged(name, altered, None, f"recomputed: {hex_of(found)}")
    if held == stated:
        what = (
            "track vectors or identities" if altered == Fault.TRACK_VECTORS else "addresses or opening hashes"
        )
        return Check(
            name, altered, f"the bundle's {what} were changed: they give {hex_of(found)}, not {hex_of(held)}"
        )
    return Check(
        name,
        Fault.WRONG_ROOT,
        f"wrong root: the commitment holds {hex_of(held)}, the bundle states {hex_of(stated)} "
        f"and its content gives {hex_of(found)}",
    )


def _check_cid(bundle: Bundle, commitment: EpochCommitment) -> Check:
    found = bundle.cid()
    problem = None
    if found != commitment.bundle_cid:
        problem = f"the bundle's bytes have the CID {found}, the commitment names {commitment.bundle_cid}"
    return judged("cid", Fault.CID, problem, f"recomputed: {found}")


def _check_other_epoch(
    opening: Opening, commitment: EpochCommitment, place: LeafPlace, roots: Mapping[EpochId, Hash32]
) -> Iterator[Check]:
    for epoch, root in roots.items():
        there = LeafPlace(place.chain_id, place.contract, epoch)
        leaf = listener_leaf(there, opening.row, opening.address, opening.hash())
        if epoch != commitment.epoch and verify_proof(root, leaf, opening.proof):
            sentence = f"the opening is a leaf of epoch {epoch}, not of epoch {commitment.epoch}"
            yield Check("epoch", Fault.OTHER_EPOCH, sentence)


def _check_leaf(
    opening: Opening, bundle: Bundle, commitment: EpochCommitment, place: LeafPlace
) -> Iterator[Check]:
    problem = None
    if opening.row >= len(bundle.listeners):
        problem = f"the opening is for listener row {opening.row}, the epoch has {len(bundle.listeners)}"
    elif bundle.listeners[opening.row][0] != opening.address:
        problem = f"listener row {opening.row} belongs to another address than {opening.address}"
    elif bundle.listeners[opening.row][1] != opening.hash():
        problem = (
            "the opening does not hash to what this epoch holds for the listener: changed, or another epoch's"
        )
    yield judged("leaf", Fault.LEAF, problem, "the opening hashes to what the bundle holds for the listener")
    leaf = listener_leaf(place, opening.row, opening.address, opening.hash())
    held = verify_proof(commitment.listener_root, leaf, opening.proof)
    wrong = None if held else "the proof does not lead from the opening's leaf to the committed listener root"
    yield judged("proof", Fault.PROOF, wrong, "the proof leads to the committed listener root")


def _namer(bundle: Bundle) -> Any:
    return lambda row: f"track row {row} ({bundle.titles[row]!r})"


def _first_fall(keys: list[Any]) -> int | None:
    return next((row for row, (lower, higher) in enumerate(pairwise(keys)) if lower >= higher), None)


def _text(value: Any) -> str:
    return hex_of(value) if isinstance(value, bytes) else str(value)
