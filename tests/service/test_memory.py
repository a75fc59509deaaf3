"""What is handed back before a fork is not missed; in a process of its own."""

import subprocess
import sys

PROGRAM = """
import re
from pathlib import Path

import numpy as np
from PIL import Image

from service.memory import settle


def mapped():
    found = re.search(r"RssFile:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1])


def work():
    matrix = np.linalg.inv(np.arange(9.0).reshape(3, 3) + np.eye(3))
    picture = Image.fromarray(np.eye(64, dtype=np.uint8) * 255).resize((9, 7))
    return matrix.tobytes() + picture.tobytes()


before, worked = mapped(), work()
settle()
after = mapped()
assert work() == worked
settle()
print(before, after)
"""


def test_pages_of_libraries_are_let_go_and_found_again() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    before, after = map(int, run.stdout.split())
    assert after < before / 2
