"""A share of those who ask for no version is answered by the canary, and told so."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from werkzeug.test import TestResponse as Answer

from service.api.openapi.document import assemble
from service.api.telling import CANARY
from service.app import create_app
from service.cli import classify
from service.counting.marks import begin
from service.digits import to_pixels
from service.serving.routing import Share
from service.serving.store import Store
from service.settings import Settings
from service.versions.labels import LABELS
from tests.fakes import FakeEngine, fake_digit, fake_version
from tests.scraping import series, total

SHARE = Share("canary", 50)
IDS = [f"request-{number}" for number in range(40)]
INSIDE, OUTSIDE = (
    next(each for each in IDS if SHARE.has(each) is inside) for inside in (True, False)
)
ROW = to_pixels(fake_digit(3)[None])[0].tolist()
TENSOR = {"name": "pixels", "datatype": "FP32", "shape": [1, 784], "data": ROW}
PREDICT = {"instances": [ROW]}
INFER = {"inputs": [TENSOR]}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a model: version 1 is stable, 2 the canary, 3 neither."""
    for version in (1, 2, 3):
        fake_version(tmp_path, version)
    label(tmp_path / "mnist", stable=1, canary=2)
    return tmp_path / "mnist"


@pytest.fixture
def client(engine: FakeEngine, home: Path) -> FlaskClient:
    return create_app(Settings(models_dir=home.parent, canary=SHARE)).test_client()


def label(home: Path, **labels: int) -> None:
    (home / LABELS).write_text(json.dumps(labels))


def classified(client: FlaskClient, name: str = "", **more: Any) -> Answer:
    """What /v1/classify answers to a three; the id of the request is `name`."""
    path = more.pop("path", "/v1/classify")
    headers = {"Content-Type": "application/octet-stream", **more.pop("headers", {})}
    if name:
        headers["X-Request-ID"] = name
    return client.post(path, data=fake_digit(3).tobytes(), headers=headers, **more)


def posted(client: FlaskClient, path: str, document: Any, name: str) -> Answer:
    return client.post(path, json=document, headers={"X-Request-ID": name})


def test_a_request_in_the_share_is_answered_by_the_canary_and_says_so(
    client: FlaskClient,
) -> None:
    answer = classified(client, INSIDE)

    document = answer.get_json()
    assert (document["version"], document["canary"]) == (2, "canary")
    assert answer.headers[CANARY] == "canary"


def test_a_request_outside_of_it_is_answered_as_without_a_canary(
    client: FlaskClient,
) -> None:
    answer = classified(client, OUTSIDE)

    document = answer.get_json()
    assert document["version"] == 1
    assert "canary" not in document
    assert CANARY not in answer.headers


def test_the_same_request_id_always_gets_the_same_version(client: FlaskClient) -> None:
    for name in IDS * 2:
        expected = 2 if SHARE.has(name) else 1

        assert classified(client, name).get_json()["version"] == expected


def test_without_an_id_the_same_client_always_gets_the_same_version(
    client: FlaskClient,
) -> None:
    for number in range(40):
        address = f"10.0.0.{number % 20}"
        expected = 2 if SHARE.has(address) else 1

        answer = classified(client, environ_overrides={"REMOTE_ADDR": address})

        assert answer.get_json()["version"] == expected


def test_behind_a_proxy_the_client_is_the_one_that_it_tells_of(
    client: FlaskClient,
) -> None:
    for number in range(20):
        address = f"10.0.0.{number}"
        headers = {"X-Forwarded-For": f"{address}, 172.16.0.1"}
        expected = 2 if SHARE.has(address) else 1

        assert classified(client, headers=headers).get_json()["version"] == expected


def test_an_id_that_is_not_taken_does_not_count(client: FlaskClient) -> None:
    address = {"REMOTE_ADDR": "10.0.0.1"}
    expected = classified(client, environ_overrides=address).get_json()["version"]

    found = {
        classified(client, f"<{each}>", environ_overrides=address).get_json()["version"]
        for each in IDS
    }

    assert found == {expected}


def test_clients_without_an_address_are_shared_out_by_request(
    client: FlaskClient,
) -> None:
    nowhere = {"REMOTE_ADDR": ""}

    found = {
        classified(client, environ_overrides=nowhere).get_json()["version"]
        for _ in range(60)
    }

    assert found == {1, 2}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_version_that_is_asked_for_is_never_another(
    client: FlaskClient, version: int
) -> None:
    path = f"/v1/classify?version={version}"

    for name in (INSIDE, OUTSIDE):
        answer = classified(client, name, path=path)

        document = answer.get_json()
        assert document["version"] == version
        assert "canary" not in document
        assert CANARY not in answer.headers


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/v1/models/mnist:predict", PREDICT),
        ("/v1/models/mnist:classify", {"examples": [{"pixels": ROW}]}),
        ("/v2/models/mnist/infer", INFER),
    ],
)
def test_the_other_dialects_say_so_in_the_same_header(
    client: FlaskClient, path: str, document: Any
) -> None:
    inside = posted(client, path, document, INSIDE)
    outside = posted(client, path, document, OUTSIDE)

    assert (inside.status_code, outside.status_code) == (200, 200)
    assert inside.headers[CANARY] == "canary"
    assert CANARY not in outside.headers


def test_v2_tells_the_version_of_the_canary(client: FlaskClient) -> None:
    answer = posted(client, "/v2/models/mnist/infer", INFER, INSIDE)

    assert answer.get_json()["model_version"] == "2"


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/v1/models/mnist/versions/1:predict", PREDICT),
        ("/v1/models/mnist/labels/stable:predict", PREDICT),
        ("/v2/models/mnist/versions/1/infer", INFER),
        ("/v2/models/mnist/versions/stable/infer", INFER),
    ],
)
def test_the_other_dialects_reroute_no_version_or_label_either(
    client: FlaskClient, path: str, document: Any
) -> None:
    answer = posted(client, path, document, INSIDE)

    assert answer.status_code == 200
    assert CANARY not in answer.headers


def test_answers_of_the_canary_are_as_the_document_has_them(
    client: FlaskClient,
) -> None:
    document = assemble("1.0")

    for path, schema in (("/v1/classify", "Answer"), ("/v1/explain", "Explanation")):
        answer = classified(client, INSIDE, path=path).get_json()

        described = {"$ref": f"#/components/schemas/{schema}"}
        whole = {**described, "components": document["components"]}
        OAS31Validator(whole).validate(answer)
        assert answer["canary"] == "canary"


def test_an_explanation_is_of_the_version_that_classifies(client: FlaskClient) -> None:
    for name in (INSIDE, OUTSIDE):
        told = classified(client, name).get_json()

        explained = classified(client, name, path="/v1/explain")

        document = explained.get_json()
        assert document["version"] == told["version"]
        assert document.get("canary") == told.get("canary")
        assert explained.headers.get(CANARY) == told.get("canary")


def test_bare_numbers_say_so_in_the_header(client: FlaskClient) -> None:
    accept = {"Accept": "application/octet-stream"}

    answer = classified(client, INSIDE, headers=accept)

    assert (answer.headers[CANARY], answer.headers["X-Model-Version"]) == (
        "canary",
        "2",
    )


def test_what_is_told_of_the_model_is_told_of_the_default(client: FlaskClient) -> None:
    answer = client.get("/v1/models/mnist/metadata", headers={"X-Request-ID": INSIDE})

    assert answer.get_json()["model_spec"]["version"] == "1"
    assert CANARY not in answer.headers


def test_without_the_setting_nobody_is_sent_anywhere(
    engine: FakeEngine, home: Path
) -> None:
    client = create_app(Settings(models_dir=home.parent)).test_client()

    found = {classified(client, each).get_json()["version"] for each in IDS}

    assert found == {1}


def test_a_label_is_followed_as_it_moves_and_goes(
    engine: FakeEngine, home: Path
) -> None:
    settings = Settings(models_dir=home.parent, canary=Share("canary", 100))
    store = Store(settings)
    found = []

    for labels in ({"canary": 2}, {"canary": 3}, {}, {"canary": 9}, {"canary": 2}):
        label(home, stable=1, **labels)
        store.load()
        found.append(_served(store))

    assert found == [2, 3, 1, 1, 2]


def _served(store: Store) -> int:
    begin().asker = lambda: "somebody"
    try:
        return store.choose(None, None).manifest.version
    finally:
        begin()


def test_the_command_line_is_never_sent_to_the_canary(
    engine: FakeEngine,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered: list[int] = []
    monkeypatch.setenv("MNIST_MODELS_DIR", str(home.parent))
    monkeypatch.setenv("MNIST_CANARY", "canary:100")
    really = Store.choose

    def choose(store: Store, *arguments: Any) -> Any:
        found = really(store, *arguments)
        answered.append(found.manifest.version)
        return found

    monkeypatch.setattr(Store, "choose", choose)
    picture = Path(__file__).parents[1] / "data/digits/7_0.png"

    assert classify.main([str(picture)]) == 0

    assert answered == [1]


def test_canary_requests_are_counted_by_label_and_version(client: FlaskClient) -> None:
    for name in IDS:
        classified(client, name)

    found = series(client.get("/metrics").text)

    inside = sum(map(SHARE.has, IDS))
    counted = total(found, "mnist_canary_requests_total", label="canary", version="2")
    assert counted == inside
    assert total(found, "mnist_http_requests_total", version="2") == inside


def test_a_picture_that_cannot_be_read_is_still_told_whose_it_was(
    client: FlaskClient,
) -> None:
    headers = {"Content-Type": "image/png", "X-Request-ID": INSIDE}

    answer = client.post("/v1/classify", data=b"no picture", headers=headers)

    assert answer.status_code == 422
    assert answer.headers[CANARY] == "canary"


def test_pictures_reach_the_network_of_the_canary_unchanged(
    client: FlaskClient, engine: FakeEngine
) -> None:
    classified(client, INSIDE)

    assert np.array_equal(engine.shown[-1], to_pixels(fake_digit(3)[None]))
