"""A deployed contract: its address and its ABI together.

Owns calls that read, and building those that write. Refuses to sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tunefi.chain.abi import ContractAbi, decode_revert
from tunefi.chain.artifact import list_artifacts, load_abi
from tunefi.chain.errors import RpcError, TransactionReverted
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.sender import Transaction, revert_data
from tunefi.chain.signing import Signer
from tunefi.ids import Address


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract of a deployment."""

    address: Address
    abi: ContractAbi

    async def read(self, rpc: JsonRpc, function: str, *arguments: Any, block: int | str = "latest") -> Any:
        """Return what a view returns: the value itself, or a tuple where it returns several or none.

        Args:
            function: Its name, or its signature where the name is overloaded.
            block: Height or tag at which to read.

        Raises:
            TransactionReverted: The view reverted, with its custom error.
        """
        return (await self.read_many(rpc, function, [arguments], block=block))[0]

    async def read_many(
        self, rpc: JsonRpc, function: str, calls: Sequence[Sequence[Any]], *, block: int | str = "latest"
    ) -> list[Any]:
        """Return what a view returns for each of many arguments, in order, asked in batches (see `read`)."""
        at = hex(block) if isinstance(block, int) else block
        datas = (self.abi.encode_call(function, *arguments) for arguments in calls)
        requests = [("eth_call", ({"to": self.address, "data": "0x" + data.hex()}, at)) for data in datas]
        try:
            answers = await rpc.call_batch(requests)
        except RpcError as error:
            if (data := revert_data(error)) is None:
                raise
            raise TransactionReverted(*decode_revert(data, [self.abi, *_known_abis()])) from error
        results = (self.abi.decode_result(function, bytes.fromhex(answer[2:])) for answer in answers)
        return [values[0] if len(values) == 1 else values for values in results]

    def transaction(
        self, function: str, *arguments: Any, value_wei: int = 0, signer: Signer | None = None
    ) -> Transaction:
        """Return the transaction that calls a function, for `TransactionSender.send`."""
        return Transaction(self.address, self.abi.encode_call(function, *arguments), value_wei, signer)


def _known_abis() -> list[ContractAbi]:
    return [load_abi(name) for name in list_artifacts()]
