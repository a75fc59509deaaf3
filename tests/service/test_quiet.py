"""What C++ says of itself is not heard, and Python is heard again after it."""

import os

import pytest

from service.engines.quiet import silent_stderr


def test_silent_stderr_hides_what_c_code_writes_and_gives_it_back(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with silent_stderr():
        os.write(2, b"chatter")
    os.write(2, b"heard")

    assert capfd.readouterr().err == "heard"
