"""A connection that can be cut: everything to a server goes through here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

_CHUNK = 1 << 16


class TcpProxy:
    """Passes bytes on to a server while it is not cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._writers: set[asyncio.StreamWriter] = set()

        self.is_cut = False
        self.cuts = 0

    def cut(self, seconds: float) -> None:
        """End every connection and refuse new ones for a while."""
        self.is_cut = True
        self.cuts += 1
        for writer in self._writers:
            writer.transport.abort()
        asyncio.get_running_loop().call_later(seconds, self._restore)

    def _restore(self) -> None:
        self.is_cut = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        if self.is_cut:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, there_writer}
        try:
            await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))
        finally:
            self._writers -= {writer, there_writer}
            for end in (writer, there_writer):
                end.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.transport.abort()


@asynccontextmanager
async def proxied(uri: str) -> AsyncIterator[tuple[TcpProxy, str]]:
    """Serve a proxy of the server at `uri`, and give it with its own URI."""
    parts = urlsplit(uri)
    assert parts.hostname is not None
    assert parts.port is not None
    proxy = TcpProxy(parts.hostname, parts.port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy, f"bolt://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        proxy.cut(0.0)
        server.close()
        await server.wait_closed()
