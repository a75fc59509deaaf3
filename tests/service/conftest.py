"""The real application at a real address, and a client of it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from service.client import Client
from tests.service.webs import serving


@pytest.fixture(scope="session")
def service_url(app: Flask) -> Iterator[str]:
    """The address of the real application over the trained model."""
    with serving(app) as url:
        yield url


@pytest.fixture
def asking(service_url: str) -> Iterator[Client]:
    with Client(service_url) as client:
        yield client
