"""Fixtures of the command tests."""

from tests.kit.court_chain import court, court_chain

__all__ = ["court", "court_chain"]
