"""Exact ranking: integer embeddings in, ordered lists of tracks out.

Owns the embedding table and everything computed from its integers: quantising, ranking, folding in,
similarity, explanations, fallback, accuracy. Refuses to know torch, the graph, a clock, the network or
any randomness that is not passed in; serving and evaluation call the same functions.
"""
