"""Content identifiers and the client of an IPFS node.

Owns CIDs, their recomputation and the RPC API. Refuses to know what is published.
"""
