"""API, ingestion and keeper jobs in one process, as the embedded graph wants it.

Owns their start, their end, and the desk at which commands ask for jobs. Refuses to know what a job or a
route does.
"""

import asyncio
import logging
import os
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict

import uvicorn

from api.app import create_app
from api.jobs import JobDesk
from api.metrics.ingestion_readings import ChainReadings, LogReadings
from api.metrics.instruments import Metrics
from api.metrics.node_readings import NodeReadings
from api.services import Services
from cli.compose import Installation, now_at
from cli.ingestion import Ingestion
from cli.validation import build_validator
from commitments.library import EpochLibrary
from keepers.context import KeeperContext
from keepers.registry import JOBS, run_job
from keepers.schedule import KeeperSchedule, Pace
from tunefi.chain.errors import PortInUse
from tunefi.health import Health
from tunefi.progress import Progress
from tunefi.service_client import ServiceAddress, save_service_address

_LOG = logging.getLogger(__name__)
_STOP_SECONDS = 10


class Service:
    """A running installation.

    Args:
        installation: Its open clients.
        keepers: What keeper jobs work with, or None where this process keeps no keys.
        metrics: What is counted; it should be the telemetry of the installation too.
    """

    def __init__(self, installation: Installation, keepers: KeeperContext | None, metrics: Metrics) -> None:
        self._installation = installation
        self._settings = installation.settings
        self.health = Health(now_at)
        self.ingestion = Ingestion(installation, self.health)
        self._keepers = keepers
        self._metrics = metrics
        metrics.expect_jobs(JOBS if keepers else ())
        metrics.registry.register(ChainReadings(self.ingestion.follower.status))
        metrics.registry.register(LogReadings(self.ingestion.status, now_at))
        metrics.registry.register(NodeReadings(installation.rpc))
        self._token = secrets.token_urlsafe(32)
        self._stop = asyncio.Event()

    async def run(self, announce: Callable[[str], Awaitable[None]]) -> None:
        """Serve until SIGINT or SIGTERM.

        Args:
            announce: Called once with the address when the API answers.

        Raises:
            PortInUse: Something else listens there.
        """
        listening = _listen(self._settings.host, self._settings.port)
        host, port = listening.getsockname()[:2]
        url = f"http://{host}:{port}"
        services = await self._services(url)
        server = _Server(
            uvicorn.Config(
                create_app(services), log_level="warning", access_log=False, timeout_graceful_shutdown=5
            )
        )
        tasks = [
            asyncio.create_task(server.serve(sockets=[listening]), name="api"),
            asyncio.create_task(self.ingestion.run(), name="ingestion"),
        ]
        schedule = self._start_schedule()
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signal_number, self._stop.set)
        try:
            await _until_started(server, tasks[0])
            save_service_address(
                self._settings.paths.service,
                ServiceAddress(os.getpid(), url, ",".join(self._settings.rpc_url), self._token),
            )
            await announce(url)
            await self._wait(tasks[0])
        finally:
            for signal_number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(signal_number)
            self._settings.paths.service.unlink(missing_ok=True)
            if schedule is not None:
                await schedule.stop()
            await _end(server, tasks)

    def stop(self) -> None:
        """Have `run` return."""
        self._stop.set()

    async def _wait(self, api: asyncio.Task[None]) -> None:
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait({stopped, api}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()

    async def _services(self, url: str) -> Services:
        installation, settings = self._installation, self._settings
        await asyncio.to_thread(self.ingestion.catalogue.refresh)
        return Services(
            store=installation.store,
            log=installation.log,
            validator=build_validator(settings, self.ingestion.catalogue.known),
            library=EpochLibrary(settings.paths),
            rpc=installation.rpc,
            deployment=installation.deployment,
            health=self.health,
            clock=now_at,
            public_rpc_url=settings.public_rpc_url or settings.rpc_url[0],
            domains=_domains(url, settings.public_hosts),
            generated_notice=settings.generated_notice,
            replica_token=settings.replica_token.get_secret_value(),
            desk=JobDesk(self._runners(), self._token, settings.metrics_token.get_secret_value()),
            metrics=self._metrics,
        )

    def _runners(self) -> dict[str, Callable[[Progress], Awaitable[dict[str, object]]]]:
        """What a command can ask this process to run, by name."""
        if (context := self._keepers) is None:
            return {}

        def runner(name: str) -> Callable[[Progress], Awaitable[dict[str, object]]]:
            async def run(progress: Progress) -> dict[str, object]:
                await self.ingestion.catch_up()
                return asdict(await run_job(name, context, progress))

            return run

        return {name: runner(name) for name in JOBS}

    def _start_schedule(self) -> KeeperSchedule | None:
        if self._keepers is None:
            return None
        pace = Pace(epochs_seconds=self._settings.epoch_interval_seconds)
        schedule = KeeperSchedule(self._keepers, pace, self.health, self.ingestion.catch_up)
        schedule.start()
        return schedule


def _domains(url: str, public_hosts: Sequence[str]) -> frozenset[str]:
    """Under which names a sign-in message may reach this service; on loopback, `localhost` is one more."""
    bound = url.removeprefix("http://")
    local = {bound.replace("127.0.0.1", "localhost")} if bound.startswith("127.0.0.1:") else set()
    return frozenset({bound, *local, *public_hosts})


class _Server(uvicorn.Server):
    """Leaves signals to the service, which ends everything else first."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortInUse(port) from error
    return listening


async def _until_started(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    while not server.started:
        if task.done():
            task.result()
            return
        await asyncio.sleep(0.02)


async def _end(server: uvicorn.Server, tasks: list[asyncio.Task[None]]) -> None:
    server.should_exit = True
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.shield(tasks[0]), _STOP_SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
