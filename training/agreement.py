"""The proof on all test pictures: the engines answer as the network did.

`service.serving.proof` replays the golden digits, as the service will when it loads;
here every test picture is replayed too. What becomes of a version that fails
is left to the caller.
"""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.artifact import read_manifest
from service.digits import to_pixels
from service.engines import ENGINES
from service.errors import ArtifactError
from service.serving.proof import prove
from training.errors import ProofError

Answers = NDArray[np.float32]


def prove_engines(folder: Path, digits: NDArray[np.uint8], network: Answers) -> float:
    """The largest difference between the trained network and both engines.

    Digits uint8 [n, 784], `network` its probabilities float32 [n, 10] for them.
    Raises ProofError where the version in `folder` fails its own proof, and
    where two of the three read another digit or differ, in a probability, by
    more than the manifest's tolerance.
    """
    pixels = to_pixels(digits)
    try:
        tolerance = read_manifest(folder).tolerance
        answers: dict[str, Answers] = {"the network": network}
        for name in ENGINES:
            answers[name] = prove(folder, name).engine.predict(pixels)
    except ArtifactError as error:
        raise ProofError(f"the version fails its proof: {error}") from error
    return largest_difference(answers, tolerance)


def largest_difference(answers: Mapping[str, Answers], tolerance: float) -> float:
    """The largest difference between any two answers float32 [n, 10], by name.

    Raises ProofError where it is over `tolerance` or a digit is read otherwise.
    """
    largest = 0.0
    for (one, ones), (other, others) in combinations(answers.items(), 2):
        changed = int((ones.argmax(axis=1) != others.argmax(axis=1)).sum())
        difference = float(np.abs(ones - others).max())
        if changed or not difference <= tolerance:
            raise ProofError(
                f"{one} and {other} read {changed} of {len(ones)} pictures "
                f"otherwise and differ by up to {difference:.2g}, "
                f"at most {tolerance:g} is allowed"
            )
        largest = max(largest, difference)
    return largest
