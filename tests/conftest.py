"""What holds for every test: how long a machine takes is no property of the code."""

from hypothesis import HealthCheck, settings

settings.register_profile("tunefi", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tunefi")
