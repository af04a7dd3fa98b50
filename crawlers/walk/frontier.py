"""What to ask for next: requests for lists and threads, each once, within scope, budget and what may have changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from scrapy import Request

from crawlers.conduct.gate import Conduct
from crawlers.conduct.politeness import now
from crawlers.conduct.scope import normalise
from crawlers.inference.leads import Lead
from crawlers.inference.links import page_free
from crawlers.pages import Platform, ThreadLink
from crawlers.walk.course import Errand, ListWalk, ThreadWalk
from crawlers.walk.freshness import decide_thread, is_deep, list_key, validator_headers
from crawlers.walk.kinds import Kinds
from crawlers.walk.tally import Tally
from domain.pages import Mark, Role

# Scrapy's priorities: a thread is read to its end, then the next one of the page, then the next list page.
PRIORITIES: dict[Role | None, int] = {"thread": 20, "board": 10, "home": 5, "other": 0, None: 0}
NEXT_PAGE_PRIORITY = 30
# A site that has more boards than this is making them up.
MOST_LISTS = 1000
AGAIN_PRIORITY = 40
# After all that lists lead to, which may be the same.
REVISIT_PRIORITY = -10


class Frontier:
    """Makes the requests of one crawl, and counts what it leaves out. `callback` and `errback` are the spider's."""

    def __init__(
        self, conduct: Conduct, tally: Tally, callback: Callable[..., Any], errback: Callable[..., Any]
    ) -> None:
        self._plan = conduct.plan
        self._intake = conduct.intake
        self._scope = conduct.scope
        self._tally = tally
        self._callback = callback
        self._errback = errback
        self._issued = 0
        self._threads: set[str] = set()
        self._whole: set[str] = set()
        self._lists: set[str] = set()
        self._asked: set[str] = set()
        self.kinds = Kinds()
        self._front = page_free(normalise(self._plan.source.url))
        self.stopped = False

    def ask_start(self, url: str) -> Iterator[Request]:
        """An address that the source names.

        Only of a list whose last pass ended can one answer say that nothing has changed.
        """
        walk = self.open_list(url, None)
        yield from self._ask(url, Errand(), self._conditions(walk.url) if walk.may_stop else {})

    def begin_list(self, url: str, name: str | None, errand: Errand) -> Iterator[Request]:
        """The first page of a board that a page leads to, unless it was met before."""
        walk = self.open_list(url, name)
        if not walk.url or walk.url in self._asked or walk.url in self._lists:
            return
        if len(self._lists) >= MOST_LISTS:
            self._tally.cut = True
        else:
            walk.seen.clear()
            yield from self.continue_list(walk.url, walk, errand)

    def open_list(self, url: str, name: str | None) -> ListWalk:
        """A pass over a list, begun at `url`."""
        normal = normalise(url)
        mark = self._mark_of(list_key(normal))
        # What a search finds is in no order that says where the known begins.
        ended = bool(mark and mark.ended) and not self._plan.source.is_search and not is_deep(mark, now())
        return ListWalk(normal, may_stop=ended, name=name, known=mark)

    def meet_list(self, walk: ListWalk) -> None:
        """The list was reached: it need not be asked for by another way."""
        self._lists.add(walk.url)

    def ask_revisits(self) -> Iterator[Request]:
        """Threads of findings that nobody has looked at for long."""
        for url in self._intake.take_revisits(now()) if self._plan.mode == "watch" else ():
            yield from self._ask(url, Errand(role="thread", revisit=True), {}, REVISIT_PRIORITY)

    def look_up(self, threads: Iterable[ThreadLink], walk: ListWalk) -> None:
        """What is known of the threads of a list page."""
        if self._plan.mode == "watch":
            walk.marks |= self._intake.marks_of([link.key for link in threads])

    def continue_list(self, url: str, walk: ListWalk, errand: Errand) -> Iterator[Request]:
        """A page of a list."""
        normal = normalise(url)
        if not normal or walk.closed or normal in walk.seen or not self._scope.holds(normal):
            return
        if walk.page >= self._plan.max_lists:
            self._tally.cut = True
            return
        walk.seen.add(normal)
        self._lists.add(normal)
        headers = self._conditions(normal) if walk.may_stop else {}
        asked = list(self._ask(normal, dataclasses.replace(errand, role="board", listing=walk), headers))
        walk.waiting += len(asked)
        walk.whole &= bool(asked)
        yield from asked

    def begin_thread(
        self, link: ThreadLink, walk: ListWalk, platform: Platform | None, errand: Errand
    ) -> Iterator[Request]:
        """A thread that a list shows, unless it is known and unchanged, or was met before."""
        if link.key in self._threads or walk.closed:
            return
        self._threads.add(link.key)
        page_url = platform.page_url if platform else None
        known = walk.marks.get(link.key)
        address = known.address if known else None
        step = decide_thread(link, known, can_jump=bool(page_url or address), deep=is_deep(known, now()))
        if step.action == "skip":
            self._tally.unchanged += 1
            return
        jumps = step.page > 1
        url = (page_url(link.url, step.page) if page_url else address or link.url) if jumps else link.url
        thread = ThreadWalk(link.key, link, walk.name, walk, step.page, step.floors_before, jumped=jumps, known=known)
        thread.shown = walk.shown if link.post else None
        headers = self._conditions(normalise(url)) if step.action == "ask" else {}
        yield from self.continue_thread(url, thread, errand, headers=headers)

    def meet_thread(self, key: str, *, whole: bool) -> None:
        """The thread was reached, at its first page or not: lists need not lead to it."""
        self._threads.add(key)
        if whole:
            self._whole.add(key)

    def meets_whole(self, key: str) -> bool:
        """Whether the thread was reached before at its first page, so that it need not be read from there again."""
        return key in self._whole

    def open_thread(self, key: str, url: str) -> ThreadWalk:
        """A thread that the source itself names."""
        return ThreadWalk(key, seen={normalise(url)}, known=self._mark_of(key))

    def restart_thread(self, walk: ThreadWalk, errand: Errand) -> Iterator[Request]:
        """The thread from its first page, when the page that the mark led to is gone."""
        assert walk.link
        anew = ThreadWalk(walk.key, walk.link, walk.board, walk.within, shown=walk.shown)
        yield from self.continue_thread(walk.link.url, anew, errand)

    def continue_thread(
        self, url: str, walk: ThreadWalk, errand: Errand, *, headers: dict[str, str] | None = None
    ) -> Iterator[Request]:
        """A page of a thread."""
        normal = normalise(url)
        if not self._scope.holds(normal):
            return
        walk.seen.add(normal)
        priority = NEXT_PAGE_PRIORITY if len(walk.seen) > 1 else PRIORITIES["thread"]
        asked = list(
            self._ask(normal, dataclasses.replace(errand, role="thread", thread=walk), headers or {}, priority)
        )
        if walk.within:
            walk.within.waiting += len(asked)
            walk.within.whole &= bool(asked)
        yield from asked

    def ask_sample(self, lead: Lead, walk: ListWalk) -> Iterator[Request]:
        """A page that is looked at because nobody knows what its kind holds, linked by a page of `walk`."""
        if self._plan.max_pages is None or self._issued < self._plan.max_pages:
            errand = Errand(role="other", steps=(walk.url,), kind=lead.kind, sample=True)
            yield from self._ask(lead.url, errand, {})

    def is_new(self, key: str) -> bool:
        """Whether a thread was not met yet."""
        return key not in self._threads

    def is_below(self, key: str) -> bool:
        """Whether an address without its page number is neither the source's own nor one above it."""
        folder = self._front.partition("?")[0].rpartition("/")[0]
        return key.startswith(f"{folder}/") and not self._front.startswith(key)

    def was_asked(self, url: str) -> bool:
        """Whether a page was asked for, whatever it was taken for."""
        return normalise(url) in self._asked

    def recall(self, kinds: Kinds, keys: list[str]) -> None:
        """What earlier crawls learned of kinds."""
        known = self._intake.marks_of(keys) if keys and self._plan.mode == "watch" else {}
        for key in keys:
            mark = known.get(key)
            kinds.recall(key, mark.sign if mark and not is_deep(mark, now()) else None)

    def ask_again(self, request: Request, errand: Errand) -> Request:
        """`request` once more, with nothing new counted; the page belongs to the same walks once more."""
        walk = errand.within
        if walk is not None:
            walk.waiting += 1
        return request.replace(dont_filter=True, priority=AGAIN_PRIORITY)

    def settle(self, errand: Errand) -> ListWalk | None:
        """One page less under way; the answer is the list whose pass is thereby over."""
        walk = errand.within
        if walk is None:
            return None
        walk.waiting -= 1
        return walk if walk.waiting <= 0 and walk.held is not None else None

    def _ask(self, url: str, errand: Errand, headers: dict[str, str], priority: int | None = None) -> Iterator[Request]:
        normal = normalise(url)
        if self.stopped or not self._scope.holds(normal):
            return
        if self._plan.max_pages is not None and self._issued >= self._plan.max_pages:
            self._tally.spent = True
            return
        self._issued += 1
        self._asked.add(normal)
        if not errand.kind:
            self.kinds.meet(normal)
        yield Request(
            normal,
            callback=self._callback,
            errback=self._errback,
            headers=headers,
            meta={"errand": errand},
            priority=PRIORITIES[errand.role] if priority is None else priority,
            dont_filter=True,
        )

    def _mark_of(self, key: str) -> Mark | None:
        return self._intake.marks_of([key]).get(key) if self._plan.mode == "watch" else None

    def _conditions(self, url: str) -> dict[str, str]:
        return validator_headers(self._intake.validators_of(url)) if self._plan.mode == "watch" else {}
