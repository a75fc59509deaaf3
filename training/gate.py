"""The gate: whether a candidate is fit to take the place of the present default.

Judges what `training.versus` measured; what becomes of the verdict is left to
`training.release`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from training.gate_settings import GateSettings
from training.mcnemar import disagreements, mcnemar
from training.versus import Measured

NONE = "-"
"""In place of a figure of the default, for what is asked of the candidate alone."""


@dataclass(frozen=True)
class Check:
    """One comparison, its figures as people read them; `allowed` is the threshold."""

    name: str
    candidate: str
    default: str
    allowed: str
    passed: bool

    def __str__(self) -> str:
        against = "" if self.default == NONE else f" against {self.default}"
        return f"{self.name} {self.candidate}{against} ({self.allowed})"


@dataclass(frozen=True)
class Verdict:
    """What the gate found. Without checks there was nothing to compare with.

    `default` is the version that the candidate was compared with; `note` says why
    there was none.
    """

    default: int | None
    checks: tuple[Check, ...] = ()
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether the candidate may be the default."""
        return all(check.passed for check in self.checks)

    @property
    def reason(self) -> str:
        """One line for whoever asks later why it was promoted, or refused."""
        if not self.checks:
            return self.note
        failed = [str(check) for check in self.checks if not check.passed]
        if failed:
            return f"worse than version {self.default}: {'; '.join(failed)}"
        return f"not worse than version {self.default}"

    def __str__(self) -> str:
        if not self.checks:
            return self.note
        heading = ("check", "candidate", f"version {self.default}", "allowed", "")
        rows = [(c.name, c.candidate, c.default, c.allowed) for c in self.checks]
        words = ["passed" if check.passed else "WORSE" for check in self.checks]
        cells = [heading, *((*r, w) for r, w in zip(rows, words, strict=True))]
        return _columns(cells)


@dataclass(frozen=True)
class Timed:
    """Seconds that one prediction took the candidate and the default, in turns."""

    candidate: float
    default: float


def judge(
    candidate: Measured,
    default: Measured,
    settings: GateSettings,
    parity: float,
    timed: Timed,
) -> tuple[Check, ...]:
    """Every check of a candidate against the present default.

    `parity` is by how much the candidate's engines differ, in 0..1.
    """
    return (
        accuracy(candidate, default, settings.alpha),
        Check(
            "ECE",
            f"{candidate.ece:.2%}",
            f"{default.ece:.2%}",
            f"up to {default.ece + settings.ece:.2%}",
            candidate.ece <= default.ece + settings.ece,
        ),
        Check(
            "engines differ",
            f"{parity:.1e}",
            NONE,
            f"up to {settings.parity:g}",
            parity <= settings.parity,
        ),
        Check(
            "size",
            _megabytes(candidate.size),
            _megabytes(default.size),
            f"up to {_megabytes(default.size * settings.size)}",
            candidate.size <= default.size * settings.size,
        ),
        Check(
            "one prediction",
            _microseconds(timed.candidate),
            _microseconds(timed.default),
            f"up to {_microseconds(timed.default * settings.speed)}",
            timed.candidate <= timed.default * settings.speed,
        ),
    )


def accuracy(candidate: Measured, default: Measured, alpha: float) -> Check:
    """Refused where the pictures lost, less those won, are too many for chance."""
    lost, won = disagreements(candidate.right, default.right)
    p = mcnemar(lost, won)
    return Check(
        "accuracy",
        f"{candidate.accuracy:.4f}",
        f"{default.accuracy:.4f}",
        f"p {alpha:g} or more; {lost} lost, {won} won: p {p:.2g}",
        p >= alpha,
    )


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.2f} MB"


def _microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} us"


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
