"""KServe's own inference client asks this service over protocol V2.

kserve is imported where it is used: that takes seconds.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from service.digits import to_pixels
from tests.fakes import Digit
from tests.load.server import Server, running

pytestmark = pytest.mark.slow

Result = TypeVar("Result")


@pytest.fixture(scope="module")
def server(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("kserve") / "log"
    with running(models_dir, log, WORKERS="1", THREADS="2") as server:
        yield server


def ask(server: Server, call: Callable[[Any, str], Awaitable[Result]]) -> Result:
    """The result of one call of this client, which is asynchronous."""
    from kserve import InferenceRESTClient, RESTConfig

    async def asking() -> Result:
        async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
            return await call(client, server.url(""))

    return asyncio.run(asking())


def infer(server: Server, *tensors: Any, **request: Any) -> Any:
    """The answer to one inference."""
    from kserve import InferRequest

    body = InferRequest("mnist", list(tensors), **request)
    return ask(server, lambda client, url: client.infer(url, body, "mnist"))


def given(data: NDArray[Any], datatype: str, binary: bool) -> Any:
    """The one input, as this client sends it."""
    from kserve import InferInput

    tensor = InferInput("pixels", list(data.shape), datatype)
    tensor.set_data_from_numpy(data, binary_data=binary)
    return tensor


def close(answer: Any, expected: NDArray[np.float32]) -> None:
    """Fail unless these are the probabilities of the network itself."""
    (output,) = answer.outputs
    assert (output.name, output.datatype) == ("probabilities", "FP32")
    np.testing.assert_allclose(output.as_numpy(), expected, atol=1e-6, rtol=0)


def test_server_and_model_are_live_and_ready(server: Server) -> None:
    assert ask(server, lambda client, url: client.is_server_live(url))
    assert ask(server, lambda client, url: client.is_server_ready(url))
    assert ask(server, lambda client, url: client.is_model_ready(url, "mnist"))
    assert not ask(server, lambda client, url: client.is_model_ready(url, "letters"))


@pytest.mark.parametrize("ways", [*product([True, False], [True, False])])
@pytest.mark.parametrize("datatype", ["FP32", "UINT8"])
def test_tensors_go_in_and_out_in_json_and_binary(
    server: Server,
    pixels: NDArray[np.uint8],
    expected: NDArray[np.float32],
    datatype: str,
    ways: tuple[bool, bool],
) -> None:
    binary_in, binary_out = ways
    data: NDArray[Any] = pixels if datatype == "UINT8" else to_pixels(pixels)

    answer = infer(
        server,
        given(data, datatype, binary_in),
        request_id="r1",
        parameters={"binary_data_output": binary_out},
    )

    close(answer, expected)
    assert (answer.id, answer.model_name) == ("r1", "mnist")


def test_half_precision_goes_in_binary(
    server: Server, pixels: NDArray[np.uint8]
) -> None:
    answer = infer(server, given(to_pixels(pixels).astype(np.float16), "FP16", True))

    assert answer.outputs[0].as_numpy().shape == (40, 10)


def test_the_output_is_asked_for_by_its_name(
    server: Server, pixels: NDArray[np.uint8], expected: NDArray[np.float32]
) -> None:
    from kserve.protocol.infer_type import RequestedOutput

    wanted = RequestedOutput("probabilities", {"binary_data": True})

    answer = infer(server, given(pixels, "UINT8", False), request_outputs=[wanted])

    close(answer, expected)


@pytest.mark.parametrize("binary", [True, False])
def test_encoded_pictures_are_read_from_bytes(
    server: Server, digits: list[Digit], expected: NDArray[np.float32], binary: bool
) -> None:
    files = [d.encoded if binary else base64.b64encode(d.encoded) for d in digits]

    answer = infer(server, given(np.array(files, np.object_), "BYTES", binary))

    close(answer, expected)


def test_errors_come_as_the_exception_of_this_client_with_our_words(
    server: Server, pixels: NDArray[np.uint8]
) -> None:
    import httpx

    with pytest.raises(httpx.HTTPStatusError, match="'INT32' is not taken") as raised:
        infer(server, given(pixels.astype(np.int32), "INT32", True))

    assert raised.value.response.status_code == 400
