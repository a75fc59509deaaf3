"""Other names of versions, `stable` or `canary`, in a small file beside them.

`models/<name>/labels.json` is an object of names to version numbers. Whether a version
that a label points at is served, is left to `service.serving.store`; who may move one,
and that two do not at once, to `service.versions.ledger`.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from service.errors import ArtifactError
from service.json_keys import KeyTwice, once_each
from service.versions.durable import replace_durably

LABELS = "labels.json"
STABLE = "stable"
"""The label of the version that answers where none is asked for."""

LABEL = re.compile(r"(?=[A-Za-z0-9_]*[A-Za-z_])[A-Za-z0-9_]{1,64}", re.ASCII)
"""As TensorFlow Serving has them, and no number, which would look like a version."""


def read_labels(folder: Path) -> dict[str, int]:
    """The version that each label of the model in `folder` points at.

    Empty where there is no file; ArtifactError where it cannot be read or holds
    anything but names of whole numbers above 0, or a name twice.
    """
    path = folder / LABELS
    try:
        document = json.loads(path.read_bytes(), object_pairs_hook=once_each)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror}") from error
    except KeyTwice as error:
        raise ArtifactError(f"{path} has the label {error.key!r} twice") from error
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ArtifactError(f"{path} is not an object of labels and versions")
    for label, version in document.items():
        if not LABEL.fullmatch(label) or type(version) is not int or version < 1:
            raise ArtifactError(
                f"{path} has {label!r}: {version!r}, expected a name of letters, "
                'digits and "_" and a version number, as "stable": 2'
            )
    return document


def write_labels(folder: Path, labels: Mapping[str, int]) -> None:
    """Put `labels` in place of those of the model in `folder`, by rename.

    OSError where the disk does not take it; the file is then as it was.
    """
    text = json.dumps(dict(sorted(labels.items())), indent=2) + "\n"
    replace_durably(folder / LABELS, text.encode())
