"""The OpenAPI document as a page to read: one template, no script.

The page has nothing that the document has not, so the two cannot differ.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from service.api.openapi.document import Document, resolve

_LIST_OF_PLAIN = re.compile(r"\[\s+([^][{}]*?)\s+\]")
_CODE = re.compile(r"`([^`]*)`")


def render(document: Document) -> str:
    """The page, as HTML."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        prose=prose,
        pretty=pretty,
        resolved=partial(resolve, document),
        words=words,
        name=name_of,
        breakable=breakable,
    )
    template = environment.get_template("page.html")
    operations = _operations(document)
    errors = _errors(document, operations)
    return template.render(document=document, operations=operations, errors=errors)


def _operations(document: Document) -> dict[str, list[dict[str, Any]]]:
    """The operations of each tag, in the document's order."""
    by_tag: dict[str, list[dict[str, Any]]] = {t["name"]: [] for t in document["tags"]}
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method, operation in item.items():
            if method != "parameters":
                parameters = [*shared, *operation.get("parameters", [])]
                shown = {"path": path, "method": method.upper()}
                by_tag[operation["tags"][0]].append(
                    {**operation, **shown, "parameters": parameters}
                )
    return by_tag


def _errors(
    document: Document, operations: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    """The errors that operations share, which are shown once, by their name."""
    shared = {
        name_of(response)
        for tagged in operations.values()
        for operation in tagged
        for status, response in operation["responses"].items()
        if status >= "400" and "$ref" in response
    }
    named = document["components"].get("responses", {})
    return {name: response for name, response in named.items() if name in shared}


def name_of(reference: dict[str, str]) -> str:
    """The last part of what is referred to."""
    return reference["$ref"].rpartition("/")[2]


def prose(text: str) -> Markup:
    """Paragraphs; what stands in backticks is code."""
    paragraphs = str(escape(text)).split("\n\n")
    marked = (_CODE.sub(r"<code>\1</code>", paragraph) for paragraph in paragraphs)
    return Markup("".join(f"<p>{paragraph}</p>" for paragraph in marked))  # noqa: S704, escaped above


def breakable(path: str) -> Markup:
    """A path that a narrow page breaks between its parts."""
    return Markup(re.sub(r"(?<=.)(?=[/:])", "<wbr>", str(escape(path))))  # noqa: S704


def pretty(value: Any) -> str:
    """JSON to read: indented, but a list of numbers on one line."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return _LIST_OF_PLAIN.sub(lambda found: f"[{' '.join(found[1].split())}]", text)


def words(schema: Any) -> str:
    """What a schema asks of a value, as one phrase."""
    return ", ".join(_words(schema)) or "anything"


def _words(schema: dict[str, Any]) -> Iterator[str]:
    if "const" in schema:
        yield json.dumps(schema["const"])
    elif "enum" in schema:
        yield " or ".join(json.dumps(value) for value in schema["enum"])
    elif "type" in schema:
        kinds = schema["type"]
        yield kinds if isinstance(kinds, str) else " or ".join(kinds)
    for least, most, unit in (
        ("minimum", "maximum", ""),
        ("minItems", "maxItems", " items"),
        ("minLength", "maxLength", " characters"),
    ):
        yield from _range(schema.get(least), schema.get(most), unit)
    for key in ("format", "contentEncoding", "contentMediaType"):
        if key in schema:
            yield schema[key]
    if "pattern" in schema:
        yield f"matching {schema['pattern']}"
    if "default" in schema:
        yield f"by default {json.dumps(schema['default'])}"


def _range(least: int | None, most: int | None, unit: str) -> Iterator[str]:
    if least is not None and least == most:
        yield f"{least:,}{unit}"
    elif least is not None and most is not None:
        yield f"{least:,} to {most:,}{unit}"
    elif least is not None:
        yield f"at least {least:,}{unit}"
    elif most is not None:
        yield f"at most {most:,}{unit}"
