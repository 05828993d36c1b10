"""Fixtures of the chain client's tests."""

from tests.kit.anvil import anvil_node, deployment, rpc, signers

__all__ = ["anvil_node", "deployment", "rpc", "signers"]
