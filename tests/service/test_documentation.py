"""What there is to set and to ask is in the README."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.service.test_cli_serve import VARIABLES

README = Path(__file__).parent.parent.parent / "README.md"


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text(encoding="utf-8")


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_setting_is_documented(readme: str, variable: str) -> None:
    assert re.search(rf"(?<![A-Z_]){variable}(?![A-Z_])", readme)


def test_every_route_is_documented(readme: str, app: Flask) -> None:
    routes = {_of_default(rule.rule) for rule in app.url_map.iter_rules()}

    missing = [route for route in routes if not _named(route, readme)]

    assert {"/v1/classify", "/readyz"} <= routes
    assert missing == []


def _of_default(route: str) -> str:
    """The same route of no version in particular: the README tells once of both."""
    return re.sub(r"/(versions|labels)/<[^>]*>", "", route)


def _named(route: str, text: str) -> bool:
    """Whether `route` stands in `text`, its variables under any name."""
    plain = re.sub(r"<[^>]*>", "\0", route)
    pattern = re.escape(plain).replace("\0", r"[<{][^>}]*[>}]")
    return re.search(rf"(?<![\w/]){pattern}(?![\w/])", text) is not None
