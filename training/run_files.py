"""The names of what a run leaves in its folder, beside the embedding table.

Owns names and formats, so that who lists runs needs none of what makes them. Refuses to know their content.
"""

METRICS = "metrics.json"
METRICS_FORMAT = "tunefi-metrics/1"
PER_LISTENER = "per_listener.parquet"
CARD = "model_card.json"
CARD_MARKDOWN = "model_card.md"
SETTINGS = "settings.json"
CARD_PAGE = "model_card.html"
