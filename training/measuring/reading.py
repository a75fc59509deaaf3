"""One version folder, opened as the service opens it, reading pictures as it does.

The only module that meets the service's classifier: the answers are those that
a client would get. What they are worth is left to `training.measuring.scores`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from service.artifact import MANIFEST, version_numbers
from service.classifier import Classifier
from service.engines import EngineName
from service.errors import ArtifactError, RequestError, SettingsError, TooLarge
from service.normaliser import Normalised
from service.serving.proof import ProvedModel, prove
from service.serving.snapshot import Snapshot
from service.serving.store import Store
from service.settings import Settings
from training.errors import NoDataError, ProofError, UsageError
from training.libraries import import_tensorflow
from training.measuring.labels import Labelled


@dataclass(frozen=True)
class Reading:
    """What came of one labelled picture.

    `digit` and its `probability` in 0..1, or None for both and the `problem`
    for which it could not be read. `typicality`, in 0..1, where the version
    carries it.
    """

    picture: Labelled
    digit: int | None = None
    probability: float | None = None
    problem: str | None = None
    typicality: float | None = None

    @property
    def right(self) -> bool:
        """Whether the digit is the label; a picture that is not read is wrong."""
        return self.digit == self.picture.label


class Reader:
    """A version of a model and the folder of pictures that it is shown."""

    def __init__(
        self,
        version: Path,
        engine: EngineName,
        folder: Path,
        environ: Mapping[str, str],
    ) -> None:
        """Open `version` alone; the service's limits come from `environ`.

        Raises NoDataError where it is no version folder, ProofError where the
        service would refuse it, UsageError for a setting that it would refuse,
        ModuleNotFoundError where the engine is not installed.
        """
        proved = _proved(version, engine)
        self.model = proved.manifest.name
        self.version = proved.manifest.version
        self._folder = folder
        self._settings = _settings(environ, self.model, engine)
        store = Store(self._settings)
        store.serve(Snapshot({self.version: proved}, {}, default=self.version))
        self._classifier = Classifier(store, self._settings)

    @property
    def max_pixels(self) -> int:
        """The most pixels that a picture may claim."""
        return self._settings.max_pixels

    def read(self, picture: Labelled) -> Reading:
        """Ask for one picture, alone, as the body of a request would bring it."""
        try:
            (result,) = self._classifier.classify([self.encoded(picture)]).results
        except (OSError, RequestError) as error:
            return Reading(picture, problem=_sentence(error))
        if isinstance(result, RequestError):
            return Reading(picture, problem=str(result))
        typicality = result.typicality
        return Reading(
            picture,
            result.digit,
            float(result.probability),
            typicality=None if typicality is None else float(typicality),
        )

    def encoded(self, picture: Labelled) -> bytes:
        """The picture's file. Raises OSError, or TooLarge for more than is taken."""
        limit = self._settings.max_upload_bytes
        with (self._folder / picture.file).open("rb") as file:
            encoded = file.read(limit + 1)
        if len(encoded) > limit:
            raise TooLarge(
                f"the file has more than {limit} bytes, the most in an upload"
            )
        return encoded

    def normalised(self, picture: Labelled) -> Normalised:
        """The digit that the network saw; OSError or RequestError where none."""
        return self._classifier.normalise(self.encoded(picture))


def _proved(version: Path, engine: EngineName) -> ProvedModel:
    if not (version / MANIFEST).is_file():
        raise NoDataError(f"{version} holds no {MANIFEST}, expected {_wanted(version)}")
    if engine == "tensorflow":
        import_tensorflow()
    try:
        return prove(version, engine)
    except ArtifactError as error:
        raise ProofError(str(error)) from error


def _wanted(version: Path) -> str:
    found = version_numbers(version.parent, version.name)
    if found:
        return f"the folder of one version, such as {version / str(found[-1])}"
    return "the folder of a published version, such as models/mnist/1"


def _settings(environ: Mapping[str, str], model: str, engine: EngineName) -> Settings:
    try:
        settings = Settings.from_env({**environ, "MNIST_ENGINE": engine})
    except SettingsError as error:
        raise UsageError(str(error)) from error
    return replace(settings, model=model)


def _sentence(error: OSError | RequestError) -> str:
    if isinstance(error, OSError):
        return f"the file cannot be read: {error.strerror}"
    return str(error)
