"""How fast a node's answers become events: JSON in, decoded logs out.

Owns the measurement. Refuses to write anything.
"""

import json
import time
from dataclasses import dataclass

from benchmarks.dense_chain import DenseChain, dense_deployment, read_index
from tunefi.chain.events import decode_logs
from tunefi.chain.logs import parse_logs

_BLOCKS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class DecodingFigures:
    """What decoding took in this process."""

    events: int
    cpu_seconds: float
    events_per_second: float


def measure_decoding(chain: DenseChain) -> DecodingFigures:
    """Decode every log of a chain, some blocks at a time, and return what that took without the reading."""
    places = read_index(chain)["logs"].tolist()
    abis = dense_deployment().abis()
    events, seconds, cpu = 0, 0.0, 0.0
    with chain.logs.open("rb") as file:
        for first in range(0, len(places) - 1, _BLOCKS_AT_ONCE):
            last = min(first + _BLOCKS_AT_ONCE, len(places) - 1)
            answer = b"[" + file.read(places[last] - places[first])[:-1] + b"]"
            start, cpu_start = time.perf_counter(), time.process_time()
            decoded = decode_logs(parse_logs(json.loads(answer), "the file"), abis)
            seconds += time.perf_counter() - start
            cpu += time.process_time() - cpu_start
            events += len(decoded.events)
    return DecodingFigures(events, round(cpu, 2), round(events / seconds))
