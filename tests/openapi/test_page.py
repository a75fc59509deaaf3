"""The page at /docs: it says what the document says, and loads nothing else."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.api.openapi.page import breakable, pretty, prose, render, words

PATHS = (
    "/openapi.json",
    "/docs",
    "/docs/style.css",
    "/docs/seven.png",
    "/docs/seven.npy",
    "/docs/seven.bin",
    "/docs/infer.bin",
)


class Reader(HTMLParser):
    """What a browser would load and where links lead; fails on unclosed tags."""

    VOID = frozenset({"meta", "link", "img", "wbr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, attribute: str) -> list[str]:
        """Every value that this attribute has."""
        found = (attributes.get(attribute) for _, attributes in self.tags)
        return [value for value in found if value is not None]


@pytest.fixture(scope="module")
def page(app: Flask) -> str:
    """The page as the service answers it."""
    answer = app.test_client().get("/docs")
    assert answer.content_type == "text/html; charset=utf-8"
    return answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def document(app: Flask) -> Any:
    """The document that it shows."""
    return app.test_client().get("/openapi.json").get_json()


def test_it_loads_nothing_but_what_the_service_has(
    page: str, client: FlaskClient
) -> None:
    reader = Reader(page)

    for path in {*reader.values("src"), *reader.values("href")}:
        assert path.startswith(("#", "/")), path
        assert not path.startswith("//"), path
        if not path.startswith("#"):
            assert client.get(path).status_code == 200, path


def test_it_has_no_script_and_no_inline_style(page: str) -> None:
    reader = Reader(page)

    names = {name for _, attributes in reader.tags for name in attributes}

    assert not {"script", "style", "iframe", "form"} & {tag for tag, _ in reader.tags}
    assert not {name for name in names if name == "style" or name.startswith("on")}


def test_its_style_loads_nothing_either(client: FlaskClient) -> None:
    style = client.get("/docs/style.css").get_data(as_text=True)

    assert "@import" not in style
    assert "url(" not in style
    assert "prefers-color-scheme: dark" in style


def test_every_link_within_it_leads_somewhere(page: str) -> None:
    reader = Reader(page)
    ids = reader.values("id")

    inner = [href[1:] for href in reader.values("href") if href.startswith("#")]

    assert len(set(ids)) == len(ids)
    assert set(inner) <= set(ids)


def test_it_shows_every_operation_schema_and_example(page: str, document: Any) -> None:
    text = re.sub(r"\s+", " ", page)
    operations = [
        operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]

    for operation in operations:
        assert f'id="{operation["operationId"]}"' in text
        assert str(prose(operation["summary"]))[3:-4] in text
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in text
    for example in document["components"]["examples"].values():
        assert f"</code>: {prose(example['summary'])[3:-4]}" in text


def test_what_the_document_says_is_never_markup() -> None:
    hostile = "<script>alert(1)</script>"
    document = {
        "openapi": "3.1.1",
        "info": {
            "title": hostile,
            "version": hostile,
            "summary": hostile,
            "description": f"`{hostile}`",
        },
        "tags": [{"name": hostile, "description": hostile}],
        "paths": {},
        "components": {"schemas": {"A": {"description": hostile, "const": hostile}}},
    }

    page = render(document)

    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 6


@pytest.mark.parametrize("path", PATHS)
def test_no_answer_may_be_framed_or_run_anything(
    client: FlaskClient, path: str
) -> None:
    headers = client.get(path).headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_has_it_is_told_so_without_a_body(
    client: FlaskClient, document: Any, path: str
) -> None:
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    changed = client.get(path, headers={"If-None-Match": '"something else"'})

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    schema = document["components"]["headers"]["ETag"]["schema"]
    assert re.fullmatch(schema["pattern"], first.headers["ETag"])
    assert changed.status_code == 200
    assert changed.data == first.data


@pytest.mark.parametrize("path", ["/docs/page.html", "/docs/..%2Fpage.html", "/docs/"])
def test_there_is_nothing_else_below_it(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_the_page_is_answered_to_head_as_well(client: FlaskClient) -> None:
    answer = client.head("/docs")

    assert answer.status_code == 200
    assert answer.data == b""


def test_json_on_the_page_keeps_a_list_of_numbers_on_one_line() -> None:
    assert pretty({"a": [1, 2], "b": [{"c": []}]}) == (
        '{\n  "a": [1, 2],\n  "b": [\n    {\n      "c": []\n    }\n  ]\n}'
    )


def test_a_path_breaks_between_its_parts() -> None:
    assert breakable("/v1/models/{a}:b<") == "/v1<wbr>/models<wbr>/{a}<wbr>:b&lt;"


@pytest.mark.parametrize(
    ("schema", "phrase"),
    [
        ({}, "anything"),
        ({"const": "alive"}, '"alive"'),
        ({"enum": ["0", "1"], "default": "0"}, '"0" or "1", by default "0"'),
        ({"type": ["integer", "null"], "minimum": 1}, "integer or null, at least 1"),
        ({"type": "integer", "minimum": 0, "maximum": 1000}, "integer, 0 to 1,000"),
        ({"type": "array", "minItems": 28, "maxItems": 28}, "array, 28 items"),
        ({"type": "string", "maxLength": 9}, "string, at most 9 characters"),
        ({"type": "string", "pattern": "^a$"}, "string, matching ^a$"),
    ],
)
def test_a_schema_is_told_in_one_phrase(schema: dict[str, Any], phrase: str) -> None:
    assert words(schema) == phrase
