"""The connected parts of a mask are those that a flood fill finds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from service.normaliser.components import components

Mask = NDArray[np.bool_]
Pixel = tuple[int, int]

masks = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=14))


def _flooded(mask: Mask) -> list[set[Pixel]]:
    """The parts of `mask` as sets of (row, column), by their first pixels."""
    left = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    parts = []
    while left:
        reached, part = [min(left)], set()
        left.remove(reached[0])
        while reached:
            row, column = reached.pop()
            part.add((row, column))
            for near in [
                (r, c)
                for r in (row - 1, row, row + 1)
                for c in (column - 1, column, column + 1)
            ]:
                if near in left:
                    left.remove(near)
                    reached.append(near)
        parts.append(part)
    return parts


def _drawn(part: set[Pixel], shape: tuple[int, ...]) -> Mask:
    mask = np.zeros(shape, bool)
    for pixel in part:
        mask[pixel] = True
    return mask


@given(mask=masks)
def test_the_parts_are_those_of_a_flood_fill(mask: Mask) -> None:
    found = components(mask)

    expected = _flooded(mask)
    assert found.shape == mask.shape
    assert len(found.area) == len(expected)
    for number, part in enumerate(expected):
        alone = np.arange(len(expected)) == number
        np.testing.assert_array_equal(found.mask(alone), _drawn(part, mask.shape))


@given(mask=masks)
def test_a_part_has_its_area_and_the_box_around_it(mask: Mask) -> None:
    found = components(mask)

    for area, box, part in zip(found.area, found.boxes, _flooded(mask), strict=True):
        rows, columns = zip(*part, strict=True)
        assert area == len(part)
        assert tuple(box) == (
            min(columns),
            min(rows),
            max(columns) + 1,
            max(rows) + 1,
        )


@given(mask=masks, data=st.data())
def test_sums_are_over_each_parts_own_pixels(mask: Mask, data: st.DataObject) -> None:
    whole = st.integers(-1000, 1000).map(np.float32)
    weights = data.draw(arrays.arrays(np.float32, mask.shape, elements=whole))

    sums = components(mask).sums(weights)

    expected = [sum(weights[pixel] for pixel in part) for part in _flooded(mask)]
    np.testing.assert_array_equal(sums, expected)


@given(mask=masks, data=st.data())
def test_the_mask_of_some_parts_is_all_of_theirs_and_nothing_else(
    mask: Mask, data: st.DataObject
) -> None:
    found, parts = components(mask), _flooded(mask)
    count = len(parts)
    chosen = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))

    drawn = found.mask(np.array(chosen, bool))

    pixels = set().union(*[p for p, is_in in zip(parts, chosen, strict=True) if is_in])
    np.testing.assert_array_equal(drawn, _drawn(pixels, mask.shape))


def test_a_spiral_is_one_part() -> None:
    mask = np.zeros((41, 41), bool)
    for turn in range(0, 20, 2):
        mask[turn, turn : 41 - turn] = mask[40 - turn, turn : 41 - turn] = True
        mask[turn : 41 - turn, 40 - turn] = True
        mask[turn + 2 : 41 - turn, turn] = mask[turn + 2, turn : turn + 3] = True

    assert len(components(mask).area) == 1
