"""What Prometheus reads: counters and durations as they happen, and states at the moment of a scrape.

Owns `prometheus_client`, the names of all metrics, and one registry that a program makes and hands down.
Refuses labels whose values a stranger could choose.
"""
