"""What the URL may ask for: model, version, top, preprocess and detail."""

from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from service.app import create_app
from service.settings import Settings
from tests.fakes import Digit, FakeEngine, fake_digit, fake_version
from tests.service.encodings import encode
from tests.service.papers import beside


def _ask(client: FlaskClient, query: str, digit: int = 7) -> TestResponse:
    return client.post(
        f"/v1/classify?{query}",
        data=fake_digit(digit).tobytes(),
        content_type="application/octet-stream",
    )


@pytest.mark.parametrize(
    "query",
    [
        "",
        "model=mnist",
        "version=1",
        "preprocess=auto",
        "preprocess=exact",
        "detail=0",
        "detail=1",
        "model=mnist&version=1&preprocess=exact",
    ],
)
def test_what_is_served_may_be_asked_for(fake_client: FlaskClient, query: str) -> None:
    answer = _ask(fake_client, query)

    document = answer.get_json()
    assert (document["model"], document["version"]) == ("mnist", 1)
    assert "top" not in document["predictions"][0]


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("path", ["/v1/classify", "/v1/explain"])
@pytest.mark.parametrize(
    ("version", "answers"), [("1", 1), ("2", 2), ("02", 2), ("stable", 1), ("_2", 2)]
)
def test_a_version_is_asked_for_by_number_or_by_label(
    tmp_path: Path, path: str, version: str, answers: int
) -> None:
    fake_version(tmp_path, 1)
    fake_version(tmp_path, 2)
    (tmp_path / "mnist" / "labels.json").write_text('{"stable": 1, "_2": 2}')
    client = create_app(Settings(models_dir=tmp_path)).test_client()

    answer = client.post(
        f"{path}?version={version}",
        data=fake_digit(7).tobytes(),
        content_type="application/octet-stream",
    )

    assert answer.status_code == 200
    assert answer.get_json()["version"] == answers


def test_top_lists_the_likeliest_first_and_of_equals_the_smaller(
    fake_client: FlaskClient,
) -> None:
    (prediction,) = _ask(fake_client, "top=3").get_json()["predictions"]

    assert [entry["digit"] for entry in prediction["top"]] == [7, 0, 1]
    probabilities = [entry["probability"] for entry in prediction["top"]]
    assert probabilities == pytest.approx([0.91, 0.01, 0.01])


def test_top_may_list_all_ten(fake_client: FlaskClient) -> None:
    (prediction,) = _ask(fake_client, "top=10").get_json()["predictions"]

    assert sorted(entry["digit"] for entry in prediction["top"]) == list(range(10))


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("model=letters", 404, "model 'letters' is not served, expected 'mnist'"),
        ("model=", 404, "model '' is not served"),
        ("version=2", 404, "version 2 of 'mnist' is not served, expected one of [1]"),
        ("version=999999999", 404, "version 999999999 of 'mnist' is not served"),
        ("version=0", 400, "query version='0': expected a whole number, 1 to 999"),
        ("version=1000000000", 400, "query version='1000000000'"),
        (
            "version=latest",
            404,
            "version latest of 'mnist' is not served, expected one",
        ),
        ("version=a-b", 400, "query version='a-b': expected a whole number, 1 to"),
        (
            "version=0",
            400,
            "query version='0': expected a whole number, 1 to 999999999, or",
        ),
        ("version=%D9%A1", 400, "query version='\u0661': expected a whole number"),
        ("version=-1", 400, "query version='-1'"),
        ("version=", 400, "query version=''"),
        ("top=0", 400, "query top='0': expected a whole number, 1 to 10"),
        ("top=11", 400, "query top='11': expected a whole number, 1 to 10"),
        ("top=2.5", 400, "query top='2.5'"),
        ("preprocess=magic", 400, "query preprocess='magic': expected auto or exact"),
        ("preprocess=", 400, "query preprocess='': expected auto or exact"),
        ("detail=yes", 400, "query detail='yes': expected 0 or 1"),
        ("detail=", 400, "query detail='': expected 0 or 1"),
        ("detail=1&detail=1", 400, "query 'detail' stands 2 times"),
        ("Top=3", 400, "query 'Top' is unknown, expected one of model, version, top, "),
        ("%ff=1", 400, "query '%FF' is unknown"),
        ("top=1&top=2", 400, "query 'top' stands 2 times"),
        ("model=mnist&model=mnist", 400, "query 'model' stands 2 times"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    fake_client: FlaskClient, query: str, status: int, said: str
) -> None:
    answer = _ask(fake_client, query)

    assert answer.status_code == status
    assert answer.get_json()["detail"].startswith(said)


NEGATIVE = (255 - fake_digit(7)).tobytes()
OCTETS = "application/octet-stream"


def test_detail_says_what_was_done_to_each_picture(fake_client: FlaskClient) -> None:
    body = fake_digit(7).tobytes() + NEGATIVE + bytes(784)

    answer = fake_client.post("/v1/classify?detail=1", data=body, content_type=OCTETS)

    typical, negative, blank = answer.get_json()["predictions"]
    assert typical["preprocessing"] == {
        "untouched": True,
        "inverted": False,
        "cropped": [0, 0, 28, 28],
        "rotated": False,
        "several": False,
    }
    assert negative["preprocessing"] == {
        "untouched": False,
        "inverted": True,
        "cropped": [9, 9, 20, 20],
        "rotated": False,
        "several": False,
    }
    assert blank.keys() == {"error"}


@pytest.mark.parametrize("query", ["", "detail=0", "top=1"])
def test_without_detail_nothing_is_said_of_what_was_done(
    fake_client: FlaskClient, query: str
) -> None:
    (prediction,) = _ask(fake_client, query).get_json()["predictions"]

    assert "preprocessing" not in prediction


def test_a_negative_is_read_unless_exactly_its_pixels_are_asked_for(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    path = "/v1/classify?preprocess="

    exact = fake_client.post(path + "exact", data=NEGATIVE, content_type=OCTETS)
    auto = fake_client.post(path + "auto", data=NEGATIVE, content_type=OCTETS)

    assert exact.status_code == 422
    assert "expected bright ink on dark" in exact.get_json()["detail"]
    assert auto.status_code == 200
    (shown,) = engine.shown
    assert shown[0, 0] == 0
    assert shown.max() > 0.98


def test_pixels_that_are_no_mnist_digit_reach_the_network_where_exact_is_asked_for(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    answer = fake_client.post(
        "/v1/classify?preprocess=exact",
        data=bytes([7, *[0] * 783]),
        content_type=OCTETS,
    )

    assert answer.get_json()["predictions"][0]["digit"] == 7
    np.testing.assert_array_equal(engine.shown[0], [[7 / np.float32(255), *[0] * 783]])


@pytest.mark.parametrize("several", [True, False])
def test_a_second_digit_in_the_picture_is_told(
    fake_client: FlaskClient, digits: list[Digit], several: bool
) -> None:
    left, right = digits[8].pixels, digits[20].pixels
    drawn = beside(left, right if several else np.zeros(784, np.uint8))

    answer = fake_client.post(
        "/v1/classify?detail=1",
        data=encode(Image.fromarray(drawn), "PNG"),
        content_type="image/png",
    )

    (prediction,) = answer.get_json()["predictions"]
    assert prediction["several"] is several
    assert prediction["preprocessing"]["several"] is several


def test_the_query_is_checked_before_the_body(fake_client: FlaskClient) -> None:
    answer = fake_client.post("/v1/classify?top=0", data=b"")

    assert answer.status_code == 400
