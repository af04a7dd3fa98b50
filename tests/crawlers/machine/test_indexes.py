"""Crawls that begin at a feed, and boards whose list is only to be had from the feed that they announce."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rig import Answer, Site, Told

Crawler = Callable[..., Told]
FIXTURES = Path(__file__).parents[2] / "fixtures"
RSS = "application/rss+xml"


def item(title: str, link: str, text: str = "", *, whole: bool = False) -> str:
    """One entry; `whole` puts all of the text into it."""
    words = (
        f"<content:encoded><![CDATA[<p>{text}</p>]]></content:encoded>"
        if whole
        else f"<description>{text}</description>"
    )
    return (
        f"<item><title>{title}</title><link>{link}</link>{words}<author>ann</author>"
        f"<pubDate>Fri, 20 Nov 2026 10:00:00 +0800</pubDate></item>"
    )


def feed(*items: str, encoding: str = "utf-8") -> Answer:
    """A feed of these entries."""
    head = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    text = f"{head}<channel><title>数据交流</title>{''.join(items)}</channel></rss>"
    return Answer(text.encode(encoding), content_type=RSS)


def talk(*posts: str) -> str:
    """A thread of no known program."""
    rows = "".join(
        f'<div class="post" id="post_{n}"><a class="author" href="/user/{n}">name{n}</a>'
        f'<time datetime="2026-11-20T1{n}:00:00+08:00">20 Nov</time><div class="content">{text}</div></div>'
        for n, text in enumerate(posts, 1)
    )
    return f"<html><head><title>a thread</title></head><body><h1>a thread</h1><main>{rows}</main></body></html>"


def test_a_feed_leads_to_threads(site: Site, crawl: Crawler) -> None:
    """A feed's entries are fetched as threads, each once, whatever post of it they name; GBK is read as GBK."""
    site.routes |= {
        "/rss.php": feed(
            item("出车主", site.url("/thread-5-2-1.html#pid9"), "数据 ...").replace("ann", "甲"),
            item("回复: 出车主", site.url("/forum.php?mod=viewthread&amp;tid=6&amp;highlight=x"), "数据 ..."),
            item("again", site.url("/thread-5-1-1.html"), "数据 ..."),
            encoding="gb18030",
        ),
        "/thread-5-1-1.html": talk("出车主名单，一条五毛", "怎么联系", "价格多少"),
        "/forum.php?mod=viewthread&tid=6": talk("车险数据来一批", "收到", "看样"),
    }
    told = crawl(site.url("/rss.php"), real=True)
    assert told.reason == "done"
    assert sorted(site.paths) == ["/forum.php?mod=viewthread&tid=6", "/rss.php", "/thread-5-1-1.html"]
    assert len(told.posts) == 6
    assert ("recognised", site.url("/rss.php")) in told.notes
    assert {haul["board"] for haul in told.hauls if haul["posts"]} == {"数据交流"}


def test_whole_entries_stand_in_for_pages_that_cannot_be_read(site: Site, crawl: Crawler) -> None:
    """Where a page is gone, closed or on another site, the entry's whole text is the post; never twice."""
    site.routes |= {
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /closed/", content_type="text/plain"),
        "/feed": feed(
            item("open", site.url("/t/1"), "the opening words", whole=True),
            item("gone", site.url("/t/2"), "gone but told", whole=True),
            item("closed", site.url("/closed/3"), "closed but told", whole=True),
            item("elsewhere", "https://elsewhere.test/t/4", "told by another", whole=True),
        ),
        "/t/1": talk("the opening words", "a reply"),
    }
    told = crawl(site.url("/feed"), real=True)
    texts = sorted(post["text"] for post in told.posts)
    assert texts == ["a reply", "closed but told", "gone but told", "the opening words", "told by another"]
    assert told.reason == "done"
    kept = next(post for post in told.posts if post["text"] == "gone but told")
    assert (kept["platform"], kept["thread_title"], kept["posted_at"]) == ("feed", "gone", "2026-11-20T10:00:00+08:00")
    again = crawl(site.url("/feed"), real=True, mode="watch", **told.known())
    assert again.reason == "nothing_new"


def test_a_feed_of_one_thread_is_its_posts(site: Site, crawl: Crawler) -> None:
    """The entries of a topic's feed are posts, and its page is not asked for."""
    body = (FIXTURES / "feed" / "topic.served").read_bytes()
    site.routes["/topic/58.rss"] = Answer(body, content_type=RSS)
    told = crawl(site.url("/topic/58.rss"), real=True)
    assert [post["author"]["name"] for post in told.posts] == ["云归处", "北岸"]
    assert site.paths == ["/topic/58.rss"]


def test_a_list_without_threads_is_read_from_its_feed(site: Site, crawl: Crawler) -> None:
    """A board whose list is drawn by a script announces a feed, which is asked instead."""
    site.routes |= {
        "/board": '<html><head><link rel="alternate" type="application/rss+xml" href="/board.rss"></head>'
        "<body><h1>Board</h1><p>Loading the list of the newest talks, please wait.</p></body></html>",
        "/board.rss": feed(item("one", site.url("/t/1"), "x ...")),
        "/t/1": talk("the opening words", "a reply"),
    }
    told = crawl(site.url("/board"), real=True)
    assert told.reason == "done"
    assert [post["text"] for post in told.posts] == ["the opening words", "a reply"]
    assert ("feed", site.url("/board.rss")) in told.notes


def test_an_opening_is_kept_with_the_page_that_showed_it(site: Site, crawl: Crawler) -> None:
    """Of a paged feed each opening that stands in for its thread is handed over with the feed's page it stood on."""
    more = '<link rel="next" href="/feed?page=2" xmlns="http://www.w3.org/2005/Atom"/>'
    first = feed(item("one", site.url("/t/1"), "the first opening", whole=True))
    first.body = first.body.replace(b"<channel>", b"<channel>" + more.encode())
    site.routes |= {
        "/feed": first,
        "/feed?page=2": feed(item("two", site.url("/t/2"), "the second opening", whole=True)),
    }
    told = crawl(site.url("/feed"), real=True)
    stood = {post["text"]: haul["page"]["url"] for haul in told.hauls for post in haul["posts"]}
    assert stood == {"the first opening": site.url("/feed"), "the second opening": site.url("/feed?page=2")}
