"""POST :classify answers labels with scores; :regress says why it cannot."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.service.tfserving_pictures import CLASSIFY, b64, read_as, row

REGRESS = "/v1/models/mnist:regress"


def scored(digit: int) -> list[list[Any]]:
    return [[str(label), score] for label, score in enumerate(read_as(digit))]


@pytest.mark.parametrize(
    "examples",
    [
        [{"pixels": row(7)}, {"pixels": row(3)}],
        [{"pixels": b64(7)}, {"pixels": b64(3)}],
        [{"pixels": [b64(7)]}, {"pixels": [b64(3)]}],
    ],
    ids=["numbers", "b64", "b64 in a list"],
)
def test_each_example_gets_every_label_with_its_score(
    fake_client: FlaskClient, examples: list[Any]
) -> None:
    answer = fake_client.post(CLASSIFY, json={"examples": examples})

    assert answer.status_code == 200
    assert answer.get_json() == {"results": [scored(7), scored(3)]}


def test_the_context_is_part_of_every_example(fake_client: FlaskClient) -> None:
    document = {"context": {"pixels": row(7)}, "examples": [{}, {"pixels": row(3)}]}

    answer = fake_client.post(CLASSIFY, json=document)

    assert answer.get_json() == {"results": [scored(7), scored(3)]}


def test_other_features_are_ignored(fake_client: FlaskClient) -> None:
    example = {"pixels": row(7), "caption": "seaside", "weight": None}

    answer = fake_client.post(CLASSIFY, json={"examples": [example]})

    assert answer.get_json() == {"results": [scored(7)]}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "When method is classify, key 'examples' is expected and was not found"),
        ({"examples": {}}, "Expecting 'examples' value to be an list/array"),
        ({"examples": []}, "'examples' value is an empty array"),
        ({"examples": [1]}, "Example must be JSON object but got JSON Number"),
        ({"examples": [{}, []]}, "Example must be JSON object but got JSON Array"),
        (
            {"examples": [{}], "context": True},
            "Example must be JSON object but got JSON Boolean",
        ),
        (
            {"examples": [{"image": row(7)}]},
            "Feature: pixels (data type: float) is required but could not be found. "
            "JSON Value: object with the keys ['image']",
        ),
        (
            {"examples": [{"pixels": 0.5}]},
            "Failed to process element: 0. JSON Value: 0.5 Type: Number is not of "
            "expected type: a list of 784 numbers",
        ),
        (
            {"signature_name": "other", "examples": [{"pixels": row(7)}]},
            "No signature was found with the name: other. Expected serving_default",
        ),
        (
            {"signature_name": 1, "examples": [{"pixels": row(7)}]},
            "JSON Value: 1 not formatted correctly. "
            "'signature_name' key must be a string value.",
        ),
        (
            {"examples": [{"pixels": {"b64": "////"}}]},
            "picture 0: 3 bytes that are no readable picture, "
            "expected PNG, JPEG, GIF, BMP, WebP, TIFF or PGM",
        ),
    ],
)
def test_what_cannot_be_classified_is_refused_with_the_reason(
    fake_client: FlaskClient, document: Any, said: str
) -> None:
    answer = fake_client.post(CLASSIFY, json=document)

    assert answer.status_code == 400
    assert answer.get_json() == {"error": said}


def test_more_examples_than_allowed_are_refused_before_they_are_copied(
    fake_client: FlaskClient,
) -> None:
    document = {"context": {"pixels": row(7)}, "examples": [{}] * 9}

    answer = fake_client.post(CLASSIFY, json=document)

    assert answer.status_code == 413
    assert answer.get_json() == {
        "error": "9 pictures in one request, at most 8 are answered"
    }


def test_no_version_can_regress(fake_client: FlaskClient) -> None:
    answer = fake_client.post(REGRESS, json={"examples": [{"pixels": row(7)}]})

    assert answer.status_code == 400
    assert answer.get_json() == {
        "error": "Expected regression signature method_name to be "
        "tensorflow/serving/regress. Was: tensorflow/serving/predict"
    }


@pytest.mark.parametrize(
    ("path", "document", "status", "said"),
    [
        ("/v1/models/x:regress", {"examples": [{}]}, 404, "Servable not found"),
        (REGRESS, {"examples": []}, 400, "'examples' value is an empty array"),
        (REGRESS, {"signature_name": "r", "examples": [{}]}, 400, "No signature was"),
    ],
)
def test_a_regression_that_is_wrong_anyhow_is_told_what_is_wrong(
    fake_client: FlaskClient, path: str, document: Any, status: int, said: str
) -> None:
    answer = fake_client.post(path, json=document)

    assert answer.status_code == status
    assert answer.get_json()["error"].startswith(said)
