"""A signed transaction on its way into a block, and its replacements by a higher fee.

Owns the fields that are signed. Refuses to know the node.
"""

from dataclasses import dataclass, field
from typing import Any

from tunefi.chain.signing import Signer
from tunefi.ids import Address


@dataclass(slots=True)
class InFlight:
    """One transaction; whichever of its forms gets into a block, the others never can.

    Attributes:
        fees: The most to pay for a unit of gas, and the tip in it, in wei.
        raw: The newest form in 0x hex, ready to publish.
        hashes: Of every form so far, the newest last.
    """

    signer: Signer = field(repr=False)
    to: Address | None
    data: bytes
    value_wei: int
    chain_id: int
    nonce: int
    gas: int
    fees: tuple[int, int]
    raw: str = field(init=False, repr=False)
    hashes: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._sign()

    def raise_fees(self) -> None:
        """Sign again an eighth dearer, which nodes take in place of the form before."""
        self.fees = (self.fees[0] * 9 // 8 + 1, self.fees[1] * 9 // 8 + 1)
        self._sign()

    def _sign(self) -> None:
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self.chain_id,
            "nonce": self.nonce,
            "gas": self.gas,
            "maxFeePerGas": self.fees[0],
            "maxPriorityFeePerGas": self.fees[1],
            "value": self.value_wei,
            "data": self.data,
        }
        if self.to is not None:
            fields["to"] = bytes.fromhex(self.to[2:])
        raw, transaction_hash = self.signer.sign_transaction(fields)
        self.raw = "0x" + raw.hex()
        self.hashes.append(transaction_hash)
