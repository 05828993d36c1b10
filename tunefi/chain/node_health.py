"""How well one node answers, and whether it is to be asked now.

Owns the measures (latency, share of failures, head) and the circuit breaker: closed while a node answers,
open for a while after failures in a row, half-open for one request that decides. Refuses to know requests.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tunefi.chain.node_trouble import NodeTrouble
from tunefi.errors import FinalError

_NEWEST_SHARE = 0.2
"""Weight of the newest answer in latency and share of failures."""
_FAILURES_THAT_OPEN = 3
_FIRST_REST_SECONDS = 1.0
_LONGEST_REST_SECONDS = 60.0
_COST_OF_FAILURES = 10.0
"""By how much a node that always fails seems slower than it is."""


@dataclass(slots=True)
class NodeHealth:
    """What is known of one node.

    Attributes:
        clock: Seconds that only go forward.
        latency_seconds: Of an answer, the newest ones counting most; 0 before the first.
        failure_share: Of the requests, likewise.
        head: The highest block it told of when it was last asked, or None.
        limited_until: When the node takes requests again, as it said itself.
        barred: Why it is never asked again, or None: it serves another chain.
        troubles: How often each kind of trouble came.
    """

    clock: Callable[[], float]
    latency_seconds: float = 0.0
    failure_share: float = 0.0
    head: int | None = None
    limited_until: float = 0.0
    barred: FinalError | None = None
    troubles: Counter[NodeTrouble] = field(default_factory=Counter)
    _failures_in_a_row: int = 0
    _rests: int = 0
    _rest_until: float | None = None
    _trial_runs: bool = False

    @property
    def ready(self) -> bool:
        """Whether the node may be asked: its circuit is closed, or half-open and not tried right now."""
        if self.barred is not None or self.wait_seconds > 0 or self._trial_runs:
            return False
        return self._rest_until is None or self.clock() >= self._rest_until

    @property
    def wait_seconds(self) -> float:
        """For how long the node wants no request, by its own word."""
        return max(0.0, self.limited_until - self.clock())

    @property
    def cost(self) -> float:
        """What a request to it costs, in seconds, failures counted in; less is better."""
        return (self.latency_seconds + 0.001) * (1 + _COST_OF_FAILURES * self.failure_share)

    def begin(self) -> None:
        """Say that work on it begins: in a half-open circuit it is the only one."""
        self._trial_runs = self._rest_until is not None

    def abandon(self) -> None:
        """Say that work on it ended without telling anything of the node."""
        self._trial_runs = False

    def record_latency(self, seconds: float) -> None:
        """Take an answer's time into account."""
        self.latency_seconds = _blend(self.latency_seconds or seconds, seconds)

    def record_success(self) -> None:
        """Close the circuit."""
        self.failure_share = _blend(self.failure_share, 0.0)
        self._failures_in_a_row, self._rests = 0, 0
        self._rest_until, self._trial_runs = None, False

    def record_failure(self, *, open_now: bool = False) -> None:
        """Count a failure: the circuit opens after some in a row, after a failed trial, or at once."""
        self.failure_share = _blend(self.failure_share, 1.0)
        self._failures_in_a_row += 1
        tried = self._rest_until is not None
        self._trial_runs = False
        if open_now or tried or self._failures_in_a_row >= _FAILURES_THAT_OPEN:
            rest = min(_FIRST_REST_SECONDS * 2**self._rests, _LONGEST_REST_SECONDS)
            self._rest_until = self.clock() + (_LONGEST_REST_SECONDS if open_now else rest)
            self._rests += 1

    def record_limit(self, seconds: float) -> None:
        """Leave the node alone for as long as it said."""
        self.limited_until = max(self.limited_until, self.clock() + seconds)


def _blend(before: float, now: float) -> float:
    return before + _NEWEST_SHARE * (now - before)
