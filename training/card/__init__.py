"""What a run tells its readers: metrics, pictures, and the model card.

Owns words and layout. Refuses to know how anything was computed.
"""
