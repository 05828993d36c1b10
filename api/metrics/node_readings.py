"""How the nodes of the chain answer, read at the moment of a scrape.

Nodes are named by scheme, host and port: the rest of an address may be a key. Several of one name are told
as one.
"""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tunefi.chain.node_health import NodeHealth
from tunefi.chain.node_trouble import NodeTrouble
from tunefi.chain.rpc import JsonRpc


class NodeReadings(Collector):
    """Turns what is known of nodes into metrics.

    Args:
        rpc: The client that asks them.
    """

    def __init__(self, rpc: JsonRpc) -> None:
        self._rpc = rpc

    def collect(self) -> Iterator[Metric]:
        """Return everything that is known now."""
        health: dict[str, list[NodeHealth]] = {}
        for node in self._rpc.nodes:
            health.setdefault(node.name, []).append(node.health)
        errors = CounterMetricFamily(
            "tunefi_chain_provider_errors", "Work that a node failed.", labels=("node", "kind")
        )
        ready = GaugeMetricFamily(
            "tunefi_chain_provider_ready", "How many nodes of this name may be asked now.", labels=("node",)
        )
        latency = GaugeMetricFamily(
            "tunefi_chain_provider_latency_seconds", "Time of an answer, smoothed.", labels=("node",)
        )
        for name, parts in health.items():
            troubles = sum((part.troubles for part in parts), Counter[NodeTrouble]())
            for kind in NodeTrouble:
                errors.add_metric((name, kind.value), troubles[kind])
            ready.add_metric((name,), sum(part.ready for part in parts))
            latency.add_metric((name,), max(part.latency_seconds for part in parts))
        yield from (errors, ready, latency)
