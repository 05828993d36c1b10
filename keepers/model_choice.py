"""Which model a keeper proposes for a snapshot, and with which settings it trains one where there is none.

Owns the rule. Refuses to know how a model comes to be promoted. A model belongs to its snapshot, and an
epoch never goes back to an older one: deleted accounts would be in it again, and listening would be paid
twice. So a promoted model is proposed while its snapshot is the newest, and afterwards whatever its settings
make of the newest snapshot. One that was rolled back is not proposed.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keepers.errors import PromotedModelMissing
from keepers.models import StoredModel, list_models, load_model
from tunefi.home import Home
from tunefi.ids import Hash32
from tunefi.promotions import Promotions

_SETTINGS = "settings.json"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What is to be proposed.

    Attributes:
        dimension: Of models, where none is promoted.
        promoted: The promoted model, or None.
        withdrawn: Models that were rolled back.
    """

    home: Home
    dimension: int
    promoted: StoredModel | None
    withdrawn: frozenset[Hash32]

    @property
    def settings(self) -> Path | None:
        """The file of settings to train with, or None for the installation's own."""
        return None if self.promoted is None else self.promoted.path / _SETTINGS

    def find(self, snapshot_digest: Hash32) -> StoredModel | None:
        """Return the model to propose for a snapshot, or None where one is to be trained."""
        if self.promoted is not None and self.promoted.snapshot_digest == snapshot_digest:
            return self.promoted
        fitting = self._fitting(snapshot_digest)
        return next((model for model in fitting if model.model_digest not in self.withdrawn), None)

    def find_withdrawn(self, snapshot_digest: Hash32) -> StoredModel | None:
        """Return a model of a snapshot that training would give again, though it was rolled back."""
        fitting = self._fitting(snapshot_digest)
        return next((model for model in fitting if model.model_digest in self.withdrawn), None)

    def _fitting(self, snapshot_digest: Hash32) -> list[StoredModel]:
        """Return the models of a snapshot with the dimension, or the settings, wanted, the newest first."""
        of_snapshot = [
            one for one in reversed(list_models(self.home)) if one.snapshot_digest == snapshot_digest
        ]
        if self.promoted is None:
            return [one for one in of_snapshot if one.dimension == self.dimension]
        wanted = _load_settings(self.promoted)
        return [one for one in of_snapshot if _load_settings(one) == wanted]


def load_model_choice(home: Home, dimension: int) -> ModelChoice:
    """Return what is to be proposed now.

    Args:
        home: Of the keeper.
        dimension: Of models, where none is promoted.

    Raises:
        PromotedModelMissing: The promoted model was moved away.
        DamagedPromotions: The history of promotions cannot be read.
    """
    state = Promotions(home.promotions).state()
    promoted = None
    if state.current is not None:
        promoted = load_model(home.model(state.current))
        if promoted is None or promoted.model_digest != state.current:
            raise PromotedModelMissing(home.model(state.current))
    return ModelChoice(home, dimension, promoted, state.withdrawn)


def _load_settings(model: StoredModel) -> dict[str, Any] | None:
    """Return what decides a model besides its snapshot and its machine, or None where it is not known."""
    try:
        settings: dict[str, Any] = json.loads((model.path / _SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return settings
