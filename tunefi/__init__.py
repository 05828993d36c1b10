"""The bottom layer: identifiers and units, errors, settings, logging, clients of the chain and of IPFS.

Owns what every other package needs to name things the same way. Refuses to know the graph, the models,
the rewards, or any HTTP route.
"""
