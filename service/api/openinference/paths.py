"""What a path names: a version by its number or its label, or none."""

import re

from service.serving.store import Version

_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def version_in(path: str | None) -> Version:
    """The version that this part of a path names; None where it is left out.

    Whether it is served, is left to the store.
    """
    if path is not None and _NUMBER.fullmatch(path):
        return int(path)
    return path
