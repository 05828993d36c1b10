"""Metrics of a program that serves nothing else, to this machine only.

Owns that small server. It takes no token because nothing from outside reaches it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from api.metrics.instruments import Metrics
from tunefi.chain.errors import PortInUse


@contextmanager
def serve_metrics(metrics: Metrics, port: int) -> Iterator[int]:
    """Answer at 127.0.0.1 and yield the port.

    Args:
        metrics: What is shown.
        port: 0 takes a free one.

    Raises:
        PortInUse: Something else listens there.
    """
    try:
        server, thread = start_http_server(port, "127.0.0.1", metrics.registry)
    except OSError as error:
        raise PortInUse(port) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
