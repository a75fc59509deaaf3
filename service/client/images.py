"""A PIL image as the bytes of a PNG, whatever its mode.

Pillow is not imported here: whoever gives an image has.
"""

import io
import sys
from typing import Any

from service.client.errors import PictureError

_ORIENTATION = 0x0112  # the EXIF tag
_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I;16B"})
_CONVERTED = {"CMYK": "RGB", "HSV": "RGB", "RGBX": "RGB", "YCbCr": "RGB"} | {
    "La": "LA",
    "PA": "RGBA",
    "RGBa": "RGBA",
}


def is_image(value: Any) -> bool:
    """Whether it is a PIL image."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(value, pillow.Image)


def to_png(image: Any) -> bytes:
    """The image as a PNG, with EXIF's rotation and no other metadata.

    Raises PictureError where its file is damaged, ValueError for a mode whose white
    is not known.
    """
    try:
        image.load()  # a TIFF is turned by this, and says so no more
        exif = type(image.getexif())()
        exif[_ORIENTATION] = image.getexif().get(_ORIENTATION, 1)
        file = io.BytesIO()
        options = {"exif": exif, "icc_profile": None, "compress_level": 1}
        _for_png(image).save(file, "PNG", **options)
    except OSError as error:
        raise PictureError(f"the image cannot be read: {error}") from error
    return file.getvalue()


def _for_png(image: Any) -> Any:
    mode = image.mode
    if mode in _PNG_MODES:
        return image
    if mode == "I" and image.format == "PPM":  # from 0 to 65535
        return image.convert("I;16")
    if mode in _CONVERTED:
        return image.convert(_CONVERTED[mode])
    raise ValueError(
        f"the image has the mode {mode!r}, whose white is not known; expected 'L', "
        "'RGB' or alike: image.convert('L') once its values are from 0 to 255"
    )
