"""What tests of several rooms share: the PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres import HASTY, serve_postgres
from stores import Databases


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """A PostgreSQL server, and the folder of a store that nothing is in: its database is the model of others."""
    with serve_postgres(*HASTY) as url:
        yield Databases(url, tmp_path_factory.mktemp("empty") / "home")
