"""Where everything can be verified without this service."""

from fastapi import APIRouter

from api.schemas.chain import Chain
from api.services import ServicesDep

router = APIRouter(tags=["chain"])


@router.get("/v1/chain")
async def read_chain(services: ServicesDep) -> Chain:
    """Return the chain, a node that browsers may read from, and the contracts' addresses."""
    return Chain(
        chain_id=services.deployment.chain_id,
        rpc_url=services.public_rpc_url,
        contracts={name: str(address) for name, address in services.deployment.contracts.items()},
        generated_notice=services.generated_notice,
    )
