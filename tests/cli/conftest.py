"""Fixtures of the command tests."""

from tests.kit.anvil import anvil_node, deployment, rpc, signers
from tests.kit.court_chain import court, court_chain

__all__ = ["anvil_node", "court", "court_chain", "deployment", "rpc", "signers"]
