"""From the address of a graph to an open store.

Owns the forms of the address. Imports a driver only when a store that needs it is opened.
"""

from pathlib import Path

from graph_schema.errors import DriverMissing, UnknownGraphUrl
from graph_schema.store import GraphStore


async def open_store(url: str, *, user: str = "neo4j", password: str = "") -> GraphStore:
    """Open the graph at `url` and bring its schema up to date.

    Args:
        url: `ladybug:PATH`, or `neo4j://HOST:PORT`, `bolt://HOST:PORT` and their `+s`, `+ssc` forms.
            Credentials in the address are refused.
        user: User of a Neo4j server.
        password: Its password; never logged and in no message.

    Raises:
        UnknownGraphUrl: The address has another form.
        DriverMissing: The driver for this kind of graph is not installed.
        GraphOwned, GraphFolderMissing, GraphCorrupt, WrongSchemaVersion: See `graph_schema.errors`.
        GraphUnreachable, GraphRefused: The server does not answer, or refuses.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "ladybug" and rest:
        store = await _open_ladybug(Path(rest))
    elif scheme.partition("+")[0] in ("neo4j", "bolt") and rest.startswith("//") and "@" not in rest:
        store = await _open_neo4j(url, user, password)
    else:
        raise UnknownGraphUrl(f"{scheme}:…@{rest.rpartition('@')[2]}" if "@" in rest else url)
    try:
        await store.migrate()
    except BaseException:
        await store.close()
        raise
    return store


async def _open_ladybug(path: Path) -> GraphStore:
    try:
        from graph_schema.ladybug_store import LadybugStore
    except ImportError as error:
        raise DriverMissing("ladybug", "pip install ladybug") from error
    return await LadybugStore.open(path)


async def _open_neo4j(url: str, user: str, password: str) -> GraphStore:
    try:
        from graph_schema.neo4j_store import Neo4jStore
    except ImportError as error:
        raise DriverMissing("neo4j", "pip install 'tunefi[neo4j]'") from error
    return await Neo4jStore.open(url, user, password)
