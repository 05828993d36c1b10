"""Who computes the loss of which listeners, and what several workers agree on.

Owns the seam between a fit and the machines that it runs on: each worker runs the same loop with the same
random numbers over the same batches, and computes the loss of its share of each. Refuses to know how
workers are started.
"""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel


class Workers(Protocol):
    """What a fit asks of those who share its work.

    Attributes:
        count: How many there are.
    """

    count: int

    def join(self, model: torch.nn.Module) -> torch.nn.Module:
        """Return the network to compute with: after each backward pass all workers have the mean gradient."""
        ...

    def share(self, batch: Tensor) -> Tensor:
        """Return this worker's part of the listeners of a batch."""
        ...

    def total(self, value: float) -> float:
        """Return the sum of what all workers have, the same number for each."""
        ...

    def lots(self, common: torch.Generator) -> torch.Generator:
        """Return what a worker draws from for its share; `common` stays the same for all."""
        ...

    def decide(self, ask: Callable[[], list[float]], count: int = 1) -> list[float]:
        """Return the numbers that the first worker finds; the others do not ask."""
        ...


class Alone:
    """One worker that does everything."""

    count = 1

    def join(self, model: torch.nn.Module) -> torch.nn.Module:
        """Return the model."""
        return model

    def share(self, batch: Tensor) -> Tensor:
        """Return the batch."""
        return batch

    def total(self, value: float) -> float:
        """Return the value."""
        return value

    def lots(self, common: torch.Generator) -> torch.Generator:
        """Return the common generator."""
        return common

    def decide(self, ask: Callable[[], list[float]], count: int = 1) -> list[float]:
        """Ask."""
        return ask()


class ProcessGroup:
    """Workers of a torch process group that is up already, one for each rank."""

    def __init__(self) -> None:
        self.count = torch.distributed.get_world_size()
        self._rank = torch.distributed.get_rank()

    def join(self, model: torch.nn.Module) -> torch.nn.Module:
        """Return the model under PyTorch DDP, which averages gradients while they are computed."""
        return DistributedDataParallel(model)

    def share(self, batch: Tensor) -> Tensor:
        """Return every `count`-th listener: batches are shuffled, so shares are alike."""
        return batch[self._rank :: self.count]

    def total(self, value: float) -> float:
        """Return the sum over ranks, in the order of the group on each."""
        found = torch.tensor([value], dtype=torch.float64)
        torch.distributed.all_reduce(found)
        return float(found)

    def lots(self, common: torch.Generator) -> torch.Generator:
        """Return a generator of this rank's own, seeded by the common one."""
        seed = int(torch.randint(2**62, (1,), generator=common))
        return torch.Generator().manual_seed(seed + self._rank)

    def decide(self, ask: Callable[[], list[float]], count: int = 1) -> list[float]:
        """Return what rank 0 finds."""
        found = torch.tensor(ask() if self._rank == 0 else [0.0] * count, dtype=torch.float64)
        torch.distributed.broadcast(found, src=0)
        return [float(one) for one in found]


ALONE = Alone()
