"""What training minimises, one loss a file.

Owns the losses. Refuses to know networks and how they are trained.
"""
