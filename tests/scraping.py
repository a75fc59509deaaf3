"""What a Prometheus server would make of an answer of /metrics."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import NoReturn

import pytest
from prometheus_client.parser import text_string_to_metric_families

Series = tuple[str, tuple[tuple[str, str], ...]]


def series(text: str) -> dict[Series, float]:
    """Each series of an answer, by its name and labels, with its value."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def total(found: Mapping[Series, float], name: str, **labels: str) -> float:
    """The sum over all series of that name with those labels among theirs."""
    return sum(
        value
        for (found_name, found_labels), value in found.items()
        if found_name == name and labels.items() <= dict(found_labels).items()
    )


def promtool(*arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    """What promtool says; the test is skipped where there is none.

    It fails instead where MNIST_TESTS_REQUIRE_PROMTOOL=1.
    """
    program = shutil.which("promtool")
    if program is None:
        _lacking("there is no promtool here: apt install prometheus")
    return subprocess.run(
        [program, *arguments], input=text, capture_output=True, text=True, check=False
    )


def _lacking(reason: str) -> NoReturn:
    if os.environ.get("MNIST_TESTS_REQUIRE_PROMTOOL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
