"""Feeds as they are written, and the threads that their entries name."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_poet import HttpResponse

from crawlers.feeds import EMPTY, announced_feeds, is_feed, read_feed
from crawlers.pages import Visit
from crawlers.platforms.feed import is_thread, read_time
from crawlers.threads import find_page, find_thread

VISIT = Visit(fetched_at=datetime.fromisoformat("2026-11-21T15:30:20+08:00"))


def answer(text: str, url: str = "https://e.test/feed") -> HttpResponse:
    """An answer in UTF-8."""
    return HttpResponse(url, body=text.encode("utf-8", "surrogatepass"), encoding="utf-8")


@pytest.mark.parametrize(
    ("url", "first", "key"),
    [
        ("http://e.test/forum.php?mod=viewthread&tid=12&page=3&highlight=x#pid4",
         "http://e.test/forum.php?mod=viewthread&tid=12", "discuz:tid:12"),
        ("http://e.test/bbs/thread-12-3-1.html#pid4", "http://e.test/bbs/thread-12-1-1.html", "discuz:/bbs:tid:12"),
        ("http://e.test/forum.php?mod=redirect&goto=findpost&ptid=12&pid=4",
         "http://e.test/forum.php?mod=viewthread&tid=12", "discuz:tid:12"),
        ("http://e.test/viewtopic.php?f=2&t=12&p=34&hilit=a#p34", "http://e.test/viewtopic.php?t=12", "phpbb:t:12"),
        ("http://e.test/showthread.php?tid=12&pid=34#pid34", "http://e.test/showthread.php?tid=12", "mybb:t:12"),
        ("http://e.test/showthread.php?12-words&p=4", "http://e.test/showthread.php?12-words", "vbulletin:t:12"),
        ("http://e.test/threads/a-b.12/post-34", "http://e.test/threads/a-b.12/", "xenforo:t:12"),
        ("http://e.test/t/slug-a/12/4", "http://e.test/t/slug-a/12", "discourse:t:12"),
        ("http://e.test/topic/12/slug/4", "http://e.test/topic/12/slug", "nodebb:t:12"),
    ],
)  # fmt: skip
def test_any_address_of_a_post_names_its_thread(url: str, first: str, key: str) -> None:
    """Whatever post of a thread an address names, the thread has one first page and one key (trap 14)."""
    found = find_thread(url)
    assert found is not None
    assert (found.url, found.key) == (first, key)


@pytest.mark.parametrize(
    "url", ["http://e.test/news/2024-some-title", "http://e.test/viewtopic.php?p=34#p34", "mailto:x", "//[", ""]
)
def test_other_addresses_name_themselves(url: str) -> None:
    """An address of no program's form is its own; nothing in it raises."""
    assert find_thread(url) is None
    assert find_page(url).url == url.partition("#")[0]


def test_what_a_search_adds_is_left_out() -> None:
    """Marked words and campaigns are no part of an address."""
    assert find_page("http://e.test/a/b?id=4&highlight=x&utm_source=s").url == "http://e.test/a/b?id=4"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<?xml version="1.0"?><!-- x --><rss version="2.0"/>', True),
        ('\ufeff\n<feed xmlns="http://www.w3.org/2005/Atom"/>', True),
        ('<rdf:RDF xmlns="http://purl.org/rss/1.0/">', True),
        ('{"version": "https://jsonfeed.org/version/1", "items": []}', True),
        ("<html><body><rss></rss></body></html>", False),
        ('{"version": "1.0"}', False),
        ("<rssx/>", False),
        ("", False),
    ],
)
def test_a_feed_is_known_by_its_first_element(text: str, said: bool) -> None:
    """A page that merely holds the word is none."""
    assert is_feed(text) is said


def test_entities_of_a_document_are_not_expanded() -> None:
    """Neither a bomb of entities nor a file that one names gets into an entry."""
    bomb = '<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 50}">' for n in range(9)
    )
    text = (
        f'<?xml version="1.0"?><!DOCTYPE rss [{bomb}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
        "<rss><channel><item><title>&j;&file;</title><link>http://e.test/1</link></item></channel></rss>"
    )
    feed = read_feed(answer(text)) or EMPTY
    assert all("root" not in (entry.title or "") and len(entry.title or "") < 100 for entry in feed.entries)


def test_deep_and_endless_feeds_are_cut() -> None:
    """Deep nesting and a hundred thousand entries cost a moment."""
    assert read_feed(answer("<rss><channel>" + "<item>" * 100_000)) is not None
    many = "<rss><channel>" + "<item><title>t</title><link>http://e.test/1</link></item>" * 20_000
    assert len((read_feed(answer(many)) or EMPTY).entries) == 2000


@pytest.mark.parametrize("piece", ["<!--a-->", "<!-- -", "<?a?>", "<!DOCTYPE x>", "\n ", "<", '{"version":'])
def test_what_only_begins_like_a_feed_is_told_fast(piece: str) -> None:
    """Whatever stands before the first element, it takes no time to see that it is none of a feed."""
    start = time.process_time()
    assert not is_feed(piece * 20_000 + "<html>")
    assert time.process_time() - start < 1


def test_summaries_that_one_program_cut_are_not_whole() -> None:
    """When one summary of a feed ends in dots, or three end at the same length, none is taken for a whole post."""

    def read(*texts: str) -> list[bool]:
        items = "".join(
            f"<item><link>http://e.test/{n}</link><description>{t}</description></item>" for n, t in enumerate(texts)
        )
        return [entry.whole for entry in (read_feed(answer(f"<rss><channel>{items}</channel></rss>")) or EMPTY).entries]

    assert read("short", "long and cut ...") == [False, False]
    assert read("a" * 100, "b" * 100, "c" * 100, "d") == [False] * 4
    assert read("all of it.", "and of this, which is longer.") == [True, True]


def test_entries_that_name_several_threads_are_an_index() -> None:
    """One title for all is no thread where the addresses are those of several."""
    items = "".join(
        f"<item><title>same</title><link>http://e.test/thread-{n}-1-1.html</link><description>whole</description></item>"
        for n in range(3)
    )
    feed = read_feed(answer(f"<rss><channel>{items}</channel></rss>"))
    assert feed is not None
    assert not is_thread(feed)


@pytest.mark.parametrize(
    ("text", "zone", "when"),
    [
        ("Sat, 21 Nov 2026 01:20:00 EST", "Asia/Shanghai", "2026-11-21T14:20:00+08:00"),
        ("Sat, 21 Nov 2026 01:20:00 CST", "Asia/Shanghai", "2026-11-21T01:20:00+08:00"),
        ("Sat, 21 Nov 2026 01:20:00 CST", "America/Chicago", "2026-11-21T01:20:00-06:00"),
        ("21 Nov 2026 01:20 +0000", "Asia/Shanghai", "2026-11-21T09:20:00+08:00"),
        ("2026-11-20 21:22:00", "Asia/Shanghai", "2026-11-20T21:22:00+08:00"),
    ],
)
def test_times_of_feeds_are_read(text: str, zone: str, when: str) -> None:
    """Zones that RFC 822 names are offsets; a time without one is the site's own."""
    visit = Visit(fetched_at=VISIT.fetched_at, timezone=zone)
    assert read_time(visit, None, text).when == datetime.fromisoformat(when)


def test_announced_feeds_are_found() -> None:
    """Feeds in the head, absolute, each once; other alternates are none."""
    rss = '<link rel="alternate" type="application/rss+xml" href="{}">'
    others = (
        '<link rel="alternate" hreflang="e" href="/e"><link rel="alternate" type="application/atom+xml; x" href="b">'
    )
    head = rss.format("/a.rss") + others + rss.format("/a.rss") + rss.format("javascript:x")
    page = answer(head, "https://e.test/board/")
    assert announced_feeds(page) == ("https://e.test/a.rss", "https://e.test/board/b")


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=300),
    st.sampled_from(
        [
            "<rss><channel><item>{}",
            "<feed><entry><content>{}",
            '{{"version":"https://jsonfeed.org/version/1","items":[{}]}}',
        ]
    ),
)
def test_any_feed_is_read(text: str, frame: str) -> None:
    """Nothing in a feed raises."""
    feed = read_feed(answer(frame.format(text)))
    assert feed is None or is_thread(feed) in (True, False)
