"""What there is to learn from: pairs of listeners and tracks, read from anywhere, and cut into parts.

Owns reading, checking and cutting. Refuses to know models.
"""
