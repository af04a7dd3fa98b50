"""The practice market: what is written for it is what is served, and what is served is what is read."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import sync_playwright
from web_poet import HttpResponse

from crawlers.pages import Visit
from crawlers.platforms.market import PLATFORM, MarketBoardPage, MarketThreadPage, recognise_role, thread_key
from domain.posts import Post
from domain.signals import LABELS
from tipstaff.market.site import Site, serve
from tipstaff.market.stock import BOARDS, Entry, Stock, Thread
from tipstaff.market.wording import ZONE, say_floor, say_moment
from tipstaff.settings import load_settings

EPOCH = datetime(2026, 11, 20, 4, 5, 30, tzinfo=UTC)
NOW = EPOCH + timedelta(minutes=1, seconds=20)
OPEN = {board.key for board in BOARDS if board.kind in ("forum", "listing")}
# How far a moment may lie from what a wording of that precision says.
SLACK = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


@dataclass
class Clock:
    """A clock that stands still until it is told to go on."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment


@dataclass
class Crawl:
    """A reader that follows what the page objects say, and nothing else. `links` are the threads that were listed."""

    site: Site
    boards: tuple[str, ...]
    posts: list[Post] = field(default_factory=list)
    links: Counter[str] = field(default_factory=Counter)

    def run(self) -> Crawl:
        """Every list page of the boards, and every page of every thread on them."""
        for path in self.boards:
            seen: dict[str, None] = {}
            address: str | None = urljoin(self.site.url, path)
            while address:
                page = MarketBoardPage(response=get(address), visit=Visit(fetched_at=NOW))
                seen.update((link.url, None) for link in page.threads)
                self.links.update(link.key for link in page.threads)
                address = page.next_url
            for thread in seen:
                self.read_thread(thread)
        return self

    def read_thread(self, url: str) -> None:
        """All pages of one thread."""
        address: str | None = url
        while address:
            page = MarketThreadPage(response=get(address), visit=Visit(fetched_at=NOW))
            self.posts.extend(page.posts)
            address = page.next_url


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One market for all tests that change nothing."""
    with serve(now=Clock(), epoch=EPOCH) as running:
        yield running


@pytest.fixture
def fresh() -> Iterator[tuple[Site, Clock]]:
    """A market of one's own, and its clock."""
    clock = Clock()
    with serve(now=clock, epoch=EPOCH) as running:
        yield running, clock


def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body of one request."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request(method, url.removeprefix(f"http://{parts.netloc}"), headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def get(url: str) -> HttpResponse:
    """A page as a page object sees it."""
    status, headers, body = ask(url)
    return HttpResponse(url, body, status=status, headers=headers)


def written(site: Site, *boards: str) -> dict[str, tuple[Thread, Entry]]:
    """What can be read of some boards, by post id: all but what was banned."""
    threads = [thread for thread in site.stock.threads.values() if thread.board in boards]
    return {str(entry.id): (thread, entry) for thread in threads for entry in thread.entries if not entry.banned}


def compare(posts: dict[str, Post], expected: dict[str, tuple[Thread, Entry]], site: Site) -> None:
    """Every written post was read, with its own words, author, floor, place and time; and no other was."""
    assert set(posts) == set(expected)
    names = {board.key: board.name for board in BOARDS}
    for number, (thread, entry) in expected.items():
        post = posts[number]
        user = site.stock.find_user(entry.author)
        assert post.text == entry.text
        assert (post.author.name, post.author.id) == (entry.author, str(user.id))
        assert post.floor == entry.floor
        assert (post.thread_title, post.board) == (thread.title, names[thread.board])
        assert post.url.endswith(f"#p{number}")
        assert post.quoted == quoted_by(thread, entry)
        assert (post.edited_at is None) == (entry.edited_at is None)
        assert is_told(entry.at, post.posted_at, post.posted_at_precision), (entry.at, post.posted_at_text)


def quoted_by(thread: Thread, entry: Entry) -> tuple[str, ...]:
    """The words that a post quotes."""
    return () if entry.quote is None else (thread.entries[entry.quote - 1].text,)


def is_told(moment: datetime, told: datetime | None, precision: str | None) -> bool:
    """Whether a time that was read says of `moment` what its precision promises."""
    if told is None:
        return False
    if precision == "day":
        return told.astimezone(ZONE).date() == moment.astimezone(ZONE).date()
    return abs(told - moment) < SLACK[str(precision)]


def test_it_is_large_enough_and_every_kind_of_post_is_there() -> None:
    """At least 80 threads and 300 posts are written, and each label of the contract but a banned one occurs."""
    stock = Stock(EPOCH)
    entries = [entry for thread in stock.threads.values() for entry in thread.entries]
    golds = Counter(entry.gold for entry in entries)
    assert len(stock.threads) >= 80
    assert len(entries) >= 300
    assert set(golds) == set(LABELS)
    assert golds["unrelated"] > golds["offer"] >= 30


def test_what_is_written_is_sound() -> None:
    """Threads are told apart, posts run forward in time, quotes point back, and words stand as a browser shows them."""
    stock = Stock(EPOCH)
    ids = [entry.id for thread in stock.threads.values() for entry in thread.entries]
    assert len(ids) == len(set(ids))
    assert len({user.id for user in stock.users.values()}) == len(stock.users)
    for thread in stock.threads.values():
        moments = [entry.at for entry in thread.entries]
        assert moments == sorted(moments)
        assert thread.last.at <= EPOCH
        for entry in thread.entries:
            assert entry.quote is None or entry.quote < entry.floor
            assert entry.edited_at is None or entry.at < entry.edited_at <= EPOCH
            assert not re.search(r"[ \t]{2,}|\n{3,}|^\s|\s$|[ \t]\n|\n[ \t]", entry.text)


def test_handles_and_numbers_are_invented() -> None:
    """Mobile numbers carry 0000 where a real one names its exchange, QQ numbers lie above those given out."""
    for path in (files("tipstaff.market") / "threads").iterdir():
        text = path.read_text("utf-8")
        mobiles = re.findall(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])", text)
        assert [number for number in mobiles if number[3:7] != "0000"] == []
        assert re.findall(r"(?<![0-9.])[1-8][0-9]{9}(?![0-9])", text) == []


@pytest.mark.parametrize(
    ("number", "label"), [(1, "楼主"), (2, "沙发"), (3, "板凳"), (4, "地板"), (5, "5#"), (12, "12#")]
)
def test_floors_are_worded(number: int, label: str) -> None:
    """The first four floors have names, the others numbers."""
    assert say_floor(number) == label


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"seconds": 0}, "刚刚"),
        ({"seconds": 59}, "刚刚"),
        ({"minutes": 3}, "3分钟前"),
        ({"hours": 2}, "2小时前"),
        ({"hours": 12, "minutes": 7}, "昨天\u00a023:59"),
        ({"days": 1}, "昨天\u00a012:06"),
        ({"days": 2}, "前天\u00a012:06"),
        ({"days": 3}, "3\u00a0天前"),
        ({"days": 7}, "7\u00a0天前"),
        ({"days": 80, "hours": 7}, "2026-9-1 05:06"),
    ],
)
def test_moments_are_worded(before: dict[str, int], said: str) -> None:
    """Relative within a week, yesterday and the day before by name, absolute and without leading zeros before that."""
    assert say_moment(NOW - timedelta(**before), NOW) == said


def test_every_open_post_is_read_once_with_author_floor_time_and_words(site: Site) -> None:
    """Boards and adverts, read by the page objects from the pages as served, give back what was written."""
    crawl = Crawl(site, ("/b/chat", "/b/trade", "/ads")).run()
    posts = {str(post.post_id): post for post in crawl.posts}
    assert len({post.id for post in crawl.posts}) == len(posts)
    compare(posts, written(site, *OPEN), site)


def test_the_script_board_reads_the_same_once_it_is_drawn(site: Site) -> None:
    """The live board in a real browser gives back what was written; its raw pages hold nothing of it."""
    browser_path = load_settings().browser_path
    if browser_path is None:
        pytest.skip("no Chromium here; tipstaff doctor says how to get one")
    expected = written(site, "live")
    posts: dict[str, Post] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        draw = partial(drawn, page)
        todo: list[str | None] = [urljoin(site.url, "/live/")]
        threads: dict[str, None] = {}
        while address := todo.pop():
            board = MarketBoardPage(response=draw(address), visit=Visit(fetched_at=NOW, rendered=True))
            assert recognise_role(board.response) == "board"
            threads.update((link.url, None) for link in board.threads)
            todo.append(board.next_url)
        for address in threads:
            thread = MarketThreadPage(response=draw(address), visit=Visit(fetched_at=NOW, rendered=True))
            assert recognise_role(thread.response) == "thread"
            posts.update((str(post.post_id), post) for post in thread.posts)
        browser.close()
    compare(posts, expected, site)


def drawn(page: Any, url: str) -> HttpResponse:
    """A page after its script has run."""
    page.goto(url)
    page.wait_for_selector(PLATFORM.ready)
    return HttpResponse(url, page.content().encode(), headers={"content-type": "text/html; charset=utf-8"})


@pytest.mark.parametrize("path", ["/live/", "/live/?page=2", "/live/t/1401"])
def test_the_script_board_is_an_empty_shell_without_javascript(site: Site, path: str) -> None:
    """Its raw pages are recognised, lack what a reader waits for, and carry no post and no tag to go by."""
    status, headers, _ = ask(urljoin(site.url, path))
    response = get(urljoin(site.url, path))
    assert (status, "etag" in headers) == (200, False)
    assert recognise_role(response) in ("board", "thread")
    assert not response.css(str(PLATFORM.ready))
    assert not any(entry.text[:10] in response.text for _, entry in written(site, "live").values())


def test_the_home_page_leads_to_every_board(site: Site) -> None:
    """All six boards are linked from it, the forbidden and the members' too."""
    response = get(site.url)
    page = MarketBoardPage(response=response, visit=Visit(fetched_at=NOW))
    assert recognise_role(response) == "home"
    assert [(urlsplit(link.url).path, link.name) for link in page.boards] == [(b.path, b.name) for b in BOARDS]
    assert (page.threads, page.next_url) == ((), None)


def test_a_sticky_thread_stands_on_every_list_page(site: Site) -> None:
    """It is listed as often as there are pages, marked as sticky; every other thread once."""
    crawl = Crawl(site, ("/b/chat",)).run()
    pages = -(-len(site.stock.list_threads("chat")) // 15)
    assert pages >= 2
    assert {key: count for key, count in crawl.links.items() if count > 1} == {"market:/t/1101": pages}
    page = MarketBoardPage(response=get(urljoin(site.url, "/b/chat")), visit=Visit(fetched_at=NOW))
    assert [link.key for link in page.threads if link.sticky] == ["market:/t/1101"]


def test_the_second_page_begins_with_the_last_post_of_the_first(site: Site) -> None:
    """The post is repeated under the same id and permalink; the canonical address is page 1's on both."""
    thread = next(t for t in site.stock.threads.values() if t.board == "chat" and len(t.entries) > 10)
    url = urljoin(site.url, f"/t/{thread.id}")
    first = MarketThreadPage(response=get(url), visit=Visit(fetched_at=NOW))
    second = MarketThreadPage(response=get(str(first.next_url)), visit=Visit(fetched_at=NOW))
    assert [post.floor for post in first.posts] == list(range(1, 11))
    assert [post.floor for post in second.posts] == list(range(10, len(thread.entries) + 1))
    assert first.posts[-1] == second.posts[0]
    assert first.key == second.key == thread_key(url)
    assert second.next_url is None
    assert second.response.css("link[rel=canonical]::attr(href)").get() == f"/t/{thread.id}"


@pytest.mark.parametrize("path", ["/b/club", "/t/1501", "/t/1502?page=2"])
def test_members_only_pages_ask_to_log_in_with_200(site: Site, path: str) -> None:
    """The board and its threads answer with the log-in page and none of their words."""
    response = get(urljoin(site.url, path))
    assert (response.status, recognise_role(response)) == (200, "other")
    assert "您尚未登录，没有权限访问该版块" in response.text
    assert not any(entry.text in response.text for _, entry in written(site, "club").values())


def test_robots_forbids_the_back_room_alone(site: Site) -> None:
    """robots.txt closes the path that the home page links to; what lies there would be served to who asks."""
    _, headers, body = ask(urljoin(site.url, "/robots.txt"))
    assert headers["content-type"].startswith("text/plain")
    assert "Disallow: /backroom/\n" in body.decode()
    assert get(urljoin(site.url, "/backroom/")).status == 200
    assert "车主信息" in get(urljoin(site.url, "/backroom/t/1601")).text
    assert ask(urljoin(site.url, "/t/1601"))[0] == 404


def test_a_banned_post_is_a_notice(site: Site) -> None:
    """Its floor, author and time stay, its words are on no page."""
    thread, entry = next((t, e) for t in site.stock.threads.values() for e in t.entries if e.banned)
    response = get(urljoin(site.url, f"/t/{thread.id}"))
    assert response.css(f"#p{entry.id} .mk-banned::text").get() == "提示: 作者被禁止或删除 内容自动屏蔽"
    assert response.css(f"#p{entry.id} .mk-name::text").get() == entry.author
    assert entry.text not in response.text


def test_every_page_says_that_it_is_practice(site: Site) -> None:
    """The banner stands on every sort of page, what is missing included."""
    for path in ("/", "/b/chat", "/t/1102", "/ads", "/ads/1301", "/live/", "/live/t/1401", "/b/club", "/nowhere"):
        assert "演示 / PRACTICE" in get(urljoin(site.url, path)).css(".mk-practice").get("")


def test_nothing_comes_from_outside(site: Site) -> None:
    """Style, scripts and pictures are the site's own, and all there."""
    places = {
        urljoin(site.url, place)
        for path in ("/", "/b/chat", "/t/1103", "/ads", "/ads?page=2", "/ads/1301", "/live/")
        for place in get(urljoin(site.url, path)).css("link::attr(href), script::attr(src), img::attr(src)").getall()
    }
    assert all(place.startswith(site.url) for place in places)
    assert [place for place in places if ask(place)[0] != 200] == []


def test_the_same_address_gives_the_same_bytes(site: Site) -> None:
    """A page is the same twice, an unknown query changes nothing, and a page past the end is the last."""
    for path in ("/", "/b/trade", "/t/1102", "/ads"):
        url = urljoin(site.url, path)
        assert ask(url)[2] == ask(url)[2] == ask(f"{url}?utm_source=x&page=nonsense")[2]
    assert ask(urljoin(site.url, "/b/chat?page=3"))[2] == ask(urljoin(site.url, "/b/chat?page=999"))[2]


def test_tags_do_not_change_with_the_clock(fresh: tuple[Site, Clock]) -> None:
    """Relative times are worded anew, while the tag and the date of the page stay and 304 is answered."""
    site, clock = fresh
    url = urljoin(site.url, "/t/1102")
    _, before, body = ask(url)
    clock.moment += timedelta(days=2)
    _, after, later = ask(url)
    assert body != later
    assert (before["etag"], before["last-modified"]) == (after["etag"], after["last-modified"])
    status, headers, empty = ask(url, **{"If-None-Match": before["etag"]})
    assert (status, empty, headers["etag"]) == (304, b"", before["etag"])
    assert ask(url, **{"If-Modified-Since": before["last-modified"]})[0] == 304
    assert ask(url, **{"If-None-Match": '"other"', "If-Modified-Since": before["last-modified"]})[0] == 200
    assert ask(url, **{"If-Modified-Since": "not a date"})[0] == 200


def test_a_reply_is_seen_on_its_thread_and_its_board_alone(fresh: tuple[Site, Clock]) -> None:
    """A new post changes the tags of its thread, list, home and sign; other boards stay as they were."""
    site, clock = fresh
    paths = ("/t/1103", "/b/chat", "/", "/t/1104", "/b/trade", "/ads")
    before = {path: ask(urljoin(site.url, path))[1]["etag"] for path in paths}
    sign = sign_of(site, "market:/t/1103")
    post = site.reply(1103, "路过的人", "同款车主报到", quote=1)
    after = {path: ask(urljoin(site.url, path))[1]["etag"] for path in paths}
    assert [path for path in paths if before[path] != after[path]] == ["/t/1103", "/b/chat", "/"]
    assert sign_of(site, "market:/t/1103") != sign
    page = MarketThreadPage(response=get(urljoin(site.url, "/t/1103")), visit=Visit(fetched_at=clock()))
    assert (page.posts[-1].post_id, page.posts[-1].text) == (str(post), "同款车主报到")
    assert page.posts[-1].posted_at_text is not None
    assert "刚刚" in page.posts[-1].posted_at_text


def sign_of(site: Site, key: str) -> str | None:
    """The sign of a thread as its board's first list page gives it."""
    page = MarketBoardPage(response=get(urljoin(site.url, "/b/chat")), visit=Visit(fetched_at=NOW))
    page2 = MarketBoardPage(response=get(urljoin(site.url, "/b/chat?page=2")), visit=Visit(fetched_at=NOW))
    return next(link.sign for link in (*page.threads, *page2.threads) if link.key == key)


def test_an_edit_keeps_the_post_and_changes_its_words(fresh: tuple[Site, Clock]) -> None:
    """The id stays, the words and the note of the edit are new, and Last-Modified goes forward even within a second."""
    site, clock = fresh
    url = urljoin(site.url, "/t/1103")
    dates = [ask(url)[1]["last-modified"]]
    for words in ("改了一次", "又改了一次"):
        site.edit(1103001, words)
        dates.append(ask(url)[1]["last-modified"])
    assert len(set(dates)) == 3
    post = MarketThreadPage(response=get(url), visit=Visit(fetched_at=clock())).posts[0]
    assert (post.post_id, post.text) == ("1103001", "又改了一次")
    assert is_told(clock(), post.edited_at, "minute")


def test_threads_come_go_and_are_silenced(fresh: tuple[Site, Clock]) -> None:
    """A new thread is on top of its board, a removed one is 404 everywhere, a banned post is no post."""
    site, _ = fresh
    opened = site.post("trade", "新帖", "路过的人", "出一台车")
    site.remove(1202)
    site.ban(1203001)
    page = MarketBoardPage(response=get(urljoin(site.url, "/b/trade")), visit=Visit(fetched_at=NOW))
    keys = [link.key for link in page.threads if not link.sticky]
    assert keys[0] == f"market:/t/{opened}"
    assert ask(urljoin(site.url, "/t/1202"))[0] == 404
    read = MarketThreadPage(response=get(urljoin(site.url, "/t/1203")), visit=Visit(fetched_at=NOW))
    assert "1203001" not in [post.post_id for post in read.posts]


def test_ids_and_moments_hold_over_a_second_run() -> None:
    """Given the same epoch, another market serves the very same pages."""
    pages = []
    for _ in range(2):
        with serve(now=Clock(), epoch=EPOCH) as running:
            pages.append([ask(urljoin(running.url, path))[2] for path in ("/", "/b/chat", "/t/1202")])
    assert pages[0] == pages[1]


def test_requests_are_kept_in_memory_and_written_nowhere(
    fresh: tuple[Site, Clock], capfd: pytest.CaptureFixture[str]
) -> None:
    """Method, path, query, agent and status of every request; HEAD has headers and no body; 404 is 404."""
    site, _ = fresh
    status, headers, body = ask(urljoin(site.url, "/b/chat?page=2"), "HEAD", **{"User-Agent": "reader/1"})
    assert (status, body, int(headers["content-length"]) > 1000) == (200, b"", True)
    assert ask(urljoin(site.url, "/t/999999"))[0] == 404
    assert ask(urljoin(site.url, "/static/../stock.py"))[0] == 404
    hit = site.hits[0]
    assert (hit.method, hit.path, hit.query, hit.agent, hit.status) == ("HEAD", "/b/chat", "page=2", "reader/1", 200)
    assert [hit.status for hit in site.hits] == [200, 404, 404]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("target", ["//[", "/%00", "/?page=" + "9" * 400, "/b/chat?page=-1", "*", "/" + "長" * 3])
def test_nonsense_is_answered(site: Site, target: str, capfd: pytest.CaptureFixture[str]) -> None:
    """No address brings the market to write a traceback or hang up without an answer."""
    with socket.create_connection((urlsplit(site.url).hostname or "", site.port), timeout=20) as line:
        line.sendall(f"GET {target} HTTP/1.0\r\n\r\n".encode())
        assert line.recv(15).startswith((b"HTTP/1.1 200", b"HTTP/1.1 404", b"HTTP/1.1 400"))
    assert capfd.readouterr().err == ""


def test_stopping_frees_the_port() -> None:
    """After stop the port answers no more and can be taken again; stopping twice is no fault."""
    site = serve(now=Clock())
    site.stop()
    site.stop()
    with pytest.raises(ConnectionRefusedError):
        ask(site.url)
    serve(port=site.port, now=Clock()).stop()


def test_the_live_feeds_are_json_with_tags(site: Site) -> None:
    """What the script reads is JSON that can be asked for conditionally; a missing thread is 404."""
    status, headers, body = ask(urljoin(site.url, "/live/data/threads.json?page=2"))
    data = json.loads(body)
    assert (status, data["page"], data["pages"]) == (200, 2, 2)
    assert ask(urljoin(site.url, "/live/data/threads.json?page=2"), **{"If-None-Match": headers["etag"]})[0] == 304
    assert ask(urljoin(site.url, "/live/data/999999.json"))[0] == 404
    assert ask(urljoin(site.url, "/live/data/1102.json"))[0] == 404
