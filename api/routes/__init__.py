"""The routes, one file a feature. Each reads its clients from `api.services` and returns a schema."""

from api.routes import (
    auth,
    chain,
    epochs,
    health,
    history,
    listeners,
    listens,
    log,
    metrics,
    operator,
    page,
    problems,
    recommendations,
    rewards,
    tracks,
)

ROUTERS = (
    recommendations.router,
    listeners.router,
    tracks.router,
    listens.router,
    rewards.router,
    epochs.router,
    history.router,
    chain.router,
    auth.router,
    health.router,
    log.router,
    operator.router,
    metrics.router,
    problems.router,
    page.router,
)
"""In the order in which paths are matched: the page's, which take any single name, come last."""
