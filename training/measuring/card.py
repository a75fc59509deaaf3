"""From measured parts to the files of a version's report.

The model card's section, a JSON file and a picture for each part. How they
come into a published version is left to `resealing`.
"""

import io
import json
from collections.abc import Sequence
from pathlib import Path

from service.artifact import REPORT
from training.measuring.parts import Part, as_markdown

CARD = "model_card.md"
BEGIN = "<!-- beyond the test set: written by mnist-train measure -->"
END = "<!-- end of beyond the test set -->"
_NEXT = "## How it was trained\n"  # the section goes before this one


def report_files(
    version: Path, parts: Sequence[Part], command: str
) -> dict[str, bytes]:
    """What the parts add to the report of `version`, by file name.

    The card that is there keeps all that stands outside the two markers.
    """
    path = version / REPORT / CARD
    card = path.read_text(encoding="utf-8") if path.is_file() else ""
    files = {CARD: with_section(card, section(parts, command)).encode()}
    for part in parts:
        document = {"command": command} | dict(part.document)
        files[f"{part.name}.json"] = (json.dumps(document, indent=2) + "\n").encode()
        if part.figure is not None:
            file = io.BytesIO()
            # No Software entry: the same figures give the same bytes.
            part.figure.savefig(file, dpi=110, metadata={"Software": None})
            files[f"{part.name}.png"] = file.getvalue()
    return files


def section(parts: Sequence[Part], command: str) -> str:
    """The section "Beyond the test set" between its two markers."""
    body = "\n\n".join(as_markdown(part) for part in parts)
    return (
        f"{BEGIN}\n## Beyond the test set\n\n{body}\n\n"
        f"Measured by:\n\n```\n{command}\n```\n{END}\n"
    )


def with_section(card: str, added: str) -> str:
    """`card` with the section in place of the one it had, or added to it."""
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        return before + added + after.removeprefix("\n")
    before, following, after = card.partition(_NEXT)
    gap = "\n" if following else ""
    return f"{before}{added}{gap}{following}{after}"
