"""What no list tells of: the page where a thread goes on, what changed without a sign, what is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rig import Answer, Site, Told, board_page, thread_page

Crawler = Callable[..., Told]
LONG_AGO = "2026-01-01T00:00:00+00:00"


def lay_out(site: Site, sign: str = "1", last: str = "c") -> None:
    """A list of two pages and a thread of three, none of which can be told from the thread's address."""
    site.routes |= {
        "/b": board_page(("t", "/t", sign), following="/b2"),
        "/b2": board_page(("x", "/x", "1")),
        "/t": thread_page("t", ("a", "first"), following="/t-more"),
        "/t-more": thread_page("t", ("a", "first"), ("b", "second"), following="/t-end"),
        "/t-end": thread_page("t", ("b", "second"), (last, "third")),
        "/x": thread_page("x", ("o", "other")),
    }


def visit_again(site: Site, crawl: Crawler, first: Told, **job: Any) -> Told:
    """The next run."""
    site.asked.clear()
    return crawl(site.url("/b"), mode="watch", **{**first.known(), **job})


def test_a_thread_goes_on_where_it_ended(site: Site, crawl: Crawler) -> None:
    """A changed thread is read from the page it ended on, though its address says nothing of pages; they overlap."""
    lay_out(site)
    first = crawl(site.url("/b"), mode="watch")
    site.routes["/b"] = board_page(("t", "/t", "2"), following="/b2")
    site.routes["/t-end"] = thread_page("t", ("b", "second"), ("c", "third"), ("d", "new"))
    second = visit_again(site, crawl, first)
    assert site.paths == ["/b", "/t-end", "/b2"]
    assert {post["post_id"]: post["floor"] for post in second.posts} == {"b": 3, "c": 4, "d": 5}
    assert [haul["roll"] for haul in second.hauls if haul["role"] == "thread"] == [None]


def test_a_page_that_leads_to_the_first_one_is_no_place_to_go_on(site: Site, crawl: Crawler) -> None:
    """A redirect that drops the page sends the crawl to the thread's beginning, and no floor is counted from it."""
    lay_out(site)
    site.routes["/t-more"] = thread_page("t", ("b", "second"), following="/t-end?page=3")
    site.routes["/t-end?page=3"] = thread_page("t", ("c", "third"))
    first = crawl(site.url("/b"), mode="watch")
    site.routes["/b"] = board_page(("t", "/t", "2"), following="/b2")
    site.routes["/t-end?page=3"] = Answer(status=302, headers={"Location": "/t"})
    second = visit_again(site, crawl, first)
    assert site.paths.count("/t") > 1
    assert "/t-more" in site.paths
    assert [post["floor"] for post in second.posts if post["post_id"] == "a"] == [1]


def test_now_and_then_everything_is_read_anew(site: Site, crawl: Crawler) -> None:
    """A list that was walked long ago is walked to its end, and threads of that age are read from their first page."""
    lay_out(site)
    first = crawl(site.url("/b"), mode="watch")
    site.routes["/t-more"] = thread_page("t", ("a", "first"), ("b", "edited quietly"), following="/t-end")
    assert visit_again(site, crawl, first).names == []
    assert site.paths == ["/b"]
    marks = {key: {**mark, "deep_at": LONG_AGO} for key, mark in first.marks.items()}
    deep = visit_again(site, crawl, first, marks=marks)
    assert sorted(site.paths) == ["/b", "/b2", "/t", "/t-end", "/t-more", "/x"]
    assert "edited quietly" in [post["text"] for post in deep.posts]
    (roll,) = [haul["roll"] for haul in deep.hauls if haul["mark"]["key"] == "t" and haul["roll"]]
    assert len(roll["posts"]) == 3
    assert all(mark["deep_at"] != LONG_AGO for mark in deep.marks.values())


def test_threads_of_findings_are_looked_at_again(site: Site, crawl: Crawler) -> None:
    """No list leads to them: one that stands is read whole, one that is gone or leads to its board is said to be."""
    lay_out(site)
    first = crawl(site.url("/b"), mode="watch")
    site.routes["/v"] = Answer(status=302, headers={"Location": "/b"})
    addresses = [site.url(path) for path in ("/t", "/w", "/v")]
    second = visit_again(site, crawl, first, revisits=addresses)
    assert second.reason == "nothing_new"
    assert sorted(site.paths) == ["/b", "/b", "/t", "/t-end", "/t-more", "/v", "/w"]
    rolls = {haul["page"]["requested_url"]: haul["roll"] for haul in second.hauls if haul["roll"]}
    assert sorted(rolls) == sorted([site.url("/t-end"), site.url("/w"), site.url("/v")])
    assert [len(rolls[site.url(path)]["posts"]) for path in ("/t-end", "/w", "/v")] == [3, 0, 0]
    assert [event for event, _ in second.notes].count("removed") == 2
    assert second.marks["t"]["sign"] == first.marks["t"]["sign"]
