"""Whatever a client sends, the service does not fail."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CONTENT_TYPES = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/bmp",
    "image/webp",
    "image/tiff",
    "image/x-portable-graymap",
    "multipart/form-data; boundary=b",
    "application/json",
    "application/x-npy",
    "application/octet-stream",
    "text/plain",
)
ROUTES = ("/v1/classify", "/v1/explain")
# One client serves all examples: nothing that a request does outlives it.
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

parts = st.lists(
    st.sampled_from(
        [
            b"--b\r\n",
            b"--b--\r\n",
            b'Content-Disposition: form-data; name="image"; filename="a"\r\n',
            b'Content-Disposition: form-data; name="image"\r\n',
            b"Content-Type: image/png\r\n",
            b"Content-Transfer-Encoding: base64\r\n",
            b"\r\n",
        ]
    )
    | st.binary(max_size=20)
).map(b"".join)


@pytest.mark.parametrize("route", ROUTES)
@shared
@given(
    body=st.binary(max_size=2000) | st.binary(min_size=784, max_size=784) | parts,
    content_type=st.sampled_from(CONTENT_TYPES),
)
def test_any_bytes_of_any_type_get_an_answer_or_a_reason(
    client: FlaskClient, route: str, body: bytes, content_type: str
) -> None:
    answer = client.post(route, data=body, content_type=content_type)

    assert answer.status_code in {200, 400, 413, 415, 422}
    assert answer.is_json or answer.mimetype == "application/problem+json"


@shared
@given(
    content_type=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"))
)
def test_any_content_type_gets_an_answer_or_a_reason(
    client: FlaskClient, content_type: str
) -> None:
    answer = client.post("/v1/classify", data=b"x", content_type=content_type)

    assert 400 <= answer.status_code < 500


@shared
@given(path=st.text(max_size=50), query=st.text(max_size=50))
def test_any_url_gets_an_answer_or_a_reason(
    client: FlaskClient, path: str, query: str
) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        answer = client.open(
            f"/{quote(path, safe='')}", query_string=query, method=method
        )

        assert answer.status_code < 500


@pytest.mark.parametrize("route", ROUTES)
@shared
@given(query=st.dictionaries(st.text(), st.text()))
def test_any_query_gets_an_answer_or_a_reason(
    client: FlaskClient, route: str, query: dict[str, str]
) -> None:
    answer = client.post(route, query_string=query)

    assert 400 <= answer.status_code < 500


@shared
@given(accept=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n")))
def test_any_accept_gets_an_explanation(client: FlaskClient, accept: str) -> None:
    answer = client.post(
        "/v1/explain?preprocess=exact",
        data=bytes(784),
        content_type="application/octet-stream",
        headers={"Accept": accept},
    )

    assert answer.status_code == 200
    assert answer.mimetype in ("application/json", "image/png")


@shared
@given(pixels=st.binary(min_size=784, max_size=784), query=st.integers(0, 9))
def test_any_pixels_get_an_explanation(
    client: FlaskClient, pixels: bytes, query: int
) -> None:
    answer = client.post(
        f"/v1/explain?digit={query}&against=others",
        data=pixels,
        content_type="application/octet-stream",
    )

    assert answer.status_code in {200, 422}
