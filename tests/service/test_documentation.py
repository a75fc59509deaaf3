"""What there is to set and to ask is in the README; what words point at is there."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.service.test_cli_serve import VARIABLES

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
PARTS = ("service", "training", "tests", "benchmarks", "docs", "models")
WRITTEN = sorted(
    [*ROOT.glob("*.md")]
    + [file for part in PARTS for file in (ROOT / part).rglob("*.md")]
    + [file for part in PARTS[:4] for file in (ROOT / part).rglob("*.py")]
)

LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
FILE = re.compile(rf"`((?:{'|'.join(PARTS[:4])})/[\w/]+\.py)`")
MODULE = re.compile(rf"`((?:{'|'.join(PARTS[:4])})(?:\.[a-z_0-9]+)+)")
"""A module in words, perhaps with a name in it behind."""


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


def _missing_links(file: Path) -> list[str]:
    found = LINK.findall(file.read_text(encoding="utf-8"))
    return [link for link in found if not (file.parent / link).exists()]


def _missing_modules(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8")
    names = [name for name in MODULE.findall(text) if not _is_there(name)]
    return names + [path for path in FILE.findall(text) if not (ROOT / path).is_file()]


def _is_there(name: str) -> bool:
    """Whether it is a folder or a module, or the name of something in a module."""
    path = ROOT.joinpath(*name.split("."))
    modules = (each.with_suffix(".py") for each in (path, path.parent))
    return path.is_dir() or any(module.is_file() for module in modules)


def test_every_file_that_is_linked_to_is_there() -> None:
    card = ROOT / "training/model_card.md"  # a template: its pictures are a version's
    documents = [f for f in WRITTEN if f.suffix == ".md" and f != card]

    missing = {str(file): _missing_links(file) for file in documents}

    assert len(documents) > 10
    assert {file: links for file, links in missing.items() if links} == {}


def test_every_module_that_is_told_of_is_there() -> None:
    missing = {str(file): _missing_modules(file) for file in WRITTEN}

    assert _is_there("service.workers.worker")
    assert not _is_there("service.worker")
    assert {file: names for file, names in missing.items() if names} == {}
