"""The versions that are served, and which of them is meant.

Readers see one immutable snapshot at a time. How versions are proved and held is left
to `service.serving.loader`, how workers move to others together to
`service.serving.uptake`.
"""

from service.counting.marks import current
from service.errors import NotReady, UnknownModel
from service.memory import give_back_memory
from service.serving.folder import read_folder
from service.serving.loader import Loader
from service.serving.news import tell_problems, tell_serving, why_not_ready
from service.serving.plan import Folder, Plan
from service.serving.proof import ProvedModel
from service.serving.routing import Canary
from service.serving.snapshot import NOTHING, Snapshot
from service.serving.uptake import Fellows, Uptake
from service.serving.watcher import Watcher
from service.settings import Settings

Version = int | str | None
"""Which version is meant: a number, a label such as stable, None for the default."""


class Store:
    """The versions of one model that serve.

    With `fellows`, all workers that share them serve the same from the same moment
    on; without, whoever made the store alone decides when to load anew.
    """

    def __init__(self, settings: Settings, fellows: Fellows | None = None) -> None:
        self._settings = settings
        self._loader = Loader(settings, fellows.proved if fellows else {})
        self._plan, self._alone = Plan(), NOTHING
        self._canary = Canary(settings.canary) if settings.canary else None
        self._uptake = None
        if fellows is not None:
            self._uptake = Uptake(settings, self._loader, fellows)

    @property
    def model(self) -> str:
        """The name of the model, served or not."""
        return self._settings.model

    @property
    def snapshot(self) -> Snapshot:
        """What serves at this moment. Take it once for a request."""
        return self._alone if self._uptake is None else self._uptake.snapshot

    def serve(self, snapshot: Snapshot) -> None:
        """Serve that from now on, for one who is alone and has it already."""
        self._alone = snapshot

    def load(self) -> None:
        """Prove the versions that the policy wants, then serve them at once.

        With fellows, once they agree; a watcher then looks for others, in a thread.
        """
        uptake = self._uptake
        if uptake is None:
            self._load_alone()
            return
        watcher = Watcher(uptake.tick)
        watcher.until(lambda: uptake.joined)
        give_back_memory()  # that proving took
        watcher.start()

    def _load_alone(self) -> None:
        settings, before = self._settings, self._plan
        folder = read_folder(settings.models_dir, settings.model, Folder())
        self._plan = self._loader.settle(folder, before)
        tell_problems(self._plan, before)
        labels = self._alone.labels
        self.serve(self._loader.snapshot(self._plan, self._alone.generation + 1))
        self._loader.keep(self._alone)
        tell_serving(self._alone, settings, before=labels)

    def find(self, model: str | None, version: Version) -> ProvedModel:
        """The model asked for; None asks for the default.

        Raises UnknownModel where it is not served, NotReady where nothing is.
        """
        return self._found(self.snapshot, model, version)

    def choose(self, model: str | None, version: Version) -> ProvedModel:
        """As `find`, to answer the request under way: its default may be a canary.

        Then the marks of the request say so.
        """
        snapshot, canary = self.snapshot, self._canary
        found = self._found(snapshot, model, version)
        if version is not None or canary is None:
            return found
        way = current()
        number = canary.version(way.asker(), found.manifest.version, snapshot.labels)
        if number is None:
            return found
        way.canary = canary.label
        return snapshot.models[number]

    def _found(
        self, snapshot: Snapshot, model: str | None, version: Version
    ) -> ProvedModel:
        served = self._settings.model
        if model not in (None, served):
            raise UnknownModel(f"model {model!r} is not served, expected {served!r}")
        if snapshot.default is None:
            raise NotReady(why_not_ready(snapshot, self._settings))
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
