"""Docker and compose as a test drives them: run a command, wait, look inside."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
import requests

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Containers:
    """A compose project of its own: its volumes, its port, nobody else's."""

    compose: Sequence[str]
    project: str
    port: int

    @property
    def url(self) -> str:
        """Where the service is reached from outside."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, **environ: str) -> str:
        """What `docker compose ARGUMENTS` prints; the test fails where it does."""
        command = [*self.compose, "--project-name", self.project, *arguments]
        return output(command, {**os.environ, "PORT": str(self.port), **environ})

    def run_once(
        self, service: str, *arguments: str, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """A command in a container of its own, however it ends."""
        run = ("--profile", "train", "run", "--rm", service)
        return subprocess.run(
            [*self.compose, "--project-name", self.project, *run, *arguments],
            cwd=ROOT,
            env={**os.environ, "PORT": str(self.port), **environ},
            check=False,
            capture_output=True,
            text=True,
        )

    def serve(self) -> None:
        """Start the service where it does not run, and wait until it is healthy."""
        if not self.container() or self.inspect(".State.Status") != "running":
            self.run("up", "--detach", "service")
        self.wait_until_healthy()

    def wait_until_healthy(self, seconds: float = 120) -> None:
        """Wait for the container's own health check."""
        deadline = time.monotonic() + seconds
        while (health := self.inspect(".State.Health.Status")) != "healthy":
            if time.monotonic() > deadline:
                logs = self.run("logs", "service")
                pytest.fail(f"{health} after {seconds:.0f} s:\n{logs}")
            time.sleep(0.5)

    def inspect(self, field: str) -> str:
        """One field of the service's container, as `docker inspect` gives it."""
        return docker("inspect", "--format", f"{{{{{field}}}}}", self.container())

    def inside(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a shell script in the service's container."""
        return subprocess.run(
            ["docker", "exec", self.container(), "sh", "-c", script],
            check=False,
            capture_output=True,
            text=True,
        )

    def container(self) -> str:
        """The id of the service's container, running or not; else empty."""
        labels = {"project": self.project, "service": "service"}
        filters = [f"--filter=label=com.docker.compose.{k}={labels[k]}" for k in labels]
        return docker("ps", "--all", "--quiet", *filters)

    def version(self) -> dict[str, object]:
        """What the service says of itself."""
        answer = requests.get(f"{self.url}/version", timeout=10)
        document: dict[str, object] = answer.json()
        return document


def docker(*arguments: str) -> str:
    """What `docker ARGUMENTS` prints, stripped."""
    return output(["docker", *arguments], os.environ).strip()


def output(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """What the command prints; the test fails, with all it said, where it does."""
    done = subprocess.run(
        command, cwd=ROOT, env=environ, check=False, capture_output=True, text=True
    )
    if done.returncode:
        said = f"{done.stdout}{done.stderr}"[-4000:]
        pytest.fail(f"{' '.join(command)} exited {done.returncode}:\n{said}")
    return done.stdout


def find_compose() -> Sequence[str]:
    """The command of compose, version 2 or 1; skips without it or an engine."""
    for compose in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(compose[0]) and _works([*compose, "version"]):
            break
    else:
        lacking("DOCKER", "neither `docker compose` nor docker-compose is installed")
    if not _works(["docker", "info"]):
        lacking("DOCKER", "no Docker engine answers `docker info`")
    return compose


def lacking(what: str, reason: str) -> NoReturn:
    """Skip, or fail where MNIST_TESTS_REQUIRE_<what> says that it must be there."""
    if os.environ.get(f"MNIST_TESTS_REQUIRE_{what}"):
        pytest.fail(reason)
    pytest.skip(reason)


def _works(command: Sequence[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
