"""A pytest plugin that keeps one real log of each event with a handler, for `tunefi bench ingest`.

    pytest -p tests.kit.record_logs -m "evm and not neo4j" tests/ingest tests/api/test_rewards.py \\
        tests/keepers/test_keepers_refuse_what_they_did_not_derive.py

It looks at the chain whenever a test is about to take it back, and writes `benchmarks/recorded_logs.json`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.templates import RECORDING, EventName
from ingest.handlers import HANDLERS
from tunefi.chain import deploy
from tunefi.chain.artifact import load_abi
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc

_FIELDS = (
    *("address", "topics", "data", "blockNumber", "blockHash"),
    *("transactionHash", "transactionIndex", "logIndex", "removed"),
)
_contracts: dict[str, str] = {}
_logs: dict[EventName, dict[str, Any]] = {}
_call, _deploy_system = JsonRpc.call, deploy.deploy_system


async def _recording_call(rpc: JsonRpc, method: str, *params: Any) -> Any:
    if method == "evm_revert":
        for log in await _call(rpc, "eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"}):
            _keep(log)
    return await _call(rpc, method, *params)


async def _recording_deploy(*arguments: Any) -> Deployment:
    deployment = await _deploy_system(*arguments)
    _contracts.update(deployment.contracts)
    return deployment


def _keep(log: dict[str, Any]) -> None:
    for name, address in _contracts.items():
        if log["address"] == address and log["topics"]:
            member = load_abi(name).events.get(bytes.fromhex(log["topics"][0][2:]))
            if member is not None and (name, member.name) in HANDLERS:
                _logs.setdefault((name, member.name), {field: log[field] for field in _FIELDS})


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was kept, unless a kind is missing: then say which."""
    missing = sorted(".".join(name) for name in HANDLERS.keys() - _logs.keys())
    if missing:
        pytest.exit(f"no log of {', '.join(missing)}; run more tests with this plugin", 1)
    logs = {".".join(name): _logs[name] for name in sorted(_logs)}
    content = {"contracts": dict(sorted(_contracts.items())), "logs": logs}
    Path(RECORDING).write_text(json.dumps(content, indent=1) + "\n", "utf-8")


# Plugins are imported before the files that take these functions by name.
JsonRpc.call = _recording_call  # type: ignore[method-assign]
deploy.deploy_system = _recording_deploy
