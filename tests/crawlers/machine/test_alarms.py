"""A site that changed overnight, and one that answers only errors, are named: silence is no answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rig import Answer, Site, Told, board_page, thread_page

Crawler = Callable[..., Told]
ROWS = 12


def lay_out(site: Site, *, signs: str = "1", posts: int = 8) -> None:
    """A board of twelve threads, each of so many posts."""
    site.routes["/b"] = board_page(*((f"t{n}", f"/t{n}", signs) for n in range(ROWS)))
    for number in range(ROWS):
        said = [(f"p{number}-{place}", f"text {place}") for place in range(posts)]
        site.routes[f"/t{number}"] = thread_page(f"t{number}", *said)


def visit_again(site: Site, crawl: Crawler, first: Told) -> Told:
    """The next run of the same source."""
    return crawl(site.url("/b"), mode="watch", **first.known())


def test_fewer_posts(site: Site, crawl: Crawler) -> None:
    """Threads that show a fraction of the posts that they had are an alarm, with what is missing in one line."""
    lay_out(site)
    first = crawl(site.url("/b"), mode="watch")
    assert first.reason == "done"
    lay_out(site, signs="2", posts=2)
    second = visit_again(site, crawl, first)
    assert second.reason == "fewer_than_usual"
    assert "shows 2 where it showed 8" in second.outcome["detail"]
    assert ("fewer_than_usual", site.url("/t3")) in second.notes


def test_fewer_threads(site: Site, crawl: Crawler) -> None:
    """So is a board that lists a fraction of its threads, though each of these is known and unchanged."""
    lay_out(site)
    first = crawl(site.url("/b"), mode="watch")
    site.routes["/b"] = board_page(("t0", "/t0", "1"), ("t1", "/t1", "1"))
    second = visit_again(site, crawl, first)
    assert (second.reason, second.posts) == ("fewer_than_usual", [])
    assert "shows 2 where it showed 12" in second.outcome["detail"]


def test_the_alarm_ends(site: Site, crawl: Crawler) -> None:
    """A board that has really shrunk alarms for some runs, and then that is usual."""
    lay_out(site)
    known = crawl(site.url("/b"), mode="watch").known()
    site.routes["/b"] = board_page(*((f"t{n}", f"/t{n}", "1") for n in range(5)))
    reasons = []
    for _ in range(3):
        told = crawl(site.url("/b"), mode="watch", **known)
        known["marks"] |= told.marks
        reasons.append(told.reason)
    assert (reasons[0], reasons[-1]) == ("fewer_than_usual", "nothing_new")


def test_a_board_that_shows_nothing(site: Site, crawl: Crawler) -> None:
    """A board on which nothing can be found any more is fewer than usual; one that never had anything is empty."""
    lay_out(site)
    first = crawl(site.url("/b"), mode="watch")
    bare = "<html><body><h1>Welcome to our new design</h1><p>We hope that you like it here.</p></body></html>"
    site.routes["/b"] = bare
    assert visit_again(site, crawl, first).reason == "fewer_than_usual"
    assert crawl(site.url("/b"), mode="watch").reason == "empty"


def test_threads_of_another_make(site: Site, crawl: Crawler) -> None:
    """Threads of a known platform in which no post is where it was are selector drift; the board still stands."""
    lay_out(site)
    first = crawl(site.url("/b"), mode="watch")
    lay_out(site, signs="2")
    for number in range(ROWS):
        site.routes[f"/t{number}"] = (
            "<html><body class='toy thread'><p>All is new and nothing is where it was.</p></body></html>"
        )
    second = visit_again(site, crawl, first)
    assert (second.reason, second.posts) == ("selector_drift", [])


@pytest.mark.parametrize(("status", "reason"), [(500, "unreachable"), (403, "blocked")])
def test_nothing_but_errors(site: Site, crawl: Crawler, status: int, reason: str) -> None:
    """A site that answers only errors is named, from its start page and from behind a board that still stands."""
    lay_out(site)
    first = crawl(site.url("/b"), mode="watch")
    lay_out(site, signs="2")
    site.routes |= {f"/t{number}": Answer(b"oops", status) for number in range(ROWS)}
    assert visit_again(site, crawl, first).reason == reason
    site.routes["/b"] = Answer(b"oops", status)
    assert visit_again(site, crawl, first).reason == reason


def test_a_few_faults_are_no_alarm(site: Site, crawl: Crawler) -> None:
    """One thread that lost its posts among others that have theirs is counted, and the run is what it is."""
    lay_out(site)
    first = crawl(site.url("/b"), mode="watch")
    lay_out(site, signs="2", posts=9)
    site.routes["/t4"] = thread_page("t4", ("p4-0", "text 0"))
    second = visit_again(site, crawl, first)
    assert second.reason == "done"
    assert "shows 1 where it showed 8" in second.outcome["detail"]
