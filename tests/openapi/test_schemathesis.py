"""schemathesis asks the real service for everything that the document promises."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from service.versions.labels import LABELS
from tests.load.server import ROOT, Server, running

CONFIG = str(Path(__file__).parent / "schemathesis.toml")
PROGRAM = (sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIG)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The service over the repository's models, one with the label `stable`."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(models_dir / "mnist", folder / "mnist")
    (folder / "mnist" / LABELS).write_text('{"stable": 2}')
    with running(folder, folder / "log", WORKERS="1") as started:
        yield started


@pytest.fixture
def document(server: Server) -> Any:
    """The document, as this server answers it."""
    return requests.get(server.url("/openapi.json"), timeout=60).json()


@dataclass(frozen=True)
class Findings:
    """What schemathesis found: its exit code, its report, and all that it said."""

    code: int
    report: Any
    story: str


def check(server: Server, document: Any, folder: Path, *options: str) -> Findings:
    """Ask the service for what the document promises."""
    # From a file, since it leaves out the path that it gets a document from.
    (folder / "openapi.json").write_text(json.dumps(document))
    report = folder / "report.json"
    asked = ["run", str(folder / "openapi.json"), "--url", server.url(""), *options]
    reported = ["--no-color", "--report=json", f"--report-json-path={report}"]
    done = subprocess.run(
        [*PROGRAM, *asked, *reported],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    story = done.stdout + done.stderr
    assert report.exists(), story
    return Findings(done.returncode, json.loads(report.read_text()), story)


def test_the_service_is_as_its_document_says(
    server: Server, document: Any, tmp_path: Path
) -> None:
    found = check(server, document, tmp_path)

    assert found.code == 0, found.story
    assert found.report["test_cases"]["generated"] >= 2000
    assert found.report["operations"]["tested"] == _count(document)
    assert not any(found.report["warnings"].values()), found.story
    assert '"level":"error"' not in server.log.read_text()


def test_what_is_meant_to_be_valid_reaches_the_network(
    server: Server, document: Any, tmp_path: Path
) -> None:
    paths = ("/v1/classify", "/v1/models/{model}:predict", "/v2/models/{model}/infer")
    options = [f"--include-path={path}" for path in paths]

    found = check(server, document, tmp_path, *options, "--mode", "positive")

    rates = found.report["valid_rates"]
    assert rates.keys() == {f"POST {path}" for path in paths}
    for phases in rates.values():
        fuzzed = phases["fuzzing"]
        assert fuzzed["accepted"] > fuzzed["rejected"] + fuzzed["unreachable"]


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        ("the schema", "JsonSchemaError"),
        ("a header", "MissingHeaders"),
        ("the status", "UndefinedStatusCode"),
        ("the content type", "UndefinedContentType"),
    ],
)
def test_a_document_that_is_not_so_is_found_out(
    server: Server, document: Any, tmp_path: Path, change: str, failure: str
) -> None:
    responses = document["paths"]["/livez"]["get"]["responses"]
    media = responses["200"]["content"]["application/json"]
    match change:
        case "the schema":
            media["schema"]["properties"]["status"]["const"] = "dead"
        case "a header":
            missing = {"required": True, "schema": {"type": "string"}}
            responses["200"]["headers"]["X-Missing"] = missing
        case "the status":
            responses["201"] = responses.pop("200")
        case "the content type":
            responses["200"]["content"] = {"text/plain": media}

    found = check(server, document, tmp_path, "--include-path=/livez")

    assert found.code == 1, found.story
    assert failure in {found["type"] for found in found.report["failures"]}


def _count(document: Any) -> int:
    """The operations of the document."""
    return sum(
        1 for item in document["paths"].values() for key in item if key != "parameters"
    )
