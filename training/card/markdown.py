"""The model card as Markdown.

Owns its layout. Refuses to know where the numbers come from.
"""

import re
from collections.abc import Collection
from typing import Any

from training.accuracy import ACCURACY
from training.card.captions import CAPTIONS


def format_model_card(card: dict[str, Any], pictures: Collection[str] = ()) -> str:
    """Return the text of `model_card.md`.

    Args:
        card: From `training.card.report.build_model_card`.
        pictures: Names of the pictures that lie beside it, without their ending.
    """
    beware = "\n".join(f"- {sentence}" for sentence in card["beware"])
    settings = "\n".join(f"| `{name}` | {value} |" for name, value in card["settings"].items())
    return f"""# Model card: {_escaped(card["name"])}

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

{card["verdict"]}

{_intervals(card["accuracy"])}
{_ablation(card["ablation"])}
{_pictures(pictures)}
{_most_exposed(card["breakdown"]["exposure"])}
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


def _intervals(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| model | 95 % of NDCG@20 | 95 % of Recall@20 | Gini@20 | novelty@20 |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        spans = ["{:.4f} to {:.4f}".format(*row["intervals"][name]) for name in ("ndcg@20", "recall@20")]
        lines.append(
            f"| {row['name']} | {' | '.join(spans)} | {row['gini@20']:.3f} | {row['novelty@20']:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _ablation(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    names = [name for name in ACCURACY if name in rows[0]]
    lines = [f"| taken away | {' | '.join(names)} |", "|---" * (1 + len(names)) + "|"]
    lines += [
        f"| {_escaped(row['name'])} | {' | '.join(f'{row[name]:.4f}' for name in names)} |" for row in rows
    ]
    return "## Ablation\n\n" + "\n".join(lines) + "\n"


def _pictures(pictures: Collection[str]) -> str:
    shown = [(name, *CAPTIONS[name]) for name in CAPTIONS if name in pictures]
    return "\n".join(f"## {title}\n\n![{title}]({name}.svg)\n\n{text}\n" for name, title, text in shown)


def _most_exposed(exposure: dict[str, Any] | None) -> str:
    if exposure is None or not exposure["most_exposed"]:
        return ""
    lines = ["| artist | share of listening | share of places | multiple |", "|---|---|---|---|"]
    for one in exposure["most_exposed"]:
        shares = f"{one['listening']:.3%} | {one['places']:.3%} | {one['multiple']:.1f}"
        lines.append(f"| {_escaped(one['artist'])} | {shares} |")
    return "Shown most beyond their share of listening:\n\n" + "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line: names come from anybody."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(str(text).split()))
