"""What the service answers, as typed values, and how they are read from JSON.

Keys that are not known are ignored, so that a newer service can be asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.client.errors import PictureError


@dataclass(frozen=True)
class Likely:
    """One of the likeliest digits, and its probability in 0..1."""

    digit: int
    probability: float


@dataclass(frozen=True)
class Preprocessing:
    """What was done to a picture.

    `untouched`: nothing, it was MNIST-like already. `inverted`: its ink was darker
    than its background. `cropped`: the digit's left, top, right and bottom in the
    upright source, in its pixels, the last two exclusive. `rotated`: EXIF had it
    turned. `several`: more than one digit is there.
    """

    untouched: bool
    inverted: bool
    cropped: tuple[int, int, int, int]
    rotated: bool
    several: bool


@dataclass(frozen=True)
class Prediction:
    """What the service says of one picture.

    `probabilities` are ten floats in 0..1 for the digits 0 to 9, which sum to 1;
    `digit` is where they are largest and `probability` that value. `several`: the
    picture shows more than one digit. `typicality` in 0..1 is None where the
    version cannot tell, `accepted` where the service does not ask for it, `top` and
    `preprocessing` where they were not asked for. `model` and `version` answered.
    """

    digit: int
    probability: float
    probabilities: tuple[float, ...]
    several: bool
    typicality: float | None
    accepted: bool | None
    top: tuple[Likely, ...] | None
    preprocessing: Preprocessing | None
    model: str
    version: int


@dataclass(frozen=True)
class Versions:
    """What serves: its release and engine, and the versions of its model.

    `default` answers where none is asked for, None while none is ready; `served`
    are all that can be asked for; `refused` gives the reason by version; `labels`
    are other names of versions that are served, as `canary`.
    """

    service: str
    engine: str
    model: str
    default: int | None
    served: tuple[int, ...]
    refused: Mapping[int, str]
    labels: Mapping[str, int] = field(default_factory=dict)


def read_predictions(
    document: dict[str, Any], count: int
) -> list[Prediction | PictureError]:
    """The results in an answer to `count` pictures.

    Raises KeyError, TypeError or ValueError for what is no such answer.
    """
    model, version = document["model"], document["version"]
    rows = document["predictions"]
    if len(rows) != count:
        raise ValueError(f"{len(rows)} predictions for {count} pictures")
    return [_result(row, model, version) for row in rows]


def read_versions(document: dict[str, Any]) -> Versions:
    """What /version said; raises as `read_predictions` does."""
    return Versions(
        document["service"],
        document["engine"],
        document["model"],
        document["default"],
        tuple(row["version"] for row in document["versions"]),
        {row["version"]: row["reason"] for row in document["refused"]},
        document.get("labels", {}),
    )


def _result(row: dict[str, Any], model: str, version: int) -> Prediction | PictureError:
    if "error" in row:
        return PictureError(row["error"]["detail"], row["error"]["status"])
    top = row.get("top")
    return Prediction(
        row["digit"],
        float(row["probability"]),
        tuple(map(float, row["probabilities"])),
        row["several"],
        row.get("typicality"),
        row.get("accepted"),
        None if top is None else tuple(_likely(likely) for likely in top),
        _preprocessing(row.get("preprocessing")),
        model,
        version,
    )


def _likely(row: dict[str, Any]) -> Likely:
    return Likely(row["digit"], float(row["probability"]))


def _preprocessing(row: dict[str, Any] | None) -> Preprocessing | None:
    if row is None:
        return None
    left, top, right, bottom = row["cropped"]
    return Preprocessing(
        row["untouched"],
        row["inverted"],
        (left, top, right, bottom),
        row["rotated"],
        row["several"],
    )
