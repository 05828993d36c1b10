"""What a reader of the card must beware of, said with the run's own figures.

Owns these sentences and when each is due. Refuses to know how figures were measured.
"""

from typing import Any

_FEW_LISTENERS = 200
_LARGE_MULTIPLE = 3.0


def list_warnings(metrics: dict[str, Any]) -> list[str]:
    """Return the sentences, the general ones first."""
    breakdown = metrics["breakdown"]
    return [
        "Plays say what was heard, not what was liked; who is heard by many is recommended more.",
        "The accuracy is that of the tested model; the served one has the same settings and epochs and "
        "also learned from the test part, so it cannot be tested itself.",
        *_of_cut(metrics["split"]),
        *_of_few(metrics),
        *_of_activity(breakdown["by_activity"]),
        *_of_popularity(breakdown["by_popularity"]),
        *_of_exposure(breakdown["exposure"]),
    ]


def _of_cut(split: dict[str, Any]) -> list[str]:
    if split["cut"] != "temporal":
        return [
            f"A {split['cut']} cut asks for tracks of the same time as those it learns from. What people "
            "hear later is harder to foretell."
        ]
    found = []
    if split["new_listeners"]:
        found.append(
            f"{split['new_listeners']:,} listeners were new after the cut; the "
            f"{split['pairs_of_new_listeners']:,} tracks that they heard are not asked for, because nothing "
            "was known of them."
        )
    if split["new_tracks"]:
        found.append(
            f"{split['pairs_with_new_tracks']:,} of the pairs asked for are with one of "
            f"{split['new_tracks']:,} tracks that nobody had heard before the cut."
        )
    return found


def _of_few(metrics: dict[str, Any]) -> list[str]:
    tested = metrics["split"]["tested_listeners"]
    if tested >= _FEW_LISTENERS:
        return []
    return [f"Only {tested} listeners were asked: differences below the intervals say nothing."]


def _of_activity(groups: list[dict[str, Any]]) -> list[str]:
    if len(groups) < 2:
        return []
    low, high = sorted((groups[0], groups[-1]), key=lambda group: float(group["ndcg@20"]))
    return [
        f"It serves listeners unequally: NDCG@20 is {low['ndcg@20']:.3f} for those who had heard "
        f"{_span(low)} tracks, {high['ndcg@20']:.3f} for those who had heard {_span(high)}."
    ]


def _of_popularity(groups: list[dict[str, Any]]) -> list[str]:
    if len(groups) < 2 or groups[0]["found@20"] >= groups[-1]["found@20"]:
        return []
    rare, known = groups[0], groups[-1]
    return [
        f"Rare tracks are found less: {rare['found@20']:.1%} of the held-out ones that {_span(rare)} had "
        f"heard, {known['found@20']:.1%} of those that {_span(known)} had heard."
    ]


def _of_exposure(exposure: dict[str, Any] | None) -> list[str]:
    if exposure is None or not exposure["artists"]:
        return []
    unseen = 1 - exposure["shown"] / exposure["artists"]
    head = exposure["groups"][0]
    found = [
        f"{unseen:.0%} of the artists are in nobody's list; the {head['artists']:,} most heard have "
        f"{head['listening']:.0%} of listening and {head['places']:.0%} of the places."
    ]
    loud = [one for one in exposure["most_exposed"] if one["multiple"] >= _LARGE_MULTIPLE]
    if loud:
        found.append(
            f"{len(loud)} of the artists that are shown often have at least {_LARGE_MULTIPLE:g} times their "
            f"share of listening, up to {loud[0]['multiple']:g} times."
        )
    return found


def _span(group: dict[str, Any]) -> str:
    low, high = group["from"], group["to"]
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
