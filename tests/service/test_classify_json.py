"""What a JSON body may hold, and what is said of everything else."""

import base64
import json
import time

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from service.api import json_values
from service.api.json_pictures import read_json
from service.errors import BadRequest, RequestError, TooLarge, UnreadablePicture
from tests.fakes import fake_digit

ROW = "[" + ",".join(["0"] * 28) + "]"
WHOLE = ",".join(["0"] * 783)
DEEP = 100_000


def _numbers(first: str) -> str:
    """784 numbers, of which the first is `first`, as it stands."""
    return f'{{"image": [{first},{WHOLE}]}}'


def _rows(*first: str) -> str:
    """28 rows, of which the first are these, as they stand."""
    return f'{{"image": [{",".join([*first, *[ROW] * (28 - len(first))])}]}}'


def _deep(nested: str, levels: int) -> str:
    return nested * levels + {"[": "]", '{"a":': "1}"}[nested] * levels


EXPECTED = "expected base64 of a picture, 28 lists of 28 numbers or 784 numbers, found "
RANGE = ", expected a whole number from 0 to 255"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "the body is empty"),
        ("{", "the body is not JSON: Expecting property name"),
        ("{'image': ''}", "the body is not JSON"),
        ('{"image": ""} {}', "the body is not JSON: Extra data"),
        ("[]", "expected one key, image or images, found a list of 0"),
        ("null", "expected one key, image or images, found null"),
        ("7", "expected one key, image or images, found 7"),
        ("{}", "expected one key, image or images, found an object with 0 keys"),
        ('{"image": "", "top": 3}', "expected one key, image or images, found an obj"),
        ('{"picture": ""}', "expected the key image or images, found"),
        ('{"images": []}', "images: expected a list with pictures, found"),
        ('{"images": "x"}', "images: expected a list with pictures, found"),
        ('{"images": {"a": 1}}', "images: expected a list with pictures, found"),
        ('{"image": "", "image": ""}', 'the key "image" stands twice in one JSON obj'),
        ('{"image": {"b": 1, "a": 1, "a": 2}}', 'the key "a" stands twice in one'),
        (_numbers("NaN"), "NaN is not JSON, expected whole numbers from 0 to 255"),
        (_numbers("Infinity"), "Infinity is not JSON, expected whole numbers"),
        (_numbers("-Infinity"), "-Infinity is not JSON, expected whole numbers"),
        (_numbers("9" * 5000), "the body is not JSON: Exceeds the limit"),
        (_deep("[", DEEP), "the JSON is nested too deeply"),
        (_deep('{"a":', DEEP)[:99_000], "the JSON is nested too deeply"),
    ],
)
def test_a_body_that_is_not_the_json_expected_is_a_bad_request(
    client: FlaskClient, body: str, said: str
) -> None:
    answer = client.post("/v1/classify", data=body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.get_json()["detail"].startswith(said)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (_numbers("256"), "pixel 0 (row 0, column 0) is 256" + RANGE),
        (_numbers("300"), "pixel 0 (row 0, column 0) is 300" + RANGE),
        (_numbers("-1"), "pixel 0 (row 0, column 0) is -1" + RANGE),
        (_numbers("12.5"), "pixel 0 (row 0, column 0) is 12.5" + RANGE),
        (_numbers("1e999"), "pixel 0 (row 0, column 0) is Infinity" + RANGE),
        (_numbers("-1e999"), "pixel 0 (row 0, column 0) is -Infinity" + RANGE),
        (_numbers("9" * 400), f"pixel 0 (row 0, column 0) is {'9' * 36} ..." + RANGE),
        (_numbers("true"), "pixel 0 (row 0, column 0) is true" + RANGE),
        (_numbers("null"), "pixel 0 (row 0, column 0) is null" + RANGE),
        (_numbers('"7"'), 'pixel 0 (row 0, column 0) is "7"' + RANGE),
        (_numbers("[0]"), "pixel 0 (row 0, column 0) is a list of 1" + RANGE),
        (_numbers("{}"), "pixel 0 (row 0, column 0) is an object with 0 keys" + RANGE),
        (_rows(ROW, ROW.replace("0]", "999]")), "pixel 55 (row 1, column 27) is 999"),
        (_rows(ROW, "[0, 0]"), "row 1 has 2 numbers, expected 28"),
        (_rows("[]"), "row 0 has 0 numbers, expected 28"),
        (_rows("0"), EXPECTED + "a list of 28"),
        (f'{{"image": [{WHOLE}]}}', EXPECTED + "a list of 783"),
        (f'{{"image": [{WHOLE},0,0]}}', EXPECTED + "a list of 785"),
        ('{"image": []}', EXPECTED + "a list of 0"),
        ('{"image": {}}', EXPECTED + "an object with 0 keys"),
        ('{"image": null}', EXPECTED + "null"),
        ('{"image": true}', EXPECTED + "true"),
        ('{"image": 7}', EXPECTED + "7"),
        ('{"image": ""}', "0 bytes that are no readable picture"),
        ('{"image": "aGVsbG8="}', "5 bytes that are no readable picture"),
        ('{"image": "aGVsbG8"}', '"aGVsbG8" is not base64: Incorrect padding'),
        ('{"image": "aGV$bG8="}', '"aGV$bG8=" is not base64'),
        ('{"image": "é"}', '"\\u00e9" is not base64'),
        ('{"image": "\\ud800"}', '"\\ud800" is not base64'),
        ('{"image": "data:text/plain,hello"}', '"data:text/plain,hello" is not'),
        ('{"image": "aGVsdata:image/png;base64,bG8="}', '"aGVsdata:image/png;base64,'),
        (f'{{"image": "{"$" * 90_000}"}}', f'"{"$" * 35} ... is not base64'),
    ],
)
def test_a_value_that_is_no_picture_is_named(
    client: FlaskClient, body: str, said: str
) -> None:
    answer = client.post("/v1/classify", data=body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.get_json()["detail"].startswith(said)


def test_json_that_is_not_utf_8_is_refused_with_the_place(client: FlaskClient) -> None:
    answer = client.post(
        "/v1/classify", data=b'{"image": "\xff"}', content_type="application/json"
    )

    assert answer.status_code == 400
    assert answer.get_json()["detail"] == "the JSON is not UTF-8 at byte 11"


@pytest.mark.parametrize("key", ["picture", "images"])
@pytest.mark.parametrize("value", ['"' + "x" * 90_000 + '"', "{" + '"a":[' * 900])
def test_an_error_is_short_whatever_was_sent(
    client: FlaskClient, key: str, value: str
) -> None:
    closed = value + "]}" * value.count("[") if value.startswith("{") else value
    long = "k" * 90_000 if key == "picture" else key

    for name in (key, long):
        body = json.dumps({name: 0}).replace("0", closed)
        answer = client.post("/v1/classify", data=body, content_type="application/json")

        assert answer.status_code == 400
        assert len(answer.data) < 500


def test_the_list_of_a_batch_has_a_limit(fake_client: FlaskClient) -> None:
    images = [fake_digit(1).tolist()] * 9

    answer = fake_client.post("/v1/classify", json={"images": images})

    assert answer.status_code == 413
    assert answer.get_json()["detail"].startswith("9 pictures in one request, at most")


def test_more_values_than_memory_is_kept_for_are_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_values, "MOST_VALUES", 3)
    kept = b'{"image": [[]]}'

    with pytest.raises(UnreadablePicture):
        read_json(kept)
    with pytest.raises(TooLarge, match="more than 3 values; so many pictures go as"):
        read_json(b'{"image": [[],[]]}')


def test_a_key_that_stands_twice_is_found_at_once_among_many() -> None:
    pairs = [f'"{number}":0' for number in range(100_000)]
    started = time.thread_time()

    with pytest.raises(BadRequest, match='"99999" stands twice'):
        read_json(f"{{{','.join([*pairs, pairs[-1]])}}}".encode())

    assert time.thread_time() - started < 2


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=any_json, key=st.sampled_from(["image", "images"]))
def test_any_json_is_read_or_refused(key: str, value: object) -> None:
    try:
        pictures = read_json(json.dumps({key: value}).encode())
    except RequestError as error:
        assert len(str(error)) < 300  # noqa: PT017, either outcome is right
    else:
        assert isinstance(pictures, list) == (key == "images")


@given(body=st.binary())
def test_base64_of_any_bytes_gives_these_bytes(body: bytes) -> None:
    encoded = base64.b64encode(body).decode()

    assert read_json(json.dumps({"image": encoded}).encode()) == body
