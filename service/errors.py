"""Everything that can go wrong, as one small hierarchy of sentences.

Knows nothing of HTTP: `service.api.errors` maps these classes to statuses.
Every message names the offending value and says what was expected.
"""


class ServiceError(Exception):
    """Base of every error that this package raises on purpose."""

    @property
    def kind(self) -> str:
        """Its name as documents and metrics have it: unreadable-picture."""
        return kebab(type(self).__name__)


def kebab(name: str) -> str:
    """UnreadablePicture as unreadable-picture."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


class SettingsError(ServiceError):
    """An environment variable has a value that the service cannot use."""


class ArtifactError(ServiceError):
    """A model version's folder is missing, damaged or of an unknown format."""


class RequestError(ServiceError):
    """The client asked for something that cannot be answered."""


class BadRequest(RequestError):
    """The request is malformed: its syntax, its query or its form."""


class UnreadablePicture(RequestError):
    """The bytes, or the numbers, are not a picture that can be read."""


class UnsupportedMedia(RequestError):
    """The body's content type is missing or is none that is read here."""


class TooLarge(RequestError):
    """The body, the picture or the batch is over its limit."""


class TooSlow(RequestError):
    """The body did not arrive whole within the time allowed for it."""


class UnknownModel(RequestError):
    """No model, or no version of it, is served under that name."""


class Unexplainable(RequestError):
    """The version's network is not the one whose answers can be explained."""


class NotReady(ServiceError):
    """No proved model version is loaded, so nothing can be classified."""


class FolderError(ServiceError):
    """The folder of a model's versions cannot be read or changed."""


class ReleaseError(ServiceError):
    """A decision about versions cannot be taken: what it names is not there."""
