"""The browser app's built files and the headers they are served with.

Owns which file a path names and the page's content security policy. Refuses to build the page.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from api.refusals import PageNotBuilt

BUILT_PAGE = Path(__file__).parent / "page"
INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class PageFiles:
    """The page in one folder.

    Args:
        folder: What the build wrote: `index.html`, and files with a hash in their name in `assets/`.
        rpc_url: Node that the page reads from, so that the policy lets it.
    """

    folder: Path
    rpc_url: str

    def policy(self) -> str:
        """Return the content security policy: only own scripts; this service, and any node.

        People verify against a node of their own choice, so connections are not limited to ours.
        """
        return "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self' data:",
                "font-src 'self'",
                "manifest-src 'self'",
                "worker-src 'self'",
                " ".join(f"connect-src 'self' {_origin(self.rpc_url)} http: https:".split()),
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            )
        )

    def index(self) -> Path:
        """Return the page itself.

        Raises:
            PageNotBuilt: It is not in this installation.
        """
        path = self.folder / INDEX
        if not path.is_file():
            raise PageNotBuilt
        return path

    def find(self, name: str, *, under: str = "") -> Path | None:
        """Return the file of this name directly in the folder (or in `under` of it), or None.

        A name with a separator, or a link that leads outside, names nothing.
        """
        parent = (self.folder / under).resolve()
        path = (parent / name).resolve()
        return path if path.parent == parent and path.is_file() else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
