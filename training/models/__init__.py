"""The models by name.

Owns the list. Refuses to know anything else about them.
"""

from training.errors import UnknownModel
from training.models.lightgcn import LightGCN
from training.models.lightgcnpp import LightGCNPP
from training.models.model import VectorModel
from training.models.relational_lightgcn import RelationalLightGCN
from training.models.spectral_lightgcn import SpectralLightGCN

MODELS: dict[str, type[VectorModel]] = {
    "spectral-lightgcn": SpectralLightGCN,
    "lightgcn": LightGCN,
    "lightgcnpp": LightGCNPP,
    "relational-lightgcn": RelationalLightGCN,
}


def model_named(name: str) -> type[VectorModel]:
    """Return the class of a model.

    Raises:
        UnknownModel: The name is not in `MODELS`.
    """
    if name not in MODELS:
        raise UnknownModel(name, tuple(MODELS))
    return MODELS[name]
