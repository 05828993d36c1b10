"""The metrics of a run as one JSON value, and the model card made from it.

Owns what a reader is told, and in which words. Refuses to know how anything was computed.
"""

import platform
from collections.abc import Sequence
from typing import Any

import numpy
import torch
import torch_geometric

from training.accuracy import ACCURACY, EXACT, SERVED
from training.card.beware import list_warnings
from training.data.artists import TrackArtists
from training.evaluation.bootstrap import intervals_by_metric
from training.evaluation.breakdown import build_breakdown, novelty_of
from training.evaluation.per_listener import measure_listeners
from training.models import model_named
from training.pipeline import TrainingResult
from training.run_files import METRICS_FORMAT
from tunefi.ids import hex_of


def build_metrics(
    result: TrainingResult, artists: TrackArtists | None = None, ablation: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return the content of `metrics.json`.

    Args:
        result: The run.
        artists: Who made the tracks, where that is known.
        ablation: Rows of `training.ablation`, where it was asked for.
    """
    accuracy, config = result.accuracy, result.config
    return {
        "format": METRICS_FORMAT,
        "model": config.model,
        "title": model_named(config.model).title,
        "model_digest": hex_of(result.table.model_digest),
        "snapshot_digest": hex_of(result.table.snapshot_digest),
        "code_version": result.code_version,
        "seed": config.seed,
        "dimension": config.dimension,
        "tracks": len(result.table.track_ids),
        "listeners": len(result.table.listener_addresses),
        "models": _models(result),
        "better_than_item_knn": _rounded(accuracy.against("item_knn")),
        "better_than_popularity": _rounded(accuracy.against("popularity")),
        "quantisation": {
            "ndcg@20_lost": round(accuracy.quantisation_loss, 6),
            "ndcg@20_lost_surely": round(accuracy.quantisation_loss_surely, 6),
            "allowed": config.allowed_quantisation_loss,
        },
        "ablation": list(ablation),
        "breakdown": _breakdown(result, artists),
        "split": result.cuts.counts(),
        "item_knn": {
            "chosen": vars(accuracy.item_knn),
            "tried": [
                {**vars(choice), "validation_ndcg@20": round(x, 5)} for choice, x in accuracy.item_knn_tried
            ],
        },
        "chosen_epoch": result.chosen.epochs,
        "popularity_weight": result.chosen.popularity_weight,
        "interrupted": result.interrupted,
        "curve": [
            {
                "epoch": r.epoch,
                "loss": r.loss,
                "validation_ndcg@20": r.validation_ndcg,
                "seconds": round(r.seconds, 3),
            }
            for r in result.chosen.records
        ],
        "train_seconds": round(result.train_seconds, 2),
        "total_seconds": round(result.total_seconds, 2),
        "peak_mib": round(result.peak_mib, 1),
        "settings": config.model_dump(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torch_geometric": torch_geometric.__version__,
            "numpy": numpy.__version__,
        },
    }


def _models(result: TrainingResult) -> list[dict[str, Any]]:
    """Return the table of accuracy, each row with the novelty of its lists and its intervals."""
    relevant, rankings = result.cuts.test.heard(), result.accuracy.rankings
    return [
        {
            **_rounded({**row, "novelty@20": novelty_of(rankings[row["key"]], result.cuts.train)}),
            "intervals": intervals_by_metric(measure_listeners(rankings[row["key"]], relevant)),
        }
        for row in result.accuracy.rows
    ]


def _breakdown(result: TrainingResult, artists: TrackArtists | None) -> dict[str, Any]:
    rankings, cuts = result.accuracy.rankings, result.cuts
    return build_breakdown(rankings[SERVED], rankings[EXACT], cuts.train, cuts.test.heard(), artists)


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 5) if isinstance(value, float) else value for key, value in row.items()}


def build_model_card(metrics: dict[str, Any]) -> dict[str, Any]:
    """Return the content of `model_card.json` from the metrics."""
    return {
        "format": "tunefi-model-card/1",
        "name": metrics["model"],
        "what": f"{metrics['title']}, a graph neural network in PyTorch Geometric: one "
        "vector for each listener and track; the score of a recommendation is their dot product in int8.",
        "model_digest": metrics["model_digest"],
        "snapshot_digest": metrics["snapshot_digest"],
        "code_version": metrics["code_version"],
        "intended_use": "Ranking tracks for listeners who have heard some. Listeners without a play get a "
        "fallback; tracks that nobody heard have a zero vector.",
        "trained_on": _trained_on(metrics),
        "evaluation": _evaluation(metrics),
        "accuracy": metrics["models"],
        "ablation": metrics["ablation"],
        "breakdown": metrics["breakdown"],
        "verdict": _verdict(metrics),
        "quantisation_loss_of_ndcg@20": metrics["quantisation"]["ndcg@20_lost"],
        "beware": list_warnings(metrics),
        "interrupted": metrics["interrupted"],
        "train_seconds": metrics["train_seconds"],
        "peak_mib": metrics["peak_mib"],
        "settings": metrics["settings"],
    }


def _verdict(metrics: dict[str, Any]) -> str:
    wins = [name for name in ACCURACY if metrics["better_than_item_knn"][name] >= 0]
    losses = [name for name in ACCURACY if name not in wins]
    lost = metrics["quantisation"]["ndcg@20_lost"]
    freezing = f"Freezing to int8 changes NDCG@20 by {-lost:+.2%}."
    if not losses:
        return f"The served table is at least as good as item-kNN on every metric. {freezing}"
    if not wins:
        return f"The served table is worse than item-kNN on every metric. {freezing}"
    return (
        f"The served table is worse than item-kNN on {', '.join(losses)}, better on {', '.join(wins)}. "
        f"{freezing}"
    )


def _trained_on(metrics: dict[str, Any]) -> str:
    if metrics["interrupted"]:
        return (
            "Interrupted: the best model so far, which learned from the pairs without test and validation "
            "parts; its listeners' vectors come from all pairs. Run the same command again to continue."
        )
    return (
        f"All pairs of the snapshot, for {metrics['chosen_epoch']} epochs: as many as were best on "
        f"validation, where {metrics['split']['learn_pairs']:,} pairs were learned from."
    )


def _evaluation(metrics: dict[str, Any]) -> str:
    split = metrics["split"]
    return (
        f"{split['test_pairs']:,} pairs of {split['tested_listeners']:,} listeners were held out by a "
        f"{split['cut']} cut and read once. All {metrics['tracks']:,} tracks are ranked, without those that "
        "the listener is known to have heard or hidden. Settings of all models were chosen on "
        f"{split['validation_pairs']:,} validation pairs cut from the rest alone."
    )
