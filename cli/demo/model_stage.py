"""Stage 4: a model from the snapshot, and an honest table of what it is worth."""

import json
from typing import Any

from rich.table import Table

from cli.errors import StageFailed
from cli.output import messages
from keepers.context import KeeperContext
from keepers.model_choice import load_model_choice
from keepers.registry import run_job
from tunefi.ids import Hash32
from tunefi.progress import Progress

_COLUMNS = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")


async def make_model(context: KeeperContext, snapshot: str, progress: Progress) -> dict[str, Any]:
    """Train where the snapshot has no model yet and return the model's digest and metrics.

    Args:
        snapshot: Its digest in hexadecimal.
    """
    report = await run_job("train", context, progress)
    digest = Hash32(bytes.fromhex(snapshot.removeprefix("0x")))
    model = load_model_choice(context.home, context.choices.dimension).find(digest)
    if model is None:
        raise StageFailed("model", report.detail)
    metrics = json.loads((model.path / "metrics.json").read_text())
    return {"model_digest": metrics["model_digest"], "metrics": metrics}


def print_accuracy(metrics: dict[str, Any]) -> None:
    """Print the accuracy of all models side by side, the best of each column in bold."""
    rows = metrics["models"]
    best = {column: max(row[column] for row in rows) for column in _COLUMNS}
    table = Table(title="held-out listening, full ranking", title_justify="left", box=None, pad_edge=False)
    table.add_column("model")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    for row in rows:
        cells = [f"{row[c]:.4f}" for c in _COLUMNS]
        bold = [f"[bold]{x}[/]" if row[c] == best[c] else x for c, x in zip(_COLUMNS, cells, strict=True)]
        table.add_row(str(row["name"]), *bold)
    messages.print(table)
    lost = 100 * metrics["quantisation"]["ndcg@20_lost"]
    messages.print(f"freezing to int8 loses {lost:.3f} % of NDCG@20 (0.5 % allowed)", markup=False)
