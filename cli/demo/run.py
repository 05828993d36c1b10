"""The demonstration from its first stage to its last.

Owns the order, what each stage is done for (its inputs), and that none is done twice for the same.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.table import Table

from api.metrics.instruments import Metrics
from cli.compose import Installation, keeper_context, now_at, open_installation
from cli.demo.cast import FUNDED_ACCOUNTS, MNEMONIC, Cast
from cli.demo.chain_stage import chain_inputs, set_up_chain, verify_deployed, wait_for_history
from cli.demo.challenge_stage import Scene, derive_listener_signers, disprove_an_epoch
from cli.demo.dataset import digest_of_folder, find_dataset
from cli.demo.environment import save_environment
from cli.demo.epoch_stage import make_epoch
from cli.demo.events_stage import bring_events_in
from cli.demo.graph_stage import check_same_chain, cut_snapshot
from cli.demo.journal import Journal, Record, digest_of
from cli.demo.meter import Cost, Meter
from cli.demo.model_stage import make_model, print_accuracy
from cli.demo.options import (
    ARTISTS_ON_CHAIN,
    BLOCK_SECONDS,
    EPOCH_INTERVAL_SECONDS,
    NOTICE,
    SLOTS_IN_AN_EPOCH,
    DemoOptions,
)
from cli.demo.self_check import check_service
from cli.ingestion import Ingestion
from cli.output import messages
from cli.progress import ConsoleProgress
from cli.runner import load_settings
from cli.service import Service
from keepers.chain_reads import read_keeper_set
from tunefi.chain.anvil import AnvilNode, AnvilOptions
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer
from tunefi.errors import FinalError
from tunefi.health import Health
from tunefi.home import Home
from tunefi.ids import Address, Microseconds
from tunefi.progress import Progress
from tunefi.settings import Settings

STAGES = ("chain", "events", "graph", "model", "epoch", "challenge", "serve")
_TITLES = {
    "chain": "chain and contracts",
    "events": "events in",
    "graph": "graph and snapshot",
    "model": "model",
    "epoch": "epoch, commitment, rewards",
    "challenge": "false epoch, challenge, vote, true epoch",
    "serve": "serve",
}

_STATE_INTERVAL_SECONDS = 10
"""How much of the chain a killed demonstration loses at most."""

Work = Callable[[Progress], Awaitable[dict[str, Any]]]


class UnknownStage(FinalError):
    """There is no stage of that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no stage {name!r}; stages are {', '.join(STAGES)}")


class Demo:
    """One run of the demonstration."""

    def __init__(self, options: DemoOptions) -> None:
        self._options = options
        self._cast = Cast(MNEMONIC, ARTISTS_ON_CHAIN)
        self._home = Home(options.home).create()
        self._journal = Journal(options.home / "stages.json")
        self._costs: dict[str, Cost | None] = {}
        self._metrics = Metrics()

    async def run(self) -> dict[str, Any]:
        """Run all stages, or those up to `until`, and return what each gave."""
        dataset = find_dataset()
        async with AsyncExitStack() as stack:
            node = stack.enter_context(AnvilNode(self._node_options()))
            settings = self._settings(node.url)
            rpc = await stack.enter_async_context(JsonRpc(node.url))
            await wait_for_history(rpc)
            outputs = {"chain": await self._chain(rpc)}
            if self._is_last("chain"):
                return outputs
            installation = await stack.enter_async_context(open_installation(settings, self._metrics))
            await check_same_chain(installation)
            outputs |= await self._data_stages(installation, dataset)
            if self._options.until is None:
                outputs["serve"] = await self._serve(installation, outputs["epoch"]["claimant"])
        return outputs

    async def _chain(self, rpc: JsonRpc) -> dict[str, Any]:
        if not await verify_deployed(rpc, self._home):
            self._journal.forget("chain")
        return await self._stage(
            "chain",
            chain_inputs(self._cast),
            lambda progress: set_up_chain(rpc, self._cast, self._home, progress),
        )

    async def _data_stages(self, installation: Installation, dataset: Path) -> dict[str, Any]:
        """Run the stages from events to the epoch; each one's outputs are the next one's inputs."""
        context = keeper_context(installation)
        ingestion = Ingestion(installation, Health(now_at))
        made_at, seed = self._made_at(), self._options.seed
        outputs: dict[str, Any] = {}

        async def events(progress: Progress) -> dict[str, Any]:
            return await bring_events_in(installation, self._cast, dataset, seed, made_at, progress)

        async def graph(progress: Progress) -> dict[str, Any]:
            return await cut_snapshot(context, ingestion, outputs["events"], progress)

        async def model(progress: Progress) -> dict[str, Any]:
            return await make_model(context, outputs["graph"]["snapshot"], progress)

        async def epoch(progress: Progress) -> dict[str, Any]:
            return await make_epoch(context, ingestion, progress)

        async def challenge(progress: Progress) -> dict[str, Any]:
            listeners = await asyncio.to_thread(derive_listener_signers, dataset, self._cast)
            scene = Scene(context, ingestion, self._cast, listeners)
            return await disprove_an_epoch(scene, outputs["epoch"]["claimant"], progress)

        contracts = dict(installation.deployment.contracts)
        given: dict[str, Any] = {"contracts": contracts, "data": digest_of_folder(dataset), "seed": seed}
        for work in (events, graph, model, epoch, challenge):
            name = work.__name__
            inputs = {**given, "contracts": contracts}
            if name == "graph":
                inputs["store"] = installation.settings.graph_url.partition(":")[0]
            outputs[name] = given = await self._stage(name, inputs, work)
            if name == "model":
                print_accuracy(given["metrics"])
            if self._is_last(name):
                break
        return outputs

    async def _stage(self, name: str, inputs: dict[str, Any], work: Work) -> dict[str, Any]:
        """Do a stage, or return what it gave when it was done for the same inputs."""
        title = f"[{STAGES.index(name) + 1}/{len(STAGES)}] {_TITLES[name]}"
        digest = digest_of(inputs)
        if (record := self._journal.find(name, digest)) is not None:
            self._costs[name] = None
            messages.print(f"{title}: as before", markup=False)
            return record.outputs
        with ConsoleProgress(title) as progress, Meter() as meter:
            outputs = await work(progress)
        self._journal.add(name, Record(digest, outputs, meter.cost))
        self._costs[name] = meter.cost
        messages.print(
            f"{title}: {meter.cost.seconds:.1f} s, peak {meter.cost.peak_mib:.0f} MiB", markup=False
        )
        return outputs

    async def _serve(self, installation: Installation, listener: Address) -> dict[str, Any]:
        context = keeper_context(installation)
        members = (await read_keeper_set(context)).members
        self._save_environment(
            installation.settings, [keeper for keeper in context.keepers if keeper.address in members]
        )
        service = Service(installation, context, self._metrics)
        checked: dict[str, Any] = {}

        async def announce(url: str) -> None:
            contract = installation.deployment.contract("RecommendationGraph").address
            with Meter() as meter, tempfile.TemporaryDirectory() as scratch:
                checked.update(await check_service(url, installation.rpc, contract, listener, Path(scratch)))
            self._costs["serve"] = meter.cost
            checked["url"] = url
            self._print_costs()
            print_address(url, listener)
            if self._options.exit_after_check:
                service.stop()

        await service.run(announce)
        return checked

    def _node_options(self) -> AnvilOptions:
        return AnvilOptions(
            mnemonic=self._cast.mnemonic,
            accounts=FUNDED_ACCOUNTS,
            block_time_seconds=BLOCK_SECONDS,
            mixed_mining=True,
            slots_in_an_epoch=SLOTS_IN_AN_EPOCH,
            state_file=self._home.chain / "state.json",
            state_interval_seconds=_STATE_INTERVAL_SECONDS,
            preserve_historical_states=False,
            port=self._options.rpc_port,
            log_file=self._home.chain / "anvil.log",
        )

    def _settings(self, rpc_url: str) -> Settings:
        settings = load_settings(
            home=self._options.home,
            rpc_url=rpc_url,
            port=self._options.port,
            seed=self._options.seed,
            operator_key=self._cast.operator.export_key(),
            keeper_keys=",".join(
                keeper.export_key() for keeper in (*self._cast.keepers, *self._cast.newcomers)
            ),
            epoch_secret=self._cast.epoch_secret.hex(),
            epoch_interval_seconds=EPOCH_INTERVAL_SECONDS,
            generated_notice=NOTICE,
        )
        self._save_environment(settings, self._cast.keepers)
        return settings

    def _save_environment(self, settings: Settings, keepers: Iterable[Signer]) -> None:
        keys = tuple(SecretStr(keeper.export_key()) for keeper in keepers)
        save_environment(settings.model_copy(update={"keeper_keys": keys}), self._options.home / "tunefi.env")

    def _made_at(self) -> Microseconds:
        """When this demonstration was first run: what is made up happened before, in every later run too."""
        record = self._journal.find("clock", "")
        if record is None:
            record = Record("", {"at": now_at()})
            self._journal.add("clock", record)
        return Microseconds(record.outputs["at"])

    def _is_last(self, name: str) -> bool:
        return self._options.until == name

    def _print_costs(self) -> None:
        table = Table(box=None, pad_edge=False)
        for column in ("stage", "seconds", "peak MiB", ""):
            table.add_column(column, justify="left" if column in ("stage", "") else "right")
        for name, cost in self._costs.items():
            shown = cost or self._journal.cost_of(name) or Cost(0, 0)
            table.add_row(
                _TITLES[name], f"{shown.seconds:.1f}", f"{shown.peak_mib:.0f}", "" if cost else "done before"
            )
        done = [cost for cost in self._costs.values() if cost]
        total, peak = sum(cost.seconds for cost in done), max(cost.peak_mib for cost in done)
        table.add_row("all of this run", f"{total:.1f}", f"{peak:.0f}", "")
        messages.print(table)


def print_address(url: str, listener: str) -> None:
    """Print where to look, and what to type."""
    messages.print(f"\nopen        {url}/#/listener/{listener}", markup=False)
    messages.print(f"or type     curl {url}/v1/recommendations/{listener}", markup=False)
    messages.print("stop with   Ctrl-C; the next `make demo` goes on from here\n", markup=False)
