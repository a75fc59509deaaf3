"""From what was uploaded to the digits that the network reads.

An upload that cannot be read is remembered with its reason, in its place. What
the network says of the others is left to `service.classifier`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from service.digits import BRIGHT, SIDE, SIZE, border_shade, is_typical, typical
from service.errors import RequestError, TooLarge
from service.normaliser import (
    Normalised,
    Preprocess,
    Preprocessing,
    prepare,
    untouched,
)
from service.pictures import Picture, anything, read_picture

Upload = bytes | NDArray[np.uint8] | RequestError
"""An encoded picture; 28x28 pixels, uint8 [784]; or why there is neither."""
Uploads = Sequence[Upload] | NDArray[np.uint8]
"""Many of them; an array is uint8 [n, 784]."""

FEW = 4
"""Up to so many pictures are looked at faster one by one."""


@dataclass(frozen=True)
class Batch:
    """The digits of many uploads, uint8 [n, 784], in their order.

    By row: what was `done` to those that were not taken as they are, and the
    `errors` of those that could not be read, whose digits are blank.
    """

    digits: NDArray[np.uint8]
    done: Mapping[int, Preprocessing]
    errors: Mapping[int, RequestError]


def read_uploads(
    uploads: Uploads, how: Preprocess, max_pixels: int, together: int
) -> Batch:
    """The digit of each upload; those of an array that are MNIST-like untouched.

    None may claim more than `max_pixels`, and several no more than `together`: one
    that would make it more is not decoded, a later one that still fits is.
    """
    if not isinstance(uploads, np.ndarray) and len(uploads) == 1:
        return _read_one(uploads[0], how, max_pixels)
    claim = _Claims(together).add
    read = partial(_picture, max_pixels=max_pixels, claim=claim)
    if not isinstance(uploads, np.ndarray):
        blank = np.zeros((len(uploads), SIZE), np.uint8)
        return _read_rows(blank, range(len(uploads)), uploads, how, read)
    fine = typical(uploads) if how == "auto" else border_shade(uploads) < BRIGHT
    others = np.flatnonzero(~fine).tolist()
    if not others:
        return Batch(uploads, {}, {})
    return _read_rows(uploads.copy(), others, uploads, how, read)


def read_upload(upload: Upload, how: Preprocess, max_pixels: int) -> Normalised:
    """The digit of one upload.

    Raises UnreadablePicture where it cannot be read or is blank, TooLarge where
    it claims more than `max_pixels`.
    """
    return prepare(_picture(upload, max_pixels), how)


def _read_one(upload: Upload, how: Preprocess, max_pixels: int) -> Batch:
    """As `_read_rows` of one row, without what is there for many."""
    try:
        found = read_upload(upload, how, max_pixels)
    except RequestError as error:
        return Batch(np.zeros((1, SIZE), np.uint8), {}, {0: error})
    return Batch(found.digit.reshape(1, SIZE), {0: found.preprocessing}, {})


def _read_rows(
    digits: NDArray[np.uint8],
    rows: Sequence[int],
    uploads: Uploads,
    how: Preprocess,
    read: Callable[[Upload], Picture],
) -> Batch:
    """`digits` with those rows read from their uploads, in place."""
    done: dict[int, Preprocessing] = {}
    errors: dict[int, RequestError] = {}
    small: dict[int, Picture] = {}

    def take(row: int, normalised: Normalised) -> None:
        digits[row] = normalised.digit
        done[row] = normalised.preprocessing

    def fail(row: int, error: RequestError) -> None:
        digits[row] = 0
        errors[row] = error

    for row in rows:
        try:
            picture = read(uploads[row])
            if how == "auto" and picture.grey.shape == (SIDE, SIDE):
                small[row] = picture
            else:
                take(row, prepare(picture, how))
        except RequestError as error:
            fail(row, error)
    for (row, picture), fine in zip(small.items(), _typical(small), strict=True):
        try:
            take(row, untouched(picture) if fine else prepare(picture, how))
        except RequestError as error:
            fail(row, error)
    return Batch(digits, done, errors)


def _typical(small: Mapping[int, Picture]) -> Sequence[bool]:
    """Which of those 28x28 pictures are as MNIST has them.

    Told of all at once, which for a thousand takes a tenth of the time.
    """
    greys = [picture.grey.reshape(-1) for picture in small.values()]
    if len(greys) <= FEW:
        return [is_typical(grey) for grey in greys]
    return list(typical(np.stack(greys)))


class _Claims:
    """How many pixels the pictures of one request claim, `most` at most."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def add(self, pixels: int) -> None:
        """Another picture has so many; TooLarge where that makes too many."""
        if pixels > self._left:
            raise TooLarge(
                f"the picture has {pixels} pixels, those before it have "
                f"{self._most - self._left}, at most {self._most} in all are read in "
                "one request"
            )
        self._left -= pixels


def _picture(
    upload: Upload, max_pixels: int, claim: Callable[[int], None] = anything
) -> Picture:
    match upload:
        case RequestError():
            raise upload
        case bytes():
            return read_picture(upload, max_pixels, claim)
        case _:
            return Picture(upload.reshape(SIDE, SIDE), (SIDE, SIDE), rotated=False)
