"""Stage 2: the catalogue and real play counts into the log, made-up listens too, and life on the chain."""

import asyncio
from pathlib import Path
from typing import Any

from cli.compose import Installation
from cli.demo.cast import Cast
from cli.demo.economy import Economy, plan_economy
from cli.errors import StageFailed
from cli.validation import build_validator
from ingest.importers.generated import GeneratedOptions, build_generated_entries
from ingest.importers.hetrec import HetrecData, import_hetrec, load_hetrec
from ingest.known_subjects import LogCatalogue
from ingest.validation import Refusal
from tunefi.chain.sender import TransactionSender
from tunefi.ids import Address, ChainId, Microseconds
from tunefi.progress import Progress


async def bring_events_in(
    installation: Installation,
    cast: Cast,
    dataset: Path,
    seed: int,
    made_at: Microseconds,
    progress: Progress,
) -> dict[str, Any]:
    """Fill log and chain; what is there already is not appended or sent again.

    Returns:
        Head of the log and the last block that holds an event.
    """
    progress.update(0, 4, "reading the data set")
    data = await asyncio.to_thread(load_hetrec, dataset)
    progress.update(1, 4, "catalogue and play counts")
    fans = await asyncio.to_thread(_fill_log, installation, cast, data, seed, made_at)
    plan = plan_economy(cast, seed, data, fans)
    economy = Economy(TransactionSender(installation.rpc, cast.deployer), installation.deployment, cast)
    await economy.perform(plan, progress)
    head = await asyncio.to_thread(installation.log.head)
    block = int(await installation.rpc.call("eth_blockNumber"), 16)
    return {"log_position": head.position, "log_hash": "0x" + head.hash.hex(), "block": block}


def _fill_log(
    installation: Installation, cast: Cast, data: HetrecData, seed: int, made_at: Microseconds
) -> frozenset[Address]:
    """Append data set and made-up interactions; return the accounts that sign some."""
    log, chain_id = installation.log, ChainId(installation.deployment.chain_id)
    import_hetrec(log, data, mnemonic=cast.mnemonic, operator=cast.operator, chain_id=chain_id)
    catalogue = LogCatalogue(log)
    catalogue.refresh()
    validator = build_validator(installation.settings, catalogue.known)
    options = GeneratedOptions(seed, made_at)
    made_up = list(build_generated_entries(data, options, mnemonic=cast.mnemonic, chain_id=chain_id))
    judged = [validator.judge(entry, made_at) for entry in made_up]
    if refusals := [item for item in judged if isinstance(item, Refusal)]:
        raise StageFailed("events", f"{len(refusals)} made-up interactions are refused: {refusals[0]}")
    log.append([item for item in judged if not isinstance(item, Refusal)])
    return frozenset(entry.account for entry in made_up)
