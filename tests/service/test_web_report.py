"""The report of a version: its card as HTML, its pictures, and nothing else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.artifact import checksums, read_manifest, write_manifest
from service.settings import Settings
from service.web.report import to_html
from tests.fakes import FakeEngine, fake_version

CARD = """# A card

| digit | recall |
|---:|---|
| 7 | **0.99** |

<!-- a comment
over two lines -->
![Curves of <b>it</b>](curves.png)
<script>alert(1)</script> [away](javascript:alert(1))
"""
PNG = b"\x89PNG no real picture"


@pytest.fixture
def folder(tmp_path: Path, engine: FakeEngine) -> Path:
    """A version on disk with a report, and a secret beside it."""
    folder = fake_version(tmp_path)
    (folder / "report").mkdir()
    (folder / "report/model_card.md").write_text(CARD, encoding="utf-8")
    (folder / "report/curves.png").write_bytes(PNG)
    (folder / "report/page.html").write_text("<script>alert(1)</script>")
    manifest = replace(read_manifest(folder), files=checksums(folder))
    write_manifest(folder, manifest)
    (folder / "report/later.png").write_bytes(PNG)  # not in the manifest
    return folder


@pytest.fixture
def reader(folder: Path) -> FlaskClient:
    """A client of a service that serves the version in `folder`."""
    models_dir = folder.parent.parent
    return create_app(Settings(models_dir=models_dir)).test_client()


def test_the_card_is_shown_as_html_with_its_tables_and_pictures(
    reader: FlaskClient,
) -> None:
    response = reader.get("/models/mnist/1/report")

    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    assert "<h1>A card</h1>" in response.text
    assert "<strong>0.99</strong>" in response.text
    assert '<th class="right"' in response.text
    assert 'src="report/curves.png"' in response.text
    assert 'href="../../../assets/' in response.text
    assert "mnist 1: model card" in response.text


def test_html_in_a_card_is_shown_and_not_obeyed() -> None:
    html = to_html(CARD)

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert 'href="javascript' not in html
    assert "a comment" not in html
    assert "style=" not in html  # the page's policy would refuse it


def test_every_picture_of_a_real_report_is_there(client: FlaskClient) -> None:
    html = client.get("/models/mnist/2/report").text
    pictures = re.findall(r'<img src="([^"]+)"', html)

    assert len(pictures) >= 6
    for picture in pictures:
        response = client.get(f"/models/mnist/2/{picture}")
        assert response.content_type == "image/png"
        assert response.data.startswith(b"\x89PNG")


def test_files_of_the_report_are_sent_as_they_are(reader: FlaskClient) -> None:
    picture = reader.get("/models/mnist/1/report/curves.png")
    card = reader.get("/models/mnist/1/report/model_card.md")
    again = reader.get(
        "/models/mnist/1/report/curves.png",
        headers={"If-None-Match": picture.headers["ETag"]},
    )

    assert (picture.data, picture.content_type) == (PNG, "image/png")
    assert card.content_type == "text/markdown; charset=utf-8"
    assert card.data == CARD.encode()
    assert again.status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        "nothing.png",
        "later.png",  # on disk, but nobody vouches for it
        "page.html",  # of a type that is not shown
        "..%2fmanifest.json",
        "%2e%2e/manifest.json",
        "../manifest.json",
        "..%5cmanifest.json",
        "%2fetc%2fpasswd",
        "curves.png%00",
        ".",
        "",
    ],
)
def test_nothing_but_the_listed_files_is_ever_sent(
    reader: FlaskClient, name: str
) -> None:
    response = reader.get(f"/models/mnist/1/report/{name}")

    assert response.status_code == 404


def test_a_file_that_was_changed_since_it_was_checked_is_not_sent(
    reader: FlaskClient, folder: Path
) -> None:
    (folder / "report/curves.png").unlink()
    (folder / "report/curves.png").symlink_to("/etc/passwd")
    (folder / "report/model_card.md").unlink()

    picture = reader.get("/models/mnist/1/report/curves.png")
    card = reader.get("/models/mnist/1/report")

    assert (picture.status_code, card.status_code) == (503, 503)
    assert "is not what it was when version 1 was loaded" in picture.text


@pytest.mark.parametrize(
    "path",
    ["/models/mnist/9/report", "/models/other/1/report", "/models/mnist/x/report"],
)
def test_a_version_that_is_not_served_has_no_report(
    reader: FlaskClient, path: str
) -> None:
    assert reader.get(path).status_code == 404


def test_a_version_without_a_report_has_none(
    engine: FakeEngine, tmp_path: Path
) -> None:
    fake_version(tmp_path)
    client = create_app(Settings(models_dir=tmp_path)).test_client()

    assert client.get("/models/mnist/1/report").status_code == 404
