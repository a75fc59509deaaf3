"""The status page says the true numbers, in words, and nothing of others' making."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.counting import metrics
from service.counting.board import Board
from service.counting.counts import Counts
from service.counting.ring import Ring
from service.counting.traffic import Traffic
from service.measured import Family, Measured, Samples
from service.serving.routing import Share
from service.serving.store import Store
from service.settings import Settings
from service.web import status
from service.web.static import Static
from service.web.status.numbers import Numbers
from service.web.status.pictures import drifts
from service.web.status.words import NONE, moment
from tests.fakes import FakeEngine, fake_digit, fake_store, fake_version

HOSTILE = "<script>alert(1)</script>"


def cells(html: str, table: str) -> list[list[str]]:
    """The words in each row of the table with that caption, its head left out."""
    found = re.search(rf"{table}.*?</caption>(.*?)</table>", html, re.DOTALL)
    assert found is not None, table
    body = found[1].partition("</thead>")[2]
    return [
        [_words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def tiles(html: str) -> dict[str, str]:
    """What the tiles say, by their names."""
    found = re.findall(r"<dt>([^<]*)</dt><dd>(.*?)</dd>", html)
    return {name: _words(value) for name, value in found}


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def ask(client: FlaskClient, digit: int, times: int = 1) -> None:
    for _ in range(times):
        body = fake_digit(digit).tobytes()
        kind = "application/octet-stream"
        assert (
            client.post("/v1/classify", data=body, content_type=kind).status_code == 200
        )


def over(store: Store, board: Board, canary: Share | None = None) -> FlaskClient:
    """A client of the page alone, over that store and what stands on that board."""
    app, routes = Flask(__name__), Blueprint("web", __name__)
    settings = Settings(canary=canary)
    measured = Measured(board, store, settings)
    status.install(routes, measured, Traffic(board), store, settings, Static.read())
    app.register_blueprint(routes)
    return app.test_client()


@pytest.fixture
def board() -> Board:
    return Board(rows=2)


@pytest.fixture
def store() -> Store:
    """Serves versions 1 and 2, the second by default."""
    return fake_store(Settings(), v1=FakeEngine(), v2=FakeEngine())


def test_it_shows_as_many_requests_and_pictures_as_there_were(
    fake_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ring, "now", 1000)  # all of it within the same ten seconds
    ask(fake_client, 7, times=3)
    ask(fake_client, 4)
    fake_client.post("/v1/classify", data=b"x", content_type="image/png")
    fake_client.get("/nothing")

    html = fake_client.get("/status").text

    assert "4 answered, 2 refused, 0 failed; at most 6 in ten seconds" in html
    parts = {row[0]: row[1:4] for row in cells(html, "Requests by part")}
    assert parts["Classify"] == ["5", "1", "0"]
    assert parts["No such route"] == ["1", "1", "0"]
    assert ["unreadable picture", "1"] in cells(html, "Refused pictures")
    read = {row[0]: row[2:] for row in cells(html, "How often each digit")}
    assert (read["7"], read["4"], read["0"]) == (
        ["3", "75.0%"],
        ["1", "25.0%"],
        ["0", "0%"],
    )
    assert "4 pictures since the start. The network was 91.0% sure" in html
    assert [row[0].split()[0] for row in cells(html, "Stages of a request")] == [
        *("receive", "decode", "compute", "encode")  # nobody waited: no gunicorn
    ]


def test_probes_and_the_page_itself_are_no_traffic(fake_client: FlaskClient) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/status"):
        fake_client.get(path)

    html = fake_client.get("/status").text

    assert "0 answered, 0 refused, 0 failed" in html
    assert tiles(html)["Requests now"] == "0 a second"


def test_failures_stand_out(board: Board, store: Store) -> None:
    traffic = Traffic(board)
    traffic.count(500, 10_000_000)
    for _ in range(3):
        traffic.count(200, 10_000_000)

    html = over(store, board).get("/status").text

    assert tiles(html)["Failed in 10 minutes"] == "25.0% of 4"
    assert tiles(html)["Time of an answer"].startswith("10 ms")
    assert '<div class="bad"><dt>Failed' in html


def test_the_default_version_is_named_with_the_others_and_their_labels(
    board: Board, store: Store
) -> None:
    store.serve(replace(store.snapshot, labels={"stable": 2, "old": 1, "first": 1}))

    html = over(store, board).get("/status").text

    assert "<h1>Ready: version 2 of mnist answers</h1>" in html
    rows = [row[:3] for row in cells(html, "Versions that are served")]
    assert rows == [
        ["2", "by default", "stable"],
        ["1", "when asked for", "first, old"],
    ]


def test_a_refused_version_is_there_with_the_reason(
    engine: FakeEngine, tmp_path: Path
) -> None:
    fake_version(tmp_path)
    (fake_version(tmp_path, 2) / "golden.npz").write_bytes(b"no more")

    html = create_app(Settings(models_dir=tmp_path)).test_client().get("/status").text

    assert "<dt>Version 2</dt>" in html
    assert "golden.npz has sha256" in html
    assert "<h1>Ready: version 1 of mnist answers</h1>" in html


def test_without_a_version_it_says_that_nothing_is_ready_and_why(
    tmp_path: Path,
) -> None:
    answer = create_app(Settings(models_dir=tmp_path)).test_client().get("/status")

    assert answer.status_code == 200
    assert "Not ready: no version answers</h1>" in answer.text
    assert f"No model version was found in {tmp_path}/mnist." in answer.text
    assert "No version has answered yet." in answer.text


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("promoted", "It was promoted"),
        ("rolled back", "It was rolled back to"),
        ("labelled", "It was labelled stable"),
    ],
)
def test_the_decision_by_which_a_version_answers_is_told(
    engine: FakeEngine, tmp_path: Path, action: str, words: str
) -> None:
    folder = fake_version(tmp_path).parent
    earlier = {"time": "2026-01-01T00:00:00Z", "action": "promoted", "version": 9}
    last = {"time": "2026-02-03T04:05:06Z", "action": action, "version": 1}
    canary = {"time": "2026-02-04T00:00:00Z", "action": "labelled", "version": 9}
    history = [
        {**earlier, "label": "stable"},
        {**last, "label": "stable"},
        {**canary, "label": "canary"},
    ]
    (folder / "releases.json").write_text(json.dumps({"history": history}))

    html = create_app(Settings(models_dir=tmp_path)).test_client().get("/status").text

    assert f"{words} on 3 Feb 2026, 04:05:06 UTC." in html


def test_a_version_answers_since_the_start_or_since_another_did(
    board: Board, store: Store
) -> None:
    client, start = over(store, board), moment(board.created)
    html = client.get("/status").text
    assert f"Version 2 answers by default since {start}." in html
    assert "came to serve" not in html

    board.add(0, {"uptake/swaps": 2, "uptake/swap_ns": 3_000_000_000})
    board.put(0, "uptake/default_ms", 1_700_000_000_000)
    board.put(1, "uptake/default_ms", 1_800_000_000_000)  # by a later leader
    html = client.get("/status").text

    assert f"Version 2 answers by default since {moment(1.8e9)}." in html
    assert "other versions came to serve 2 times, each after 1.5 s on average" in html


def test_what_is_to_be_put_right_is_said(board: Board, store: Store) -> None:
    problem = "label canary is not used: version 3 is not served"
    store.serve(replace(store.snapshot, problems=(problem,)))

    html = over(store, board).get("/status").text

    assert f"<li>{problem}</li>" in html


def test_canary_and_shadow_are_left_out_where_nothing_is_tried(
    board: Board, store: Store
) -> None:
    assert "Tried out" not in over(store, board).get("/status").text


def test_canary_and_shadow_are_seen(board: Board, store: Store) -> None:
    store.serve(replace(store.snapshot, labels={"next": 1}))
    counts = Counts(board)
    route = ("/v1/classify", "classify")
    counts.count(metrics.REQUESTS, (*route, "2", "200"), 190)
    counts.count(metrics.REQUESTS, (*route, "1", "200"), 10)
    counts.count(metrics.CANARY_REQUESTS, ("next", "1"), 8)
    board.add(0, {"shadow/1/agree": 99, "shadow/1/differ": 1, "shadow/dropped": 5})

    html = over(store, board, Share("next", 2.5)).get("/status").text

    assert "2.5% of the requests that name no version are for the label next" in html
    assert "version 1. It answered 8 of them, 4.0% of all" in html
    assert cells(html, "Read in the shadow") == [["1", "100", "99", "1", "99.0%"]]
    assert "too many were waiting: 5 requests" in html


def test_a_canary_whose_label_points_nowhere_is_said_to(
    board: Board, store: Store
) -> None:
    html = over(store, board, Share("next", 5)).get("/status").text

    assert "for the label next, which points at no version that is served" in html


def test_drift_is_told_by_the_feature_that_is_farthest(store: Store) -> None:
    indices: Samples = {
        ("2", "digit"): 0.01,
        ("2", "confidence"): 0.3,
        ("2", "ink"): 0.2,
    }
    numbers = Numbers(
        [
            Family(metrics.DRIFT_WINDOW, {(): 3600}),
            Family(metrics.DRIFT_PICTURES, {("1",): 9, ("2",): 1200}),
            Family(metrics.DRIFT_PSI, indices),
        ]
    )

    default, other = drifts(numbers, store.snapshot)

    assert (default.version, default.word, default.window) == (2, "drifted", "1 hour")
    words = [(feature.index, feature.word) for feature in default.features]
    assert words == [("0.010", "steady"), ("0.300", "drifted"), ("0.200", "watch")]
    assert (other.version, other.word, other.features) == (1, NONE, ())


def test_workers_that_crashed_are_counted(board: Board, store: Store) -> None:
    counts = Counts(board)
    counts.count(metrics.WORKER_STARTS, (), 3)
    counts.count(metrics.WORKER_ENDS, ("unasked",))

    html = over(store, board).get("/status").text

    assert tiles(html)["Workers"] == "2 alive, 1 crashed"


def test_what_others_have_written_is_shown_and_not_obeyed(
    board: Board, store: Store
) -> None:
    store.serve(
        replace(
            store.snapshot,
            refused={9: HOSTILE},
            labels={HOSTILE: 1, "canary": 1},
            problems=(HOSTILE,),
        )
    )
    counts = Counts(board)
    counts.count(metrics.REQUESTS, (HOSTILE, HOSTILE, "1", "200"))
    counts.count(metrics.REJECTED, (HOSTILE,))
    board.add(0, {"shadow/<b>/agree": 1})

    html = over(store, board).get("/status").text

    assert html.count("&lt;script&gt;") == 5
    assert HOSTILE not in html
    assert "<b>" not in html


def test_nobody_keeps_it_and_nothing_inline_is_in_it(client: FlaskClient) -> None:
    answer = client.get("/status")

    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", answer.text)
    assert not re.search(r'(?:href|src|action)="(?:\w+:|//)', answer.text)
    for url in re.findall(r'(?:href|src)="\.(/[^"]+)"', answer.text):
        assert client.get(url).status_code == 200, url


def test_the_page_is_found_from_the_first_page_and_from_the_documentation(
    client: FlaskClient,
) -> None:
    assert 'href="./status"' in client.get("/").text
    assert 'href="/status"' in client.get("/docs").text
