"""What was left out of Flask is missed by no route."""

import inspect

import pytest
from flask import Flask, session
from flask.testing import FlaskClient


def test_no_route_redirects_so_none_needs_the_name_of_the_host(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())

    assert not [rule for rule in rules if rule.rule.endswith("/") and rule.rule != "/"]
    assert not [rule for rule in rules if rule.redirect_to or rule.alias]
    assert not app.url_map.merge_slashes


def test_no_view_is_a_coroutine(app: Flask) -> None:
    assert not list(filter(inspect.iscoroutinefunction, app.view_functions.values()))


@pytest.mark.parametrize("host", ["localhost:8000", "a..b", "x" * 300, "[::1]:80", ""])
def test_the_name_that_the_host_is_asked_under_does_not_matter(
    client: FlaskClient, host: str
) -> None:
    answer = client.get("/livez", headers={"Host": host})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["//livez", "/v1//classify", "/livez/"])
def test_a_path_with_a_slash_too_many_is_found_or_not_but_never_redirected(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)

    assert answer.status_code in (200, 404)


def test_nothing_can_be_written_to_the_session_that_all_share(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(RuntimeError):
        session["user"] = 1


def test_no_cookie_is_set(client: FlaskClient) -> None:
    answer = client.get("/")

    assert "Set-Cookie" not in answer.headers
