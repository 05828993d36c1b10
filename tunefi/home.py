"""Where a TuneFi installation keeps its files.

    <home>/
    ├── interactions.sqlite     the interaction log and the chain's journal (embedded default)
    ├── graph.ladybug           the graph (embedded default)
    ├── deployments/<id>.json   the contracts that this installation follows, by chain id
    ├── service.json            address of the service that owns the graph now
    ├── snapshots/<digest>/     cut by the snapshot job, read by training
    ├── models/<digest>/        embedding table, metrics, model card
    ├── promotions.jsonl        which model was promoted or rolled back, when, by whom and why
    ├── tuning/                 studies of `tunefi tune`, and the best settings of each
    ├── tracking/               runs of training: MLflow's database and files (embedded default)
    ├── epochs/<number>/        bundle/ (public), openings, commitment, reward ledger
    ├── imports/<file>/         report of an import, from which it can be resumed
    └── chain/                  state of the demo's own node

Owns names, not contents. Refuses to create anything before `create` is called.
"""

from dataclasses import dataclass
from pathlib import Path

from tunefi.errors import FinalError
from tunefi.ids import EpochId


class HomeNotWritable(FinalError):
    """The home folder cannot be created or written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"cannot write the home folder {path}: {reason}; set TUNEFI_HOME to a folder that you may write"
        )


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below one root folder."""

    root: Path

    def create(self) -> "Home":
        """Make the folders and return this home.

        Raises:
            HomeNotWritable: The root or one of its folders cannot be made.
        """
        try:
            for folder in (self.root, self.snapshots, self.models, self.epochs, self.chain):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeNotWritable(self.root, error.strerror or str(error)) from error
        return self

    @property
    def log(self) -> Path:
        return self.root / "interactions.sqlite"

    @property
    def graph(self) -> Path:
        return self.root / "graph.ladybug"

    @property
    def deployments(self) -> Path:
        return self.root / "deployments"

    @property
    def service(self) -> Path:
        return self.root / "service.json"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def promotions(self) -> Path:
        return self.root / "promotions.jsonl"

    @property
    def tuning(self) -> Path:
        return self.root / "tuning"

    @property
    def tracking(self) -> Path:
        return self.root / "tracking"

    @property
    def epochs(self) -> Path:
        return self.root / "epochs"

    @property
    def imports(self) -> Path:
        return self.root / "imports"

    @property
    def chain(self) -> Path:
        return self.root / "chain"

    def snapshot(self, digest: bytes) -> Path:
        """Folder of the snapshot with this digest."""
        return self.snapshots / digest.hex()[:16]

    def model(self, digest: bytes) -> Path:
        """Folder of the model with this digest."""
        return self.models / digest.hex()[:16]

    def epoch(self, epoch_id: EpochId) -> Path:
        """Folder of this epoch."""
        return self.epochs / str(epoch_id)
