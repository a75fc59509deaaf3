"""The one file of a form that is as plain as nearly all clients write it.

Any other form, right or wrong, is left to werkzeug.
"""

import re

_HEAD = re.compile(
    rb"--([-\w]{1,70})\r\n"
    rb'Content-Disposition: form-data; name="image"; filename="[ !#-\[\]-~]+"\r\n'
    rb"(?:Content-Type: [ -~]+\r\n)?\r\n"
)


def only_file(form: bytes, boundary: bytes) -> bytes | None:
    """The one part of a form (RFC 7578), where that is a file named image.

    None where there are others, or where it stands otherwise than browsers, curl
    and Python's libraries have it.
    """
    head = _HEAD.match(form)
    if head is None or head[1] != boundary:
        return None
    file, _, rest = form[head.end() :].partition(b"--" + boundary)
    plain = file.endswith(b"\r\n") and rest in (b"--", b"--\r\n")
    return file[:-2] if plain else None
