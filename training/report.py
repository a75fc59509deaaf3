"""The report folder of a version: figures for programs, pictures and a card.

What is in each is left to `metrics`, `figures` and `model_card`.
"""

import json
from pathlib import Path

from service.artifact import REPORT
from training.metrics import metrics
from training.results import Results


def write_report(version: Path, results: Results) -> None:
    """Write the report on `results` into the version's folder."""
    folder = version / REPORT
    folder.mkdir()
    text = json.dumps(metrics(results), indent=2) + "\n"
    (folder / "metrics.json").write_text(text, encoding="utf-8")
