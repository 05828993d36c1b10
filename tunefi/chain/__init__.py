"""The one client of an Ethereum chain: JSON-RPC, logs, ABIs, signatures, transactions, deployments, anvil.

Owns `httpx`, `eth_abi` and `eth_account` as far as the chain is concerned. Refuses to know what an event
means for the graph, what a commitment proves, or whose key it signs with.
"""
