"""Events in: chain logs and people's interactions, exactly once, into the graph.

Owns the interaction log, its projection, and the follower of the chain. Refuses to know how rows are
stored, how recommendations are ranked, and any HTTP route.
"""
