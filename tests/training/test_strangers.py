"""Pictures that are no digits, and how well a score tells them from digits."""

import gzip
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.artifact import checksums, read_manifest, write_manifest
from service.digits import typical
from service.typicality import write_typicality
from tests.fakes import fake_digit, fake_typicality
from tests.training.conftest import encode_idx, write_npz
from training.data import Mnist
from training.errors import NoDataError
from training.measuring.mnist_recipe import filled, prepared, squeezed
from training.measuring.parts import Subject
from training.measuring.strange_part import measure_typicality
from training.measuring.strange_pictures import Kind, read_fashion, strangers
from training.measuring.strangers import (
    Row,
    Table,
    as_text,
    as_uploaded,
    auroc,
    main,
    mean_auroc,
    tabulate,
)

SHIRT = np.full((3, 28, 28), 7, np.uint8)


@pytest.fixture
def fashion(tmp_path: Path) -> Path:
    """A folder with three pictures in the file that Fashion-MNIST has 10,000 in."""
    folder = tmp_path / "fashion"
    folder.mkdir()
    packed = gzip.compress(encode_idx(SHIRT))
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(packed)
    return folder


@pytest.fixture
def kinds(fashion: Path, tiny: Mnist) -> dict[str, Kind]:
    return {kind.name: kind for kind in strangers(tiny.x_test, fashion, 5)}


def test_every_kind_is_pictures_of_28_by_28(kinds: dict[str, Kind]) -> None:
    assert len(kinds) == 13
    for kind in kinds.values():
        assert kind.pictures.dtype == np.uint8
        assert kind.pictures.shape == (len(kind.pictures), 784)
    assert {kind.group for kind in kinds.values()} == {
        "fashion",
        "noise",
        "blank",
        "letters",
        "two",
        None,
    }


def test_the_same_seed_makes_the_same_strangers(
    kinds: dict[str, Kind], fashion: Path, tiny: Mnist
) -> None:
    again = {kind.name: kind for kind in strangers(tiny.x_test, fashion, 5)}
    other = {kind.name: kind for kind in strangers(tiny.x_test, fashion, 5, seed=2)}

    for name, kind in kinds.items():
        np.testing.assert_array_equal(kind.pictures, again[name].pictures)
    for name in ("uniform noise", "single specks", "gradients", "scratches"):
        assert not np.array_equal(kinds[name].pictures, other[name].pictures)


def test_specks_are_few_and_letters_are_each_in_every_font(
    kinds: dict[str, Kind],
) -> None:
    inked = (kinds["single specks"].pictures > 0).sum(axis=1)

    assert inked.min() >= 1
    assert inked.max() <= 5
    assert len(kinds["letters, prepared"].pictures) == 38 * 16
    assert len(kinds["letters like digits, filled"].pictures) == 14 * 16


def test_what_is_prepared_is_as_mnist_has_its_digits(kinds: dict[str, Kind]) -> None:
    for name in ("letters, prepared", "letters like digits, prepared"):
        assert typical(kinds[name].pictures).mean() > 0.8


def test_a_drawing_is_brought_to_the_size_that_was_asked_for() -> None:
    drawing = np.zeros((100, 100), np.uint8)
    drawing[10:90, 30:70] = 255

    sizes = []
    for bring in (prepared, filled, squeezed):
        picture = bring(drawing).reshape(28, 28)
        sizes.append((picture.any(axis=1).sum(), picture.any(axis=0).sum()))
        assert picture[14, 14] == 255

    assert sizes == [(20, 10), (24, 12), (20, 20)]


def test_without_fashion_mnist_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="the package dataset-fashion-mnist"):
        read_fashion(tmp_path)


def test_fashion_is_read_as_rows(fashion: Path) -> None:
    np.testing.assert_array_equal(read_fashion(fashion), SHIRT.reshape(3, 784))


@pytest.mark.parametrize(
    ("real", "strange", "expected"),
    [([0.9, 0.8], [0.1], 1.0), ([0.1], [0.9], 0.0), ([0.5], [0.5], 0.5)],
)
def test_the_auroc_of_what_is_apart_exchanged_and_equal(
    real: list[float], strange: list[float], expected: float
) -> None:
    assert auroc(np.array(real), np.array(strange)) == expected


shares = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=20)


@given(shares, shares)
def test_the_auroc_is_the_chance_to_be_above(
    real: list[float], strange: list[float]
) -> None:
    pairs = [(r > s) + (r == s) / 2 for r in real for s in strange]

    found = auroc(np.array(real), np.array(strange))

    assert found == pytest.approx(np.mean(pairs))


def _shade(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.asarray(pictures.mean(axis=1) / 255)


def _grey(*shades: int) -> NDArray[np.uint8]:
    return np.repeat(np.array(shades, np.uint8)[:, None], 784, axis=1)


def test_a_score_is_tabulated_by_kind_and_by_group() -> None:
    kinds = [
        Kind("dark", "a", _grey(0, 1)),
        Kind("bright", "a", _grey(255, 254)),
        Kind("half", "b", _grey(0, 255)),
        Kind("aside", None, _grey(255)),
    ]

    table = tabulate(_grey(100, 102), kinds, _shade, rare=101 / 255)

    assert (table.digits, table.real) == (2, 0.5)
    assert [row.auroc for row in table.rows] == [1.0, 0.0, 0.5, 0.0]
    assert [row.below for row in table.rows] == [1.0, 0.0, 0.5, 0.0]
    assert table.mean == mean_auroc(table.rows) == 0.5


def test_the_table_is_printed_in_percent_and_says_what_does_not_count() -> None:
    rows = (Row("shirts", "a", 2000, 0.98765, 0.5), Row("o", None, 3, 0.25, 0.125))

    text = as_text(Table(10_000, 0.0105, rows, 0.98765))

    assert "| shirts | 2,000 | 0.9877 | 50.0% |" in text
    assert "| o * | 3 | 0.2500 | 12.5% |" in text
    assert "| **mean of the five groups** | | **0.9877** | |" in text
    assert "| real test digits | 10,000 | | 1.05% |" in text


def test_a_kind_of_which_nothing_is_left_has_no_row() -> None:
    kinds = [Kind("none", "b", _grey()), Kind("dark", "a", _grey(0))]

    table = tabulate(_grey(100), kinds, _shade, rare=0.1)

    assert [row.kind for row in table.rows] == ["dark"]


def test_as_uploads_pictures_are_prepared_and_blank_ones_dropped() -> None:
    negative = 255 - fake_digit(7)

    kind = as_uploaded(Kind("some", "a", np.stack([negative, _grey(200)[0]])))

    assert (kind.name, kind.group) == ("some", "a")
    assert len(kind.pictures) == 1
    assert kind.pictures[0].reshape(28, 28)[14, 14] == 255


@pytest.fixture
def version(models_dir: Path, tmp_path: Path) -> Path:
    """Version 1, given a typicality by which a 9 is the least typical digit."""
    folder = tmp_path / "1"
    shutil.copytree(models_dir / "mnist" / "1", folder)
    write_typicality(folder, fake_typicality())
    write_manifest(folder, replace(read_manifest(folder), files=checksums(folder)))
    return folder


@pytest.mark.parametrize("way", ["--seed=1", "--uploaded"])
def test_the_command_prints_json_where_it_is_asked_for(
    version: Path,
    fashion: Path,
    mnist: Mnist,
    capsys: pytest.CaptureFixture[str],
    way: str,
) -> None:
    data = version / "mnist.npz"
    write_npz(data, mnist)
    asked = [str(version), "--count=3", f"--fashion={fashion}", f"--data={data}"]

    assert main([*asked, way, "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["digits"] == 10_000
    assert {"scratches", "two digits, prepared"} <= {
        row["kind"] for row in document["rows"]
    }
    assert 0 <= document["mean"] <= 1


@pytest.mark.parametrize("there", [True, False])
def test_a_report_has_fashion_mnist_where_it_is_installed(
    version: Path,
    fashion: Path,
    tiny: Mnist,
    monkeypatch: pytest.MonkeyPatch,
    there: bool,
) -> None:
    part = "training.measuring.strange_part"
    monkeypatch.setattr(f"{part}.FASHION", fashion if there else fashion / "nowhere")
    monkeypatch.setattr(f"{part}._COUNT", 3)
    subject = Subject(version, tiny, seed=1, copies=1, photographs=1)

    found = measure_typicality(subject)

    kinds = [row[0] for row in found.rows]
    assert ("Fashion-MNIST" in kinds) is there
    assert ("dataset-fashion-mnist was not there" in found.says) is not there
    assert kinds[-1] == f"mean of the {5 if there else 4} groups"


def test_a_version_that_carries_none_is_refused_with_what_to_do(
    models_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "1"
    shutil.copytree(models_dir / "mnist" / "1", folder)
    (folder / "typicality.npz").unlink(missing_ok=True)
    files = checksums(folder)
    write_manifest(folder, replace(read_manifest(folder), files=files))

    assert main([str(folder)]) == 2
    assert "carries no typicality, expected a version" in capsys.readouterr().err


def test_a_folder_that_holds_no_version_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "manifest.json cannot be read" in capsys.readouterr().err
