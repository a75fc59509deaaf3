"""MNIST_ variables that are set and that nothing reads: mistyped, most likely.

Which there are is learned from the settings as they read them, so that there is no
second list. What their values mean is left to `service.settings`.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from service.settings import ServerSettings, Settings

PREFIX = "MNIST_"
ELSEWHERE = ("MNIST_DATA", "MNIST_GATE_", "MNIST_TESTS_")
"""How those begin that training and the tests read."""


class _Noticing(Mapping[str, str]):
    """An environment that remembers which of its variables were asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


def known(environ: Mapping[str, str]) -> set[str]:
    """Every variable that the settings read; SettingsError for a bad value."""
    noticing = _Noticing(environ)
    Settings.from_env(noticing)
    ServerSettings.from_env(noticing)
    return noticing.asked


def unknown(environ: Mapping[str, str]) -> list[str]:
    """A sentence for each variable of ours that the service does not know."""
    names = sorted(known(environ))
    return [
        _told(name, names)
        for name in sorted(environ)
        if name.startswith(PREFIX)
        and name not in names
        and not name.startswith(ELSEWHERE)
    ]


def _told(name: str, names: list[str]) -> str:
    ours = [each for each in names if each.startswith(PREFIX)]
    (closest,) = get_close_matches(name.upper(), ours, n=1, cutoff=0)
    return (
        f"{name} is set, and without effect: the service knows no such variable; "
        f"the closest is {closest}"
    )
