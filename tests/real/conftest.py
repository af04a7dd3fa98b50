"""One Spirit forum and one blog with Isso for all the tests of this folder, and the program to watch them with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from forums import Isso, Site, Spirit, read_threads
from program import Program


@pytest.fixture(scope="session")
def spirit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A real Spirit forum with all the threads."""
    forum = Spirit(tmp_path_factory.mktemp("spirit"))
    written = forum.write(read_threads())
    with forum.serve() as url:
        yield Site(url, written)


@pytest.fixture(scope="session")
def isso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A blog with the first threads as comments in a real Isso; in one it folds most of the replies."""
    blog = Isso(tmp_path_factory.mktemp("isso"), read_threads()[:14])
    with blog.serve() as url:
        yield Site(url, blog.write(url))


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program with an empty store."""
    return Program(tmp_path / "home")
