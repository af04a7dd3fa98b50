"""Search as a source: the shipped lists of words, and what `source check` says of a search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from answers import Said
from pytest_httpserver import HTTPServer

from domain.errors import BadValue
from tipstaff import queries
from tipstaff.survey import home_of

Run = Callable[..., Said]
HOME = (
    '<html><head><title>A forum</title><link rel="alternate" type="application/rss+xml" href="/new.rss">'
    '<link rel="alternate" type="application/rss+xml" href="/search.rss"></head><body><h1>A forum</h1><main>'
    + "".join(
        f'<div class="forum"><h3><a href="/forum/{n}-board">Board number {n}</a></h3><p>All about {n}.</p></div>'
        for n in range(1, 5)
    )
    + "</main></body></html>"
)


@pytest.mark.parametrize("theme", queries.list_themes())
def test_a_theme_is_a_list_of_words(theme: str) -> None:
    """Each list has a line that says what it is for, several queries, each once, and a place in the documents."""
    lines = (Path(queries.__file__).parent / f"{theme}.txt").read_text("utf-8").splitlines()
    words = queries.read_theme(theme)
    assert lines[0].startswith("# ")
    assert len(words) >= 5
    assert len(set(words)) == len(words)
    assert f"`@{theme}`" in (Path(queries.__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")


def test_themes_are_opened_where_they_are_named() -> None:
    """A theme stands for its words, and a word that two of them have is asked once."""
    opened = queries.open_themes(["own words", "@owners", "@owners", "车主数据"])
    assert opened[0] == "own words"
    assert opened[1:] == queries.read_theme("owners")
    with pytest.raises(BadValue, match="@insurance"):
        queries.open_themes(["@nonesuch"])


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://e.test/search?q={query}", "https://e.test/"),
        ("https://e.test/bbs/search.php?mod=forum&srchtxt={query}", "https://e.test/bbs/"),
        ("https://e.test/forum/search/advanced/?q={query}", "https://e.test/forum/"),
        ("https://e.test/a/list?kw={query}", "https://e.test/a/"),
    ],
)
def test_the_home_of_a_search_is_told(url: str, home: str) -> None:
    """The folder that the search lies in is where the boards are looked for."""
    assert home_of(url) == home


def test_a_closed_search_is_named_with_what_is_open(run: Run, httpserver: HTTPServer) -> None:
    """`source check` of a search that robots.txt closes says so, and names boards and feeds that are open instead."""
    httpserver.expect_request("/robots.txt").respond_with_data(
        "User-agent: *\nDisallow: /search\nDisallow: /forum/3-\n"
    )
    httpserver.expect_request("/").respond_with_data(HOME, content_type="text/html; charset=utf-8")
    said = run("source", "check", httpserver.url_for("/search?q={query}"), "--allow-private", "--json")
    (told,) = said.lines
    assert said.status == 1
    assert told["reason"] == "robots"
    assert "/search?q=" in told["robots_closes"][0]
    assert [board["url"] for board in told["open"]["boards"]] == [
        httpserver.url_for(f"/forum/{n}-board") for n in (1, 2, 4)
    ]
    assert told["open"]["feeds"] == [httpserver.url_for("/new.rss")]
    shown = run("source", "check", httpserver.url_for("/search?q={query}"), "--allow-private").output
    assert "robots.txt closes" in shown
    assert "open board:" in shown
    asked = {request.path for request, _ in httpserver.log}
    assert asked == {"/robots.txt", "/"}


def test_a_source_is_checked_by_its_name(run: Run, httpserver: HTTPServer) -> None:
    """`source check NAME` looks at a source of the watch list as it is set; a theme is kept by its name."""
    nothing = "<html><body><p>No results found.</p></body></html>"
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/search").respond_with_data(nothing, content_type="text/html")
    url = httpserver.url_for("/search?q={query}")
    run("source", "add", url, "--name", "s", "--query", "one", "--query", "@wanted", "--allow-private")
    assert run("source", "list", "--json").lines[0]["queries"] == ["one", "@wanted"]
    said = run("source", "check", "s", "--json")
    assert said.status == 0, said
    assert said.lines[0]["reason"] in ("done", "budget_spent")
    assert len([request for request, _ in httpserver.log if request.path == "/search"]) == 6
    assert run("source", "check", "nobody").status == 2
