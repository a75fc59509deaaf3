"""How well typicality tells digits from strangers, as a part of `measure`.

The table is made by `training.measuring.strangers`.
"""

from dataclasses import asdict

from service.errors import ArtifactError
from service.serving.proof import prove
from training.errors import ProofError
from training.measuring.parts import Part, Subject
from training.measuring.scores import RARE
from training.measuring.strange_pictures import FASHION, strangers
from training.measuring.strangers import (
    Row,
    Table,
    groups_of,
    tabulate,
    typicality_of,
)

_COUNT = 2000

_SAYS = """\
Typicality is the share of held-back real digits that look less like a digit than the
picture does. AUROC is the chance that a real test digit is more typical than a
stranger; 1 tells them apart always, 0.5 never. With `MNIST_MIN_TYPICALITY=0.01` the
service does not accept what is in the last column, and of the {digits:,} real test
digits {real:.2%}. A star: not in the mean, which is that of the groups."""
_WITHOUT = """
Fashion-MNIST is not among them: the package dataset-fashion-mnist was not there."""


def measure_typicality(subject: Subject) -> Part:
    """The AUROC against every kind of stranger; no rows without a typicality.

    Raises ProofError where the version fails its proof.
    """
    try:
        proved = prove(subject.folder, "litert")
    except ArtifactError as error:
        raise ProofError(str(error)) from error
    if proved.typicality is None:
        return _part("This version carries no typicality.", (), {})
    digits = subject.mnist.x_test
    fashion = FASHION if FASHION.is_dir() else None
    kinds = strangers(digits, fashion, _COUNT, subject.seed + 1)
    table = tabulate(digits, kinds, typicality_of(proved), RARE)
    says = _SAYS.format(digits=table.digits, real=table.real)
    says += "" if fashion else _WITHOUT
    return _part(says, _rows(table), asdict(table))


def _part(
    says: str, rows: tuple[tuple[str, ...], ...], document: dict[str, object]
) -> Part:
    return Part(
        name="typicality",
        title="Typicality: does it know what is no digit?",
        says=says,
        columns=("kind", "pictures", "AUROC", "below 0.01"),
        rows=rows,
        document=document,
    )


def _rows(table: Table) -> tuple[tuple[str, ...], ...]:
    groups = len(groups_of(table.rows))
    mean = (f"mean of the {groups} groups", "", f"{table.mean:.4f}", "")
    return (*map(_cells, table.rows), mean)


def _cells(row: Row) -> tuple[str, ...]:
    kind = row.kind if row.group else f"{row.kind} *"
    return (kind, f"{row.pictures:,}", f"{row.auroc:.4f}", f"{row.below:.1%}")
