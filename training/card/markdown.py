"""The model card as Markdown.

Owns its layout. Refuses to know where the numbers come from.
"""

from typing import Any

from training.accuracy import ACCURACY


def format_model_card(card: dict[str, Any]) -> str:
    """Return the text of `model_card.md`."""
    beware = "\n".join(f"- {sentence}" for sentence in card["beware"])
    settings = "\n".join(f"| `{name}` | {value} |" for name, value in card["settings"].items())
    return f"""# Model card: {card["name"]}

{card["what"]}

| | |
|---|---|
| model digest | `{card["model_digest"]}` |
| snapshot digest | `{card["snapshot_digest"]}` |
| code version | `{card["code_version"]}` |
| training | {card["train_seconds"]:.0f} s, at most {card["peak_mib"]:.0f} MiB |

**Use.** {card["intended_use"]}

**Trained on.** {card["trained_on"]}

## Accuracy

{card["evaluation"]}

{format_accuracy(card["accuracy"])}

{_verdict(card)} Freezing to int8 changes NDCG@20 by {-card["quantisation_loss_of_ndcg@20"]:+.2%}.

![Accuracy beside the baselines](accuracy.png)

![Loss and validation](loss.png)

## Beware

{beware}

## Settings

| setting | value |
|---|---|
{settings}
"""


def format_accuracy(rows: list[dict[str, Any]]) -> str:
    """Return the table of accuracy as Markdown, the best of each column in bold."""
    lines = [f"| model | {' | '.join(ACCURACY)} | coverage@20 |", "|---|---|---|---|---|---|"]
    best = {name: max(row[name] for row in rows) for name in ACCURACY}
    for row in rows:
        cells = [f"**{row[n]:.4f}**" if row[n] == best[n] else f"{row[n]:.4f}" for n in ACCURACY]
        lines.append(f"| {row['name']} | {' | '.join(cells)} | {row['coverage@20']:.3f} |")
    return "\n".join(lines)


def _verdict(card: dict[str, Any]) -> str:
    wins, losses = card["better_than_item_knn_on"], card["worse_than_item_knn_on"]
    if not losses:
        return "The served table is at least as good as item-kNN on every metric."
    if not wins:
        return "The served table is **worse than item-kNN on every metric**."
    return f"The served table is **worse than item-kNN on {', '.join(losses)}**, better on {', '.join(wins)}."
