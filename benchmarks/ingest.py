"""How fast a dense chain becomes a graph, in each store (`tunefi bench ingest`).

Owns which runs there are and the figures of all. The chain is made by a seed on first use and kept in the
user's cache. Refuses to judge: the wanted figures stand in docs/measurements.md.
"""

import asyncio
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from benchmarks.decoding import measure_decoding
from benchmarks.dense_chain import DenseChain, event_counts, save_dense_chain
from benchmarks.errors import RunFailed
from benchmarks.listens import measure_listens

EVENTS = 200_000


async def measure_ingestion(events: int = EVENTS, neo4j: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the figures of both stores, of decoding, of listens, and of the chain that was taken in.

    Args:
        events: Least number of logs.
        neo4j: `url`, `user` and `password` of an empty graph to fill; None: Neo4j is not measured.

    Raises:
        GraphNotEmpty: That graph holds something.
    """
    chain = await asyncio.to_thread(cached_chain, events)
    decoding = await asyncio.to_thread(measure_decoding, chain)
    found: dict[str, Any] = {"events": decoding.events, **_shares(events)}
    found["decode_events_per_second"] = decoding.events_per_second
    found["decode"] = asdict(decoding)
    with tempfile.TemporaryDirectory(prefix="tunefi-bench-") as folder:
        runs = {"ladybug": {"url": f"ladybug:{folder}/graph"}}
        if neo4j is not None:
            runs["neo4j"] = dict(neo4j)
        for name, where in runs.items():
            figures = await _run(chain, where)
            found[f"{name}_events_per_second"] = figures["events_per_second"]
            found[name] = figures
    found |= await asyncio.to_thread(measure_listens)
    found["peak_mib"] = max(found[name]["peak_mib"] for name in runs)
    found["slope"] = max(found[name]["slope"] for name in runs)
    return found


def cached_chain(events: int) -> DenseChain:
    """Return the chain of this size, made the first time and whenever what makes it has changed."""
    sources = sorted(Path(__file__).parent.glob("*.*"))
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sources if path.suffix in (".py", ".json")))
    root = user_cache_path("tunefi") / "bench"
    folder = root / f"dense-{events}-{state.hexdigest()[:12]}"
    if not folder.is_dir():
        for stale in root.glob(f"dense-{events}-*"):
            shutil.rmtree(stale, ignore_errors=True)
        root.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=root))
        save_dense_chain(partial, events=events)
        partial.rename(folder)
    return DenseChain(folder)


def _shares(events: int) -> dict[str, Any]:
    counts = event_counts(events)
    total = sum(counts.values())
    rare = {".".join(name): count / total for name, count in counts.items() if count / total < 0.02}
    return {
        "kinds": len(counts),
        "kinds_below_2_percent": {name: round(share, 4) for name, share in rare.items()},
    }


async def _run(chain: DenseChain, where: Mapping[str, str]) -> dict[str, Any]:
    """Run once in a process of its own, so that its memory and CPU are its own."""
    credentials = {
        "TUNEFI_GRAPH_USER": where.get("user", ""),
        "TUNEFI_GRAPH_PASSWORD": where.get("password", ""),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.ingest_run", str(chain.folder), where["url"]),
        env={**os.environ, **credentials},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, problems = await process.communicate()
    if process.returncode:
        raise RunFailed(where["url"], problems.decode(errors="replace").strip().rpartition("\n")[2])
    figures: dict[str, Any] = json.loads(output.splitlines()[-1])
    return figures
