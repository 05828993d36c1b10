"""Where a run computes: in this process, or on many machines by Ray.

workers.py    who computes the loss of which listeners, and what they agree on
job.py        one fit as plain data, run by whichever worker
engine.py     what an engine does: fits and ranks; the local one
ray_engine.py fits by Ray Train (PyTorch DDP), ranks by Ray tasks
"""
