"""Each listener's metrics of one model, on disk, with the digest of what the model was asked.

    per_listener.parquet    listener, pairs, and a column for each metric; format, model and digest of the
                            held-out pairs as metadata

Two models can be compared long after they ran, without their lists and without the data. Owns the file.
Refuses to know what is concluded from it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys.rank import Ranking
from training.data.interactions import Interactions, Longs
from training.evaluation.errors import ResultsMissing
from training.evaluation.per_listener import METRICS, measure_listeners
from training.run_files import PER_LISTENER
from tunefi.hashing import keccak256
from tunefi.ids import Hash32

Floats = NDArray[np.float64]

_FORMAT = "tunefi-per-listener/1"


@dataclass(frozen=True, eq=False)
class ListenerResults:
    """What a model reached for each listener who was asked for something.

    Attributes:
        model: Its name for people.
        test_digest: Of the held-out pairs and the catalogue that was ranked.
        listeners: Addresses, ascending, (tested,).
        pairs: Number of held-out pairs of each, int64 (tested,).
        values: By metric, float64 (tested,).
    """

    model: str
    test_digest: Hash32
    listeners: tuple[str, ...]
    pairs: Longs
    values: dict[str, Floats]

    def matrix(self) -> Floats:
        """Return the metrics as columns in the order of `METRICS`, float64 (tested, metrics)."""
        return np.stack([self.values[name] for name in METRICS], axis=1)


def build_results(ranking: Ranking, test: Interactions, model: str) -> ListenerResults:
    """Return the results of lists.

    Args:
        ranking: A list for each of the M listeners of `test`.
        test: The held-out pairs.
        model: Name for people.
    """
    relevant = test.heard()
    tested = np.flatnonzero(relevant.counts())
    return ListenerResults(
        model=model,
        test_digest=digest_of_test(test),
        listeners=tuple(test.addresses[row] for row in tested),
        pairs=relevant.counts()[tested],
        values=measure_listeners(ranking, relevant),
    )


def digest_of_test(test: Interactions) -> Hash32:
    """Return keccak256 over format, catalogue, listeners and held-out pairs: equal ones ask the same."""
    parts = (
        _FORMAT.encode(),
        "\0".join(test.track_ids).encode(),
        "\0".join(test.addresses).encode(),
        np.sort(test.keys()).astype("<i8").tobytes(),
    )
    return keccak256(b"".join(keccak256(part) for part in parts))


def save_results(results: ListenerResults, directory: Path) -> Path:
    """Write the results of a run into its folder."""
    metadata = {"format": _FORMAT, "model": results.model, "test_digest": results.test_digest.hex()}
    columns = {"listener": list(results.listeners), "pairs": results.pairs, **results.values}
    path = directory / PER_LISTENER
    pq.write_table(pa.table(columns, metadata=metadata), path, compression="zstd")
    return path


def load_results(directory: Path) -> ListenerResults:
    """Return the results that a run left in its folder.

    Raises:
        ResultsMissing: There are none, or not in this form.
    """
    try:
        table = pq.read_table(directory / PER_LISTENER)
        metadata = {key.decode(): text.decode() for key, text in (table.schema.metadata or {}).items()}
        if metadata.get("format") != _FORMAT:
            raise ResultsMissing(directory, f"{PER_LISTENER} is not in the form {_FORMAT!r}")
        return ListenerResults(
            model=metadata["model"],
            test_digest=Hash32(bytes.fromhex(metadata["test_digest"])),
            listeners=tuple(table["listener"].to_pylist()),
            pairs=table["pairs"].to_numpy(),
            values={name: table[name].to_numpy() for name in METRICS},
        )
    except FileNotFoundError as error:
        raise ResultsMissing(directory, f"it holds no {PER_LISTENER}") from error
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise ResultsMissing(directory, f"{PER_LISTENER} cannot be read ({error})") from error
