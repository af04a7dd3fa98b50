"""The one spider: from a source's address to its boards, their threads, and every page of each.

It reads what came and hands it over. What to ask for next is frontier.py's; whether it may be asked for, and when,
conduct.py's; whether a browser asks, drawing.py's; what a page says, the page objects'.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.bounds import Overrun, bound_time
from crawlers.browser.drawing import Drawing
from crawlers.capture import capture_page, validators_of
from crawlers.conduct.faults import read_fault
from crawlers.conduct.gate import Conduct, robots_fetcher
from crawlers.conduct.retries import postpone_request
from crawlers.conduct.scope import normalise
from crawlers.conduct.walls import LASTING_WALLS, see_wall, tell_wall
from crawlers.feeds import announced_feeds
from crawlers.images import Images
from crawlers.inference.links import pattern_of
from crawlers.intake import Intake
from crawlers.memory import MemoryIntake, plan_from_arguments
from crawlers.pages import BoardItem, ThreadItem, is_bare
from crawlers.plan import Plan
from crawlers.reader import Reader
from crawlers.reading import Broken, Reading, lay_out
from crawlers.results import finds_nothing
from crawlers.styles import Styles
from crawlers.walk.copies import Copies
from crawlers.walk.course import Errand, ListWalk, ThreadWalk, errand_of
from crawlers.walk.freshness import ends_list, is_fewer, keep_shown, list_key
from crawlers.walk.frontier import Frontier
from crawlers.walk.survey import Survey, is_front
from crawlers.walk.tally import Tally
from domain.errors import CrawlEnded, TipstaffError
from domain.pages import Haul, Mark, Page, Picture, Role, Roll, Validators
from domain.plain import plain
from domain.posts import Post
from domain.sources import RunOutcome, expand_queries

logger = logging.getLogger("tipstaff.crawl")

MOST_DEPTH = 3
MOST_NAMED = 50  # boards of a start page that are told of
# What another visit would not mend: the pass over a list that shows such a page may end all the same.
SETTLED = LASTING_WALLS | {"robots", "not_html", "empty", "selector_drift", "refused_address"}
# So many threads of a list in a row that give nothing, and the rest of it is left; reasons for which none was asked.
MOST_BARREN = 25
UNASKED = frozenset({"robots", "refused_address", "interrupted"})
NO_CONTACT = "a public address is only asked with a contact address in the user agent"
GENERIC = "generic"  # the platform of sites that nobody wrote one for
NO_BROWSER = "the page exists only after JavaScript, and there is no browser; `tipstaff doctor` says how to mend it"


class WatchSpider(Spider):
    """One crawl of one source. Deliveries and notes go to the intake as they come."""

    name = "watch"

    def __init__(self, plan: Plan, intake: Intake, conduct: Conduct, reader: Reader) -> None:
        super().__init__()
        self.plan = plan
        self.intake = intake
        self.conduct = conduct
        self.reader = reader
        self.drawing = Drawing(conduct)
        self.images = Images(conduct, lambda request: self.crawler.engine.download_async(request))
        # What belongs to one page is fetched before what belongs to the next.
        self.belonging = asyncio.Lock()
        self.styles = Styles(conduct, lambda request: self.crawler.engine.download_async(request))
        self.tally = Tally(watching=plan.mode == "watch")
        self.frontier = Frontier(conduct, self.tally, self.read_page, self.read_failure)
        self.survey = Survey(self.frontier)
        self.copies = Copies()
        self.seen_posts: set[str] = set()
        self.ended: RunOutcome | None = None
        self.fault: TipstaffError | None = None
        self.closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Takes `plan`, `intake` and `reader`, or the arguments of `scrapy crawl watch -a url=…` (memory.py)."""
        plan: Plan = kwargs.get("plan") or plan_from_arguments(kwargs)
        intake: Intake = kwargs.get("intake") or MemoryIntake()
        private = plan.source.allow_private
        for name, value in {
            "USER_AGENT": plan.user_agent,
            "DOWNLOAD_TIMEOUT": plan.timeout,
            # Nobody vouches for a private host's certificate; its owner named the host.
            "DOWNLOAD_VERIFY_CERTIFICATES": not private,
        }.items():
            crawler.settings.set(name, value, priority="cmdline")
        reader: Reader = kwargs.get("reader") or Reader(plan.source)
        spider = cls(plan, intake, Conduct(plan, intake, robots_fetcher(crawler, intake)), reader)
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.explore, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The addresses that the source names."""
        await self.reader.open()
        if not (self.plan.source.allow_private or "@" in self.plan.user_agent or "http" in self.plan.user_agent):
            self.ended = RunOutcome("failed", NO_CONTACT)
            return
        for address in expand_queries(self.plan.source):
            for request in self.frontier.ask_start(address):
                yield request
        for request in self.frontier.ask_revisits():
            yield request

    def explore(self) -> None:
        """When all is done that links promised, looks at what nobody vouches for, a page at a time."""
        asked = [] if self.ended else self.survey.look(found=bool(self.tally.posts or self.tally.unchanged))
        for request in asked:
            self.crawler.engine.crawl(request)
        if asked:
            raise DontCloseSpider

    # -- the end

    def end(self, reason: str, detail: str) -> None:
        """Stops the crawl before its own end; what was delivered stays."""
        if self.ended is None:
            self.ended = RunOutcome(reason, detail)
            self.frontier.stopped = True
            self.conduct.turns.stop()
            self.closing = asyncio.ensure_future(self.close_engine(reason))

    async def close_engine(self, reason: str) -> None:
        """Lets what is under way finish, and stops."""
        with contextlib.suppress(RuntimeError):  # it was just closing, or never open
            await self.crawler.engine.close_spider_async(reason=reason)

    def break_off(self, fault: TipstaffError) -> None:
        """The intake cannot take a page: what is not stored must not count as read."""
        self.fault = fault
        self.end("failed", str(fault))

    def closed(self, reason: str) -> None:
        """What is held is stored. Scrapy's own command has nobody else to tell how it ended."""
        try:
            self.tally.new += self.intake.flush()
        except TipstaffError as fault:
            self.fault = fault
        if isinstance(self.intake, MemoryIntake):
            outcome = self.outcome()
            logger.warning("%s: %s %s", self.plan.source.url, outcome.reason, outcome.detail)

    def outcome(self) -> RunOutcome:
        """How the crawl ended."""
        return dataclasses.replace(self.ended or self.tally.outcome(), counts=self.tally.counts)

    # -- one page

    async def read_page(self, response: Response) -> AsyncIterator[Any]:
        """One page that came, whatever it is."""
        assert response.request
        errand = errand_of(response.request)
        try:
            for request in await self.read_errand(response, errand):
                yield request
        except CrawlEnded as ended:
            self.end(ended.reason, str(ended.facts["detail"]))
        except TipstaffError as fault:
            self.break_off(fault)
        except (Overrun, Broken) as fault:
            self.fail("failed", response.url, str(fault), errand)
        except Exception as fault:
            logger.debug("a page could not be read: %s", response.url, exc_info=True)
            self.fail("failed", response.url, f"its reader broke ({type(fault).__name__})", errand)
        finally:
            self.settle(errand)
        if isinstance(self.intake, MemoryIntake):
            for post in self.intake.take():
                yield plain(post)

    async def read_errand(self, response: Response, errand: Errand) -> list[Request]:
        """Sorts out what kind of page it is; the answer is what to ask for next."""
        assert response.request
        if response.status == 304:
            self.tally.unchanged += 1
            self.tally.succeed()
            self.intake.note("unchanged", response.url)
            return []
        page = capture_page(response, self.conduct.guard, errand.steps)
        self.tally.pages += 0 if response.request.meta.get("drawn_again") else 1
        self.intake.note("rendered" if page.rendered else "fetched", page.url, f"{page.status} {len(page.body)}")
        reading = await self.reader.read(lay_out(response, errand, self.plan.source))
        item = reading.item
        if errand.is_start:
            await self.meet_start(page, reading)
        if errand.sample:
            return await self.read_sample(page, reading, errand)
        bare = item is None or is_bare(item)
        if bare and reading.sheet.is_result and response.status == 200 and finds_nothing(reading.response):
            self.tally.quiet += 1
            self.tally.succeed()
            self.intake.note("nothing_found", page.url)
            return []
        if self.drawing.wants(response, reading):
            if self.drawing.possible:
                return [self.frontier.ask_again(self.drawing.redraw(response, reading), errand)]
            wall = see_wall(page, reading)
            wall = None if wall == "empty" else wall  # so it is, until a browser draws it
            self.fail(wall or "failed", page.url, tell_wall(wall, page, "") if wall else NO_BROWSER, errand)
            if bare:
                return list(self.ask_feed(reading, errand))
        with bound_time():
            wall = see_wall(page, reading)
        if item is None or bare or wall is not None:
            self.survey.count(errand, barren=True)
            asked = self.look_beyond(page, reading, errand)
            return [*self.read_wall(response.request, page, reading, errand, wall), *asked]
        self.tally.succeed()
        if reading.fault:
            self.intake.note("selector_drift", page.url, reading.fault)
            self.tally.first_details.setdefault("selector_drift", f"{page.url}: {reading.fault}")
        self.drawing.learn(errand, reading)
        if errand.is_start:
            role = "thread" if isinstance(item, ThreadItem) else "home" if reading.role == "home" else "board"
            self.intake.note("recognised", page.url, f"{reading.name} {role}")
        if errand.revisit and not isinstance(item, ThreadItem):
            self.tell_gone(page, reading, gone=bool(page.redirects))  # to its board, for one
            return []
        return await self.read_item(page, reading, item, errand)

    async def read_item(
        self, page: Page, reading: Reading, item: BoardItem | ThreadItem, errand: Errand
    ) -> list[Request]:
        """A list or a page of a thread, with what belongs to its posts."""
        if isinstance(item, BoardItem):
            return list(self.read_list(page, reading, item, errand))
        async with self.belonging:
            page = await self.styles.attach(page, reading, item.posts)
            new = (post for post in item.posts if post.id not in self.seen_posts)
            pictures = await self.images.fetch(page, new)
        return list(self.read_thread(page, reading, item, errand, pictures))

    async def read_sample(self, page: Page, reading: Reading, errand: Errand) -> list[Request]:
        """A page that was looked at because nobody knew what its kind holds. One that holds nothing is no fault."""
        kind, item = errand.kind, reading.item
        verdict = self.survey.weigh(item, kind, self.copies)
        onward = Errand(platform=reading.name, steps=(*errand.steps, page.url), depth=1)
        asked = self.survey.judge(kind, verdict, reading.platform, onward)
        for key, settled in self.survey.take_settled().items():
            mark = Mark(key, settled, 1, ended=True, deep_at=page.fetched_at)
            self.hand_over(dataclasses.replace(haul_of(page, (), reading, "other"), mark=mark))
        if verdict == "nothing" or item is None:
            walk = self.frontier.open_list(page.requested_url, None)
            return [*asked, *self.survey.follow(reading.leads, walk, reading.platform, onward)]
        errand = dataclasses.replace(onward, role="thread" if verdict == "thread" else "board", kind=kind)
        return [*await self.read_item(page, reading, item, errand), *asked]

    def look_beyond(self, page: Page, reading: Reading, errand: Errand) -> list[Request]:
        """What a start page leads to on which nothing was read."""
        if not errand.is_start:
            return []
        walk = self.frontier.open_list(page.requested_url, None)
        onward = Errand(platform=reading.name, steps=(*errand.steps, page.url), depth=1)
        return list(self.survey.follow(reading.leads, walk, reading.platform, onward))

    async def meet_start(self, page: Page, reading: Reading) -> None:
        """Whether the source is a whole site; a look tells what else may be watched."""
        self.survey.whole_site |= reading.role == "home" or is_front(page.url)
        if self.plan.mode == "look":
            await self.tell_open(reading, reading.item)

    async def tell_open(self, reading: Reading, item: BoardItem | ThreadItem | None) -> None:
        """Names the boards and feeds of a start page that may be watched too."""
        found = item if isinstance(item, BoardItem) else BoardItem(None, (), (), None)
        named = [("board", board.url, board.name or "") for board in found.boards[:MOST_NAMED]]
        if found.threads and not self.plan.source.is_search:
            named.append(("board", str(reading.response.url), found.name or ""))
        for event, url, detail in [*named, *(("feed", url, "") for url in announced_feeds(reading.response))]:
            if self.conduct.scope.holds_site(url) and not (await self.conduct.robots.rules_of(url)).reason_against(url):
                self.intake.note(event, url, detail)

    def read_list(self, page: Page, reading: Reading, item: BoardItem, errand: Errand) -> Iterator[Request]:
        """A home or a list of threads: its boards, its threads, its next page."""
        steps = steps_after(page, errand, first=errand.listing is None or errand.listing.page == 0)
        onward = Errand(platform=reading.name, steps=steps, depth=errand.depth)
        # A board that is watched is that board only; from a home, and below it, boards are followed.
        below_home = reading.role == "home" or errand.depth > 0 or not item.threads
        boards = item.boards if below_home and errand.depth < MOST_DEPTH else ()
        deeper = dataclasses.replace(onward, depth=errand.depth + 1)
        for board in boards:
            yield from self.frontier.begin_list(board.url, board.name, deeper)
        walk = errand.listing or self.frontier.open_list(page.requested_url, item.name)
        walk.page += 1
        walk.name = walk.name or item.name
        if errand.listing is None:
            self.frontier.meet_list(walk)
            walk.waiting += 1  # this page itself, which no list had asked for
        new = bool(boards) or any(self.frontier.is_new(link.key) for link in item.threads)
        self.survey.count(errand, barren=not new)
        if reading.role == "home" and boards:
            self.hand_over(haul_of(page, (), reading, "home", title=item.name))
        else:
            yield from self.read_threads(page, reading, item, walk, onward)
        if new and walk.page > 1:
            self.survey.prove_pager(page.url, walk)
        if new and not walk.stopped:
            pages = pattern_of(item.next_url) if item.next_url else ""
            leads = [lead for lead in reading.leads if lead.kind != pages]
            yield from self.survey.follow(leads, walk, reading.platform, deeper)
        if errand.listing is None:
            self.settle(dataclasses.replace(errand, listing=walk))

    def read_threads(
        self, page: Page, reading: Reading, item: BoardItem, walk: ListWalk, onward: Errand
    ) -> Iterator[Request]:
        """The threads of one list page, and where the list goes on."""
        # A pager that leads in a circle shows threads that were seen: the list ended on the page before.
        again = walk.meets_again(item.threads)
        fresh = [link for link in item.threads if link.key not in walk.keys and not again]
        walk.keys.update(link.key for link in fresh)
        if walk.page == 1:
            walk.rows = self.weigh(page.url, len(item.threads), walk.known)
        self.frontier.look_up(item.threads, walk)
        walk.stopped = walk.may_stop and ends_list(item.threads, walk.marks)
        haul = haul_of(page, (), reading, "board", title=item.name, board=walk.name)
        walk.shown = haul if any(link.post for link in fresh) else None
        for link in fresh:
            yield from self.frontier.begin_thread(link, walk, reading.platform, onward)
        pages = len(walk.seen)
        if item.next_url and fresh and not walk.stopped:
            yield from self.frontier.continue_list(normalise(item.next_url, page.url), walk, onward)
        # Openings whose own pages lie elsewhere stand on the list alone.
        alone = [link.post for link in fresh if link.post and not self.conduct.scope.holds(link.url)]
        haul = dataclasses.replace(haul, posts=self.take_fresh(alone))
        # An unchanged first page says that the list is unchanged, when it says so of each thread.
        if walk.page == 1 and not page.rendered and all(link.sign is not None for link in item.threads):
            haul = dataclasses.replace(haul, validators=validators_of(page))
        if len(walk.seen) > pages:
            self.hand_over(dataclasses.replace(haul, mark=mark_of_list(walk, page, ended=False)))
        else:
            walk.held = haul

    def read_thread(
        self, page: Page, reading: Reading, item: ThreadItem, errand: Errand, pictures: tuple[Picture, ...] = ()
    ) -> Iterator[Request]:
        """One page of a thread. A page that brings nothing new ends it: its pager led in a circle."""
        walk = errand.thread or self.frontier.open_thread(item.key, page.requested_url)
        if self.has_moved(page, walk):
            yield from self.frontier.restart_thread(walk, errand)
            return
        if errand.thread is None and self.frontier.meets_whole(item.key):
            return
        self.frontier.meet_thread(walk.key or item.key, whole=not walk.jumped)
        self.tally.threads += bool(item.posts)
        known = walk.known if walk.known and walk.known.page == walk.page else None
        shown = self.weigh(page.url, len(item.posts), known)
        posts = self.take_fresh(item.posts, guessed=bool(errand.kind))
        self.survey.count(errand, barren=not posts)
        if posts and not errand.is_start:
            self.survey.prove(page.url)
        brought = {post.id for post in item.posts} - walk.roll
        walk.roll.update(brought)
        following = normalise(item.next_url, page.url) if item.next_url else ""
        fresh = bool(brought) and following not in walk.seen
        if following and fresh and len(walk.seen) >= self.plan.max_thread_pages:
            self.tally.cut = True
        asked: list[Request] = []
        if following and fresh and len(walk.seen) < self.plan.max_thread_pages:
            after = dataclasses.replace(walk, page=walk.page + 1, floors=walk.floors + len(brought))
            steps = steps_after(page, errand, first=len(walk.seen) == 1)
            onward = dataclasses.replace(errand, platform=reading.name, steps=steps)
            asked = list(self.frontier.continue_thread(following, after, onward))
        left = self.tally.spent or self.tally.cut or self.frontier.stopped  # not asked for, but to be read
        ended = not asked and not (following and fresh and left)
        self.count_barren(errand, page.url, barren=not posts)
        number, floors = (walk.page, walk.floors) if brought or walk.page == 1 else (walk.page - 1, 0)
        whole = ended and not walk.jumped and (not following or following in walk.seen)
        mark = Mark(
            walk.key or item.key, walk.sign, number, ended=ended, floors_before=floors, shown=shown,
            address=normalise(page.requested_url) if number == walk.page > 1 else None,
            deep_at=page.fetched_at if whole else walk.deep_at,
        )  # fmt: skip
        threads = tuple({post.thread_url: None for post in item.posts if post.thread_url})
        self.hand_over(
            dataclasses.replace(
                haul_of(page, posts, reading, "thread", title=item.title, board=item.board or walk.board),
                mark=mark,
                validators=validators_of(page) if ended and not page.rendered else Validators(),
                pictures=pictures,
                roll=Roll(threads, tuple(walk.roll)) if whole and walk.known else None,
            )
        )
        yield from asked
        onward = Errand(platform=reading.name, steps=steps_after(page, errand, first=True), depth=1)
        within = walk.within or self.frontier.open_list(page.requested_url, None)
        if walk.link is None and not errand.kind:  # the source itself; a front may look like a thread
            yield from self.survey.follow(reading.leads, within, reading.platform, onward)
        elif not item.next_url and posts:
            yield from self.survey.follow_pages(reading.leads, page.url, within, reading.platform, onward)

    def has_moved(self, page: Page, walk: ThreadWalk) -> bool:
        """Whether the page that a mark led to redirects to one without its number: floors cannot be counted from it."""
        numbers = (set(re.findall(r"\d+", url)) for url in (page.requested_url, page.url))
        return bool(walk.jumped and walk.link and len(walk.seen) == 1 and next(numbers) - next(numbers))

    def tell_gone(self, page: Page, reading: Reading, *, gone: bool) -> None:
        """A thread with findings is no thread any more; `gone` is whether that is beyond doubt."""
        self.tally.succeed()
        if gone:
            self.hand_over(dataclasses.replace(haul_of(page, (), reading, "other"), roll=Roll((page.requested_url,))))
            self.intake.note("removed", page.requested_url)

    # -- pages that are not the page, and requests that brought none

    def read_wall(
        self, request: Request, page: Page, reading: Reading, errand: Errand, wall: str | None
    ) -> Iterator[Request]:
        """A page on which nothing was read. Raises CrawlEnded when the site has had enough of us."""
        if wall == "rate_limited" and page.status == 200:
            yield self.frontier.ask_again(postpone_request(self.conduct, request, None), errand)
            return
        walk = errand.thread
        if wall == "soft_404" and walk and walk.jumped and walk.link and len(walk.seen) == 1:
            yield from self.frontier.restart_thread(walk, errand)
            return
        drifted = wall is None and (reading.fault or (reading.role == "thread" and reading.name != "generic"))
        reason = wall or ("selector_drift" if drifted else "empty")
        known = walk.known if walk else (errand.listing or self.frontier.open_list(page.requested_url, None)).known
        if reason == "empty" and is_fewer(0, known):
            self.weigh(page.url, 0, known)
            reason = "fewer_than_usual"
        if errand.revisit and reason == "soft_404":
            self.tell_gone(page, reading, gone=True)
            return
        if reason in LASTING_WALLS and walk and walk.link:
            mark = Mark(walk.link.key, walk.link.sign, 1, ended=True)
            gone = Roll((page.requested_url,)) if reason == "soft_404" and walk.page == 1 else None
            haul = haul_of(page, (), reading, "other", board=walk.board)
            self.hand_over(dataclasses.replace(haul, mark=mark, roll=gone))
        detail = f"{page.url}: {reading.fault}" if drifted and reading.fault else tell_wall(reason, page, reading.name)
        self.fail(reason, page.url, detail, errand, whole=reason in SETTLED)
        if reason in ("empty", "selector_drift"):
            yield from self.ask_feed(reading, errand)

    def ask_feed(self, reading: Reading, errand: Errand) -> Iterator[Request]:
        """A list on which no thread could be read may announce a feed of them."""
        # The feed of a search's page is not that of its results.
        wanted = errand.is_start and not self.plan.source.is_search
        for url in announced_feeds(reading.response)[:1] if wanted else ():
            self.conduct.scope.add_start(url)
            yield from self.frontier.ask_start(url)

    def read_failure(self, failure: Failure) -> None:
        """A request that brought no page."""
        request: Request = failure.request  # type: ignore[attr-defined]
        errand = errand_of(request)
        reason, detail = read_fault(failure.value)
        asked = (request.meta.get("redirect_urls") or [request.url])[0]
        if asked != request.url and reason != "robots":  # what is closed is named itself
            detail = f"redirected to {request.url}: {detail}"
        else:
            asked = request.url
        try:
            if reason == "rate_limited":
                self.end(reason, detail)
            if reason != "interrupted":
                self.fail(reason, asked, detail, errand, whole=reason in SETTLED)
        except TipstaffError as fault:
            self.break_off(fault)
        finally:
            self.settle(errand)

    def fail(self, reason: str, url: str, detail: str, errand: Errand, *, whole: bool = False) -> None:
        """Counts and names a page that could not be read. `whole`: the pass over its list may end all the same."""
        self.intake.note(reason, url, detail)
        if errand.sample:
            self.survey.judge(errand.kind, "nothing", None, errand)
            return
        self.stand_in(errand)
        walk = errand.within
        if errand.thread is not None and reason not in UNASKED:
            self.count_barren(errand, url, barren=True)
        if walk is not None and not whole:
            walk.whole = False
        if self.tally.fail(reason, detail, at_start=errand.is_start):
            self.end(reason, detail)

    def stand_in(self, errand: Errand) -> None:
        """Of a thread that could not be read at all, what its list has of it is kept: the opening, in whole."""
        walk = errand.thread
        if walk and walk.shown and walk.link and walk.link.post and walk.page == 1 and self.ended is None:
            self.hand_over(dataclasses.replace(walk.shown, posts=self.take_fresh([walk.link.post])))

    def count_barren(self, errand: Errand, url: str, *, barren: bool) -> None:
        """Leaves a list whose threads, many in a row, give nothing: a calendar, or one that is made up as it goes."""
        walk = errand.within
        if walk is None or walk.closed:
            return
        walk.barren = walk.barren + 1 if barren else 0
        if walk.barren >= MOST_BARREN:
            walk.closed, walk.whole = True, False
            self.intake.note("empty", walk.url, f"{MOST_BARREN} of its pages in a row gave nothing; the rest is left")

    def weigh(self, url: str, shown: int, known: Mark | None) -> int:
        """Holds what a page shows against what it showed before, and says so where it is far less."""
        fewer = is_fewer(shown, known)
        detail = f"{url} shows {shown} where it showed {known.shown}" if known else ""
        self.tally.compare(fewer, detail)
        if fewer:
            self.intake.note("fewer_than_usual", url, detail)
        return keep_shown(shown, known)

    # -- handing over

    def take_fresh(self, posts: Iterable[Post], *, guessed: bool = False) -> tuple[Post, ...]:
        """Those that were not met before in this crawl.

        Of a page that was asked for because its kind was `guessed` at, what pages of another kind have shown is not
        taken again; a list's own threads may say the same words.
        """
        found = {post.id: post for post in posts if post.id not in self.seen_posts}
        self.seen_posts.update(found)
        kept = tuple(post for post in found.values() if not (guessed and self.copies.holds(post)))
        for post in kept:
            if post.platform == GENERIC:
                self.copies.add(post)
        return kept

    def hand_over(self, haul: Haul) -> None:
        """Gives a haul to the intake and counts what came of it."""
        self.tally.new += self.intake.deliver(haul)
        self.tally.posts += len(haul.posts)

    def settle(self, errand: Errand) -> None:
        """When nothing of a pass is under way any more, its last page is handed over, with the mark that says so."""
        walk = self.frontier.settle(errand)
        if walk is None or walk.held is None or self.ended is not None:
            return
        held, walk.held = walk.held, None
        ended = walk.whole and not self.tally.spent
        try:
            self.hand_over(dataclasses.replace(held, mark=mark_of_list(walk, held.page, ended=ended)))
        except TipstaffError as fault:
            self.break_off(fault)


def mark_of_list(walk: ListWalk, page: Page, *, ended: bool) -> Mark:
    """How far the pass over a list has come."""
    known = walk.known.deep_at if walk.known else None
    deep_at = page.fetched_at if ended and not walk.stopped else known
    return Mark(list_key(walk.url), None, walk.page, ended=ended, shown=walk.rows, deep_at=deep_at)


def steps_after(page: Page, errand: Errand, *, first: bool) -> tuple[str, ...]:
    """The addresses that lead to what `page` links to. Of a list's or thread's own pages only the last one is named."""
    return (*(errand.steps if first else errand.steps[:-1]), page.url)


def haul_of(
    page: Page,
    posts: tuple[Post, ...],
    reading: Reading,
    role: Role,
    *,
    title: str | None = None,
    board: str | None = None,
) -> Haul:
    """One page and what was read from it."""
    return Haul(page=page, posts=posts, platform=reading.name, role=role, title=title, board=board)
