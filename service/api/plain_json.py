"""The one picture of a JSON body that is as plain as nearly all clients write it.

Any other JSON, right or wrong, is left to `service.api.json_pictures`.
"""

import re
from base64 import b64decode
from binascii import Error

_BODY = re.compile(
    rb'[ \t\r\n]*\{[ \t\r\n]*"image"[ \t\r\n]*:[ \t\r\n]*"'
    rb'([^"]+)"[ \t\r\n]*\}[ \t\r\n]*'
)
_TEXT = re.compile(rb"(?:data:image/[A-Za-z0-9.+-]+;base64,)?([A-Za-z0-9+/]+={0,2})")


def only_picture(body: bytes) -> bytes | None:
    """The bytes of the picture in `{"image": ...}`, which is in base64 there.

    None where anything else is in it, or where it stands otherwise than JSON's
    libraries write it.
    """
    found = _BODY.fullmatch(body)
    return None if found is None else from_base64(found[1])


def from_base64(text: bytes) -> bytes | None:
    """What a text holds in plain base64, on its own or as a data: URL of a picture.

    None where it is written in any other way, which may be right all the same.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    try:
        return b64decode(found[1], validate=True)
    except Error:
        return None
