"""mnist-classify --url: the same as without, but a running service is asked."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli.classify import main
from tests.fakes import Digit
from tests.service.webs import SEVEN, predictions, problem, scripted

ROOT = Path(__file__).parent.parent.parent
Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize("options", [[], ["--model-version", "1"]])
def test_it_prints_what_it_would_print_without_a_service(
    options: list[str],
    service_url: str,
    models_dir: Path,
    digits: list[Digit],
    capsys: Output,
) -> None:
    files = [*(str(digit.path) for digit in digits[:5]), "none.png", __file__]

    without = main([*options, "--models-dir", str(models_dir), *files])
    printed = capsys.readouterr()
    asked = main([*options, "--url", service_url, *files])

    assert (without, asked) == (1, 1)
    assert capsys.readouterr() == printed
    assert printed.err == ""


def test_its_json_holds_what_it_would_hold_without_a_service(
    service_url: str, models_dir: Path, digits: list[Digit], capsys: Output
) -> None:
    files = [*(str(digit.path) for digit in digits[:5]), "none.png"]

    main(["--json", "--models-dir", str(models_dir), *files])
    printed = json.loads(capsys.readouterr().out)
    main(["--json", "--url", service_url, *files])

    assert json.loads(capsys.readouterr().out) == printed


def test_every_file_read_ends_with_0(
    service_url: str, digits: list[Digit], capsys: Output
) -> None:
    code = main(["--url", service_url, str(digits[0].path)])

    assert code == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_service_that_is_not_there_ends_it_with_4(capsys: Output) -> None:
    with scripted(problem(500, "it failed")) as server:
        gone = server.url

    code = main(["--url", gone, "none.png", str(ROOT / "LICENSE")])

    assert code == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"mnist-classify: no MNIST Service was reached at {gone}: ")
    assert len(err.splitlines()) == 1


def test_a_refusal_ends_it_with_4_and_what_was_refused(
    service_url: str, digits: list[Digit], capsys: Output
) -> None:
    code = main(["--url", service_url, "--model-version", "9", str(digits[0].path)])

    assert code == 4
    said = "mnist-classify: version 9 of 'mnist' is not served, expected one of [1, 2]"
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize("url", ["localhost:8000", "", "http://"])
def test_what_is_no_address_ends_it_with_2(url: str, capsys: Output) -> None:
    code = main(["--url", url, "seven.png"])

    assert code == 2
    assert f"mnist-classify: --url: {url!r} is no address" in capsys.readouterr().err


def test_the_models_of_a_service_are_its_own(capsys: Output) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--url", "http://127.0.0.1:9", "--models-dir", ".", "seven.png"])

    assert ended.value.code == 2
    assert "not with --models-dir" in capsys.readouterr().err


@pytest.mark.parametrize(("count", "told"), [(99, ""), (120, "120 of 120 files\n")])
def test_a_terminal_is_told_how_far_many_files_are(
    count: int,
    told: str,
    digits: list[Digit],
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    with scripted(predictions(*[SEVEN] * count)) as server:
        code = main(["--url", server.url, "--json", *[str(digits[0].path)] * count])

    assert code == 0
    out, err = capsys.readouterr()
    assert len(json.loads(out)["predictions"]) == count
    assert err.rpartition("\r")[2] == told


def test_asking_a_service_loads_no_engine_and_reading_here_no_client(
    service_url: str, models_dir: Path, digits: list[Digit]
) -> None:
    asking = _loaded(["--url", service_url, str(digits[0].path)])
    reading = _loaded(["--models-dir", str(models_dir), str(digits[0].path)])

    engine = {"ai_edge_litert", "numpy", "PIL", "flask", "service.engines"}
    client = {"urllib3", "service.client"}
    assert asking & (engine | client) == client
    assert reading & (engine | client) == engine - {"flask"}


def _loaded(arguments: list[str]) -> set[str]:
    code = (
        "import sys; from service.cli.classify import main\n"
        "assert main(sys.argv[1:]) == 0; print(*sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stdout.split())
