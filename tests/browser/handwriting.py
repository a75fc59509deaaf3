"""Digits as real people wrote them: the strokes of MNIST's test digits.

`strokes.json` has them, and says which picture each is from; `trace_strokes.py`
found them there. What draws them is left to others.
"""

import json
from pathlib import Path

Point = tuple[float, float]
Strokes = list[list[Point]]

FILE = Path(__file__).parent / "strokes.json"


def traced() -> dict[int, list[Strokes]]:
    """By digit, each of its pictures, as points across and down the pad, 0..1."""
    found: dict[int, list[Strokes]] = {}
    for entry in json.loads(FILE.read_text(encoding="utf-8")):
        strokes = [[(x, y) for x, y in stroke] for stroke in entry["strokes"]]
        found.setdefault(entry["digit"], []).append(strokes)
    return found


STROKES = traced()
