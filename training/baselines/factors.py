"""What the two factor models of `implicit` have in common.

Owns the way into the library and out of it. Refuses to know how they learn.
"""

from typing import Any

import numpy as np
from scipy import sparse

from training.baselines.errors import LibraryMissing
from training.data.interactions import Interactions
from training.evaluation import Scorer, dot_product_scorer


def fit_factors(name: str, kind: str, interactions: Interactions, **settings: Any) -> Scorer:
    """Return the scorer of a model of `implicit`.

    Args:
        name: Of the baseline, for messages.
        kind: `als.AlternatingLeastSquares` or `bpr.BayesianPersonalizedRanking`.
        interactions: What to learn from; each pair counts once.
        settings: Of the model.

    Raises:
        LibraryMissing: `implicit` is not installed.
    """
    try:
        from implicit.cpu import als, bpr
        from threadpoolctl import threadpool_limits
    except ModuleNotFoundError as error:
        raise LibraryMissing(name, "implicit") from error
    models = {"als": als.AlternatingLeastSquares, "bpr": bpr.BayesianPersonalizedRanking}
    heard = sparse.csr_matrix(interactions.matrix().astype(np.float32))
    # The library brings its own threads and is slow, and warns, where BLAS brings more.
    with threadpool_limits(1, "blas"):
        model = models[kind](**settings)
        model.fit(heard, show_progress=False)
    return dot_product_scorer(np.asarray(model.user_factors), np.asarray(model.item_factors))
