"""Where both streams stand, as whoever watches over them sees it.

Owns the picture. Refuses to ask the graph: a scrape must not wait for a write, nor fail with the database.
"""

from dataclasses import dataclass

from ingest.follower import ChainFollower, FollowerStatus
from ingest.interaction_log import InteractionLog
from ingest.projector import LogProjector
from tunefi.ids import LogPosition, Microseconds


@dataclass(frozen=True, slots=True)
class ProjectionLag:
    """How far the graph is behind the log.

    Attributes:
        head: Newest entry of the log.
        position: Newest entry that the graph was found to hold.
        oldest_waiting_at: When the first entry after it was appended, or None where there is none.
    """

    head: LogPosition
    position: LogPosition
    oldest_waiting_at: Microseconds | None

    @property
    def entries(self) -> int:
        """Entries that wait."""
        return max(0, self.head - self.position)

    def seconds(self, now_at: Microseconds) -> float:
        """How long the oldest of them has waited."""
        return 0.0 if self.oldest_waiting_at is None else max(0, now_at - self.oldest_waiting_at) / 1_000_000


@dataclass(frozen=True)
class IngestionStatus:
    """The follower's and the projector's state, live.

    Args:
        follower: Of the chain.
        projector: Of the log.
        log: Asked for its head; it is another database than the graph.
    """

    follower: ChainFollower
    projector: LogProjector
    log: InteractionLog

    @property
    def chain(self) -> FollowerStatus:
        """How far the chain was followed."""
        return self.follower.status

    def read_projection(self) -> ProjectionLag | None:
        """Return how far the graph is behind the log, or None before the graph was first looked at.

        Raises:
            LogUnavailable: The log does not answer.
        """
        position = self.projector.position
        if position is None:
            return None
        head = self.log.head().position
        waiting = self.log.read(position, 1) if head > position else []
        return ProjectionLag(head, position, waiting[0].appended_at if waiting else None)
