"""Sources that are a site's own search: results lead to threads, each fetched once over all queries."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from rig import Answer, Site, Told

Crawler = Callable[..., Told]
HEAD = (
    "<html><head><title>Search</title></head><body><nav><a href='/t/98'>a hot talk in the frame</a></nav>"
    "<h1>Search results</h1>"
)


def talk(number: int, *texts: str) -> str:
    """A thread of no known program."""
    rows = "".join(
        f'<div class="post" id="post_{number}{n}"><a class="author" href="/user/{n}">name{n}</a>'
        f'<time datetime="2026-11-20T1{n}:00:00+08:00">20 Nov</time><div class="content">{text}</div></div>'
        for n, text in enumerate(texts, 1)
    )
    return (
        f"<html><head><title>talk {number}</title></head><body><h1>talk {number}</h1><main>{rows}</main></body></html>"
    )


def results(*rows: tuple[int, str], following: str = "") -> str:
    """A page of results: what was found of each thread, as search pages show it, with a piece of the post."""
    items = "".join(
        f'<div class="result"><h3><a href="/showthread.php?t={n}&amp;highlight=x#post{n}1">the talk with number {n}</a>'
        "</h3>"
        f'<span class="by">by <a href="/user/{n}">name{n}</a></span> <time datetime="{when}">then</time>'
        f"<p>a piece of what somebody wrote in number {n}, long enough to look like a post</p></div>"
        for n, when in rows
    )
    link = f'<div class="pager"><a rel="next" href="{following}">next</a></div>' if following else ""
    return f"{HEAD}<main>{items}</main>{link}<footer><a href='/help'>Help</a></footer></body></html>"


def searched(site: Site, *queries: str) -> dict[str, object]:
    """A source that asks these words."""
    return {"url": site.url("/search?q={query}"), "source": {"queries": list(queries)}, "real": True}


@pytest.fixture
def forum(site: Site) -> Site:
    """Two words: one finds two pages of threads, the other one of them again and another."""
    first, second = quote("车主数据"), quote("leads & lists", safe="")
    day = "2026-11-20T09:00:00+08:00"
    site.routes |= {
        f"/search?q={first}": results(
            (1, day), (2, day), (1, "2026-11-21T09:00:00+08:00"), following=f"/search?q={first}&page=2"
        ),
        f"/search?q={first}&page=2": results((3, day)),
        f"/search?q={second}": results((2, day), (4, day)),
        "/search?q=nothing": f"{HEAD}<p>No results were found for your words.</p></body></html>",
    }
    site.routes |= {f"/showthread.php?t={n}": talk(n, f"opening {n}", f"answer {n}") for n in (1, 2, 3, 4)}
    return site


def test_each_result_is_fetched_once(forum: Site, crawl: Crawler) -> None:
    """Threads that several words or several posts lead to are fetched once; pages of results are gone through."""
    told = crawl(**searched(forum, "车主数据", "leads & lists", "nothing"))
    assert told.reason == "done"
    assert sorted(path for path in forum.paths if "showthread" in path) == [
        f"/showthread.php?t={n}" for n in (1, 2, 3, 4)
    ]
    assert len([path for path in forum.paths if path.startswith("/search")]) == 4
    assert len(told.posts) == 8
    assert {post["thread_title"] for post in told.posts} == {f"talk {n}" for n in (1, 2, 3, 4)}


def test_a_known_result_is_left_until_more_of_it_is_found(forum: Site, crawl: Crawler) -> None:
    """On the next visit only threads of which another post was found are fetched, wherever the results show them."""
    known = crawl(**searched(forum, "车主数据"), mode="watch").known()
    forum.asked.clear()
    again = crawl(**searched(forum, "车主数据"), mode="watch", **known)
    assert again.reason == "nothing_new"
    assert not [path for path in forum.paths if "showthread" in path]
    late = "2026-11-22T08:00:00+08:00"
    forum.routes[f"/search?q={quote('车主数据')}&page=2"] = results((3, "2026-11-20T09:00:00+08:00"), (3, late))
    forum.routes["/showthread.php?t=3"] = talk(3, "opening 3", "answer 3", "the new one")
    forum.asked.clear()
    third = crawl(**searched(forum, "车主数据"), mode="watch", **known)
    assert [path for path in forum.paths if "showthread" in path] == ["/showthread.php?t=3"]
    assert third.outcome["counts"]["new"] == 1


def test_words_that_find_nothing_are_no_fault(forum: Site, crawl: Crawler) -> None:
    """A search that says that it found nothing has been answered."""
    told = crawl(**searched(forum, "nothing"))
    assert told.reason == "done"
    assert told.posts == []
    assert [event for event, _ in told.notes] == ["fetched", "nothing_found"]


def test_a_closed_search_is_not_asked(forum: Site, crawl: Crawler) -> None:
    """Where robots.txt closes the search, nothing is asked, and the run ends for that reason."""
    forum.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /search", content_type="text/plain")
    told = crawl(**searched(forum, "车主数据", "nothing"))
    assert told.reason == "robots"
    assert "robots.txt" in told.outcome["detail"]
    assert forum.paths == []


def test_a_search_that_answers_with_the_thread_itself(forum: Site, crawl: Crawler) -> None:
    """One hit may lead straight to its thread."""
    forum.routes["/search?q=one"] = Answer(status=302, headers={"Location": "/showthread.php?t=4"})
    told = crawl(**searched(forum, "one"))
    assert [post["text"] for post in told.posts] == ["opening 4", "answer 4"]


SELECTORS = {"post": ".m", "body": ".x", "author": ".w"}


def test_a_described_site_that_changed_is_named(site: Site, crawl: Crawler) -> None:
    """Selectors read a site; when one finds nothing the run says which, and when none does it ends for that reason."""
    post = '<div class="m" id="k{0}"><b class="w">ann</b><p class="x">words number {0}</p></div>'
    site.routes["/talk"] = f"<html><body><h1>talk</h1>{post.format(1)}{post.format(2)}</body></html>"
    source = {"selectors": SELECTORS}
    told = crawl(site.url("/talk"), source=source, real=True)
    assert (told.reason, told.outcome["detail"]) == ("done", "")
    assert [(one["text"], one["author"]["name"], one["platform"]) for one in told.posts] == [
        ("words number 1", "ann", "declared"),
        ("words number 2", "ann", "declared"),
    ]
    site.routes["/talk"] = str(site.routes["/talk"]).replace('class="w"', 'class="who"')
    told = crawl(site.url("/talk"), source=source, real=True)
    assert told.reason == "done"
    assert "author = '.w'" in told.outcome["detail"]
    assert ("selector_drift", site.url("/talk")) in told.notes
    site.routes["/list"] = '<html><body><ul><li class="r"><a href="/talk">the talk</a></li></ul></body></html>'
    site.routes["/talk"] = str(site.routes["/talk"]).replace('class="m"', 'class="post-new"')
    told = crawl(site.url("/list"), source={"selectors": {**SELECTORS, "row": ".r"}}, real=True)
    assert told.reason == "selector_drift"
    assert "post = '.m'" in told.outcome["detail"]
    told = crawl(site.url("/talk"), source={"selectors": {**SELECTORS, "row": ".r"}}, real=True)
    assert told.reason == "selector_drift"
