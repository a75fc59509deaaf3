"""gunicorn's HTTP/1.1 request, whose head is read in C where it is a plain one.

gunicorn's own parser is in Python, and takes seven times as long. What is not plain,
right or wrong, is still read by it; tests hold both to the same request.
"""

from gunicorn.http.message import Request
from gunicorn.http.unreader import Unreader

from service.workers.http1 import read_head


class PlainRequest(Request):  # type: ignore[misc]  # gunicorn has no types
    """One request; `plain` says whether its head was read here."""

    plain = False

    def parse(self, unreader: Unreader) -> bytes:
        """Read the head; what is given back came behind it."""
        received = unreader.read()
        head = read_head(received)
        headers = {} if head is None else _as_gunicorn_has(head.headers)
        # Those that tell of https count where gunicorn trusts who sends them.
        if head is None or not self.cfg.secure_scheme_headers.keys().isdisjoint(
            headers
        ):
            unreader.unread(received)
            rest: bytes = super().parse(unreader)
            return rest
        self.plain = True
        self.method, self.uri = head.method, head.target
        self.path, _, self.query = head.target.partition("?")
        self.fragment = ""
        self.version = (1, 1)
        self.headers = list(headers.items())
        behind: bytes = received[head.size :]
        return behind


def _as_gunicorn_has(headers: dict[bytes, bytes]) -> dict[str, str]:
    return {
        name.decode().upper(): value.decode("latin-1")
        for name, value in headers.items()
    }
