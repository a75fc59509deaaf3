"""Which model and version a path means, and what is said of one not served."""

from collections.abc import Callable
from dataclasses import dataclass

from service.errors import BadRequest, UnknownModel
from service.serving.proof import ProvedModel
from service.serving.store import Store, Version

LARGEST_VERSION = 2**63 - 1


@dataclass(frozen=True)
class ModelSpec:
    """A model's name, and the version asked for: a number, a label or the newest."""

    name: str
    version: Version = None

    @classmethod
    def parse(
        cls,
        asked: str,
        model: str,
        version: str | None = None,
        label: str | None = None,
    ) -> "ModelSpec":
        """The one that a path names; `asked` is its method and path, for an error.

        Raises BadRequest where TensorFlow Serving's pattern would not match: a
        version that is no number or over 64 bits.
        """
        if version is None:
            return cls(model, label)
        if not (version.isascii() and version.isdigit()):
            raise BadRequest(f"Malformed request: {asked}")
        digits = version.lstrip("0") or "0"
        if len(digits) > 19 or int(digits) > LARGEST_VERSION:
            raise BadRequest(f"Failed to convert version: {version} to numeric.")
        return cls(model, int(digits))

    def find(self, store: Store) -> ProvedModel:
        """The proved model that it means.

        Raises UnknownModel where it is not served, BadRequest for a label that
        is not known, NotReady where nothing is served.
        """
        return self._among(store.find)

    def choose(self, store: Store) -> ProvedModel:
        """As `find`, to answer the request under way: its default may be a canary."""
        return self._among(store.choose)

    def _among(self, find: Callable[[str | None, Version], ProvedModel]) -> ProvedModel:
        try:
            return find(self.name, self.version)
        except UnknownModel as error:
            if isinstance(self.version, str):
                raise self.unrecognized_label() from error
            raise UnknownModel(f"Servable not found for request: {self}") from error

    def unrecognized_label(self) -> BadRequest:
        """What TensorFlow Serving says of a label that points at no version."""
        return BadRequest(f"Unrecognized servable version label: {self.version}")

    def __str__(self) -> str:
        """As TensorFlow Serving writes it in errors."""
        if self.version is None:
            return f"Latest({self.name})"
        return f"Specific({self.name}, {self.version})"
