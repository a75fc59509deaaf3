"""POST /v1/explain: which pixels spoke for the digit, and which against it."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from service.app import create_app
from service.counting.statistics import Statistics
from service.heat_map import AGAINST, FOR
from service.settings import Settings
from tests.fakes import Digit, FakeEngine, fake_digit, fake_version
from tests.service.encodings import encode, grey

ROOT = Path(__file__).parent.parent.parent
PATH = "/v1/explain"
OCTETS = "application/octet-stream"
PNG = "image/png"
LN_91 = np.log(91)
SEVEN = fake_digit(7)


def _ask(
    client: FlaskClient, query: str = "", accept: str | None = None
) -> TestResponse:
    """What is said of a seven."""
    headers = {} if accept is None else {"Accept": accept}
    return client.post(
        f"{PATH}?{query}", data=SEVEN.tobytes(), content_type=OCTETS, headers=headers
    )


def _numbers(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.content_type == "application/json"
    document: dict[str, Any] = answer.get_json()
    return document


def _colours(answer: TestResponse) -> NDArray[np.uint8]:
    """The colour of each of the digit's pixels, uint8 [28, 28, 3]."""
    assert answer.status_code == 200
    assert answer.content_type == PNG
    with Image.open(io.BytesIO(answer.data)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (280, 280))
        large = np.asarray(image)
    squares = large.reshape(28, 10, 28, 10, 3)
    np.testing.assert_array_equal(
        squares, squares[:, :1, :, :1].repeat(10, 1).repeat(10, 3)
    )
    return squares[:, 0, :, 0]


def test_a_seven_is_held_against_the_likeliest_other(fake_client: FlaskClient) -> None:
    document = _numbers(_ask(fake_client))

    assert list(document) == [
        "model",
        "version",
        "digit",
        "against",
        "probability",
        "probabilities",
        "difference",
        "baseline",
        "attributions",
        "picture",
    ]
    assert (document["model"], document["version"]) == ("mnist", 1)
    assert (document["digit"], document["against"]) == (7, 0)
    assert document["probability"] == pytest.approx(0.91)
    assert document["probabilities"] == pytest.approx([0.01] * 7 + [0.91] + [0.01] * 2)
    assert document["difference"] == pytest.approx(LN_91, abs=1e-4)
    assert document["baseline"] == pytest.approx(-LN_91, abs=1e-4)  # black is a zero
    expected = np.zeros((28, 28))
    expected[0, 0] = 2 * LN_91
    np.testing.assert_allclose(document["attributions"], expected, atol=1e-4)
    assert document["picture"] == SEVEN.reshape(28, 28).tolist()


@pytest.mark.parametrize(
    ("query", "digit", "against", "difference", "baseline"),
    [
        ("digit=7", 7, 0, LN_91, -LN_91),
        ("against=3", 7, 3, LN_91, 0),
        ("digit=0", 0, 7, -LN_91, LN_91),
        ("digit=3&against=7", 3, 7, -LN_91, 0),
        ("digit=3&against=4", 3, 4, 0, 0),
        ("against=others", 7, "others", LN_91, -LN_91 / 9),
        ("digit=0&against=others", 0, "others", -LN_91 / 9, LN_91),
        ("model=mnist&version=1&preprocess=exact", 7, 0, LN_91, -LN_91),
    ],
)
def test_what_is_asked_for_is_explained(
    fake_client: FlaskClient,
    query: str,
    digit: int,
    against: int | str,
    difference: float,
    baseline: float,
) -> None:
    document = _numbers(_ask(fake_client, query))

    assert (document["digit"], document["against"]) == (digit, against)
    assert document["difference"] == pytest.approx(difference, abs=1e-4)
    assert document["baseline"] == pytest.approx(baseline, abs=1e-4)
    assert document["probability"] == document["probabilities"][digit]
    corner = document["attributions"][0][0]
    assert corner == pytest.approx(difference - baseline, abs=1e-4)


@pytest.mark.parametrize("form", ["octets", "png", "json", "data url", "form", "npy"])
def test_a_picture_may_come_in_any_form(
    client: FlaskClient, digits: list[Digit], form: str
) -> None:
    digit = digits[18]
    text = base64.b64encode(digit.encoded).decode()
    npy = io.BytesIO()
    np.save(npy, digit.pixels[None])
    answer = {
        "octets": lambda: client.post(
            PATH, data=digit.pixels.tobytes(), content_type=OCTETS
        ),
        "png": lambda: client.post(PATH, data=digit.encoded, content_type=PNG),
        "json": lambda: client.post(PATH, json={"image": text}),
        "data url": lambda: client.post(
            PATH, json={"image": f"data:image/png;base64,{text}"}
        ),
        "form": lambda: client.post(
            PATH, data={"image": FileStorage(io.BytesIO(digit.encoded), "a.png")}
        ),
        "npy": lambda: client.post(
            PATH, data=npy.getvalue(), content_type="application/x-npy"
        ),
    }[form]()

    document = _numbers(answer)

    assert document["digit"] == digit.label
    assert document["picture"] == digit.pixels.reshape(28, 28).tolist()


def test_what_is_told_adds_up_for_real_digits_under_every_version(
    client: FlaskClient, digits: list[Digit]
) -> None:
    for version in (1, 2):
        for digit in digits[::3]:
            answer = client.post(
                f"{PATH}?version={version}", data=digit.encoded, content_type=PNG
            )

            document = _numbers(answer)

            total = np.sum(document["attributions"]) + document["baseline"]
            assert document["version"] == version
            assert total == pytest.approx(document["difference"], abs=1e-4)


def test_its_probabilities_are_those_of_a_classification(
    client: FlaskClient, digits: list[Digit]
) -> None:
    file = encode(grey(255 - digits[7].pixels).resize((90, 120)), "PNG")

    explained = _numbers(client.post(PATH, data=file, content_type=PNG))

    read = client.post("/v1/classify?top=2", data=file, content_type=PNG)
    (prediction,) = read.get_json()["predictions"]
    assert explained["probabilities"] == prediction["probabilities"]
    assert [explained["digit"], explained["against"]] == [
        entry["digit"] for entry in prediction["top"]
    ]


def test_its_picture_is_what_normalize_shows(
    fake_client: FlaskClient, engine: FakeEngine, digits: list[Digit]
) -> None:
    file = encode(grey(255 - digits[7].pixels).resize((90, 120)), "PNG")

    picture = _numbers(fake_client.post(PATH, data=file, content_type=PNG))["picture"]

    shown = fake_client.post("/v1/normalize", data=file, content_type=PNG)
    with Image.open(io.BytesIO(shown.data)) as image:
        np.testing.assert_array_equal(picture, np.asarray(image))
    assert len(engine.shown) == 1


@pytest.mark.parametrize(
    "accept",
    [PNG, "image/*", "image/png, */*;q=0.8", "image/png,application/json;q=0.9"],
)
def test_who_would_rather_have_a_picture_gets_a_heat_map(
    fake_client: FlaskClient, accept: str
) -> None:
    answer = _ask(fake_client, accept=accept)

    colours = _colours(answer)
    np.testing.assert_array_equal(colours[0, 0], FOR)
    ink = np.argwhere(colours.any(axis=2))
    np.testing.assert_array_equal(ink, np.argwhere(SEVEN.reshape(28, 28)))
    np.testing.assert_array_equal(colours[9, 9], [89, 89, 89])  # said nothing
    headers = answer.headers
    assert headers["X-Model-Version"] == "1"
    assert (headers["X-Digit"], headers["X-Against"]) == ("7", "0")
    assert float(headers["X-Full-Colour"]) == pytest.approx(2 * LN_91, rel=1e-3)


def test_the_picture_in_the_docs_is_what_the_command_beneath_it_gives(
    client: FlaskClient, digits: list[Digit]
) -> None:
    (three,) = (digit for digit in digits if digit.path.name == "3_18.png")

    answer = client.post(
        PATH, data=three.encoded, content_type=PNG, headers={"Accept": PNG}
    )

    with Image.open(ROOT / "docs/explanation.png") as image:
        shown = np.asarray(image)[::10, ::10].astype(int)
    np.testing.assert_allclose(_colours(answer), shown, rtol=0, atol=2)
    told = (answer.headers["X-Digit"], answer.headers["X-Against"])
    assert told == ("3", "8")


def test_what_speaks_against_is_blue(fake_client: FlaskClient) -> None:
    answer = _ask(fake_client, "digit=0&against=others", accept=PNG)

    np.testing.assert_array_equal(_colours(answer)[0, 0], AGAINST)
    assert answer.headers["X-Against"] == "others"


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html", "x"])
def test_others_get_numbers(fake_client: FlaskClient, accept: str | None) -> None:
    _numbers(_ask(fake_client, accept=accept))


@pytest.mark.parametrize(
    ("content_type", "body", "status", "said"),
    [
        (PNG, b"hello", 422, "5 bytes that are no readable picture"),
        (PNG, encode(Image.new("L", (90, 9), 77), "PNG"), 422, "the picture is blank"),
        (PNG, encode(Image.new("1", (9999, 9999)), "PNG"), 413, "the picture has 9999"),
        (PNG, b"", 400, "the body is empty"),
        ("text/plain", b"x", 415, "the content type is 'text/plain'"),
        (OCTETS, bytes(784), 422, "the picture is blank, expected a digit"),
        (OCTETS, SEVEN.tobytes() * 2, 400, "a list of 2, expected one picture"),
        ("application/json", b'{"images": [""]}', 400, "a list of 1, expected one"),
        ("application/json", b'{"image": ""}', 422, "0 bytes that are no readable"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", PNG])
def test_what_is_not_one_picture_is_refused(
    fake_client: FlaskClient,
    content_type: str,
    body: bytes,
    status: int,
    said: str,
    accept: str,
) -> None:
    answer = fake_client.post(
        PATH, data=body, content_type=content_type, headers={"Accept": accept}
    )

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["detail"].startswith(said)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("digit=7&against=7", 400, "7 against 7: expected two different digits"),
        ("against=7", 400, "7 against 7: expected two different digits of 0 to 9"),
        ("digit=10", 400, "query digit='10': expected a whole number, 0 to 9"),
        ("digit=-1", 400, "query digit='-1': expected a whole number, 0 to 9"),
        ("digit=", 400, "query digit='': expected a whole number, 0 to 9"),
        ("digit=others", 400, "query digit='others': expected a whole number"),
        ("against=x", 400, "query against='x': expected a digit, 0 to 9, or others"),
        ("against=10", 400, "query against='10': expected a digit, 0 to 9, or others"),
        ("against=1&against=2", 400, "query 'against' stands 2 times"),
        ("top=3", 400, "query 'top' is unknown, expected one of model, version, digit"),
        ("preprocess=magic", 400, "query preprocess='magic': expected auto or exact"),
        ("version=2", 404, "version 2 of 'mnist' is not served, expected one of [1]"),
        ("version=0", 400, "query version='0': expected a whole number, 1 to 999"),
        ("model=letters", 404, "model 'letters' is not served, expected 'mnist'"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    fake_client: FlaskClient, query: str, status: int, said: str
) -> None:
    answer = _ask(fake_client, query)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["detail"].startswith(said)


def test_exactly_taken_a_black_picture_has_nothing_but_its_baseline(
    fake_client: FlaskClient,
) -> None:
    def ask(accept: str) -> TestResponse:
        return fake_client.post(
            f"{PATH}?preprocess=exact",
            data=bytes(784),
            content_type=OCTETS,
            headers={"Accept": accept},
        )

    document, answer = _numbers(ask("application/json")), ask(PNG)

    assert document["difference"] == document["baseline"]
    assert not np.any(document["attributions"])
    assert not _colours(answer).any()
    assert answer.headers["X-Full-Colour"] == "0"


def test_a_network_of_another_kind_is_not_explained(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    answer = fake_client.post(  # the fake's weights know a first pixel to 10 only
        f"{PATH}?preprocess=exact",
        data=bytes([77]) + bytes(783),
        content_type=OCTETS,
    )

    assert answer.status_code == 501
    assert answer.get_json()["type"] == "urn:mnist-service:unexplainable"
    assert "the network is another than 784 inputs" in answer.get_json()["detail"]


def test_without_a_model_nothing_is_explained(tmp_path: Path) -> None:
    client = create_app(Settings(models_dir=tmp_path)).test_client()

    assert _ask(client).status_code == 503


def test_each_explanation_counts_as_one_picture(
    engine: FakeEngine, tmp_path: Path
) -> None:
    fake_version(tmp_path)
    counts = Statistics()
    client = create_app(Settings(models_dir=tmp_path), counts).test_client()

    _ask(client)
    _ask(client, "against=7")

    counted = counts.of(1)
    assert (counted.pictures, counted.executions) == (2, 2)
    assert (counted.success.count, counted.failure.count) == (1, 1)


def test_only_post_is_answered(fake_client: FlaskClient) -> None:
    assert fake_client.get(PATH).status_code == 405
