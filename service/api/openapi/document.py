"""The OpenAPI document, put together from its parts.

What it says is in `parts/`; how it looks as a page is left to
`service.api.openapi.page`.
"""

import json
from pathlib import Path
from typing import Any

from service.json_keys import once_each

PARTS = Path(__file__).parent / "parts"
ORDER = (
    "service",
    "classify",
    "explain",
    "tfserving",
    "openinference",
    "health",
    "metrics",
    "web",
    "documentation",
)
"""The first has what all share; the tags of the others follow in this order."""

Document = dict[str, Any]


def assemble(release: str) -> Document:
    """The whole document, of that release of the service.

    Raises ValueError where two parts say the same thing.
    """
    document, *parts = (read(name) for name in ORDER)
    document["info"]["version"] = release
    for part in parts:
        document["tags"] += part["tags"]
        _add(document["paths"], part["paths"])
        for kind, named in part.get("components", {}).items():
            _add(document["components"].setdefault(kind, {}), named)
    return document


def read(name: str) -> Document:
    """One part; ValueError where a key stands twice in one object of it."""
    text = (PARTS / f"{name}.json").read_text(encoding="utf-8")
    document: Document = json.loads(text, object_pairs_hook=once_each)
    return document


def resolve(document: Document, node: Any) -> Any:
    """`node`, or what it refers to in `document`."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def _add(whole: Document, part: Document) -> None:
    twice = whole.keys() & part.keys()
    if twice:
        raise ValueError(f"two parts have {', '.join(sorted(twice))}")
    whole.update(part)
