"""One step of messages along the edges of a bipartite graph, as a PyTorch Geometric layer.

Owns the step and its gradient. Refuses to know how steps are combined.
"""

import warnings
from typing import Any

import torch
from torch import Tensor

with warnings.catch_warnings():
    # PyTorch Geometric 2.8 scripts a class of its own at import, which torch 2.15 calls deprecated.
    warnings.simplefilter("ignore", FutureWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from torch_geometric.nn import MessagePassing


class _SparseProduct(torch.autograd.Function):
    """matrix @ vectors, whose gradient uses the transpose that is already there."""

    @staticmethod
    def forward(context: Any, matrix: Tensor, transpose: Tensor, vectors: Tensor) -> Tensor:
        context.transpose = transpose
        return matrix @ vectors

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[None, None, Tensor]:
        return None, None, context.transpose @ gradients[0].contiguous()


class BipartiteLayer(MessagePassing):  # type: ignore[misc]  # PyTorch Geometric has no type stubs
    """x_v = sum of a_vw x_w over the neighbours w of v: LightGCN's layer, without weights of its own.

    He et al., LightGCN, SIGIR 2020, equation 3. It has no self-loop, no transformation and no activation.
    Messages and their sum are fused into one sparse product.
    """

    def __init__(self) -> None:
        super().__init__(aggr="sum")

    def forward(self, matrix: Tensor, transpose: Tensor, vectors: Tensor) -> Tensor:
        """Return the sums that arrive.

        Args:
            matrix: Sparse CSR (receivers, senders).
            transpose: The same, transposed.
            vectors: float (senders, D).

        Returns:
            float (receivers, D).
        """
        arrived: Tensor = self.propagate(matrix, x=vectors, transpose=transpose)
        return arrived

    def message_and_aggregate(self, edge_index: Tensor, x: Tensor, transpose: Tensor) -> Tensor:
        """Return the sums that arrive, called by `propagate` with the sparse matrix as it is."""
        result: Tensor = _SparseProduct.apply(edge_index, transpose, x)
        return result
