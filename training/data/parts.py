"""The parts of the data that a run uses, each for one purpose, and what is new after a cut by time.

Owns which part may be used for what, and that no split leaks. Refuses to know models.

learn        settings and the number of epochs are chosen with models that learn from it
validation   says which choice is best
train        the model that is tested learns from it: learn and validation, or learn alone where validation
             was given by the data's authors
test         asked once, at the end
newcomers    what was heard after the cut by listeners who have no past: nothing can be learned about them
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.data.interactions import Interactions
from training.data.leakage import (
    check_disjoint,
    check_each_pair_once,
    check_last_of_each,
    check_past_before_future,
    check_same_catalogue,
)
from training.data.splits import Cut, default_cut, split_pairs
from training.errors import MalformedSplit


@dataclass(frozen=True, eq=False)
class Split:
    """Parts of one data set over the same listeners and tracks.

    Attributes:
        cut: How test was held out; `given` where the data's authors did it.
        newcomers: Empty unless the cut was temporal.
    """

    cut: Cut | Literal["given"]
    train: Interactions
    test: Interactions
    learn: Interactions
    validation: Interactions
    newcomers: Interactions

    def counts(self) -> dict[str, int | str]:
        """Return what a reader of the results must know about the parts."""
        known = np.unique(self.train.track_rows)
        return {
            "cut": self.cut,
            "learn_pairs": len(self.learn),
            "validation_pairs": len(self.validation),
            "train_pairs": len(self.train),
            "test_pairs": len(self.test),
            "tested_listeners": len(np.unique(self.test.listener_rows)),
            "new_tracks": len(np.setdiff1d(self.test.track_rows, known)),
            "pairs_with_new_tracks": int(np.count_nonzero(~np.isin(self.test.track_rows, known))),
            "new_listeners": len(np.unique(self.newcomers.listener_rows)),
            "pairs_of_new_listeners": len(self.newcomers),
        }


def build_split(
    interactions: Interactions,
    cut: Cut | None = None,
    *,
    test_share: float = 0.2,
    validation_share: float = 0.125,
    seed: int = 0,
) -> Split:
    """Return the parts of pairs, checked for leaks.

    Args:
        interactions: All pairs.
        cut: How to hold out, test and validation alike; by default temporal where times are known and
            grouped elsewhere.
        test_share: Part of the pairs to test with.
        validation_share: Part of the rest to choose with.
        seed: Decides a random and a grouped cut.

    Raises:
        MalformedSplit: A part would be empty.
        TimesMissing: The cut needs times.
    """
    way = cut or default_cut(interactions)
    train, held = split_pairs(interactions, way, test_share, seed)
    test, newcomers = _without_newcomers(train, held)
    learn, chooses = split_pairs(train, way, validation_share, seed)
    validation = _without_newcomers(learn, chooses)[0]
    for name, part in (("test", test), ("validation", validation)):
        if not len(part):
            raise MalformedSplit(name, "only listeners without a past are in it")
    return _checked(Split(way, train, test, learn, validation, newcomers))


def split_given(
    train: Interactions,
    test: Interactions,
    validation: Interactions | None = None,
    *,
    validation_share: float = 0.2,
    seed: int = 0,
) -> Split:
    """Return the parts that the authors of the data cut, checked for leaks.

    Args:
        train: To learn from.
        test: To test with.
        validation: To choose with, where the authors cut it too; it is not learned from then. Otherwise a
            grouped cut of train chooses.
        validation_share: Part of train to choose with.
        seed: Decides around which tracks.

    Raises:
        LeakingSplit: A pair is in two parts.
        MalformedSplit: A part would be empty.
    """
    learn = train
    if validation is None:
        learn, validation = split_pairs(train, "grouped", validation_share, seed)
    test, newcomers = _without_newcomers(train, test)
    return _checked(Split("given", train, test, learn, validation, newcomers))


def check_split(split: Split) -> None:
    """Check that no part tells what another asks for.

    Raises:
        LeakingSplit: One does; the error says where.
    """
    for known, asked, names in (
        (split.train, split.test, ("train", "test")),
        (split.learn, split.validation, ("learn", "validation")),
    ):
        check_same_catalogue(known, asked)
        for part, name in ((known, names[0]), (asked, names[1])):
            check_each_pair_once(part, name)
        check_disjoint(known, asked, names)
        if split.cut == "temporal":
            check_past_before_future(known, asked, names)
        if split.cut == "leave-last":
            check_last_of_each(known, asked, names)
    check_disjoint(split.validation, split.test, ("validation", "test"))
    check_disjoint(split.learn, split.test, ("learn", "test"))


def _checked(split: Split) -> Split:
    check_split(split)
    return split


def _without_newcomers(known: Interactions, asked: Interactions) -> tuple[Interactions, Interactions]:
    """Part what is asked of listeners with a past from what is asked of those without one."""
    past = np.isin(asked.listener_rows, known.listener_rows)
    return asked.part(past), asked.part(~past)
