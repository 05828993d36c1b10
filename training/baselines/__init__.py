"""What the model must be better than, measured by the same evaluation.

Owns the baselines, one a file. Refuses to know the network.
"""
