"""How much ink is where in a grey picture, once its background is known.

Knows nothing of digits, nor of how the picture was encoded.
"""

import numpy as np

from service.normaliser.background import FAINTEST, Background, Grey, bright_ink
from service.normaliser.filters import Floats, calmed, median


def ink_strength(grey: Grey, background: Background) -> Floats | None:
    """How much ink is where in `grey`, uint8 [h, w]: float32 [h, w].

    0 is background, 1 and above is ink; None where nothing stands out.
    """
    level = bright_ink(grey, background.dark) - background.paper
    noise, least = 0.0, 0.25
    if not background.flat:
        level = calmed(level)
        level -= np.float32(median(level))
        noise, least = 1.4826 * median(np.abs(level)), 0.4
    peak = _peak(level)
    if peak is None or peak < 5 * noise:
        return None
    surely = max(FAINTEST / 2, least * peak, 3 * noise)
    cut = max(3 * noise, 0.5 * median(level[level >= surely]))
    return level / np.float32(cut)


def _peak(level: Floats) -> float | None:
    """How strong the strongest of the ink is, specks left out; None where faint."""
    strong = level[level >= FAINTEST]
    count = max(4, level.size // 1000) if level.size > 4 else 1
    if strong.size < count:
        return None
    return float(np.partition(strong, -count)[-count])
