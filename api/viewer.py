"""Who asks: the signed-in account behind a request, and what it may see.

Owns reading the Authorization header and the rule of what is public. Refuses to know how tokens are made.
"""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.catalogue import Account
from api.services import ServicesDep
from tunefi.ids import Address

_scheme = HTTPBearer(auto_error=False, description="A token of POST /v1/auth/verify.")


async def read_bearer(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)],
) -> str | None:
    """Return the token that was sent, or None."""
    return credentials.credentials if credentials else None


BearerDep = Annotated[str | None, Depends(read_bearer)]


async def read_viewer(services: ServicesDep, bearer: BearerDep) -> Address | None:
    """Return the signed-in account, or None where no token was sent.

    Raises:
        NotSignedIn: A token was sent that is unknown or has expired.
    """
    return services.sign_in.session_of(bearer).address if bearer else None


ViewerDep = Annotated[Address | None, Depends(read_viewer)]


def may_see(viewer: Address | None, account: Account) -> bool:
    """Return whether a viewer may see what an account listens to: its own, or a public listener's."""
    return account.public_listener or viewer == account.address
