"""The versions in memory: each proved and warmed up before it is held.

Which are wanted is decided by `service.serving.plan`; which of those held serve, is
left to `service.serving.store` and `service.serving.uptake`.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from service.engines import Engine, survives_fork
from service.errors import ArtifactError
from service.serving.folder import read_folder, stamp
from service.serving.plan import Content, Folder, Plan, decide
from service.serving.proof import ProvedModel, prove
from service.serving.snapshot import Snapshot
from service.settings import Settings

WARM_UP = (1, 32)
"""Pictures in the batches that a version answers before it serves."""


class Loader:
    """Holds proved versions by their content, and remembers which were bad.

    What `before_fork` has is taken from there. For one thread at a time.
    """

    def __init__(
        self,
        settings: Settings,
        before_fork: Mapping[Content, ProvedModel] = MappingProxyType({}),
    ) -> None:
        self._settings = settings
        self._before_fork = before_fork
        self._held: dict[Content, ProvedModel] = {}
        self._bad: dict[Content, str] = {}
        self._on_disk: set[Content] = set()

    def settle(self, folder: Folder, serving: Plan) -> Plan:
        """The plan for `folder`, every version of it held, the bad ones left out.

        A version is opened once: one that was bad stays so until its files change.
        """
        self._forgive(folder, serving)
        while True:
            plan = decide(self._settings.policy, folder, self._bad, serving)
            new = [content for content in contents(plan) if content not in self._bad]
            if all(self._try(content) for content in new):
                return plan

    def refuse(self, content: Content, reason: str) -> bool:
        """Note that a version is bad; False where that was known."""
        known = content in self._bad
        self._bad.setdefault(content, reason)
        return not known

    def forgive(self) -> None:
        """Let every bad version be tried once more."""
        self._bad.clear()

    def load(self, content: Content) -> None:
        """Hold that version, proved and warm; ArtifactError, with why it cannot be."""
        if content not in self._held:
            found = self._before_fork.get(content)
            self._held[content] = found or self._proved(*content)
            self._bad.pop(content, None)

    @property
    def held(self) -> Mapping[Content, ProvedModel]:
        """What it holds now."""
        return MappingProxyType(dict(self._held))

    def snapshot(self, plan: Plan, generation: int = 0) -> Snapshot:
        """What `plan` serves, its versions being held."""
        return Snapshot(
            MappingProxyType({c[0]: self._held[c] for c in contents(plan)}),
            MappingProxyType(dict(plan.refused)),
            plan.default,
            MappingProxyType(dict(plan.labels)),
            plan.problems,
            generation,
        )

    def keep(self, *snapshots: Snapshot) -> None:
        """Let go of the versions that none of `snapshots` has."""
        self._held = {
            content: proved
            for content, proved in self._held.items()
            if any(proved is each.models.get(content[0]) for each in snapshots)
        }

    def _forgive(self, folder: Folder, serving: Plan) -> None:
        """Forget what was bad of files that are gone, have changed or came back."""
        on_disk = set(folder.versions.items())
        kept = {*on_disk, *contents(serving)} - (on_disk - self._on_disk)
        self._bad = {c: reason for c, reason in self._bad.items() if c in kept}
        self._on_disk = on_disk

    def _try(self, content: Content) -> bool:
        try:
            self.load(content)
        except ArtifactError as error:
            return not self.refuse(content, str(error))
        return True

    def _proved(self, version: int, wanted: str) -> ProvedModel:
        settings = self._settings
        folder = settings.models_dir / settings.model / str(version)
        try:
            proved = prove(folder, settings.engine)
            warm_up(proved.engine)
        except ArtifactError:
            raise
        except Exception as error:  # it must not stop the others from being served
            raise ArtifactError(f"{folder} cannot be loaded: {error!r}") from error
        named = (proved.manifest.name, proved.manifest.version)
        if named != (settings.model, version):
            raise ArtifactError(
                f"{folder} holds {named[0]} {named[1]}, "
                f"expected {settings.model} {version}"
            )
        # Last, so that what was proved is what the plan means, in every worker.
        if stamp(folder) != wanted:
            raise ArtifactError(f"{folder} changed while it was being loaded")
        return proved


def contents(plan: Plan) -> list[Content]:
    """What a plan holds in memory."""
    return list(plan.versions.items())


def prove_before_fork(settings: Settings) -> Mapping[Content, ProvedModel]:
    """What is wanted of the folder as it is, for all workers to share in memory.

    Nothing where the engine does not survive a fork. A bad version is left out: it
    is the workers that tell of it. This process keeps the others for ever, so that
    workers which come later share them too, while they serve.
    """
    loader = Loader(settings)
    if survives_fork(settings.engine):
        folder = read_folder(settings.models_dir, settings.model, Folder())
        loader.settle(folder, Plan())
    return loader.held


def warm_up(engine: Engine) -> None:
    """Let the engine answer once for each size, so that no request is its first."""
    for pictures in WARM_UP:
        engine.predict(np.zeros((pictures, 784), np.float32))
