"""What holds for every test: the graph stores' fixtures, so that one session starts one Neo4j server, and
that how long a machine takes is no property of the code."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.kit.graph_fixtures"]

settings.register_profile("tunefi", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tunefi")
