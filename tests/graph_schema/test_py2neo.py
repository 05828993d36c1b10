"""Notebooks read the graph through py2neo, on a real server."""

import gc

import pytest

from graph_schema.open_store import open_store
from tests.kit.graphs import Writer, edges, nodes
from tests.kit.neo4j_server import Neo4jServer


@pytest.mark.neo4j
@pytest.mark.filterwarnings("ignore")
async def test_a_notebook_reads_nodes_and_relationships_with_py2neo(empty_neo4j: Neo4jServer) -> None:
    import py2neo

    store = await open_store(empty_neo4j.uri, user=empty_neo4j.user, password=empty_neo4j.password)
    try:
        await Writer(store, "log").write(
            nodes("Account", address=["0x1"], name=["Ελένη"]),
            edges("LISTENED_TO", "Account", "Track", source=["0x1"], target=["t"], plays=[7]),
        )
    finally:
        await store.close()
    graph = py2neo.Graph(empty_neo4j.uri, auth=(empty_neo4j.user, empty_neo4j.password))
    account = graph.nodes.match("Account", address="0x1").first()
    assert account["name"] == "Ελένη"
    (relationship,) = graph.relationships.match((account,), "LISTENED_TO")
    assert relationship["plays"] == 7
    assert relationship.end_node["track_id"] == "t"
    graph.service.connector.close()
    gc.collect()  # py2neo leaves sockets to the collector, whose warning would fall on another test
