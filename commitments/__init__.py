"""What an epoch commits to, and how anyone finds it false.

Owns leaves, Merkle trees, the epoch bundle, openings and their verification. Refuses to know keys,
transactions, clocks and routes: it makes the data that keepers sign and that the contracts read.
"""
