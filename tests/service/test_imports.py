"""Who may import whom, and what a served request must never have loaded."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_laws_of_pyproject_hold() -> None:
    beside = Path(sys.executable).parent / "lint-imports"
    program = str(beside) if beside.exists() else shutil.which("lint-imports")
    assert program is not None, "lint-imports is not installed"

    checked = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout
    assert "0 broken" in checked.stdout


def test_the_application_loads_no_tensorflow_no_training_and_no_opentelemetry() -> None:
    code = "import sys, service.app; print(*{m.split('.')[0] for m in sys.modules})"

    loaded = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert {"flask", "PIL", "service"} <= set(loaded)
    assert not {"tensorflow", "keras", "training", "opentelemetry"} & set(loaded)
