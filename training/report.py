"""The report folder of a version: figures for programs, pictures and a card.

What is in each is left to `metrics`, `curves`, `figures` and `model_card`.
"""

import json
from pathlib import Path

from service.artifact import REPORT
from training.confidence_figures import draw_reliability, draw_risk
from training.curves import draw_curves
from training.figures import draw_confusion, draw_mistakes, draw_weights
from training.metrics import metrics
from training.model_card import model_card
from training.results import Results

PICTURES = {
    "curves.png": draw_curves,
    "confusion.png": draw_confusion,
    "mistakes.png": draw_mistakes,
    "weights.png": draw_weights,
    "reliability.png": draw_reliability,
    "risk.png": draw_risk,
}


def write_report(version: Path, results: Results) -> None:
    """Write the report on `results` into the version's folder.

    Raises OSError where the disk fails.
    """
    folder = version / REPORT
    folder.mkdir()
    text = json.dumps(metrics(results), indent=2) + "\n"
    (folder / "metrics.json").write_text(text, encoding="utf-8")
    (folder / "model_card.md").write_text(model_card(results), encoding="utf-8")
    for name, draw in PICTURES.items():
        # No Software entry: the same run gives the same bytes.
        draw(results).savefig(folder / name, dpi=110, metadata={"Software": None})
