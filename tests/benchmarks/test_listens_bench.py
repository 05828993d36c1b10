"""What is measured of listens is what was appended, and the parts fit the whole."""

from benchmarks.listens import measure_listens
from ingest.interaction_log import InteractionLog


def test_every_listen_that_is_counted_is_in_the_log(log_url: str) -> None:
    found = measure_listens(1_000, log_url)
    log = InteractionLog(log_url)
    assert log.check_chain().position == found["listens"] == 1_000
    log.close()
    assert found["listens_per_second"] > 0
    parts = found["listens_microseconds"]
    assert 0 < parts["encoded_and_hashed"] < 1e6 / found["listens_per_second"]


def test_without_a_database_two_writers_are_measured_too() -> None:
    found = measure_listens(400)
    assert found["listens_per_second_of_two_writers"] > 0
    assert found["listens_slope"] > 0
