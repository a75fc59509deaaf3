"""What waits for the shadow version is bounded, and comes out as it went in."""

from dataclasses import replace
from itertools import chain

import numpy as np

from service.serving.backlog import Backlog, Read


def read(first: int, pictures: int, shadow: int = 2) -> Read:
    """Pictures numbered from `first` on, in their pixels and as their digits."""
    digits = np.arange(first, first + pictures)
    pixels = np.repeat(digits[:, None], 784, axis=1).astype(np.float32)
    return Read(shadow, pixels, digits)


def test_nothing_waits_at_first() -> None:
    assert Backlog(1, 1).take(10) is None


def test_small_requests_are_joined_and_large_ones_split_in_order() -> None:
    backlog = Backlog(requests=10, pictures=100)
    for first, pictures in ((0, 1), (1, 2), (3, 20), (23, 1)):
        assert backlog.put(read(first, pictures))

    taken = []
    while (batch := backlog.take(8)) is not None:
        assert np.array_equal(batch.shown[:, 0], batch.digits)
        taken.append(batch.digits.tolist())

    assert [len(each) for each in taken] == [8, 8, 8]
    assert list(chain(*taken)) == list(range(24))


def test_pictures_for_different_versions_are_not_joined() -> None:
    backlog = Backlog(requests=10, pictures=100)
    for shadow in (2, 2, 3):
        backlog.put(read(0, 1, shadow))

    first, second = backlog.take(8), backlog.take(8)

    assert first is not None
    assert second is not None
    assert (first.shadow, len(first.digits)) == (2, 2)
    assert (second.shadow, len(second.digits)) == (3, 1)


def test_what_waits_keeps_no_body_that_it_came_in() -> None:
    backlog = Backlog(requests=10, pictures=100)
    body = np.zeros(10**6, np.uint8)
    backlog.put(Read(2, body[:784].reshape(1, 784), np.arange(1)))

    taken = backlog.take(8)

    assert taken is not None
    assert not np.shares_memory(taken.shown, body)


def test_digits_and_pixels_are_not_joined() -> None:
    backlog = Backlog(requests=10, pictures=100)
    pixels = read(0, 2)
    digits = replace(read(2, 2), shown=read(2, 2).shown.astype(np.uint8))
    for each in (pixels, digits, digits, pixels):
        backlog.put(each)

    taken = [backlog.take(8) for _ in range(3)]

    kinds = [(each.shown.dtype.name, len(each.digits)) for each in taken if each]
    assert kinds == [("float32", 2), ("uint8", 4), ("float32", 2)]


def test_it_is_full_of_requests_and_of_pictures_until_some_are_taken() -> None:
    backlog = Backlog(requests=2, pictures=10)

    assert not backlog.put(read(0, 11))
    assert backlog.put(read(0, 9))
    assert not backlog.put(read(0, 2))
    assert backlog.put(read(9, 1))
    assert not backlog.put(read(0, 0))
    backlog.take(4)
    assert not backlog.put(read(0, 1))  # as many requests, with fewer pictures
    backlog.take(5)
    assert backlog.put(read(0, 9))
