"""The versions that are served: read from disk, proved, then held in memory.

Readers see one immutable snapshot at a time. A version that fails its proof
is refused with the reason and never displaces another.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from service.artifact import version_numbers
from service.errors import ArtifactError, NotReady, UnknownModel
from service.proof import ProvedModel, prove
from service.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """Ready models and the reasons for refusing the others, by version."""

    models: Mapping[int, ProvedModel]
    refused: Mapping[int, str]

    @property
    def default(self) -> int | None:
        """The version that answers when none is asked for: the newest ready."""
        return max(self.models, default=None)


class Store:
    """Every version of one model that passed its proof."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.snapshot = Snapshot({}, {})

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
        self.snapshot = Snapshot(MappingProxyType(models), MappingProxyType(refused))
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

    def find(self, model: str | None, version: int | None) -> ProvedModel:
        """The model asked for; None asks for the default.

        Raises UnknownModel where it is not served, NotReady where nothing is.
        """
        snapshot, served = self.snapshot, self._settings.model
        if model not in (None, served):
            raise UnknownModel(f"model {model!r} is not served, expected {served!r}")
        if snapshot.default is None:
            raise NotReady(self.why_not_ready())
        wanted = snapshot.default if version is None else version
        if wanted not in snapshot.models:
            raise UnknownModel(
                f"version {wanted} of {served!r} is not served, "
                f"expected one of {sorted(snapshot.models)}"
            )
        return snapshot.models[wanted]

    def why_not_ready(self) -> str:
        """One sentence for an operator who finds that nothing is served."""
        folder = self._settings.models_dir / self._settings.model
        if not self.snapshot.refused:
            return f"no model version was found in {folder}"
        reasons = "; ".join(self.snapshot.refused.values())
        return f"every model version in {folder} was refused: {reasons}"
