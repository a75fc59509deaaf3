"""A mask as one whole number, a bit for each pixel: it grows in four shifts.

What a digit's strokes should be like is left to `strokes`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Bitmap:
    """The pixels of a mask: bit `row * width + column` of `bits` is one of them.

    Shifting by 1 moves all of them across, by `width` down. Its outermost pixels
    must be empty, and stay so: what leaves a side would come in at the other.
    """

    bits: int
    height: int
    width: int

    @classmethod
    def of(cls, mask: Mask, margin: int) -> "Bitmap":
        """`mask`, bool [h, w], with `margin` empty pixels around it."""
        height, width = (side + 2 * margin for side in mask.shape)
        wide = np.zeros((height, width), bool)
        wide[margin : height - margin, margin : width - margin] = mask
        packed = np.packbits(wide, bitorder="little").tobytes()
        return cls(int.from_bytes(packed, "little"), height, width)

    def mask(self) -> Mask:
        """The pixels as bool [height, width], margin and all."""
        count = self.height * self.width
        packed = np.frombuffer(self.bits.to_bytes(-(-count // 8), "little"), np.uint8)
        bits = np.unpackbits(packed, count=count, bitorder="little")
        return bits.view(np.bool_).reshape(self.height, self.width)

    def area(self) -> int:
        """How many pixels there are."""
        return self.bits.bit_count()

    def grown(self, square: bool) -> "Bitmap":
        """Grown by a pixel as a cross or a square: in turns, as a disc."""
        across = self.bits | self.bits << 1 | self.bits >> 1
        source = across if square else self.bits
        return self._with(across | source << self.width | source >> self.width)

    def eroded(self) -> "Bitmap":
        """Shrunk by a pixel as a cross: those with all four neighbours."""
        across = self.bits & self.bits << 1 & self.bits >> 1
        return self._with(across & self.bits << self.width & self.bits >> self.width)

    def thinned(self) -> "Bitmap":
        """Shrunk by a pixel, but for what is too thin to survive that."""
        core = self.eroded()
        survives = core.grown(square=False).grown(square=True)
        return self._with(core.bits | (self.bits & ~survives.bits))

    def _with(self, bits: int) -> "Bitmap":
        return Bitmap(bits, self.height, self.width)
