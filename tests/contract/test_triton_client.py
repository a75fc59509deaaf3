"""Triton's own Python client asks this service as it asks Triton, over HTTP.

tritonclient[http] is imported where it is used: it takes its time.
"""

import base64
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from service.artifact import version_numbers
from service.digits import to_pixels
from service.engines import open_engine
from tests.fakes import Digit
from tests.load.server import Server, running

pytestmark = pytest.mark.slow

Array = NDArray[Any]


@pytest.fixture(scope="module")
def server(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("triton") / "log"
    with running(models_dir, log, WORKERS="2", THREADS="2") as server:
        yield server


@pytest.fixture(scope="module")
def triton(server: Server) -> Iterator[Any]:
    from tritonclient.http import InferenceServerClient

    with InferenceServerClient(f"127.0.0.1:{server.port}", concurrency=2) as client:
        yield client


def given(data: Array, datatype: str, binary: bool = True) -> list[Any]:
    """The one input, as this client sends it."""
    from tritonclient.http import InferInput

    tensor = InferInput("pixels", list(data.shape), datatype)
    return [tensor.set_data_from_numpy(data, binary_data=binary)]


def wanted(binary: bool = True, classes: int = 0) -> list[Any]:
    """The one output, as this client asks for it."""
    from tritonclient.http import InferRequestedOutput

    return [InferRequestedOutput("probabilities", binary, classes)]


def close(result: Any, expected: Array) -> None:
    """Fail unless these are the probabilities of the network itself."""
    found = result.as_numpy("probabilities")
    assert (found.dtype, found.shape) == (np.float32, expected.shape)
    np.testing.assert_allclose(found, expected, atol=1e-6, rtol=0)


def test_server_and_model_are_live_and_ready(triton: Any, newest: int) -> None:
    assert triton.is_server_live()
    assert triton.is_server_ready()
    assert triton.is_model_ready("mnist")
    assert triton.is_model_ready("mnist", str(newest))
    assert not triton.is_model_ready("mnist", "999")
    assert not triton.is_model_ready("letters")


def test_the_metadata_are_told(triton: Any, models_dir: Path, newest: int) -> None:
    versions = [str(number) for number in version_numbers(models_dir, "mnist")]

    server = triton.get_server_metadata()
    model = triton.get_model_metadata("mnist")
    one = triton.get_model_metadata("mnist", str(newest))

    assert server["name"] == "mnist-service"
    assert {"binary_tensor_data", "classification"} <= set(server["extensions"])
    assert (model["versions"], one["versions"]) == (versions, [str(newest)])
    assert model["inputs"][0]["name"] == "pixels"
    assert model["outputs"] == [
        {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}
    ]


@pytest.mark.parametrize("ways", [*product([True, False], [True, False, None])])
@pytest.mark.parametrize("datatype", ["FP32", "FP64", "UINT8"])
def test_tensors_go_in_and_out_in_json_and_binary(
    triton: Any,
    pixels: NDArray[np.uint8],
    expected: Array,
    datatype: str,
    ways: tuple[bool, bool | None],
) -> None:
    binary_in, binary_out = ways
    data: dict[str, Array] = {
        "FP32": to_pixels(pixels),
        "FP64": to_pixels(pixels).astype(np.float64),
        "UINT8": pixels,
    }

    result = triton.infer(
        "mnist",
        given(data[datatype], datatype, binary_in),
        outputs=None if binary_out is None else wanted(binary_out),
    )

    close(result, expected)


@pytest.mark.parametrize("binary", [True, False])
def test_half_precision_is_taken(
    triton: Any,
    models_dir: Path,
    newest: int,
    pixels: NDArray[np.uint8],
    binary: bool,
) -> None:
    halves = to_pixels(pixels).astype(np.float16)
    engine = open_engine("litert", models_dir / "mnist" / str(newest))

    result = triton.infer("mnist", given(halves, "FP16", binary))

    close(result, engine.predict(halves.astype(np.float32)))


def test_pictures_need_not_be_rows(
    triton: Any, pixels: NDArray[np.uint8], expected: Array
) -> None:
    result = triton.infer("mnist", given(pixels.reshape(-1, 28, 28, 1), "UINT8"))

    close(result, expected)


def test_encoded_pictures_are_read_from_bytes(
    triton: Any, digits: list[Digit], expected: Array
) -> None:
    files = np.array([digit.encoded for digit in digits], np.object_)
    texts = np.array([base64.b64encode(digit.encoded) for digit in digits], np.object_)

    as_they_are = triton.infer("mnist", given(files, "BYTES"))
    in_json = triton.infer("mnist", given(texts.reshape(-1, 1), "BYTES", False))

    close(as_they_are, expected)
    close(in_json, expected)


@pytest.mark.parametrize("binary", [True, False])
def test_classes_are_told_with_score_and_label(
    triton: Any,
    pixels: NDArray[np.uint8],
    digits: list[Digit],
    expected: Array,
    binary: bool,
) -> None:
    outputs = wanted(binary, classes=3)

    result = triton.infer("mnist", given(pixels, "UINT8"), outputs=outputs)

    found = result.as_numpy("probabilities")
    assert found.shape == (40, 3)
    for row, digit in enumerate(digits):
        first = found[row, 0]
        text = first.decode() if isinstance(first, bytes) else first
        score, index, label = text.split(":")
        assert (int(index), label) == (digit.label, str(digit.label))
        assert float(score) == pytest.approx(expected[row].max(), abs=1e-6)


def test_the_request_id_and_the_version_come_back(
    triton: Any, models_dir: Path, pixels: NDArray[np.uint8]
) -> None:
    for number in version_numbers(models_dir, "mnist"):
        engine = open_engine("litert", models_dir / "mnist" / str(number))

        result = triton.infer(
            "mnist", given(pixels, "UINT8"), str(number), request_id=f"r{number}ü"
        )

        document = result.get_response()
        assert document["model_name"] == "mnist"
        assert document["model_version"] == str(number)
        assert document["id"] == f"r{number}ü"
        close(result, engine.predict(to_pixels(pixels)))


@pytest.mark.parametrize("compression", ["gzip", "deflate"])
def test_requests_may_be_compressed_and_answers_asked_to_be(
    triton: Any, pixels: NDArray[np.uint8], expected: Array, compression: str
) -> None:
    result = triton.infer(
        "mnist",
        given(to_pixels(pixels), "FP32"),
        request_compression_algorithm=compression,
        response_compression_algorithm=compression,
    )

    close(result, expected)


def test_parameters_sequences_and_priorities_do_no_harm(
    triton: Any, pixels: NDArray[np.uint8], expected: Array
) -> None:
    result = triton.infer(
        "mnist",
        given(pixels, "UINT8"),
        sequence_id=3,
        sequence_start=True,
        priority=1,
        timeout=10**6,
        parameters={"colour": "blue", "depth": 3},
    )

    close(result, expected)


def test_requests_may_be_under_way_at_once(
    triton: Any, pixels: NDArray[np.uint8], expected: Array
) -> None:
    waiting = [triton.async_infer("mnist", given(pixels, "UINT8")) for _ in range(4)]

    for request in waiting:
        close(request.get_result(), expected)


def test_a_body_made_by_the_client_is_answered_to_whoever_posts_it(
    triton: Any, server: Server, pixels: NDArray[np.uint8], expected: Array
) -> None:
    import requests
    from tritonclient.http import InferenceServerClient

    body, length = InferenceServerClient.generate_request_body(given(pixels, "UINT8"))
    answer = requests.post(
        server.url("/v2/models/mnist/infer"),
        data=body,
        headers={"Inference-Header-Content-Length": str(length)},
        timeout=60,
    )

    head = answer.headers["Inference-Header-Content-Length"]
    close(
        InferenceServerClient.parse_response_body(
            answer.content, header_length=int(head)
        ),
        expected,
    )


def test_statistics_count_over_all_workers(
    triton: Any, newest: int, pixels: NDArray[np.uint8]
) -> None:
    def stats() -> dict[str, Any]:
        (one,) = triton.get_inference_statistics("mnist", str(newest))["model_stats"]
        assert isinstance(one, dict)
        return one

    before = stats()
    for _ in range(8):
        triton.infer("mnist", given(pixels[:5], "UINT8"))

    after = stats()
    assert after["inference_count"] - before["inference_count"] == 40
    assert after["execution_count"] - before["execution_count"] == 8
    assert (
        after["inference_stats"]["compute_infer"]["count"] == (after["execution_count"])
    )
    assert 5 in [batch["batch_size"] for batch in after["batch_stats"]]
    every = triton.get_inference_statistics()["model_stats"]
    assert str(newest) in [one["version"] for one in every]


def test_the_repository_is_told_and_left_alone(triton: Any, models_dir: Path) -> None:
    from tritonclient.utils import InferenceServerException

    index = triton.get_model_repository_index()

    assert index == [
        {"name": "mnist", "version": str(number), "state": "READY", "reason": ""}
        for number in version_numbers(models_dir, "mnist")
    ]
    triton.load_model("mnist")
    with pytest.raises(InferenceServerException, match="'letters' is not served"):
        triton.load_model("letters")
    with pytest.raises(InferenceServerException, match="load / unload is not allowed"):
        triton.unload_model("mnist")
    assert triton.is_model_ready("mnist")


def test_errors_come_as_the_exception_of_this_client_with_our_words(
    triton: Any, pixels: NDArray[np.uint8]
) -> None:
    from tritonclient.utils import InferenceServerException

    good, many = (given(p, "UINT8") for p in (pixels, np.zeros((1025, 784), np.uint8)))
    whole = given(pixels.astype(np.int32), "INT32")
    calls: dict[str, tuple[str, Callable[[], Any]]] = {
        "404": ("'letters' is not served", lambda: triton.infer("letters", good)),
        "400": ("INT32' is not taken", lambda: triton.infer("mnist", whole)),
        "413": (
            "at most 1024 are",
            lambda: triton.infer("mnist", many),
        ),
        "501": ("model configuration", lambda: triton.get_model_config("mnist")),
    }
    for status, (said, call) in calls.items():
        with pytest.raises(InferenceServerException) as raised:
            call()

        assert said in raised.value.message()
        assert raised.value.status() == status


def test_what_is_not_offered_is_refused_in_words_that_this_client_reads(
    triton: Any,
) -> None:
    from tritonclient.utils import InferenceServerException

    for call in (
        triton.get_log_settings,
        lambda: triton.update_log_settings({"log_info": True}),
        triton.get_trace_settings,
        lambda: triton.update_trace_settings("mnist", {"trace_rate": "1"}),
        triton.get_system_shared_memory_status,
        lambda: triton.register_system_shared_memory("r", "/r", 8),
        lambda: triton.unregister_system_shared_memory("r"),
        triton.unregister_system_shared_memory,
        lambda: triton.get_cuda_shared_memory_status("r"),
        lambda: triton.register_cuda_shared_memory("r", b"AAAA", 0, 8),
    ):
        with pytest.raises(InferenceServerException) as raised:
            call()

        assert raised.value.status() == "501"
        assert "cannot be asked for here" in raised.value.message()


def test_tensors_in_shared_memory_are_refused(triton: Any) -> None:
    from tritonclient.http import InferInput
    from tritonclient.utils import InferenceServerException

    tensor = InferInput("pixels", [1, 784], "FP32")
    tensor.set_shared_memory("region", 3136)

    with pytest.raises(InferenceServerException, match="shared memory is not support"):
        triton.infer("mnist", [tensor])
