"""The page and its assets: small, kept by their content, and bound to this host."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.web.static import ASSETS, Static

COMPRESSED = {"Accept-Encoding": "gzip"}


def _addresses(client: FlaskClient) -> list[str]:
    html = client.get("/").text
    return sorted(set(re.findall(r'(?:href|src)="\.(/assets/[^"]+)"', html)))


def test_the_page_with_all_its_assets_is_at_most_60_kb_compressed(
    client: FlaskClient,
) -> None:
    static = Static.read()
    addresses = ["/", *(f"/assets/{static.hash}/{name}" for name in static.files)]

    sent = {url: client.get(url, headers=COMPRESSED).data for url in addresses}

    assert len(sent) > 12
    assert sum(map(len, sent.values())) <= 60_000


def test_every_asset_that_the_page_names_is_there(client: FlaskClient) -> None:
    addresses = _addresses(client)

    assert len(addresses) == 4
    assert {client.get(url).status_code for url in addresses} == {200}


def test_a_browser_can_ask_for_the_style_before_it_has_read_the_page(
    client: FlaskClient,
) -> None:
    page = client.get("/")

    found = re.fullmatch(r"<(.+)>; rel=preload; as=style", page.headers["Link"])
    assert found is not None
    assert f'<link rel="stylesheet" href="./{found[1]}">' in page.text


def test_every_module_is_well_under_400_lines_and_imports_what_is_there() -> None:
    modules = {path.name: path.read_text() for path in ASSETS.glob("*.js")}

    for name, source in modules.items():
        assert source.count("\n") < 250, name
        imported = re.findall(r'(?:from |import\()"\./([^"]+)"', source)
        assert set(imported) <= set(modules), name
        assert "http://" not in source, name
        assert "https://" not in source, name


def test_an_asset_is_kept_for_ever_and_the_page_asked_for_again(
    client: FlaskClient,
) -> None:
    (url, *_) = _addresses(client)

    asset, page = client.get(url), client.get("/")

    assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert page.headers["Cache-Control"] == "no-cache"


def test_who_has_the_page_already_gets_no_body(client: FlaskClient) -> None:
    first = client.get("/", headers=COMPRESSED)

    again = client.get(
        "/", headers={**COMPRESSED, "If-None-Match": first.headers["ETag"]}
    )
    plain = client.get("/", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert plain.status_code == 200  # other bytes have another tag


def test_text_is_sent_in_gzip_to_those_who_take_it_and_pictures_never(
    client: FlaskClient,
) -> None:
    plain, zipped = client.get("/"), client.get("/", headers=COMPRESSED)
    picture = client.get(
        f"/assets/{Static.read().hash}/gallery.png", headers=COMPRESSED
    )

    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in picture.headers
    assert picture.data.startswith(b"\x89PNG")


def test_nothing_inline_and_nothing_from_another_host_is_allowed(
    client: FlaskClient,
) -> None:
    page = client.get("/")
    policy = page.headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", page.text)
    assert not re.search(r'(?:href|src|action)="(?:\w+:|//)', page.text)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/0000000000000000/style.css",
        "/assets/{hash}/nothing.js",
        "/assets/{hash}/../page.py",
        "/assets/{hash}/%2e%2e%2fpage.py",
        "/assets/{hash}/",
    ],
)
def test_what_is_no_asset_is_not_found(client: FlaskClient, path: str) -> None:
    response = client.get(path.format(hash=Static.read().hash))

    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_another_asset_gives_another_address(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = Static.read(tmp_path)

    (tmp_path / "a.js").write_text("2")
    after = Static.read(tmp_path)

    assert before.hash != after.hash
    assert after.files["a.js"].content_type == "text/javascript; charset=utf-8"


def test_an_answer_tells_how_long_it_took(client: FlaskClient) -> None:
    timing = client.get("/livez").headers["Server-Timing"]

    assert re.fullmatch(r"total;dur=[0-9.]+", timing)
