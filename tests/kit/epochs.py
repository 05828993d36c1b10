"""Small whole epochs for tests: of the shared vectors, random ones, and terms that a chain accepts."""

import dataclasses
from pathlib import Path

import numpy as np

from commitments.bundle import Bundle, load_bundle, save_bundle
from commitments.commitment import EpochCommitment
from commitments.epoch import Epoch, EpochTerms, build_epoch
from recsys.arrays import CsrRows
from recsys.table import EmbeddingTable, build_table
from tests.kit.chain_scenes import Stage
from tests.kit.vectors import load_vectors, to_bytes, to_int8
from tunefi.chain.blocks import fetch_block
from tunefi.ids import BlockNumber, ChainId, EpochId, Hash32, LogPosition, parse_address

SECRET = bytes(range(32))


def build_terms(epoch: int = 3, list_length: int = 4) -> EpochTerms:
    """Return terms on chain 31337; only epoch and list length matter to most tests."""
    return EpochTerms(
        chain_id=ChainId(31337),
        recommendation_graph=parse_address("0x" + "c0" * 20),
        epoch=EpochId(epoch),
        list_length=list_length,
        reference_block=BlockNumber(1234),
        reference_hash=Hash32(b"\x11" * 32),
        keeper_set_version=1,
        valid_from=1_790_000_000,
        valid_until=1_790_003_600,
        log_position=LogPosition(77),
        log_hash=Hash32(b"\x22" * 32),
        generated="everything: a test",
    )


async def terms_on_chain(stage: Stage, epoch: EpochId, list_length: int) -> EpochTerms:
    """Return terms that a chain accepts now, of the first keeper set, valid for an hour."""
    block = await fetch_block(stage.rpc, "latest")
    seconds = block.timestamp_at // 1_000_000
    return EpochTerms(
        chain_id=ChainId(stage.deployment.chain_id),
        recommendation_graph=stage.deployment.contracts["RecommendationGraph"],
        epoch=epoch,
        list_length=list_length,
        reference_block=BlockNumber(block.number),
        reference_hash=Hash32(bytes.fromhex(block.hash[2:])),
        keeper_set_version=1,
        valid_from=seconds,
        valid_until=seconds + 3_600,
        log_position=LogPosition(0),
        log_hash=Hash32(bytes(32)),
    )


def build_random_table(
    tracks: int = 40, listeners: int = 12, dimension: int = 32, seed: int = 1
) -> EmbeddingTable:
    """Return a table of random vectors."""
    random = np.random.default_rng(seed)
    return build_table(
        [f"hetrec:track:{i}" for i in range(tracks)],
        random.integers(-127, 128, (tracks, dimension)).astype(np.int8),
        [f"0x{random.bytes(20).hex()}" for _ in range(listeners)],
        random.integers(-127, 128, (listeners, dimension)).astype(np.int8),
        snapshot_digest=Hash32(b"\x33" * 32),
        model_digest=Hash32(b"\x44" * 32),
        model_name="random",
    )


def build_random_epoch(epoch: int = 3, list_length: int = 8, seed: int = 1) -> Epoch:
    """Return an epoch of 40 tracks and 12 listeners with up to 6 exclusions each."""
    random = np.random.default_rng(seed)
    table = build_random_table(seed=seed)
    excluded = CsrRows.of_sets([random.integers(0, 40, i % 7).tolist() for i in range(12)])
    return build_epoch(table, excluded, build_terms(epoch, list_length), SECRET)


def build_vector_epoch() -> Epoch:
    """Return the epoch of tests/vectors/epoch.json, built from its table and exclusions."""
    given = load_vectors("epoch")
    openings = given["openings"]
    table = build_table(
        given["track_ids"],
        to_int8(given["track_vectors"], given["dimension"]),
        [opening["address"] for opening in openings],
        np.vstack([to_int8(opening["vector"], given["dimension"]) for opening in openings]),
        snapshot_digest=Hash32(b"\x33" * 32),
        model_digest=Hash32(b"\x44" * 32),
        model_name="vectors",
    )
    sets = [np.frombuffer(to_bytes(opening["excluded"]), ">u4").tolist() for opening in openings]
    terms = dataclasses.replace(
        build_terms(given["epoch"], given["list_length"]),
        chain_id=ChainId(given["chain_id"]),
        recommendation_graph=parse_address(given["recommendation_graph"]),
    )
    return build_epoch(table, CsrRows.of_sets(sets), terms, to_bytes(given["epoch_secret"]))


def publish(epoch: Epoch, directory: Path) -> tuple[Bundle, EpochCommitment]:
    """Save the bundle of an epoch and return it as an outsider loads it, with its commitment."""
    titles = [f"Title of {track_id}" for track_id in epoch.table.track_ids]
    cid = save_bundle(epoch, titles, directory, {"model_card.md": b"# A model\n"})
    return load_bundle(directory), epoch.commitment(cid)
