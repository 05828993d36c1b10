"""Every choice of a training run, each with what it means.

Owns names, defaults and ranges. Refuses to know where values come from: `training.program` reads them.
The defaults were chosen on validation parts cut from training data; docs/training.md has the figures.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from recsys.errors import MalformedVectors
from recsys.quantise import check_dimension
from training.data.splits import Cut


class TrainingConfig(BaseModel):
    """Choices of one run; the same choices, snapshot and thread count give the same int8 table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field("spectral-lightgcn", description="Name of the model, a file of `training.models`.")
    dimension: int = Field(128, description="Length of every vector, a multiple of 32 up to 1,024.")
    seed: int = Field(0, ge=0, description="Decides the cuts, the start and the order of batches.")
    threads: int = Field(2, ge=1, le=256, description="Threads of torch; part of what fixes the result.")

    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where to train; auto takes a GPU where there is one."
    )

    test_share: float = Field(
        0.2, gt=0, lt=1, description="Share of each listener's tracks held out for the test."
    )
    validation_share: float = Field(
        0.125, gt=0, lt=1, description="Share of each listener's remaining tracks that chooses when to stop."
    )
    validation_listeners: int = Field(
        5_000, ge=1, description="Most listeners whose validation tracks are asked for after an epoch."
    )
    cut: Cut | None = Field(
        None,
        description="How tracks are held out: temporal, grouped, random or leave-last; by default temporal "
        "where times are known and grouped elsewhere.",
    )

    layers: int = Field(1, ge=1, le=4, description="Steps of propagation along the listening graph.")
    listener_power: float = Field(
        0.5, ge=0, le=1, description="Power of a listener's degree that damps its edges."
    )
    track_power: float = Field(0.5, ge=0, le=1, description="Power of a track's degree that damps its edges.")
    start_track_power: float = Field(
        0.4, ge=0, le=1, description="Power of a track's degree that damps the matrix of the start."
    )
    spectrum_power: float = Field(
        0.35, ge=0, le=1, description="Power of singular values in the start; lower equalises directions."
    )
    temperature: float = Field(0.15, gt=0, description="What cosines are divided by in the softmax.")
    popularity_power: float = Field(
        0.6, ge=0, le=1.5, description="Power of popularity that weighs the tracks of the softmax."
    )

    tag_tracks: int = Field(10, ge=1, description="Fewest heard tracks of a tag that takes part.")
    tag_start_weight: float = Field(
        0.12, ge=0, description="Weight of tags in the matrix of the start, for models that know them."
    )
    tag_weight: float = Field(1.0, ge=0, description="Weight of what tracks hear from their tags.")
    tag_loss_weight: float = Field(1.0, ge=0, description="Weight of the loss of tags beside the listeners'.")
    friend_weight: float = Field(0.0, ge=0, description="Weight of what listeners hear from their friends.")

    epochs: int = Field(40, ge=0, le=10_000, description="Most passes over all listeners; 0 keeps the start.")
    patience: int = Field(
        3, ge=1, description="Evaluations without a gain of validation NDCG@20 worth it before stopping."
    )
    gain_worth_it: float = Field(
        0.002, ge=0, lt=1, description="What NDCG@20 must gain, relative to itself, to go on for longer."
    )
    evaluate_every: int = Field(1, ge=1, description="Epochs between two evaluations on the validation part.")
    batch_listeners: int = Field(512, ge=1, description="Fewest listeners in one step.")
    steps: int = Field(
        64,
        ge=1,
        description="Most steps of an epoch, each of which propagates the whole graph: larger data takes "
        "more listeners into each.",
    )
    candidates: int = Field(
        65_536, ge=2, description="Most tracks that one softmax covers; above that, a sample of as many."
    )
    learning_rate: float = Field(0.005, gt=0, description="Step size of Adam.")

    allowed_quantisation_loss: float = Field(
        0.005, ge=0, description="Share of NDCG@20 that freezing to int8 may cost."
    )
    budget_seconds: float | None = Field(
        None, gt=0, description="Wall time to aim for in all; choosing the epochs stops early for it."
    )

    @field_validator("dimension")
    @classmethod
    def _check_dimension(cls, dimension: int) -> int:
        try:
            check_dimension(dimension, "configuration")
        except MalformedVectors as error:
            raise ValueError(str(error)) from error
        return dimension

    def identity(self) -> dict[str, Any]:
        """Return what decides the result: everything but the budget, which only stops early."""
        return self.model_dump(exclude={"budget_seconds"})
