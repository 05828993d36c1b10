"""A small IPFS node over HTTP: it parses real multipart, names what it received, and keeps it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

from tunefi.ipfs.cid import Node, build_directory_node, bytes_node


@dataclass
class FakeNode:
    """What tests see of the node.

    Attributes:
        url: Base address of its RPC API.
        pinned: Files of the last directory that was added.
        queries: Query of each `add`.
        loses: Name of a file that the node leaves out of the directory.
        answer: Status and body sent instead of the real answer.
    """

    url: str = ""
    pinned: dict[str, bytes] = field(default_factory=dict)
    queries: list[dict[str, str]] = field(default_factory=list)
    loses: str | None = None
    answer: tuple[int, str] | None = None

    def add(self, files: dict[str, bytes]) -> str:
        """Keep files and return the lines that a node answers with."""
        self.pinned = {name: content for name, content in files.items() if name != self.loses}
        nodes = {name: bytes_node(content) for name, content in self.pinned.items()}
        entries: list[tuple[str, Node]] = [*nodes.items(), ("", build_directory_node(nodes))]
        lines = [{"Name": name, "Hash": node.text(), "Size": str(node.total_bytes)} for name, node in entries]
        return "".join(json.dumps(line) + "\n" for line in lines)


@contextmanager
def run_ipfs_node() -> Iterator[FakeNode]:
    """Run the node on a free port of the loopback."""
    node = FakeNode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            url = urlsplit(self.path)
            body = self._read_body()
            if node.answer is not None:
                self._send(*node.answer)
            elif url.path == "/api/v0/version":
                self._send(200, '{"Version":"0.37.0"}')
            elif url.path == "/api/v0/add":
                node.queries.append({name: values[0] for name, values in parse_qs(url.query).items()})
                self._send(200, node.add(_parse_parts(self.headers["Content-Type"], body)))
            else:
                self._send(404, "404 page not found")

        def _read_body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            return body

        def _send(self, status: int, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    node.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _parse_parts(content_type: str, body: bytes) -> dict[str, bytes]:
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = message_from_bytes(head + body, policy=policy.HTTP)
    parts = [
        part
        for part in message.iter_parts()
        if part.get_param("name", header="Content-Disposition") == "file"
    ]
    return {unquote(str(part.get_filename())): bytes(part.get_content()) for part in parts}
