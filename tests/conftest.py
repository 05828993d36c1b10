"""What holds for every test: the fixtures of both stores and both logs, so that one session starts one Neo4j
and one PostgreSQL server, and that how long a machine takes is no property of the code."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.kit.graph_fixtures", "tests.kit.log_fixtures"]

settings.register_profile("tunefi", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tunefi")
