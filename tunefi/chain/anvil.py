"""A development chain: anvil of Foundry as a child process.

Owns the process, its port and its state file. Refuses to stand in for a real chain.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from tunefi.chain.errors import AnvilFailed, PortInUse
from tunefi.chain.foundry import find_tool
from tunefi.child_process import end_with_parent

_START_SECONDS = 30.0
_STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class AnvilOptions:
    """How the chain behaves.

    Attributes:
        mnemonic: Its accounts are derived from this, each with `balance_ether`.
        block_time_seconds: A block at this pace; None: one for each transaction.
        mixed_mining: With a pace, also one for each transaction.
        slots_in_an_epoch: `finalized` lags two epochs behind the head.
        state_file: Loaded at the start where it exists, written when the node stops.
        state_interval_seconds: Also written at this pace, so that a killed node loses little.
        port: 0 for a free one.
    """

    mnemonic: str = field(default="test test test test test test test test test test test junk", repr=False)
    accounts: int = 10
    balance_ether: int = 10_000
    chain_id: int = 31337
    block_time_seconds: float | None = None
    mixed_mining: bool = False
    slots_in_an_epoch: int = 32
    state_file: Path | None = None
    state_interval_seconds: int | None = None
    preserve_historical_states: bool = True
    host: str = "127.0.0.1"
    port: int = 0
    log_file: Path | None = None


class AnvilNode:
    """A running anvil, as a context manager.

        with AnvilNode(AnvilOptions(block_time_seconds=1)) as node:
            JsonRpc(node.url)

    Args:
        options: How the chain behaves.
        roots: Directories that may hold contracts/node_modules; the current one by default.
    """

    def __init__(self, options: AnvilOptions | None = None, *, roots: Sequence[Path] = ()) -> None:
        self.options = options or AnvilOptions()
        self._roots = roots
        self._process: subprocess.Popen[bytes] | None = None
        self.port = self.options.port

    @property
    def url(self) -> str:
        """The RPC address."""
        return f"http://{self.options.host}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start anvil and return when it answers.

        On Linux it ends, and writes its state, also when the calling thread ends without `stop`, however
        that comes: call this from a thread that lives as long as the node shall.

        Raises:
            FoundryMissing: It is not installed; the message says how.
            PortInUse: Another process has the port.
            AnvilFailed: It ended or did not answer.
        """
        binary = find_tool("anvil", self._roots)
        self.port = self.options.port or _free_port(self.options.host)
        _check_port_free(self.options.host, self.port)
        command = [str(binary), *_arguments(self.options), "--port", str(self.port)]
        if self.options.state_file is not None:
            self.options.state_file.parent.mkdir(parents=True, exist_ok=True)
        self._process = _spawn(command, self.options.log_file)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop anvil; it writes its state file first."""
        self._end(signal.SIGINT, _STOP_SECONDS)

    def kill(self) -> None:
        """Kill anvil; what it did since its last dump is lost."""
        self._end(signal.SIGKILL, _STOP_SECONDS)

    def _end(self, how: signal.Signals, seconds: float) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        question = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
        with httpx.Client(timeout=2.0, trust_env=False) as http:
            while time.monotonic() < deadline:
                assert self._process is not None
                if (code := self._process.poll()) is not None:
                    raise AnvilFailed(f"it ended with code {code}{_last_lines(self.options.log_file)}")
                try:
                    if "result" in http.post(self.url, json=question).json():
                        return
                except (httpx.TransportError, ValueError):
                    pass
                time.sleep(0.05)
        raise AnvilFailed(f"no answer on {self.url} after {_START_SECONDS:.0f} s")


def _arguments(options: AnvilOptions) -> list[str]:
    arguments = [
        *("--host", options.host, "--mnemonic", options.mnemonic, "--chain-id", str(options.chain_id)),
        *("--accounts", str(options.accounts), "--balance", str(options.balance_ether)),
        *("--slots-in-an-epoch", str(options.slots_in_an_epoch), "--order", "fifo"),
    ]
    if options.block_time_seconds is not None:
        arguments += ["--block-time", f"{options.block_time_seconds:g}"]
        arguments += ["--mixed-mining"] if options.mixed_mining else []
    if options.state_file is not None:
        arguments += ["--state", str(options.state_file)]
        arguments += ["--preserve-historical-states"] if options.preserve_historical_states else []
        if options.state_interval_seconds is not None:
            arguments += ["--state-interval", str(options.state_interval_seconds)]
    return arguments


def _spawn(command: list[str], log_file: Path | None) -> subprocess.Popen[bytes]:
    """Start the child in its own session, so that Ctrl-C stops the program first and anvil last."""
    if log_file is not None:
        log_file.parent.mkdir(parents=True, exist_ok=True)
    with (log_file or Path(os.devnull)).open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGINT),
        )


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _check_port_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(port) from error


def _last_lines(log_file: Path | None) -> str:
    if log_file is None or not log_file.exists():
        return ""
    return ": " + log_file.read_text(errors="replace").strip()[-300:]
