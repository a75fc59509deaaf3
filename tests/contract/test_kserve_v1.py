"""KServe's own client, speaking protocol V1, works with a change of address only.

kserve is imported where it is used: that takes seconds.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.fakes import Digit
from tests.load.server import Server

pytestmark = pytest.mark.slow

Probabilities = dict[int, NDArray[np.float32]]


def asked(request: Callable[[Any], Awaitable[Any]]) -> Any:
    """What a fresh client is answered to `request`."""
    from kserve import InferenceRESTClient, RESTConfig

    async def ask() -> Any:
        async with InferenceRESTClient(RESTConfig(protocol="v1")) as client:
            return await request(client)

    return asyncio.run(ask())


def test_the_model_is_ready(labelled: Server) -> None:
    assert (
        asked(lambda client: client.is_model_ready(labelled.url(""), "mnist")) is True
    )


def test_a_model_that_is_not_there_is_an_error(labelled: Server) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="not find any versions of model x"):
        asked(lambda client: client.is_model_ready(labelled.url(""), "x"))


def test_the_models_are_listed(labelled: Server) -> None:
    assert httpx.get(labelled.url("/v1/models")).json() == {"models": ["mnist"]}


def test_numbers_are_inferred(
    labelled: Server, floats: NDArray[np.float32], probabilities: Probabilities
) -> None:
    data = {"instances": floats.tolist()}

    answer = asked(lambda client: client.infer(labelled.url(""), data, "mnist"))

    assert answer.keys() == {"predictions"}
    np.testing.assert_allclose(answer["predictions"], probabilities[1], atol=1e-5)


def test_encoded_pictures_are_inferred(
    labelled: Server, digits: list[Digit], probabilities: Probabilities
) -> None:
    encoded = [base64.b64encode(digit.encoded).decode() for digit in digits]
    data = {"instances": [{"pixels": {"b64": text}} for text in encoded]}

    answer = asked(lambda client: client.infer(labelled.url(""), data, "mnist"))

    np.testing.assert_allclose(answer["predictions"], probabilities[1], atol=1e-5)


def test_an_error_reaches_whoever_asked(labelled: Server) -> None:
    data = {"instances": [[0.5] * 783]}

    with pytest.raises(httpx.HTTPStatusError, match="unexpected size: 783 expected"):
        asked(lambda client: client.infer(labelled.url(""), data, "mnist"))


def test_what_cannot_be_explained_is_an_error(labelled: Server) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="Malformed request: POST"):
        asked(lambda client: client.explain(labelled.url(""), "mnist", {}))
