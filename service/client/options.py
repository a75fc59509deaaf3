"""What may be asked for beside a picture, and how the service is told.

What the values may be is left to the service.
"""

from collections.abc import Mapping
from typing import Literal, TypedDict

from service.client.explanations import Rival


class Options(TypedDict, total=False):
    """What a classification may ask for; the service decides where it does not.

    model, version: who answers, the version by number or label. top: how many of the
    likeliest digits to list, 1 to 10. preprocess: `exact` takes 28 x 28, bright on
    dark, and nothing else. calibrated: False for the network's own probabilities.
    detail: whether to say what was done to the picture. request_id: what the
    service's log is to know the request by.
    """

    model: str | None
    version: int | str | None
    top: int | None
    preprocess: Literal["auto", "exact"]
    calibrated: bool
    detail: bool
    request_id: str


class Question(TypedDict, total=False):
    """What may be asked of an explanation; the service decides where it is not.

    model, version, preprocess, request_id: as for a classification. digit: 0 to 9,
    by default the one that is read. against: 0 to 9, or `others` for the mean of the
    other nine; by default the likeliest other.
    """

    model: str | None
    version: int | str | None
    digit: int | None
    against: Rival | None
    preprocess: Literal["auto", "exact"]
    request_id: str


def asked(
    options: Mapping[str, object], known: type[Options] | type[Question] = Options
) -> tuple[dict[str, str], dict[str, str]]:
    """The query and the headers for `options`; TypeError for one that is not known."""
    given = {name: value for name, value in options.items() if value is not None}
    if unknown := given.keys() - known.__annotations__.keys():
        expected = ", ".join(known.__annotations__)
        raise TypeError(f"unknown option {min(unknown)!r}, expected {expected}")
    request_id = given.pop("request_id", None)
    headers = {} if request_id is None else {"X-Request-ID": str(request_id)}
    return {name: _text(value) for name, value in given.items()}, headers


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
