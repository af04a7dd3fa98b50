"""The fixtures of whole crawls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rig import Site, Stand, Told, start_crawl


@pytest.fixture(scope="session", autouse=True)
def stand() -> Iterator[None]:
    """The process that crawls are forked from ends with the tests."""
    yield
    Stand.stop()


@pytest.fixture
def crawl() -> Callable[..., Told]:
    """Crawls to the end and gives what was told. No crawl may print a traceback."""

    def to_the_end(url: str, **options: Any) -> Told:
        told = start_crawl(url, **options).end()
        assert "Traceback" not in told.stderr, told.stderr
        return told

    return to_the_end


@pytest.fixture
def site() -> Iterator[Site]:
    """A site."""
    served = Site()
    yield served
    served.close()


@pytest.fixture
def other_site() -> Iterator[Site]:
    """Another one, on another port."""
    served = Site()
    yield served
    served.close()
