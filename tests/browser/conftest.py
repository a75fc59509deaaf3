"""A real browser before a real service: Debian's chromium, driven by playwright.

Every window fails its test where the page threw an error, broke its own security
policy, or asked another host for anything.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.person import Person
from tests.load.server import Server, running

WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Content Security Policy: ${event.violatedDirective}`));
"""

Visit = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here starts a browser and a service."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


def lacking(reason: str) -> NoReturn:
    """Skip the test, or fail it where MNIST_TESTS_REQUIRE_BROWSER=1."""
    if os.environ.get("MNIST_TESTS_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")  # playwright's event loop stands in others' way
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a window; with a camera that shows a test picture."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        lacking("there is no chromium here: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The service, which all tests here share; one that stops it starts its own."""
    log = tmp_path_factory.mktemp("browser") / "log"
    with running(models_dir, log, WORKERS="1") as server:
        yield server


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Open the page in a window of its own; whatever playwright calls its options."""
    with ExitStack() as windows:

        def visit(path: str = "/", url: str | None = None, **options: Any) -> Person:
            page = windows.enter_context(window(browser, **options))
            page.goto(url or server.url(path))
            if options.get("java_script_enabled", True):  # the scripts come last
                page.locator("#gallery[hidden]").wait_for(state="detached")
            return Person(page)

        yield visit


@pytest.fixture
def person(visit: Visit) -> Person:
    """Somebody who has just opened the page."""
    person = visit()
    person.page.wait_for_function("() => document.getElementById('version').length > 0")
    return person


@contextmanager
def window(browser: Browser, **options: Any) -> Iterator[Page]:
    """A window that remembers nothing; at its end nothing may have gone wrong."""
    context = browser.new_context(**options)
    context.grant_permissions(["clipboard-read", "clipboard-write", "camera"])
    context.set_default_timeout(60_000)
    context.add_init_script(WATCH)
    page = context.new_page()
    wrong: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    try:
        yield page
    finally:
        context.close()
    # A request that is refused is logged by the browser itself; the page tells of it.
    assert [text for text in wrong if not text.startswith("Failed to load")] == []
    assert {host.partition(":")[0] for host in hosts} <= {"127.0.0.1", ""}
