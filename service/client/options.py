"""What a classification may ask for, and how the service is told.

What the values may be is left to the service.
"""

from typing import Literal, TypedDict


class Options(TypedDict, total=False):
    """What a classification may ask for; the service decides where it does not.

    model, version: who answers. top: how many of the likeliest digits to list, 1
    to 10. preprocess: `exact` takes 28 x 28, bright on dark, and nothing else.
    calibrated: False for the network's own probabilities. detail: whether to say
    what was done to the picture. request_id: what the service's log is to know the
    request by.
    """

    model: str | None
    version: int | None
    top: int | None
    preprocess: Literal["auto", "exact"]
    calibrated: bool
    detail: bool
    request_id: str


def asked(options: Options) -> tuple[dict[str, str], dict[str, str]]:
    """The query and the headers that `options` stand for."""
    given = {name: value for name, value in options.items() if value is not None}
    if unknown := given.keys() - Options.__annotations__.keys():
        expected = ", ".join(Options.__annotations__)
        raise TypeError(f"unknown option {min(unknown)!r}, expected {expected}")
    request_id = given.pop("request_id", None)
    headers = {} if request_id is None else {"X-Request-ID": str(request_id)}
    return {name: _text(value) for name, value in given.items()}, headers


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
