"""Training one model on one set of pairs: epochs, early stopping, a state that can be continued.

Owns the loop. Refuses to know which pairs are for what, and where a state is kept.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from training.config import TrainingConfig
from training.data.interactions import Interactions
from training.engine.workers import ALONE, Workers
from training.errors import DivergedTraining
from training.graph import BipartiteGraph
from training.models.model import VectorModel
from training.stop import Stop

_COUNTERS = ("epoch", "best_epoch", "best_score", "popularity_weight", "worth_it", "idle")


@dataclass(frozen=True)
class Validated:
    """What validation says of a model: its NDCG@20 with the popularity weight that suits it best."""

    ndcg: float
    popularity_weight: float


Validate = Callable[[VectorModel, BipartiteGraph], Validated]


@dataclass(frozen=True)
class EpochRecord:
    """One point of the curves; `validation_ndcg` where it was measured, `loss` from the first epoch on."""

    epoch: int
    loss: float | None
    validation_ndcg: float | None
    seconds: float


@dataclass(frozen=True)
class FitHooks:
    """What a fit calls.

    Attributes:
        validate: Asked at the start and after epochs; without it all are trained and the last is kept.
        on_epoch: Hears of each epoch.
        save_state: Gets a state from which `FitLoop.restore` continues.
    """

    validate: Validate | None = None
    on_epoch: Callable[[EpochRecord], None] = lambda record: None
    save_state: Callable[[dict[str, Any]], None] = lambda state: None


class BatchLoss(torch.nn.Module):
    """A model's loss as a network, which is what several workers can share."""

    def __init__(self, model: VectorModel, graph: BipartiteGraph) -> None:
        super().__init__()
        self.model, self._graph = model, graph

    def forward(self, batch: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Return the mean loss over the pairs of some listeners."""
        return self.model.compute_loss(self._graph, batch, generator)


@dataclass
class FitLoop:
    """Trains a model until the last epoch, until validation stops rising, or until asked to stop.

    Several workers run the same loop with the same random numbers; each computes the loss of its share of the
    listeners of a batch, and the mean gradient moves the same parameters everywhere.

    Attributes:
        model: Changed in place; holds the best parameters once `run` returns.
        epoch: Complete epochs so far.
        best_epoch: The one whose parameters are kept.
        popularity_weight: What validation read that one out with.
        worth_it: The score that a further one must be clearly better than, for training to go on.
        idle: Evaluations since one was.
        records: One for each complete epoch, and one for the start where there is validation.
        finished: False when it was asked to stop before its end.
    """

    model: VectorModel
    interactions: Interactions
    config: TrainingConfig
    epochs: int
    epoch: int = 0
    best_epoch: int = 0
    best_score: float = -1.0
    popularity_weight: float = 0.0
    worth_it: float = -1.0
    idle: int = 0
    finished: bool = False
    records: list[EpochRecord] = field(default_factory=list)
    workers: Workers = ALONE
    _best: dict[str, torch.Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.device = choose_device(self.config)
        self.model.to(self.device)
        self.graph = self.model.build_graph(self.interactions, self.config).to(self.device)
        self._loss = self.workers.join(BatchLoss(self.model, self.graph))
        self._degrees = self.graph.listener_degrees()
        self._optimiser = torch.optim.Adam(self.model.parameters(), lr=self.config.learning_rate)
        self._generator = torch.Generator().manual_seed(self.config.seed)
        self._listening = torch.unique(torch.from_numpy(self.interactions.listener_rows))

    def run(self, hooks: FitHooks, stop: Stop) -> None:
        """Train to the end or to the request to stop; the epoch that a request cuts off does not count.

        Raises:
            DivergedTraining: The loss is not finite.
        """
        if self.epoch == 0 and not self.records and hooks.validate is not None:
            self._record(None, 0.0, hooks)
        while self.epoch < self.epochs and self.idle < self.config.patience and not self.finished:
            started = time.monotonic()
            loss = self._train_epoch(stop)
            if loss is None:
                break
            self.epoch += 1
            self._record(loss, time.monotonic() - started, hooks)
            hooks.save_state(self.state())
        else:
            self.finished = True
        if self._best:
            self.model.load_state_dict(self._best)
        elif not self.finished:
            self.best_epoch = self.epoch

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on, as tensors and plain values."""
        return {
            "model": self.model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "generator": self._generator.get_state(),
            "best": self._best,
            "counters": {name: getattr(self, name) for name in _COUNTERS},
            "records": [[r.epoch, r.loss, r.validation_ndcg, r.seconds] for r in self.records],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state; `run` then gives what it had given without the interruption."""
        self.model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._generator.set_state(state["generator"])
        self._best = state["best"]
        for name in _COUNTERS:
            setattr(self, name, state["counters"][name])
        self.records = [EpochRecord(*values) for values in state["records"]]

    def _train_epoch(self, stop: Stop) -> float | None:
        """Return the mean loss, or None when asked to stop, which leaves the model in between."""
        self.model.train()
        order = self._listening[torch.randperm(len(self._listening), generator=self._generator)]
        losses = []
        size = max(self.config.batch_listeners, -(-len(order) // self.config.steps))
        for batch in torch.split(order, size):
            if self.workers.decide(lambda: [float(stop.requested)])[0]:
                return None
            losses.append(self._step(batch.to(self.device)))
        return sum(losses) / len(losses)

    def _step(self, batch: torch.Tensor) -> float:
        mine = self.workers.share(batch)
        part = float(self._degrees[mine].sum() / self._degrees[batch].sum())
        # A batch's last listeners may be fewer than the workers: who has none computes a loss of no weight.
        loss = self._loss(mine if part else batch[:1], self.workers.lots(self._generator)) * part
        value = self.workers.total(float(loss.item()))
        if not math.isfinite(value):
            raise DivergedTraining(self.epoch + 1)
        self._optimiser.zero_grad()
        # Workers average their gradients; times their number, it is the gradient of the batch's mean.
        (loss * self.workers.count).backward()
        self._optimiser.step()
        return value

    def _record(self, loss: float | None, seconds: float, hooks: FitHooks) -> None:
        score = None
        if hooks.validate is None:
            self.best_epoch = self.epoch
        elif self.epoch % self.config.evaluate_every == 0 or self.epoch == self.epochs:
            found = self._validate(hooks.validate)
            score = found.ndcg
            # The start counts too: what is served is never worse than what it started from.
            self._keep_if_best(found)
        record = EpochRecord(self.epoch, loss, score, seconds)
        self.records.append(record)
        hooks.on_epoch(record)

    def _validate(self, validate: Validate) -> Validated:
        def _ask() -> list[float]:
            found = validate(self.model, self.graph)
            return [found.ndcg, found.popularity_weight]

        return Validated(*self.workers.decide(_ask, 2))

    def _keep_if_best(self, found: Validated) -> None:
        if found.ndcg > (1 + self.config.gain_worth_it) * self.worth_it:
            self.worth_it, self.idle = found.ndcg, 0
        else:
            self.idle += 1
        if found.ndcg > self.best_score:
            self.best_score, self.popularity_weight = found.ndcg, found.popularity_weight
            self.best_epoch = self.epoch
            self._best = {name: value.clone() for name, value in self.model.state_dict().items()}


def choose_device(config: TrainingConfig) -> torch.device:
    """Return where to train: a GPU where there is one, unless the configuration says otherwise."""
    if config.device != "auto":
        return torch.device(config.device)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
