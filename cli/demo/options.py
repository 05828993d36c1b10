"""What the demonstration fixes, and what a person can choose.

Owns the figures. Windows and delays are seconds here; a real deployment takes hours and days.
"""

from dataclasses import dataclass
from pathlib import Path

from cli.demo.cast import Cast
from tunefi.chain.deploy import SystemParameters
from tunefi.ids import Wei

_ETHER = 10**18

NOTICE = (
    "The listening is real (HetRec 2011 Last.fm). Made up for this demonstration: the listeners' addresses "
    "and keys, signed listens and follows, stakes and purchases. The data counts plays per artist, so each "
    "artist is one track that stands for its body of work."
)

ARTISTS_ON_CHAIN = 60
MIN_BOND_WEI = Wei(10_000 * _ETHER)
REWARD_BUDGET_WEI = Wei(100_000 * _ETHER)
"""Paid in for each of the first epochs."""
FUNDED_EPOCHS = 3
SLOTS_IN_AN_EPOCH = 2
"""`finalized` lags four blocks behind the head."""
BLOCK_SECONDS = 1.0
WINDOW_SECONDS = 8
ANSWER_TIME_SECONDS = 60
VOTING_DELAY_SECONDS = 2
VOTING_PERIOD_SECONDS = 10
TIMELOCK_DELAY_SECONDS = 3
REWARD_DELAY_SECONDS = 5
EPOCH_INTERVAL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What a person can choose.

    Attributes:
        home: Folder of the demonstration.
        seed: Of everything made up, and of training.
        port: Of the API; 0 takes a free one.
        rpc_port: Of the chain; 0 takes a free one.
        exit_after_check: Stop after the self-check.
        until: Last stage to run, or None for all.
    """

    home: Path
    seed: int
    port: int
    rpc_port: int
    exit_after_check: bool
    until: str | None


def system_parameters(cast: Cast) -> SystemParameters:
    """Return what the demonstration's deployment fixes."""
    return SystemParameters(
        keepers=tuple(keeper.address for keeper in cast.keepers),
        quorum=2,
        min_bond_wei=MIN_BOND_WEI,
        guardian=cast.guardian.address,
        registrar=cast.operator.address,
        treasury=cast.treasury.address,
        window_seconds=WINDOW_SECONDS,
        answer_time_seconds=ANSWER_TIME_SECONDS,
        challenge_time_seconds=ANSWER_TIME_SECONDS,
        reward_delay_seconds=REWARD_DELAY_SECONDS,
        voting_delay_seconds=VOTING_DELAY_SECONDS,
        voting_period_seconds=VOTING_PERIOD_SECONDS,
        late_quorum_extension_seconds=VOTING_DELAY_SECONDS,
        timelock_delay_seconds=TIMELOCK_DELAY_SECONDS,
    )
