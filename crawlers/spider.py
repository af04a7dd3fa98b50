"""The one spider: from a source's address to its boards, their threads, and every page of each.

It decides what to ask for next. Whether it may be asked for, and when, is conduct.py's; what a page says, the page objects'.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

from parsel import Selector
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.browser import render_meta
from crawlers.capture import capture_page, certificate_digest, is_rendered, validators_of
from crawlers.conduct import Conduct, robots_fetcher
from crawlers.faults import read_fault
from crawlers.freshness import decide_thread, ends_list, list_key, validator_headers
from crawlers.intake import Intake
from crawlers.memory import MemoryIntake, plan_from_arguments
from crawlers.pages import BoardItem, Platform, ThreadItem, ThreadLink
from crawlers.plan import Plan
from crawlers.reading import Reading, is_bare
from crawlers.rendering import lacks, visible_text, waits_for_script
from crawlers.retries import postpone_request
from crawlers.scope import normalise
from crawlers.tally import Tally
from crawlers.walk import Errand, ListWalk, ThreadWalk, errand_meta, errand_of
from crawlers.walls import sentence_reason, wall_of
from domain.errors import CrawlEnded, TipstaffError
from domain.pages import Haul, Mark, Page, Role, Validators
from domain.plain import plain
from domain.posts import Post
from domain.sources import RunOutcome, expand_queries

logger = logging.getLogger("tipstaff.crawl")

# Scrapy's priorities: a thread is read to its end, then the next one of the page, then the next list page.
PRIORITIES: dict[Role | None, int] = {"thread": 20, "board": 10, "home": 5, "other": 0, None: 0}
NEXT_PAGE_PRIORITY = 30
# Walls that are the whole truth about a thread until its sign changes; the others may be gone with the next run.
LASTING_WALLS = frozenset({"login_wall", "soft_404"})
MOST_DEPTH = 3
NO_BROWSER = "the page exists only after JavaScript, and there is no browser; `tipstaff doctor` says how to mend it"


class WatchSpider(Spider):
    """One crawl of one source. Deliveries and notes go to the intake as they come."""

    name = "watch"

    def __init__(self, plan: Plan, intake: Intake, conduct: Conduct, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.intake = intake
        self.conduct = conduct
        self.tally = Tally(watching=plan.mode == "watch")
        self.seen_posts: set[str] = set()
        self.seen_threads: set[str] = set()
        self.seen_lists: set[str] = set()
        # Kinds of pages, as (platform of the page with the link, role): those that only a browser could show, with what
        # the browser waits for, and those that came whole over HTTP.
        self.browser_kinds: dict[tuple[str, Role | None], str | None] = {}
        self.plain_kinds: set[tuple[str, Role | None]] = set()
        self.issued = 0
        self.ended: RunOutcome | None = None
        self.fault: TipstaffError | None = None
        self.closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Takes `plan` and `intake`, or the arguments of `scrapy crawl watch -a url=…`."""
        plan: Plan = kwargs.pop("plan", None) or plan_from_arguments(kwargs)
        intake: Intake = kwargs.pop("intake", None) or MemoryIntake()
        spider = cls(plan, intake, Conduct(plan, intake, robots_fetcher(crawler, intake)))
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.stop_waiting, signals.spider_closed)
        return spider

    # -- beginning and end

    async def start(self) -> AsyncIterator[Any]:
        """The addresses that the source names."""
        for address in expand_queries(self.plan.source):
            # Only a list whose last pass ended can be known to be unchanged; of other pages one answer says too little.
            known = self.list_walk(address, None).may_stop
            request = self.ask(address, Errand(), headers=self.conditions(normalise(address)) if known else None)
            if request is not None:
                yield request

    def end(self, reason: str, detail: str) -> None:
        """Stops the crawl before its own end; what was delivered stays."""
        if self.ended is None:
            self.ended = RunOutcome(reason, detail)
            self.conduct.turns.stop()
            self.closing = asyncio.ensure_future(self.close_engine(reason))

    async def close_engine(self, reason: str) -> None:
        """Lets what is under way finish, and stops."""
        with contextlib.suppress(RuntimeError):  # it was just closing, or never open
            await self.crawler.engine.close_spider_async(reason=reason)

    def stop_waiting(self) -> None:
        """Nobody gets a turn any more."""
        self.conduct.turns.stop()

    def outcome(self) -> RunOutcome:
        """How the crawl ended."""
        if self.ended is None:
            return self.tally.outcome()
        return dataclasses.replace(self.ended, counts=self.tally.counts)

    # -- asking

    def ask(
        self, url: str, errand: Errand, *, headers: dict[str, str] | None = None, priority: int | None = None
    ) -> Request | None:
        """A request for `url`, None when it is out of scope or the budget is spent. Counts it."""
        normal = normalise(url)
        if not self.conduct.scope.holds(normal) or self.ended is not None:
            return None
        if self.plan.max_pages is not None and self.issued >= self.plan.max_pages:
            self.tally.spent = True
            return None
        self.issued += 1
        meta = errand_meta(errand)
        kind = (errand.platform, errand.role)
        if self.plan.browser and (self.plan.source.render == "always" or kind in self.browser_kinds):
            meta |= render_meta(self.conduct, normal, self.browser_kinds.get(kind))
            headers = None
        return Request(
            normal,
            callback=self.read_page,
            errback=self.read_failure,
            headers=headers,
            meta=meta,
            priority=PRIORITIES[errand.role] if priority is None else priority,
            dont_filter=True,
        )

    def ask_list(self, url: str, walk: ListWalk, errand: Errand) -> Iterator[Request]:
        """The next page of a list."""
        normal = normalise(url)
        if not normal or normal in walk.seen or len(walk.seen) >= self.plan.max_lists:
            return
        walk.seen.add(normal)
        request = self.ask(
            normal, dataclasses.replace(errand, role="board", listing=walk), headers=self.conditions(normal, walk)
        )
        if request is None:
            walk.whole = False
        else:
            walk.waiting += 1
            yield request

    def ask_thread(
        self, url: str, walk: ThreadWalk, errand: Errand, *, headers: dict[str, str] | None = None
    ) -> Iterator[Request]:
        """A page of a thread."""
        normal = normalise(url)
        walk.seen.add(normal)
        priority = NEXT_PAGE_PRIORITY if len(walk.seen) > 1 else None
        request = self.ask(
            normal, dataclasses.replace(errand, role="thread", thread=walk), headers=headers, priority=priority
        )
        if request is not None:
            if walk.within:
                walk.within.waiting += 1
            yield request
        elif walk.within and self.conduct.scope.holds(normal):
            walk.within.whole = False

    def conditions(self, url: str, walk: ListWalk | None = None) -> dict[str, str]:
        """The headers that let a server answer "unchanged", where such an answer would tell something."""
        if self.plan.mode == "look" or (walk is not None and not walk.may_stop):
            return {}
        return validator_headers(self.intake.validators_of(url))

    # -- reading

    async def read_page(self, response: Response, reading: Reading) -> AsyncIterator[Any]:
        """One page that came, whatever it is."""
        assert response.request
        errand = errand_of(response.request)
        try:
            async for found in self.read_errand(response, reading, errand):
                yield found
        except TipstaffError as fault:  # the intake cannot take it: what is not stored must not count as read
            self.fault = fault
            self.end("failed", str(fault))
        except Exception as fault:
            logger.debug("a page could not be read: %s", response.url, exc_info=True)
            self.fail("failed", response.url, f"its reader broke ({type(fault).__name__})", errand)
        finally:
            self.settle_errand(errand)
        if isinstance(self.intake, MemoryIntake):
            for post in self.intake.take():
                yield plain(post)

    async def read_errand(self, response: Response, reading: Reading, errand: Errand) -> AsyncIterator[Any]:
        """Sorts out what kind of page it is."""
        if response.status == 304:
            self.tally.unchanged += 1
            self.tally.succeed()
            self.intake.note("unchanged", response.url)
            return
        page = capture_page(response, self.conduct.guard, errand.steps)
        self.tally.pages += 0 if response.request.meta.get("drawn_again") else 1
        self.intake.note("rendered" if page.rendered else "fetched", page.url, f"{page.status} {len(page.body)}")
        item = await reading.item(errand.role)
        if self.wants_browser(response, reading, item):
            again = self.ask_browser(response, reading, errand)
            if again is not None:
                yield again
            if again is not None or item is None or is_bare(item):
                return
        wall = self.wall_at(page, reading, item)
        if wall is None and isinstance(item, BoardItem) and not is_bare(item):
            self.recognised(page, reading, errand, "home" if reading.role == "home" else "board")
            requests = self.read_list(page, reading, item, errand)
        elif wall is None and isinstance(item, ThreadItem) and not is_bare(item):
            self.recognised(page, reading, errand, "thread")
            requests = self.read_thread(page, reading, item, errand)
        else:
            requests = self.read_wall(response, page, reading, errand, wall)
        for request in requests:
            yield request

    def recognised(self, page: Page, reading: Reading, errand: Errand, role: Role) -> None:
        """Says which platform the pages are of, once for the start and each role."""
        self.tally.succeed()
        kind = (errand.platform, errand.role)
        if not page.rendered:
            self.plain_kinds.add(kind)
        elif errand.platform and kind not in self.plain_kinds:
            self.browser_kinds[kind] = reading.platform.ready if reading.platform else None
        if errand.is_start:
            self.intake.note("recognised", page.url, f"{reading.name} {role}")

    def read_list(self, page: Page, reading: Reading, item: BoardItem, errand: Errand) -> Iterator[Request]:
        """A home or a list of threads: its boards, its threads, its next page."""
        steps = (*errand.steps, page.url)
        follow = dataclasses.replace(errand, platform=reading.name, steps=steps, listing=None, thread=None)
        self.tally.lists += 1
        boards = item.boards if self.follows_boards(reading, item, errand) else ()
        for board in boards:
            yield from self.begin_list(board.url, board.name, dataclasses.replace(follow, depth=errand.depth + 1))
        if reading.role == "home" and boards:
            self.deliver(page, (), reading, role="home", title=item.name)
            return
        walk = errand.listing or self.list_walk(page.requested_url, item.name)
        self.seen_lists.add(walk.url)
        walk.page += 1
        walk.name = walk.name or item.name
        fresh = [link for link in item.threads if link.key not in walk.seen]
        walk.seen.update(link.key for link in fresh)
        if errand.listing is None:
            walk.waiting += 1  # this page itself, which no list had asked for
        known = walk.may_stop and ends_list(item.threads, self.intake.mark_of)
        for link in fresh:
            yield from self.begin_thread(link, walk, reading.platform, follow)
        before = walk.waiting
        if item.next_url and fresh and not known:
            yield from self.ask_list(item.next_url, walk, follow)
        haul = self.haul(page, (), reading, role="board", title=item.name, board=walk.name)
        if walk.page == 1 and not page.rendered and all(link.sign is not None for link in item.threads):
            haul = dataclasses.replace(haul, validators=validators_of(page))
        if walk.waiting > before:
            self.hand_over(dataclasses.replace(haul, mark=Mark(list_key(walk.url), None, walk.page, ended=False)))
        else:
            walk.held = haul
        if errand.listing is None:
            self.settle_list(walk)

    def follows_boards(self, reading: Reading, item: BoardItem, errand: Errand) -> bool:
        """Boards are followed from a home, and from the lists of boards below it; a board that is watched is that board only."""
        if errand.depth >= MOST_DEPTH:
            return False
        return reading.role == "home" or errand.depth > 0 or not item.threads

    def begin_list(self, url: str, name: str | None, errand: Errand) -> Iterator[Request]:
        """The first page of a board that a page leads to."""
        normal = normalise(url)
        if normal and normal not in self.seen_lists:
            self.seen_lists.add(normal)
            yield from self.ask_list(normal, self.list_walk(normal, name), errand)

    def list_walk(self, url: str, name: str | None) -> ListWalk:
        """A pass over a list, begun at `url`."""
        normal = normalise(url)
        mark = self.intake.mark_of(list_key(normal)) if self.plan.mode == "watch" else None
        return ListWalk(normal, may_stop=bool(mark and mark.ended), name=name)

    def begin_thread(
        self, link: ThreadLink, walk: ListWalk, platform: Platform | None, errand: Errand
    ) -> Iterator[Request]:
        """A thread that a list shows, unless it is known and unchanged, or was met before."""
        if link.key in self.seen_threads or not self.conduct.scope.holds(link.url):
            return
        self.seen_threads.add(link.key)
        page_url = platform.page_url if platform else None
        mark = self.intake.mark_of(link.key) if self.plan.mode == "watch" else None
        step = decide_thread(link, mark, can_jump=page_url is not None)
        if step.action == "skip":
            self.tally.unchanged += 1
            return
        thread = ThreadWalk(link.key, link, walk.name, walk, step.page, step.floors_before, jumped=step.page > 1)
        url = page_url(link.url, step.page) if page_url and step.page > 1 else link.url
        headers = self.conditions(normalise(url)) if step.action == "ask" else None
        yield from self.ask_thread(url, thread, errand, headers=headers)

    def read_thread(self, page: Page, reading: Reading, item: ThreadItem, errand: Errand) -> Iterator[Request]:
        """One page of a thread."""
        walk = errand.thread or ThreadWalk(item.key, page=1)
        if not walk.seen:
            walk.seen.add(normalise(page.requested_url))
            self.seen_threads.add(item.key)
        posts = tuple(
            post for post in {post.id: post for post in item.posts}.values() if post.id not in self.seen_posts
        )
        self.seen_posts.update(post.id for post in posts)
        following = normalise(item.next_url, page.url) if item.next_url else ""
        goes_on = (
            bool(posts)
            and bool(following)
            and following not in walk.seen
            and len(walk.seen) < self.plan.max_thread_pages
        )
        key = walk.key or item.key
        sign = walk.link.sign if walk.link else None
        # A page that brought nothing new is a pager that turned in a circle: the thread ended on the page before.
        number, floors = (walk.page, walk.floors) if posts or walk.page == 1 else (walk.page - 1, 0)
        haul = self.haul(page, posts, reading, role="thread", title=item.title, board=item.board or walk.board)
        self.hand_over(
            dataclasses.replace(
                haul,
                mark=Mark(key, sign, number, ended=not goes_on, floors_before=floors),
                validators=Validators() if goes_on or page.rendered else validators_of(page),
            )
        )
        if goes_on:
            after = dataclasses.replace(walk, page=walk.page + 1, floors=walk.floors + len(posts))
            yield from self.ask_thread(following, after, dataclasses.replace(errand, platform=reading.name))

    # -- pages that are not the page

    def wall_at(self, page: Page, reading: Reading, item: BoardItem | ThreadItem | None) -> str | None:
        """Why this is not the page, None when something was read from it."""
        if item is not None and not is_bare(item):
            # A wall's one sentence can look like a post, but nobody wrote it at any time.
            posts = item.posts if isinstance(item, ThreadItem) else ()
            if len(posts) != 1 or posts[0].author.name or posts[0].posted_at_text or posts[0].posted_at:
                return None
            return sentence_reason(visible_text(reading.response.selector))
        text = visible_text(reading.response.selector) if reading.platform or is_text(page) else ""
        return wall_of(
            status=page.status,
            url=page.url,
            content_type=page.header("Content-Type"),
            text=text,
            markup=reading.response.text if text else "",
            redirected=bool(page.redirects),
        )

    def read_wall(
        self, response: Response, page: Page, reading: Reading, errand: Errand, wall: str | None
    ) -> Iterator[Request]:
        """A page on which nothing was read."""
        assert response.request
        if wall == "rate_limited" and page.status == 200:
            try:
                yield self.again(postpone_request(self.conduct, response.request, None), errand)
            except CrawlEnded as ended:
                self.end(ended.reason, str(ended.facts["detail"]))
            return
        walk = errand.thread
        if wall == "soft_404" and walk and walk.jumped and walk.link and len(walk.seen) == 1:
            anew = ThreadWalk(walk.key, walk.link, walk.board, walk.within)
            yield from self.ask_thread(walk.link.url, anew, errand)
            return
        reason = wall or "empty"
        if reason == "empty" and reading.platform is not None and reading.name != "generic":
            self.tally.drifted = True
        lasting = walk and walk.link and walk.key and (reason in LASTING_WALLS or wall is None)
        if lasting and walk and walk.key and walk.link:
            haul = self.haul(page, (), reading, role="other", title=None, board=walk.board)
            self.hand_over(dataclasses.replace(haul, mark=Mark(walk.key, walk.link.sign, 1, ended=True)))
        if wall is None and not errand.is_start:
            self.intake.note("empty", page.url)
            return
        self.fail(reason, page.url, self.wall_detail(reason, page, reading), errand, whole=bool(lasting))

    def wall_detail(self, reason: str, page: Page, reading: Reading) -> str:
        """One line for a person."""
        if reason == "not_html":
            return f"{page.url} is {page.header('Content-Type')}, not a page"
        if reason == "empty":
            name = reading.name or "none"
            return f"{page.url}: no posts and no threads were found (platform: {name})"
        return f"{page.url}: status {page.status}"

    def read_failure(self, failure: Failure) -> None:
        """A request that brought no page."""
        request: Request = failure.request  # type: ignore[attr-defined]
        errand = errand_of(request)
        reason, detail = read_fault(failure.value)
        try:
            if reason != "interrupted":
                self.fail(reason, request.url, detail, errand, whole=reason in ("robots", *LASTING_WALLS))
            if reason == "rate_limited":
                self.end(reason, detail)
        except TipstaffError as fault:
            self.fault = fault
            self.end("failed", str(fault))
        finally:
            self.settle_errand(errand)

    def fail(self, reason: str, url: str, detail: str, errand: Errand, *, whole: bool = False) -> None:
        """Counts and names a page that could not be read. `whole`: the pass over its list may end all the same."""
        self.intake.note(reason, url, detail)
        walk = errand.listing or (errand.thread.within if errand.thread else None)
        if walk is not None and not whole:
            walk.whole = False
        if self.tally.fail(reason, detail, at_start=errand.is_start):
            self.end(reason, detail)

    # -- the browser

    def wants_browser(self, response: Response, reading: Reading, item: BoardItem | ThreadItem | None) -> bool:
        """Whether only a browser can show the page."""
        if (
            is_rendered(response)
            or self.plan.source.render == "never"
            or response.status != 200
            or reading.platform is None
        ):
            return False
        if self.plan.source.render == "always":
            return True
        selector: Selector = reading.response.selector
        if reading.role != "other" and lacks(selector, reading.platform.ready):
            return True
        return (item is None or is_bare(item)) and waits_for_script(selector)

    def ask_browser(self, response: Response, reading: Reading, errand: Errand) -> Request | None:
        """The same page again, drawn by the browser; None, with a note, where there is none."""
        assert response.request and reading.platform
        if not self.plan.browser:
            self.fail("failed", response.url, NO_BROWSER, errand)
            return None
        meta = render_meta(self.conduct, response.url, reading.platform.ready)
        meta |= {"drawn_again": True, "served_body": response.body, "certificate_sha256": certificate_digest(response)}
        request = response.request.replace(url=response.url, dont_filter=True, priority=NEXT_PAGE_PRIORITY + 1)
        request.meta.update(meta)
        request.headers.pop("If-None-Match", None)
        request.headers.pop("If-Modified-Since", None)
        return self.again(request, errand)

    def again(self, request: Request, errand: Errand) -> Request:
        """A page that is asked for once more belongs to the same walks once more."""
        walk = errand.listing or (errand.thread.within if errand.thread else None)
        if walk is not None:
            walk.waiting += 1
        return request

    # -- handing over

    def haul(
        self,
        page: Page,
        posts: tuple[Post, ...],
        reading: Reading,
        *,
        role: Role,
        title: str | None,
        board: str | None = None,
    ) -> Haul:
        """One page and what was read from it."""
        return Haul(page=page, posts=posts, platform=reading.name, role=role, title=title, board=board)

    def deliver(self, page: Page, posts: tuple[Post, ...], reading: Reading, *, role: Role, title: str | None) -> None:
        """Hands over a page without a mark."""
        self.hand_over(self.haul(page, posts, reading, role=role, title=title))

    def hand_over(self, haul: Haul) -> None:
        """Gives a haul to the intake and counts what came of it."""
        self.tally.new += self.intake.deliver(haul)
        self.tally.posts += len(haul.posts)

    def settle_errand(self, errand: Errand) -> None:
        """One page less under way."""
        walk = errand.listing or (errand.thread.within if errand.thread else None)
        if walk is not None:
            self.settle_list(walk)

    def settle_list(self, walk: ListWalk) -> None:
        """When nothing of a pass is under way any more, its last page is handed over and says so."""
        walk.waiting -= 1
        if walk.waiting > 0 or walk.held is None or self.ended is not None:
            return
        held, walk.held = walk.held, None
        ended = walk.whole and not self.tally.spent
        try:
            self.hand_over(dataclasses.replace(held, mark=Mark(list_key(walk.url), None, walk.page, ended=ended)))
        except TipstaffError as fault:
            self.fault = fault
            self.end("failed", str(fault))


def is_text(page: Page) -> bool:
    """Whether a page that no platform was asked about has text to look at."""
    return (page.header("Content-Type") or "text/").lower().startswith("text/") and bool(page.body)
