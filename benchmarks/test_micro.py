"""What each part of a request takes inside one process, without HTTP.

    python -m pytest benchmarks/test_micro.py [--benchmark-json FILE]

Run by `make bench`, not by `make test`: it asserts no time. Its least times are what a
quiet core takes; tests/service/test_cost.py guards the same path by counts.
"""

import logging.config
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from flask import Flask, request

from benchmarks.wsgi_requests import (
    AT_ONCE,
    PICTURE,
    REQUESTS,
    at_once,
    call,
    environ,
)
from service import logs
from service.api.predictions import render
from service.api.query import Query
from service.app import create_app
from service.artifact import version_numbers
from service.classifier import Classifier
from service.digits import to_pixels
from service.normaliser import prepare
from service.pictures import read_picture
from service.serving.proof import ProvedModel, prove
from service.serving.store import Store
from service.settings import Settings

MODELS = Path(__file__).parents[1] / "models"
PNG = PICTURE.read_bytes()
MOST = 10**6
ENGINES = ("litert", "tensorflow")


class Benchmark(Protocol):
    """pytest-benchmark's fixture, as it is used here."""

    def __call__(self, work: Callable[..., Any], *arguments: Any) -> Any: ...
    def pedantic(self, work: Callable[..., Any], **options: Any) -> Any: ...


def proved(engine: Any) -> ProvedModel:
    """The newest version."""
    newest = max(version_numbers(MODELS, "mnist"))
    return prove(MODELS / "mnist" / str(newest), engine)


def classifier(engine: Any) -> Classifier:
    """The service's own, over the newest version."""
    settings = Settings(models_dir=MODELS, engine=engine)
    store = Store(settings)
    store.load()
    return Classifier(store, settings)


def test_decode(benchmark: Benchmark) -> None:
    picture = benchmark(read_picture, PNG, MOST)

    assert picture.grey.shape == (28, 28)


def test_normalise(benchmark: Benchmark) -> None:
    picture = read_picture(PNG, MOST)

    normalised = benchmark(prepare, picture, "auto")

    assert normalised.digit.shape == (784,)


@pytest.mark.parametrize("engine", ENGINES)
def test_predict(benchmark: Benchmark, engine: Any) -> None:
    digit = prepare(read_picture(PNG, MOST), "auto").digit
    pixels = to_pixels(digit[None])

    answer = benchmark(proved(engine).engine.predict, pixels)

    assert answer.argmax() == 7


def test_typicality(benchmark: Benchmark) -> None:
    digits = prepare(read_picture(PNG, MOST), "auto").digit[None]
    typicality = proved("litert").typicality
    assert typicality is not None

    typical = benchmark(typicality.of, digits, np.array([7]))

    assert typical.shape == (1,)


@pytest.mark.parametrize("engine", ENGINES)
def test_classify(benchmark: Benchmark, engine: Any) -> None:
    """Decoding to typicality, without HTTP."""
    answer = benchmark(classifier(engine).classify, [PNG])

    assert answer.digits.tolist() == [7]


def test_encode(benchmark: Benchmark) -> None:
    """From the answer to its JSON."""
    answer = classifier("litert").classify([PNG])

    with Flask(__name__).test_request_context("/v1/classify"):
        query = Query.parse(request.args)
        response = benchmark(render, answer, query, request)

    assert response.get_json()["predictions"][0]["digit"] == 7


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[None]:
    """The log in a file, as in production."""
    with (tmp_path / "log").open("w") as log:
        config = logs.config("info")
        config["handlers"]["stdout"]["stream"] = log
        logging.config.dictConfig(config)
        yield
        logging.config.dictConfig(logs.config("warning"))


@pytest.mark.parametrize("form", AT_ONCE)
@pytest.mark.usefixtures("logged")
def test_at_once(benchmark: Benchmark, form: str) -> None:
    """From the bytes that came to those of the answer."""
    app = create_app(Settings(models_dir=MODELS))

    body = benchmark(at_once, app, REQUESTS[form])

    assert REQUESTS[form].digit_of(body) == 7


@pytest.mark.parametrize("form", REQUESTS)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.usefixtures("logged")
def test_request(benchmark: Benchmark, engine: Any, form: str) -> None:
    """The whole WSGI application."""
    app = create_app(Settings(models_dir=MODELS, engine=engine))

    def ready() -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (app, environ(REQUESTS[form])), {}

    body = benchmark.pedantic(call, setup=ready, rounds=2000, warmup_rounds=100)

    assert REQUESTS[form].digit_of(body) == 7
