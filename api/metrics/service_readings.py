"""How the parts of the service are, and which epochs it knows, read at the moment of a scrape."""

import shutil
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.services import Services
from tunefi.health import FaultCode


class ServiceReadings(Collector):
    """Turns the health register, the known epochs and the home's disk into metrics."""

    def __init__(self, services: Services, version: str) -> None:
        self._services, self._version = services, version

    def collect(self) -> Iterator[Metric]:
        """Return everything that is known now."""
        info = GaugeMetricFamily("tunefi_build_info", "Always 1.", labels=("version",))
        info.add_metric((self._version,), 1)
        yield info
        yield from self._of_parts()
        yield self._of_epochs()
        free = GaugeMetricFamily("tunefi_home_free_bytes", "Room on the disk of the home folder.")
        free.add_metric((), shutil.disk_usage(self._services.library.home.root).free)
        yield free

    def _of_parts(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "tunefi_component_up",
            "1 where a part works, 0 where it failed or is silent.",
            labels=("component",),
        )
        success = GaugeMetricFamily(
            "tunefi_component_last_success_timestamp_seconds",
            "When a part last did its work, or found nothing to do.",
            labels=("component",),
        )
        fault = GaugeMetricFamily(
            "tunefi_component_fault", "1 where this is wrong with a part now.", labels=("component", "code")
        )
        for part in self._services.health.read_all():
            up.add_metric((part.name,), part.ok)
            codes = {found.code for found in part.faults}
            for code in FaultCode:
                fault.add_metric((part.name, code.value), code in codes)
            if part.last_success_at is not None:
                success.add_metric((part.name,), part.last_success_at / 1_000_000)
        yield from (up, fault, success)

    def _of_epochs(self) -> Metric:
        newest = GaugeMetricFamily(
            "tunefi_epoch_newest_number",
            "Newest epoch: built here, pending, final or invalid on the chain, served.",
            labels=("state",),
        )
        services = self._services
        built = services.library.list_epochs()
        numbers: dict[str, int | None] = {
            str(state): number for state, number in services.states.newest.items()
        }
        numbers |= {"built": built[-1] if built else None, "served": services.served.served_id}
        for state, number in numbers.items():
            if number is not None:
                newest.add_metric((state,), number)
        return newest
