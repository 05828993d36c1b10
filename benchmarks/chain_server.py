"""A node that serves a chain from files: `python -m benchmarks.chain_server FOLDER [--final BLOCK]`.

It prints its URL, then answers JSON-RPC until its standard input closes. Owns the answers; refuses methods
that the ingestion does not use.
"""

import argparse
import json
import mmap
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.dense_chain import CHAIN_ID, DenseChain, read_index


class ServedChain:
    """The answers to each method, as bytes of JSON.

    Args:
        chain: The files.
        final: Height of the block that is final; None: the newest.
    """

    def __init__(self, chain: DenseChain, final: int | None) -> None:
        self._index = {name: places.tolist() for name, places in read_index(chain).items()}
        self._logs, self._blocks = _mapped(chain.logs), _mapped(chain.blocks)
        self.head = len(self._index["blocks"]) - 2
        self.final = self.head if final is None else final
        self._numbers = {json.loads(self._block(number))["hash"]: number for number in range(self.head + 1)}

    def answer(self, method: str, params: list[Any]) -> bytes:
        """Return the result of a call.

        Raises:
            LookupError: There is no such method.
        """
        if method == "eth_chainId":
            return json.dumps(hex(CHAIN_ID)).encode()
        if method == "eth_blockNumber":
            return json.dumps(hex(self.head)).encode()
        if method == "eth_getBlockByNumber":
            return self._block(self._number(params[0]))
        if method == "eth_getBlockByHash":
            return self._block(self._numbers.get(params[0], -1))
        if method == "eth_getLogs":
            return self._found(params[0])
        raise LookupError(method)

    def _number(self, block: str) -> int:
        tags = {"earliest": 0, "finalized": self.final, "safe": self.final, "latest": self.head}
        return tags[block] if block in tags else int(block, 16)

    def _block(self, number: int) -> bytes:
        if not 0 <= number <= self.head:
            return b"null"
        return self._blocks[self._index["blocks"][number] : self._index["blocks"][number + 1] - 1]

    def _found(self, where: dict[str, Any]) -> bytes:
        if "blockHash" in where:
            first = last = self._numbers[where["blockHash"]]
        else:
            first, last = self._number(where["fromBlock"]), self._number(where["toBlock"])
        last = min(last, self.head)
        start, end = self._index["logs"][first], self._index["logs"][last + 1]
        return b"[" + self._logs[start : max(start, end - 1)] + b"]"


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _respond(chain: ServedChain, request: Any) -> bytes:
    if isinstance(request, list):
        return b"[" + b",".join(_respond(chain, one) for one in request) + b"]"
    head = b'{"jsonrpc":"2.0","id":%s,' % json.dumps(request["id"]).encode()
    try:
        return head + b'"result":' + chain.answer(request["method"], request["params"]) + b"}"
    except LookupError as error:
        problem = {"code": -32601, "message": f"unknown method or block {error}"}
        return head + b'"error":' + json.dumps(problem).encode() + b"}"


def serve(chain: ServedChain) -> ThreadingHTTPServer:
    """Return a server on a free port of the loopback interface, already listening."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = _respond(chain, request)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server


def main() -> None:
    """Serve until standard input closes, or a line names the block that is final from now on."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chain_server")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--final", type=int)
    options = parser.parse_args()
    chain = ServedChain(DenseChain(options.folder), options.final)
    server = serve(chain)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        chain.final = int(line)
    os._exit(0)


if __name__ == "__main__":
    main()
