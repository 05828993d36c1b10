"""Run a command with a real Neo4j beside it: `python -m tests.kit.with_neo4j --data DIR -- COMMAND …`.

The command finds the server in TUNEFI_GRAPH_URL, TUNEFI_GRAPH_USER and TUNEFI_GRAPH_PASSWORD.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.kit.neo4j_server import running_neo4j


def main() -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.kit.with_neo4j")
    parser.add_argument("--data", type=Path, required=True, help="Folder that the server keeps its data in.")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    options.data.mkdir(parents=True, exist_ok=True)
    with running_neo4j(options.data) as server:
        environment = {
            **os.environ,
            "TUNEFI_GRAPH_URL": server.uri,
            "TUNEFI_GRAPH_USER": server.user,
            "TUNEFI_GRAPH_PASSWORD": server.password,
        }
        # Ctrl-C goes to the whole group: the command ends first, and the server after it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return subprocess.call(command, env=environment, preexec_fn=_heed_interrupts)


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    sys.exit(main())
