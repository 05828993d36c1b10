"""What governance can set of the reward rule.

Owns names, defaults and bounds. Refuses to know where a value comes from.
"""

from dataclasses import asdict, dataclass, fields

from engagement.errors import BadParameters

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class RewardParameters:
    """Parameters of the rule; every keeper must use the same ones.

    Attributes:
        ether_factor: Seed of one wei of ether fees, in millionths (k_ether, `SeedFactorsSet`).
        token_factor: Seed of one wei of TuneToken fees, in millionths (k_token, `SeedFactorsSet`).
        fan_share: Fans' part of a budget, in millionths; the artists get the rest.
        minimum_ether_fee_wei: A purchase raises points when its ether fee is above this.
        minimum_token_fee_wei: The same for fees in TuneToken.
        fee_days: How long a fee stays a seed.
        day_seconds: Most seconds of listening that count in one UTC day.
    """

    ether_factor: int = MILLION
    token_factor: int = MILLION
    fan_share: int = MILLION // 2
    minimum_ether_fee_wei: int = 10**13
    minimum_token_fee_wei: int = 10**16
    fee_days: int = 90
    day_seconds: int = 4 * 3600

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < 0:
                raise BadParameters(field.name, value, "0 or more")
        if self.fan_share > MILLION:
            raise BadParameters("fan_share", self.fan_share, f"0 to {MILLION}")

    def to_json(self) -> dict[str, str]:
        """Return all parameters by name, as decimal text, because JSON numbers lose digits."""
        return {name: str(value) for name, value in asdict(self).items()}
