"""What can go wrong when a service is asked, each as a sentence that says what to do.

Knows nothing of how the service is asked.
"""


class ClientError(Exception):
    """Base of every error that the client raises on purpose."""


class Unreachable(ClientError):
    """No MNIST Service answered at `url`, however often it was asked.

    `reason` says in words why the last of `tries` failed.
    """

    def __init__(self, url: str, tries: int, reason: str) -> None:
        super().__init__(url, tries, reason)
        self.url, self.tries, self.reason = url, tries, reason

    def __str__(self) -> str:
        return (
            f"no MNIST Service was reached at {self.url}: {self.reason} "
            f"({_times(self.tries)}); is it running, and is the address right?"
        )


class Refused(ClientError):
    """The service answered that it will not do what it was asked.

    `status` is of HTTP, `detail` the service's own sentence, and `request_id` what
    its log knows the request by, where it gave one.
    """

    def __init__(
        self, status: int, detail: str, request_id: str | None = None, tries: int = 1
    ) -> None:
        super().__init__(status, detail, request_id, tries)
        self.status, self.detail = status, detail
        self.request_id, self.tries = request_id, tries

    def __str__(self) -> str:
        known = f", request id {self.request_id}" if self.request_id else ""
        tries = f", {_times(self.tries)}" if self.tries > 1 else ""
        return f"{self.detail} (status {self.status}{known}{tries})"


class PictureError(ClientError):
    """One picture could not be read: here, or by the service.

    `detail` says why; `status` is what the service would answer of it alone, None
    where it was not sent.
    """

    def __init__(self, detail: str, status: int | None = None) -> None:
        super().__init__(detail, status)
        self.detail, self.status = detail, status

    def __str__(self) -> str:
        return self.detail


def _times(tries: int) -> str:
    return "tried once" if tries == 1 else f"tried {tries} times"
