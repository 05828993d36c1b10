"""The fixtures of the graph stores, for every test of this folder."""

from tests.kit.graph_fixtures import empty_neo4j, neo4j_server, store

__all__ = ["empty_neo4j", "neo4j_server", "store"]
