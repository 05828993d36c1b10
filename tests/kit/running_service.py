"""The real service over a real chain, graph and log, in the process of the test, and what it answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from api.metrics.instruments import Metrics
from cli.compose import Installation, keeper_context, open_installation
from cli.service import Service
from ingest.entries import Interaction, Kind
from tests.kit.chain_scenes import Stage
from tunefi.chain.deployment import save_deployment
from tunefi.hashing import keccak256
from tunefi.health import FaultCode
from tunefi.ids import Microseconds
from tunefi.settings import Settings

METRICS_TOKEN = "prometheus reads by this"
_LOOKS, _LOOK_SECONDS = 600, 0.05


@dataclass(frozen=True)
class RunningService:
    """A service that answers.

    Attributes:
        client: Asks it over HTTP.
        installation: Its clients.
        stage: The chain that it follows.
    """

    service: Service
    client: httpx.AsyncClient
    installation: Installation
    stage: Stage

    async def scrape(self) -> "Scrape":
        """Return what Prometheus would read now."""
        headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        answer = await self.client.get("/metrics", headers=headers)
        assert answer.status_code == 200, answer.text
        return Scrape(answer.text)

    async def read_readiness(self) -> tuple[int, dict[str, Any]]:
        """Return status and body of `/readyz`."""
        answer = await self.client.get("/readyz")
        return answer.status_code, answer.json()

    async def wait_until_applied(self, block: int) -> None:
        """Wait until the graph holds a block."""
        for _ in range(_LOOKS):
            if (self.service.ingestion.follower.status.applied_block or 0) >= block:
                return
            await asyncio.sleep(_LOOK_SECONDS)
        raise AssertionError(f"block {block} was not applied: {self.service.ingestion.follower.status}")

    async def wait_for_fault(self, code: FaultCode) -> dict[str, str]:
        """Wait until the service is not ready because of a fault of this kind, and return it."""
        for _ in range(_LOOKS):
            status, body = await self.read_readiness()
            for fault in body["faults"]:
                if status == 503 and fault["code"] == code:
                    return dict(fault)
            await asyncio.sleep(_LOOK_SECONDS)
        raise AssertionError(f"never unready because of {code}: {body}")

    async def wait_until_ready(self) -> None:
        """Wait until nothing is wrong."""
        for _ in range(_LOOKS):
            status, body = await self.read_readiness()
            if status == 200:
                return
            await asyncio.sleep(_LOOK_SECONDS)
        raise AssertionError(f"never ready: {body}")

    def append_listen(self, number: int) -> None:
        """Append a listen as an importer does, past the API."""
        at = Microseconds(1_790_000_000_000_000 + number)
        who, key = self.stage.signers[8].address, keccak256(b"listen %d" % number)
        self.installation.log.append([Interaction(Kind.LISTEN, who, "track:1", at, 60, key)])


class Scrape:
    """The samples of one scrape."""

    def __init__(self, text: str) -> None:
        self.families = list(text_string_to_metric_families(text))
        self._samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families
            for sample in family.samples
        }
        self.names = {name for name, _ in self._samples}

    def __call__(self, name: str, **labels: str) -> float:
        """Return the value of a sample; its absence is an error that names what there is."""
        key = (name, frozenset(labels.items()))
        assert key in self._samples, f"no {name}{labels}; there are {sorted(self.names)}"
        return self._samples[key]

    def sum(self, name: str, **labels: str) -> float:
        """Return the sum of a metric over all other labels."""
        wanted = set(labels.items())
        return sum(value for (found, has), value in self._samples.items() if found == name and wanted <= has)

    def labels_of(self, name: str) -> set[str]:
        """Return the labels of a metric's samples."""
        return {label for found, has in self._samples if found == name for label, _ in has}

    def label_values(self, name: str, label: str) -> set[str]:
        """Return what values a label has."""
        return {dict(has)[label] for found, has in self._samples if found == name}


@asynccontextmanager
async def running_service(stage: Stage, home: Path, **choices: Any) -> AsyncIterator[RunningService]:
    """Run a service that looks often, with keepers 1 and 2 where the test wants it to keep keys.

    Args:
        stage: Whose chain is followed.
        home: Folder of the installation.
        choices: Settings by name.
    """
    deployment = save_deployment(stage.deployment, home / "deployments")
    settings = Settings(
        **{
            "home": home,
            "rpc_url": stage.rpc.url,
            "deployment": deployment,
            "port": 0,
            "poll_interval_seconds": 0.05,
            "metrics_token": METRICS_TOKEN,
            **choices,
        }
    )
    metrics, answering = Metrics(), asyncio.get_running_loop().create_future()

    async def announce(url: str) -> None:
        answering.set_result(url)

    async with open_installation(settings, metrics) as installation:
        keepers = keeper_context(installation) if settings.keeper_keys else None
        service = Service(installation, keepers, metrics)
        running = asyncio.create_task(service.run(announce))
        try:
            await asyncio.wait({answering, running}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            async with httpx.AsyncClient(base_url=answering.result(), trust_env=False) as client:
                yield RunningService(service, client, installation, stage)
        finally:
            service.stop()
            await running
