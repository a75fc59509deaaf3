"""Where a service is: its URL, taken apart and checked."""

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import unquote

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url


@dataclass(frozen=True)
class Address:
    """A service's address, checked.

    `host` as http://name:8000, the `path` that it stands under, and the header of a
    `login` where its URL holds one.
    """

    host: str
    path: str
    login: dict[str, str]

    @property
    def url(self) -> str:
        """What may be shown of it: no password."""
        return self.host + self.path


def parse_address(url: str) -> Address:
    """Raises ValueError for what is no http or https URL, or has a query."""
    try:
        parsed = parse_url(url)
    except LocationParseError:
        parsed = Url()
    known = parsed.scheme in ("http", "https") and parsed.host
    if not known or parsed.query is not None or parsed.fragment is not None:
        shown = url.rpartition("@")[2]  # no password
        raise ValueError(
            f"{shown!r} is no address of a service, expected one as "
            "http://127.0.0.1:8000"
        )
    host = parsed._replace(auth=None, path=None).url
    return Address(host, (parsed.path or "").rstrip("/"), _login(parsed))


def _login(url: Url) -> dict[str, str]:
    if url.auth is None:
        return {}
    encoded = b64encode(unquote(url.auth).encode()).decode()
    return {"Authorization": f"Basic {encoded}"}
