"""Data sets and generated activity, as entries of the interaction log."""
