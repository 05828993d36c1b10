"""The demonstration as a process of its own, for tests that need the whole loop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_SECONDS = 900


class DemoFailed(AssertionError):
    """The demonstration ended before it served; its last lines are in the message."""


@dataclass
class RunningDemo:
    """A demonstration that serves.

    Attributes:
        url: Of the page and the API.
        home: Its folder.
        service: What `service.json` says: url, token, rpc_url, pid.
    """

    url: str
    home: Path
    service: dict[str, Any]
    process: subprocess.Popen[bytes]
    output: Path

    def tunefi(
        self, *words: str, check: bool = True, seconds: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """Run a `tunefi` command against this demonstration's home and node."""
        return run_tunefi(self.home, *words, check=check, seconds=seconds, rpc_url=self.service["rpc_url"])


def run_tunefi(
    home: Path,
    *words: str,
    check: bool = True,
    seconds: float = 300,
    rpc_url: str = "http://127.0.0.1:1",
    **more: str,
) -> subprocess.CompletedProcess[str]:
    """Run a `tunefi` command with a home of its own and return what it printed."""
    environment = {**os.environ, "TUNEFI_HOME": str(home), "TUNEFI_RPC_URL": rpc_url, **more}
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(
            f"tunefi {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        )
    return done


def start_demo(home: Path, *words: str, output: Path) -> subprocess.Popen[bytes]:
    """Start `tunefi demo` in its own process group, with what it prints in `output`."""
    command = [sys.executable, "-m", "cli", "demo", "--home", str(home), "--port", "0", *words]
    return _start(command, dict(os.environ), output)


def make_demo(home: Path, *, output: Path) -> subprocess.Popen[bytes]:
    """Start `make demo` as the README says, up to its self-check, with what it prints in `output`."""
    arguments = f"--exit --home {home} --port 0"
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in outer}
    return _start(["make", "demo", f"VENV={sys.prefix}", f"DEMO_ARGS={arguments}"], environment, output)


def _start(command: list[str], environment: dict[str, str], output: Path) -> subprocess.Popen[bytes]:
    with output.open("ab") as file:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )


def wait_until_served(process: subprocess.Popen[bytes], home: Path, output: Path) -> RunningDemo:
    """Wait until the demonstration says where it serves.

    Raises:
        DemoFailed: It ended, or did not serve in time.
    """
    service_file = home / "service.json"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if service_file.exists():
            service = json.loads(service_file.read_text())
            if service["pid"] == process.pid:
                return RunningDemo(service["url"], home, service, process, output)
        if process.poll() is not None:
            raise DemoFailed(f"ended with {process.returncode}:\n{_tail(output)}")
        time.sleep(0.2)
    raise DemoFailed(f"did not serve within {START_SECONDS} s:\n{_tail(output)}")


def stop_demo(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGINT) -> int:
    """End the demonstration and return its exit status."""
    if process.poll() is None:
        os.killpg(process.pid, how) if how == signal.SIGKILL else process.send_signal(how)
    try:
        return process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise


@contextmanager
def running_demo(home: Path, *words: str, output: Path) -> Iterator[RunningDemo]:
    """Run a demonstration for the length of a `with` block."""
    process = start_demo(home, *words, output=output)
    try:
        yield wait_until_served(process, home, output)
    finally:
        stop_demo(process)


def _tail(output: Path) -> str:
    return "\n".join(output.read_text(errors="replace").splitlines()[-40:])
