"""An HTTP server that answers JSON-RPC as it is told to, to see what a client makes of it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, bytes] | tuple[int, bytes, dict[str, str]]
Script = Callable[[int, Any], Answer]
"""Status, body and headers by number of the request, from 1, and what was asked."""


def answer(request: Any, result: Any) -> Answer:
    """A good answer to one request or to each of a batch."""
    if isinstance(request, list):
        bodies = [{"jsonrpc": "2.0", "id": one["id"], "result": result} for one in request]
        return 200, json.dumps(bodies).encode()
    return 200, json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}).encode()


def refuse(request: Any, code: int, message: str) -> Answer:
    """A JSON-RPC error."""
    error = {"code": code, "message": message}
    return 200, json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error}).encode()


@contextmanager
def lying_node(script: Script) -> Iterator[str]:
    """Serve a script and yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        asked = 0

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            Handler.asked += 1
            status, body, *headers = script(Handler.asked, request)
            self.send_response(status)
            for name, value in headers[0].items() if headers else ():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret-key"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
