"""What the URL may ask for: model, version, top, preprocess and detail."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes import fake_digit


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
        "model=mnist&version=1&preprocess=exact",
    ],
)
def test_what_is_served_may_be_asked_for(fake_client: FlaskClient, query: str) -> None:
    answer = _ask(fake_client, query)

    document = answer.get_json()
    assert (document["model"], document["version"]) == ("mnist", 1)
    assert "top" not in document["predictions"][0]


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
        ("version=latest", 400, "query version='latest': expected a whole number"),
        ("version=%D9%A1", 400, "query version='\u0661': expected a whole number"),
        ("version=-1", 400, "query version='-1'"),
        ("version=", 400, "query version=''"),
        ("top=0", 400, "query top='0': expected a whole number, 1 to 10"),
        ("top=11", 400, "query top='11': expected a whole number, 1 to 10"),
        ("top=2.5", 400, "query top='2.5'"),
        ("preprocess=magic", 400, "query preprocess='magic': expected auto or exact"),
        ("preprocess=", 400, "query preprocess='': expected auto or exact"),
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


def test_the_query_is_checked_before_the_body(fake_client: FlaskClient) -> None:
    answer = fake_client.post("/v1/classify?top=0", data=b"")

    assert answer.status_code == 400
