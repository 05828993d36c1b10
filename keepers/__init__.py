"""Keeper jobs: cut a snapshot, train, build an epoch, commit it, post and pay its rewards.

Owns when each is due and what a keeper checks before it signs. Refuses to know HTTP, the driver of the
graph and how a model is trained. Each job decides from what is on disk, in the graph and on the chain, so
running it again does nothing, and running it after a crash goes on from where it was.
"""
