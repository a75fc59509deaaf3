"""A small picture is answered from the bytes that came, as Flask would answer it."""

import json
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import parse_headers
from io import BytesIO
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
import requests
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL.PngImagePlugin import PngInfo

from service.api.application import Application
from service.api.express import TOGETHER, Express
from service.api.small_png import LONGEST_SIDE
from service.app import create_app
from service.digits import Shown
from service.errors import SettingsError
from service.settings import Settings
from service.workers.http1 import Answer
from tests.fakes import Digit, FakeEngine, fake_digit, fake_version
from tests.scraping import Series, series
from tests.service.encodings import encode, grey

CLIENT = "127.0.0.1"


@dataclass(frozen=True)
class Asked:
    """A request as a client words it, its body apart."""

    body: bytes
    kind: str = "image/png"
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = "/v1/classify"

    def on_the_wire(self) -> bytes:
        """As it comes."""
        headers = {"Host": "localhost", "Content-Type": self.kind, **self.headers}
        headers["Content-Length"] = str(len(self.body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {self.path} HTTP/1.1\r\n{lines}\r\n".encode() + self.body


@dataclass(frozen=True)
class Told:
    """What is told of one request: to its client, in the log, and in the metrics."""

    status: int
    headers: list[tuple[str, str]]
    body: Any
    lines: list[Any]
    counted: dict[Series, float]


def express(app: Application) -> Express:
    assert app.express is not None
    return app.express


def answered(app: Application, received: bytes) -> Answer | None:
    """The answer to the one request that came, if there is one."""
    (answer,) = express(app).answer([(received, CLIENT)])
    return answer


def in_a_form(picture: bytes) -> Asked:
    sent = requests.Request("POST", "http://x/", files={"image": picture}).prepare()
    assert isinstance(sent.body, bytes)
    return Asked(sent.body, str(sent.headers["Content-Type"]))


def in_json(picture: bytes) -> Asked:
    body = json.dumps({"image": b64encode(picture).decode()}).encode()
    return Asked(body, "application/json")


def by_flask(app: Application, asked: Asked, log: pytest.LogCaptureFixture) -> Told:
    log.clear()
    answer = app.test_client().post(
        asked.path,
        data=asked.body,
        content_type=asked.kind,
        headers=dict(asked.headers),
    )
    return _told(app, answer.status_code, [*answer.headers], answer.data, log)


def at_once(app: Application, asked: Asked, log: pytest.LogCaptureFixture) -> Told:
    log.clear()
    answer = answered(app, asked.on_the_wire())
    assert answer is not None
    head, _, body = answer.sent.partition(b"\r\n\r\n")
    first, _, rest = head.partition(b"\r\n")
    headers = parse_headers(BytesIO(rest + b"\r\n\r\n")).items()
    gunicorns = ("Server", "Date", "Connection")
    ours = [(name, value) for name, value in headers if name not in gunicorns]
    return _told(app, int(first.split()[1]), ours, body, log)


def _told(
    app: Application,
    status: int,
    headers: list[tuple[str, str]],
    body: bytes,
    log: pytest.LogCaptureFixture,
) -> Told:
    """All but what time it was, and how long it took; Flask alone queues nothing."""
    lines = [getattr(record, "fields", {}) for record in log.records]
    for line in lines:
        line.pop("milliseconds", None)
    counted = series(app.test_client().get("/metrics").text)
    timed = ("_sum", "_bucket", "_time_seconds", "info", "_created")
    return Told(
        status,
        sorted((name, value) for name, value in headers if name != "Server-Timing"),
        json.loads(body),
        lines,
        {
            (name, labels): value
            for (name, labels), value in counted.items()
            if not name.endswith(timed) and ("stage", "queue") not in labels
        },
    )


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "service.api")
    return caplog


def same(asked: Asked, log: pytest.LogCaptureFixture, settings: Settings) -> Told:
    """What is told of it, which is the same whichever way it is answered."""
    told = at_once(create_app(settings), asked, log)

    assert told == by_flask(create_app(settings), asked, log)
    assert len(told.lines) >= 1
    return told


ID = {"X-Request-ID": "mine"}


@pytest.mark.parametrize("where", [Asked, in_a_form, in_json])
def test_a_digit_is_answered_counted_and_logged_as_by_flask(
    digits: list[Digit],
    settings: Settings,
    log: pytest.LogCaptureFixture,
    where: Callable[[bytes], Asked],
) -> None:
    asked = where(digits[12].encoded)

    told = same(Asked(asked.body, asked.kind, ID), log, settings)

    assert told.status == 200
    assert told.body["predictions"][0]["digit"] == digits[12].label
    assert ("X-Request-ID", "mine") in told.headers


@pytest.mark.parametrize(
    ("picture", "status"),
    [
        (encode(grey(np.full(784, 7, np.uint8)), "PNG"), 422),
        (encode(grey(fake_digit(3)), "PNG")[:-30], 422),
        (encode(grey(255 - fake_digit(3)), "PNG"), 200),
        (encode(grey(fake_digit(3)).resize((LONGEST_SIDE, 30)), "PNG"), 200),
        (encode(grey(fake_digit(3)).convert("RGBA"), "PNG"), 200),
    ],
    ids=["blank", "damaged", "dark on bright", "larger", "in colour"],
)
@pytest.mark.parametrize("where", [Asked, in_a_form, in_json])
def test_so_is_any_small_picture_readable_or_not(
    settings: Settings,
    log: pytest.LogCaptureFixture,
    where: Callable[[bytes], Asked],
    picture: bytes,
    status: int,
) -> None:
    asked = where(picture)

    told = same(Asked(asked.body, asked.kind, ID), log, settings)

    assert told.status == status


def test_so_is_one_that_finds_no_model(
    tmp_path: Path, digits: list[Digit], log: pytest.LogCaptureFixture
) -> None:
    asked = Asked(digits[0].encoded, headers=ID)

    told = same(asked, log, Settings(models_dir=tmp_path))

    assert told.status == 503
    assert ("Retry-After", "5") in told.headers


def test_so_is_one_whose_failure_nobody_expected(
    fake_client: FlaskClient, engine: FakeEngine, log: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    app = fake_client.application
    assert isinstance(app, Application)
    engine.predict = fail  # type: ignore[method-assign,assignment]
    asked = Asked(encode(grey(fake_digit(3)), "PNG"), headers=ID)

    told = at_once(app, asked, log)

    assert told.status == 500
    assert told.body == by_flask(app, asked, log).body
    assert "boom" not in json.dumps(told.body)
    assert "RuntimeError: boom" in log.text


@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-For": "10.1.2.3, 10.9.9.9"}, ID])
def test_a_canary_takes_the_same_clients(
    engine: FakeEngine,
    tmp_path: Path,
    log: pytest.LogCaptureFixture,
    headers: dict[str, str],
) -> None:
    del engine
    for version in (1, 2):
        fake_version(tmp_path, version)
    (tmp_path / "mnist/labels.json").write_text('{"stable": 1, "canary": 2}')
    picture = encode(grey(fake_digit(3)), "PNG")

    for percent in ("40", "100"):
        settings = Settings.from_env(
            {"MNIST_MODELS_DIR": str(tmp_path), "MNIST_CANARY": f"canary:{percent}"}
        )
        asked = Asked(picture, headers=headers)
        quick = at_once(create_app(settings), asked, log)
        usual = by_flask(create_app(settings), asked, log)

        assert quick.body == usual.body
        named = [header for header in usual.headers if header[0] == "X-MNIST-Canary"]
        assert [h for h in quick.headers if h[0] == "X-MNIST-Canary"] == named


def test_a_request_without_an_id_is_given_one(
    app: Application, digits: list[Digit]
) -> None:
    answers = [answered(app, Asked(digits[0].encoded).on_the_wire()) for _ in range(2)]

    ids = {_header(answer, "X-Request-ID") for answer in answers}
    assert len(ids) == 2
    assert all(len(found) == 16 for found in ids)


@pytest.mark.parametrize(("asked", "kept"), [("keep-alive", True), ("close", False)])
def test_a_connection_is_kept_or_ended_as_the_client_asked(
    app: Application, digits: list[Digit], asked: str, kept: bool
) -> None:
    request = Asked(digits[0].encoded, headers={"Connection": asked})

    answer = answered(app, request.on_the_wire())

    assert answer is not None
    assert answer.kept == kept
    assert _header(answer, "Connection") == asked


def together(app: Application, *asked: Asked) -> list[Answer | None]:
    """The answers to requests that came at the same time."""
    return express(app).answer([(each.on_the_wire(), CLIENT) for each in asked])


def mine(picture: bytes, number: int) -> Asked:
    return Asked(picture, headers={"X-Request-ID": f"id-{number}"})


def test_those_that_come_together_are_told_of_as_if_each_had_come_alone(
    settings: Settings, digits: list[Digit], log: pytest.LogCaptureFixture
) -> None:
    blank = encode(grey(np.zeros(784, np.uint8)), "PNG")
    pictures = [blank, *(digit.encoded for digit in digits[: TOGETHER - 2]), b"no PNG"]
    asked = [mine(picture, number) for number, picture in enumerate(pictures)]
    apps = [create_app(settings), create_app(settings)]
    told: list[tuple[list[bytes], list[Any], dict[Series, float]]] = []

    for app, groups in zip(apps, ([asked], [[each] for each in asked]), strict=True):
        log.clear()
        answers = [answer for group in groups for answer in together(app, *group)]
        after = _told(app, 0, [], b"0", log)
        times_asked = ("mnist_batch_size", "executions")
        counted = {
            name: value
            for name, value in after.counted.items()
            if not name[0].startswith(times_asked)
        }
        told.append((list(map(_untimed, answers)), after.lines, counted))

    assert told[0] == told[1]
    statuses = [answer[9:12] for answer in told[0][0]]
    assert statuses == [b"422", *[b"200"] * 14, b""]


def test_those_that_come_together_have_few_enough_pixels_whatever_is_set() -> None:
    with pytest.raises(SettingsError):
        Settings.from_env(
            {"MNIST_MAX_REQUEST_PIXELS": str(TOGETHER * LONGEST_SIDE**2 - 1)}
        )


def test_the_network_is_asked_once_about_all_that_come_together(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    app = fake_client.application
    assert isinstance(app, Application)

    together(app, *[mine(PICTURE, number) for number in range(5)])

    assert [len(shown) for shown in engine.shown] == [5]


def test_what_nobody_expected_of_one_fails_no_other_one(
    fake_client: FlaskClient, engine: FakeEngine
) -> None:
    def only_threes(shown: Shown) -> NDArray[np.float32]:
        if (shown[:, 0] != 3).any():
            raise RuntimeError("boom")
        return read(shown)

    app, read = fake_client.application, engine.predict
    assert isinstance(app, Application)
    engine.predict = only_threes  # type: ignore[method-assign]
    four = encode(grey(fake_digit(4)), "PNG")

    answers = together(app, mine(PICTURE, 1), mine(four, 2), mine(PICTURE, 3))

    statuses = [answer and answer.sent.split(b" ", 2)[1] for answer in answers]
    assert statuses == [b"200", b"500", b"200"]


@pytest.mark.parametrize(
    "environ",
    [{"MNIST_CANARY": "canary:40"}, {"MNIST_ENGINE": "tensorflow"}],
    ids=["a canary goes by who asks", "the sums depend on the company"],
)
def test_what_would_change_in_company_is_answered_one_by_one(
    tmp_path: Path, engine: FakeEngine, environ: dict[str, str]
) -> None:
    del engine
    fake_version(tmp_path, 1)

    app = create_app(Settings.from_env({"MNIST_MODELS_DIR": str(tmp_path)} | environ))

    assert express(app).together == 1


def _untimed(answer: Answer | None) -> bytes:
    """All of it but what time it was, and how long it took; nothing of none."""
    sent = b"" if answer is None else answer.sent
    return re.sub(rb"(Date|Server-Timing): .*\r\n", b"", sent)


THREE = grey(fake_digit(3))
PICTURE = encode(THREE, "PNG")
EMPTY = b"\0\0\0\0IDAT" + crc32(b"IDAT").to_bytes(4)
TEXTS = PngInfo()
for _ in range(20):
    TEXTS.add_text("a", "b" * 100_000, zip=True)
LARGE = encode(THREE.resize((300, 300)), "PNG")
LEFT = {
    "a picture with a second size": Asked(PICTURE[:33] + LARGE[8:]),
    "a picture with texts": Asked(encode(THREE, "PNG", pnginfo=TEXTS)),
    "one of many pieces": Asked(PICTURE[:-12] + EMPTY * 20 + PICTURE[-12:]),
    "another path": Asked(PICTURE, path="/v1/normalize"),
    "a query": Asked(PICTURE, path="/v1/classify?top=3"),
    "another picture": Asked(b"\xff\xd8" + PICTURE, "image/jpeg"),
    "a PNG by another name": Asked(PICTURE, "image/PNG; charset=x"),
    "no PNG": Asked(b"no picture"),
    "nothing": Asked(b""),
    "a wide picture": Asked(
        encode(grey(fake_digit(3)).resize((LONGEST_SIDE + 1, 28)), "PNG")
    ),
    "a tall picture": Asked(
        encode(grey(fake_digit(3)).resize((28, LONGEST_SIDE + 1)), "PNG")
    ),
    "no pixels": Asked(PICTURE[:16] + bytes(8) + PICTURE[24:]),
    "JSON": Asked(b'{"image": []}', "application/json"),
    "another answer": Asked(PICTURE, headers={"Accept": "application/octet-stream"}),
    "a larger body": Asked(PICTURE + bytes(100_000)),
    "a form with more": Asked(b"", "multipart/form-data; boundary=x"),
}


@pytest.mark.parametrize("kind", LEFT)
def test_what_is_less_plain_is_left_alone(
    fake_client: FlaskClient,
    engine: FakeEngine,
    log: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    app = fake_client.application
    assert isinstance(app, Application)

    assert answered(app, LEFT[kind].on_the_wire()) is None

    assert engine.shown == []
    assert log.records == []


def test_half_a_request_is_left_alone(app: Application, digits: list[Digit]) -> None:
    whole = Asked(digits[0].encoded).on_the_wire()

    assert answered(app, whole[:-1]) is None
    assert answered(app, whole[:40]) is None


def _header(answer: Answer | None, name: str) -> str:
    assert answer is not None
    headers = parse_headers(BytesIO(answer.sent.partition(b"\r\n")[2]))
    return headers[name]
