"""Search words by theme, for sources that are a site's own search: one file a theme, one query a line.

A theme is named as `@owners` where a query may stand. It is opened when a crawl starts, so that a list that grows
reaches every source that names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from domain.errors import BadValue

MARK = "@"


def list_themes() -> list[str]:
    """The names of the lists that are shipped."""
    files = resources.files(__name__).iterdir()
    return sorted(file.name.removesuffix(".txt") for file in files if file.name.endswith(".txt"))


def read_theme(name: str) -> tuple[str, ...]:
    """The queries of a theme, in its order. Raises BadValue with the themes there are."""
    if name not in list_themes():
        raise BadValue(
            name="query", value=MARK + name, want="words, or one of " + ", ".join(MARK + each for each in list_themes())
        )
    lines = (resources.files(__name__) / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def open_themes(queries: Iterable[str]) -> tuple[str, ...]:
    """The queries with each theme in the place of its name, every query once. Raises BadValue."""
    found: dict[str, None] = {}
    for query in queries:
        found.update(dict.fromkeys(read_theme(query[1:]) if query.startswith(MARK) else (query,)))
    return tuple(found)
