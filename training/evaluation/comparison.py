"""Which of two models is better, from each listener's metrics of both.

Owns the verdict. Refuses to know the models: a listener's difference between the two is all it looks at.
"""

from dataclasses import dataclass
from typing import Any

from training.evaluation.bootstrap import RESAMPLES, Difference, paired_differences
from training.evaluation.errors import IncomparableResults
from training.evaluation.per_listener import METRICS
from training.evaluation.results import ListenerResults
from tunefi.ids import hex_of

DECIDING = "ndcg@20"


@dataclass(frozen=True)
class Comparison:
    """B held against A.

    Attributes:
        names: Of A and B.
        listeners: Number of listeners that both were asked about.
        pairs: Held-out pairs of them.
        test_digest: Of these pairs, 0x hex.
        resamples: Draws of listeners.
        differences: By metric.
    """

    names: tuple[str, str]
    listeners: int
    pairs: int
    test_digest: str
    resamples: int
    differences: dict[str, Difference]

    def verdict(self) -> str:
        """Return what to conclude, in one or two sentences."""
        deciding = self.differences[DECIDING]
        first, second = self.names
        means = f"NDCG@20 {deciding.after:.4f} against {deciding.before:.4f}"
        interval = f"95 % interval {deciding.low:+.4f} to {deciding.high:+.4f}"
        if not deciding.clear:
            return (
                f"No difference between {first} and {second} can be told: {means}, {deciding.gain:+.4f}, "
                f"{interval}, over {self.listeners:,} listeners.{self._others(0)}"
            )
        word = "better" if deciding.gain > 0 else "worse"
        return (
            f"{second} is {word} than {first}: {means}, {deciding.gain:+.4f}{_relative(deciding)}, "
            f"{interval}, over {self.listeners:,} listeners.{self._others(1 if deciding.gain > 0 else -1)}"
        )

    def _others(self, direction: int) -> str:
        """Name metrics that clearly say something else."""
        against = [
            name
            for name, each in self.differences.items()
            if each.clear and (each.gain > 0) - (each.gain < 0) != direction
        ]
        return f" Not so on {', '.join(against)}." if against else ""

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {
            "a": self.names[0],
            "b": self.names[1],
            "listeners": self.listeners,
            "pairs": self.pairs,
            "test_digest": self.test_digest,
            "resamples": self.resamples,
            "metrics": {
                name: {
                    "a": round(each.before, 6),
                    "b": round(each.after, 6),
                    "gain": round(each.gain, 6),
                    "interval": [round(each.low, 6), round(each.high, 6)],
                    "chance": each.chance,
                    "clear": each.clear,
                }
                for name, each in self.differences.items()
            },
            "verdict": self.verdict(),
        }


def compare_results(
    a: ListenerResults,
    b: ListenerResults,
    names: tuple[str, str],
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Return how much better B is than A.

    Args:
        a, b: What both reached on the same held-out pairs.
        names: How to call them.
        seed: Equal seeds give equal intervals.
        resamples: Draws of listeners.

    Raises:
        IncomparableResults: They were asked for different things, or about different listeners.
    """
    if a.test_digest != b.test_digest:
        raise IncomparableResults(names, hex_of(a.test_digest), hex_of(b.test_digest))
    if a.listeners != b.listeners:
        counts = [f"{len(each.listeners)} listeners" for each in (a, b)]
        raise IncomparableResults(names, *counts)
    found = paired_differences(a.matrix(), b.matrix(), seed, resamples)
    return Comparison(
        names=names,
        listeners=len(a.listeners),
        pairs=int(a.pairs.sum()),
        test_digest=hex_of(a.test_digest),
        resamples=resamples,
        differences=dict(zip(METRICS, found, strict=True)),
    )


def _relative(difference: Difference) -> str:
    return f" ({difference.gain / difference.before:+.1%})" if difference.before else ""
