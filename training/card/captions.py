"""The pictures of the card in their order, each with a title and what it shows.

Owns these words. Refuses to know how a picture is drawn.
"""

CAPTIONS = {
    "accuracy": (
        "Accuracy beside the baselines",
        "Dots are means over listeners, bars their 95 % intervals. Intervals of two models that overlap a "
        "little do not say that they are equal: the listeners are the same.",
    ),
    "by_activity": (
        "By what was known of the listener",
        "NDCG@20 of the served table, listeners in five groups by how many tracks they had heard.",
    ),
    "by_popularity": (
        "By popularity of what was held out",
        "Share of the held-out tracks that are among the first 20, by how many had heard the track before.",
    ),
    "spread": (
        "How lists spread",
        "Coverage: share of all tracks that are in any list. Gini: 0 when all are shown alike, near 1 when "
        "few get all places. Novelty: how surprising a shown track is, in bits; one more bit is half the "
        "listeners.",
    ),
    "exposure": (
        "Exposure of artists against their share of listening",
        "Artists ordered by how much they were heard, and what share of the places in lists each group gets.",
    ),
    "quantisation": (
        "Lost by freezing to int8",
        "Difference between lists of the float vectors and of the served table, listener by listener.",
    ),
    "learning": ("Learning", "Loss by epoch, NDCG@20 on the validation part, and the epoch that was chosen."),
}
