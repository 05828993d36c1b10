"""The model card as one HTML file that needs nothing else: for a phone or a desk, by day or by night.

Owns its layout. Refuses to know where the numbers come from. Every text is escaped, no script runs, and
nothing is loaded from anywhere, so that the card of a stranger's model is safe to open.
"""

import re
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Any

from training.accuracy import ACCURACY
from training.card.captions import CAPTIONS
from training.card.figure import GRID, INK, MUTED

_LABELS = {"recall@10": "Recall@10", "recall@20": "Recall@20", "ndcg@10": "NDCG@10", "ndcg@20": "NDCG@20"}
_SPREAD = {"coverage@20": "coverage", "gini@20": "Gini", "novelty@20": "novelty"}


def format_card_page(card: dict[str, Any], pictures: Mapping[str, str]) -> str:
    """Return the text of `model_card.html`.

    Args:
        card: From `training.card.report.build_model_card`.
        pictures: SVG documents by name, from `training.card.plots.draw_plots`.
    """
    style = resources.files("training.card").joinpath("card.css").read_text(encoding="utf-8")
    body = "\n".join(
        (
            _head(card),
            _section("Accuracy", f"<p>{escape(card['evaluation'])}</p>{_accuracy(card['accuracy'])}"),
            _ablation(card["ablation"]),
            f'<div class="figures">{_figures(pictures)}</div>',
            _most_exposed(card["breakdown"]["exposure"]),
            _section("Beware", _list(card["beware"])),
            _section("Settings", _settings(card["settings"])),
        )
    )
    title = f"Model card: {escape(card['name'])}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _head(card: dict[str, Any]) -> str:
    digests = {
        "model": card["model_digest"],
        "snapshot": card["snapshot_digest"],
        "code": card["code_version"],
    }
    rows = "".join(f"<dt>{name}</dt><dd><code>{escape(text)}</code></dd>" for name, text in digests.items())
    mark = (
        '<p class="mark">interrupted: not the model that a whole run gives</p>' if card["interrupted"] else ""
    )
    return f"""<header>
<p class="eyebrow">Model card</p>
<h1>{escape(card["name"])}</h1>
{mark}
<p class="verdict">{escape(card["verdict"])}</p>
<p>{escape(card["what"])}</p>
<p><b>Use.</b> {escape(card["intended_use"])}</p>
<p><b>Trained on.</b> {escape(card["trained_on"])}
It took {card["train_seconds"]:.0f} s and at most {card["peak_mib"]:.0f} MiB.</p>
<dl>{rows}</dl>
</header>"""


def _accuracy(rows: list[dict[str, Any]]) -> str:
    best = {name: max(row[name] for row in rows) for name in ACCURACY}
    head = ["model", *(_LABELS[name] for name in ACCURACY), *_SPREAD.values()]
    lines = []
    for row in rows:
        cells = [_measured(row, name, best[name]) for name in ACCURACY]
        spread = [f"{row['coverage@20']:.3f}", f"{row['gini@20']:.3f}", f"{row['novelty@20']:.2f}"]
        lines.append([escape(row["name"]), *cells, *spread])
    note = (
        "<p class='note'>± is half of the 95 % interval over listeners; the best of each column is bold.</p>"
    )
    return _table(head, lines) + note


def _measured(row: dict[str, Any], name: str, best: float) -> str:
    low, high = row["intervals"][name]
    value = f"{row[name]:.4f}"
    shown = f"<b>{value}</b>" if row[name] == best else value
    return f"{shown} <small>±{f'{(high - low) / 2:.4f}'.lstrip('0')}</small>"


def _ablation(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    names = [name for name in ACCURACY if name in rows[0]]
    lines = [[escape(row["name"]), *(f"{row[name]:.4f}" for name in names)] for row in rows]
    return _section("Ablation", _table(["taken away", *(_LABELS[name] for name in names)], lines))


def _figures(pictures: Mapping[str, str]) -> str:
    shown = [(name, *CAPTIONS[name]) for name in CAPTIONS if name in pictures]
    return "\n".join(
        f'<figure id="{name}"><h2>{escape(title)}</h2>{_inline(pictures[name], name, title)}'
        f"<figcaption>{escape(text)}</figcaption></figure>"
        for name, title, text in shown
    )


def _inline(svg: str, name: str, title: str) -> str:
    """Return a picture as an element of the page, in the page's own ink, its ids unlike those of others."""
    body = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    body = re.sub(r'(?<=\sid=")|(?<=url\(#)|(?<=href="#)', f"{name}-", body)
    for colour, variable in ((INK, "ink"), (MUTED, "muted"), (GRID, "line")):
        body = body.replace(colour, f"var(--{variable})")
    size = re.compile(r'<svg([^>]*?) width="[^"]*"([^>]*?)>')
    body = re.sub(r' height="[^"]*"', "", body, count=1)
    return size.sub(rf'<svg role="img" aria-label="{escape(title)}"\1\2>', body, count=1)


def _most_exposed(exposure: dict[str, Any] | None) -> str:
    if exposure is None or not exposure["most_exposed"]:
        return ""
    lines = [
        [
            escape(one["artist"]),
            f"{one['listening']:.3%}",
            f"{one['places']:.3%}",
            f"{one['multiple']:.1f}",
        ]
        for one in exposure["most_exposed"]
    ]
    head = ["artist", "of listening", "of places", "multiple"]
    return _section("Shown most beyond their share of listening", _table(head, lines))


def _settings(settings: dict[str, Any]) -> str:
    lines = [[f"<code>{escape(name)}</code>", escape(str(value))] for name, value in settings.items()]
    return f"<details><summary>{len(lines)} settings</summary>{_table(['setting', 'value'], lines)}</details>"


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _list(sentences: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"


def _table(head: list[str], lines: list[list[str]]) -> str:
    """Return a table of cells that are HTML already; it scrolls by itself where it is too wide."""
    top = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in head)
    rows = "".join(
        f"<tr><th scope='row'>{first}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>"
        for first, *rest in lines
    )
    return f"<div class='wide'><table><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>"
