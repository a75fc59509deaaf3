"""The versions that are served: read from disk, proved, then held in memory.

Readers see one immutable snapshot at a time. A version that fails its proof
is refused with the reason and never displaces another.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from service.artifact import version_numbers
from service.errors import ArtifactError, NotReady, UnknownModel
from service.labels import read_labels
from service.proof import ProvedModel, prove
from service.settings import Settings

log = logging.getLogger(__name__)

Version = int | str | None
"""Which version is meant: a number, a label such as stable, None for the default."""


@dataclass(frozen=True)
class Snapshot:
    """Ready models and the reasons for refusing the others, by version.

    `labels` are other names of ready versions.
    """

    models: Mapping[int, ProvedModel]
    refused: Mapping[int, str]
    labels: Mapping[str, int] = field(default_factory=dict)

    @property
    def default(self) -> int | None:
        """The version that answers when none is asked for: the newest ready."""
        return max(self.models, default=None)

    @property
    def found(self) -> dict[int, str | None]:
        """Every version on disk, ascending, with why it was refused, if it was."""
        return dict(sorted({**dict.fromkeys(self.models), **self.refused}.items()))


class Store:
    """Every version of one model that passed its proof."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.snapshot = Snapshot({}, {})

    @property
    def model(self) -> str:
        """The name of the model, served or not."""
        return self._settings.model

    def load(self) -> None:
        """Read and prove every version on disk, then swap to them at once."""
        models: dict[int, ProvedModel] = {}
        refused: dict[int, str] = {}
        settings = self._settings
        for version in version_numbers(settings.models_dir, settings.model):
            try:
                models[version] = self._prove(version)
            except ArtifactError as error:
                log.error("version %d refused: %s", version, error)
                refused[version] = str(error)
        self.snapshot = Snapshot(
            MappingProxyType(models),
            MappingProxyType(refused),
            MappingProxyType(self._labels(models)),
        )
        if models:
            log.info("serving %s: %s", settings.model, sorted(models))
            self._tell_who_cannot_accept(models)
        else:
            log.warning("not ready: %s", self.why_not_ready())

    def _tell_who_cannot_accept(self, models: Mapping[int, ProvedModel]) -> None:
        least = self._settings.min_typicality
        unable = sorted(n for n, proved in models.items() if proved.typicality is None)
        if least > 0 and unable:
            log.warning(
                "MNIST_MIN_TYPICALITY=%g is without effect on versions %s, which "
                "carry no typicality: they answer without 'accepted'",
                least,
                unable,
            )

    def _labels(self, models: Mapping[int, ProvedModel]) -> dict[str, int]:
        """The labels of ready versions; the log says which others point nowhere."""
        try:
            found = read_labels(self._settings.models_dir / self._settings.model)
        except ArtifactError as error:
            log.error("labels are not used: %s", error)
            return {}
        for label, version in found.items():
            if version not in models:
                log.error(
                    "label %s is not used: version %d is not served", label, version
                )
        return {label: number for label, number in found.items() if number in models}

    def _prove(self, version: int) -> ProvedModel:
        settings = self._settings
        folder = settings.models_dir / settings.model / str(version)
        proved = prove(folder, settings.engine)
        named = (proved.manifest.name, proved.manifest.version)
        if named != (settings.model, version):
            raise ArtifactError(
                f"{folder} holds {named[0]} {named[1]}, "
                f"expected {settings.model} {version}"
            )
        return proved

    def find(self, model: str | None, version: Version) -> ProvedModel:
        """The model asked for; None asks for the default.

        Raises UnknownModel where it is not served, NotReady where nothing is.
        """
        snapshot, served = self.snapshot, self._settings.model
        if model not in (None, served):
            raise UnknownModel(f"model {model!r} is not served, expected {served!r}")
        if snapshot.default is None:
            raise NotReady(self.why_not_ready())
        return snapshot.models[self._number(snapshot, version)]

    def _number(self, snapshot: Snapshot, version: Version) -> int:
        match version:
            case None if snapshot.default is not None:
                return snapshot.default
            case str() if version in snapshot.labels:
                return snapshot.labels[version]
            case int() if version in snapshot.models:
                return version
        known: list[object] = [*sorted(snapshot.models)]
        if isinstance(version, str):
            known += sorted(snapshot.labels)
        raise UnknownModel(
            f"version {version} of {self._settings.model!r} is not served, expected "
            f"one of {known}"
        )

    def why_not_ready(self) -> str:
        """One sentence for an operator who finds that nothing is served."""
        folder = self._settings.models_dir / self._settings.model
        if not self.snapshot.refused:
            return f"no model version was found in {folder}"
        reasons = "; ".join(self.snapshot.refused.values())
        return f"every model version in {folder} was refused: {reasons}"
