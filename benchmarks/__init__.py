"""What is measured against a target or against peers: one command each, one JSON object out."""
