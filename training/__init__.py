"""A program: snapshot -> graph neural network -> embedding table, with an honest table of accuracy.

Owns the model, its evaluation and the outputs of a run. Refuses to know the graph store, the chain and
the API: it reads a snapshot directory and writes an output directory. Ranking, freezing and metrics come
from `recsys`, so that evaluation measures the code that serves. Only this package loads torch.
"""
