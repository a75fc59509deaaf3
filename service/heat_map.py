"""A picture of an explanation: each pixel in the colour of what it spoke for.

Orange for the digit, blue against it, the ink in grey beneath: the pair that people
with any colour blindness tell apart, brighter than in Okabe and Ito (Color universal
design, 2008), since it stands on black.
Encoding the picture is left to `service.squares`.
"""

import numpy as np
from numpy.typing import NDArray

from service.digits import SIDE

FOR = np.array([255, 159, 0], np.float32)
AGAINST = np.array([40, 150, 255], np.float32)
INK = 0.35
"""How bright ink is that speaks neither for nor against, of 1."""


def full_colour(spoken: NDArray[np.float32]) -> float:
    """The attribution, in logits, that has the full colour: the largest, or 0."""
    return float(np.abs(spoken).max())


def draw(spoken: NDArray[np.float32], digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The heat map, uint8 RGB [28, 28, 3], of attributions over their digit, [784].

    A pixel that speaks half as much as the strongest has half its colour, and grey
    for the rest.
    """
    strength = (spoken / (full_colour(spoken) or 1))[:, None]
    grey = np.repeat(INK * digit[:, None].astype(np.float32), 3, axis=1)
    colour = np.where(strength > 0, FOR, AGAINST)
    mixed = grey + np.abs(strength) * (colour - grey)
    colours: NDArray[np.uint8] = np.rint(mixed).astype(np.uint8)
    return colours.reshape(SIDE, SIDE, 3)
