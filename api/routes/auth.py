"""Sign-in with an Ethereum account (EIP-4361), for what is only shown to its owner."""

from fastapi import APIRouter, Response

from api.schemas.auth import Nonce, SignedMessage, Token
from api.services import ServicesDep
from api.viewer import BearerDep

router = APIRouter(prefix="/v1/auth", tags=["sign-in"])


@router.get("/nonce")
async def issue_nonce(services: ServicesDep, response: Response) -> Nonce:
    """Return a nonce for one sign-in, and the domains and chain that the message may name."""
    response.headers["Cache-Control"] = "no-store"
    nonce, expires_at = services.sign_in.issue_nonce()
    domains = sorted(services.sign_in.domains)
    return Nonce(nonce=nonce, expires_at=expires_at, domains=domains, chain_id=services.sign_in.chain_id)


@router.post("/verify")
async def verify_message(services: ServicesDep, signed: SignedMessage, response: Response) -> Token:
    """Return a token for a signed message. The nonce cannot be used again."""
    response.headers["Cache-Control"] = "no-store"
    token, session = services.sign_in.verify(signed.message, bytes.fromhex(signed.signature[2:]))
    return Token(token=token, address=session.address, expires_at=session.expires_at)


@router.delete("/token", status_code=204)
async def sign_out(services: ServicesDep, bearer: BearerDep) -> None:
    """Forget the token that was sent."""
    if bearer is not None:
        services.sign_in.sign_out(bearer)
