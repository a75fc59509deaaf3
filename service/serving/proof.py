"""The proof that a version must pass before it serves a single request.

Checksums first, so that no byte is opened that the manifest does not vouch
for; then the golden digits, so that the engine gives here the answers that
the trained network gave there. What to do with a refused version is left to
`service.serving.store` and to the job that publishes.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.artifact import (
    GOLDEN,
    MANIFEST,
    TYPICALITY,
    Manifest,
    read_manifest,
    verify,
)
from service.engines import Engine, EngineName, open_engine
from service.errors import ArtifactError
from service.typicality import Typicality, read_typicality


@dataclass(frozen=True)
class ProvedModel:
    """A version whose files and answers have been checked, ready to serve."""

    manifest: Manifest
    engine: Engine
    typicality: Typicality | None = None


@dataclass(frozen=True)
class Golden:
    """Raw digits uint8 [n, 784] and the network's probabilities float32 [n, 10]."""

    digits: NDArray[np.uint8]
    probabilities: NDArray[np.float32]


def prove(folder: Path, engine_name: EngineName) -> ProvedModel:
    """Check the version in `folder` and open it with the named engine.

    Raises ArtifactError, with the reason, where a file is missing or altered,
    where the engine cannot open the model, and where its probabilities differ
    from the golden ones by more than the manifest's tolerance.
    """
    manifest = read_manifest(folder)
    verify(folder, manifest)
    _check_shapes(folder, manifest)
    golden = read_golden(folder)
    # Only where the manifest vouches for it.
    typicality = read_typicality(folder) if TYPICALITY in manifest.files else None
    try:
        engine = open_engine(engine_name, folder)
        replay(engine, golden, manifest.tolerance)
    except ArtifactError as error:
        raise ArtifactError(f"{folder} under {engine_name}: {error}") from error
    except ImportError as error:
        raise ArtifactError(
            f"the engine {engine_name} is not installed: {error}"
        ) from error
    except Exception as error:  # an engine's library may raise anything at all
        raise ArtifactError(
            f"{folder} cannot be run by {engine_name}: {error}"
        ) from error
    return ProvedModel(manifest, engine, typicality)


def _check_shapes(folder: Path, manifest: Manifest) -> None:
    found = (manifest.input.shape, manifest.output.shape, len(manifest.labels))
    if found != ((-1, 784), (-1, 10), 10):
        raise ArtifactError(
            f"{folder / MANIFEST} tells of an input {list(found[0])}, an output "
            f"{list(found[1])} and {found[2]} labels, expected [-1, 784], [-1, 10] "
            "and 10"
        )


def read_golden(folder: Path) -> Golden:
    """The golden digits of a version; ArtifactError where they cannot be read."""
    path = folder / GOLDEN
    try:
        # Opened here, since np.load leaves a damaged file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            golden = Golden(arrays["digits"], arrays["probabilities"])
    except Exception as error:  # zip, npy and OS errors, all meaning the same
        raise ArtifactError(f"{path} cannot be read: {error}") from error
    count = golden.digits.size // 784
    if (
        count == 0
        or golden.digits.dtype != np.uint8
        or golden.digits.shape != (count, 784)
        or golden.probabilities.shape != (count, 10)
    ):
        raise ArtifactError(
            f"{path} holds digits {golden.digits.dtype} {golden.digits.shape} and "
            f"probabilities {golden.probabilities.shape}, expected uint8 (n, 784) "
            "and (n, 10)"
        )
    return golden


def write_golden(folder: Path, golden: Golden) -> None:
    """Write the golden digits of the version in `folder`."""
    np.savez_compressed(
        folder / GOLDEN, digits=golden.digits, probabilities=golden.probabilities
    )


def replay(engine: Engine, golden: Golden, tolerance: float) -> float:
    """The engine's largest difference from the golden probabilities.

    Raises ArtifactError where it is over `tolerance`, or is no number.
    """
    answers = engine.predict(golden.digits)
    if answers.shape != golden.probabilities.shape:
        raise ArtifactError(
            f"it answers {len(golden.digits)} golden digits with the shape "
            f"{answers.shape}, expected {golden.probabilities.shape}"
        )
    difference = float(np.abs(answers - golden.probabilities).max())
    if not difference <= tolerance:
        raise ArtifactError(
            f"its answers on the golden digits are off by {difference:.2g}, "
            f"at most {tolerance:g} is allowed"
        )
    return difference
