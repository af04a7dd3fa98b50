"""Looks at one page of each kind that nobody followed, and follows the kinds that hold something."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request

from crawlers.inference.leads import Lead
from crawlers.inference.links import pattern_of
from crawlers.pages import BoardItem, Platform, ThreadItem, ThreadLink
from crawlers.walk.copies import Copies
from crawlers.walk.course import Errand, ListWalk
from crawlers.walk.kinds import MARK, Kinds, Verdict

if TYPE_CHECKING:
    from crawlers.walk.frontier import Frontier

LEAST_TELLING = 3  # links of one kind; where only a time signs the posts of one, fewer are no thread's


class Survey:
    """What one crawl of an unknown site learns of it. `proven` are the patterns of addresses that held posts."""

    def __init__(self, frontier: Frontier) -> None:
        self._frontier = frontier
        self._kinds: Kinds = frontier.kinds
        self._proven: set[str] = set()
        # Kinds of what may be lists, by the pattern of what they lead to, while nobody knows whether those are posts.
        self._doubts: dict[str, set[str]] = {}
        self._settled: dict[str, Verdict] = {}
        # Whether the source names the site and not one of its boards or threads.
        self.whole_site = False

    def prove(self, url: str) -> None:
        """An address held posts that were not met before."""
        self._proven.add(pattern_of(url))

    def prove_pager(self, url: str, walk: ListWalk) -> None:
        """A later page of a list held threads: where its address is of another pattern than the first one's, links of
        that pattern lead to pages of lists."""
        pattern = pattern_of(url)
        if pattern != pattern_of(walk.url) and self._kinds.verdict(pattern) is None:
            self._kinds.judge(pattern, "list")

    def follow(
        self, leads: Iterable[Lead], walk: ListWalk, platform: Platform | None, onward: Errand
    ) -> Iterator[Request]:
        """What a list leads to beside what its reader believes in: followed where that is known to hold something."""
        leads = [lead for lead in leads if self._frontier.is_below(lead.key) and lead.title != "1"]
        self._frontier.recall(self._kinds, self._kinds.unknown(leads))
        for verdict, lead in self._kinds.see(leads, walk):
            yield from self._ask(verdict, lead, walk, platform, onward)

    def follow_pages(
        self, leads: Iterable[Lead], url: str, walk: ListWalk, platform: Platform | None, onward: Errand
    ) -> Iterator[Request]:
        """What a thread without a next page leads to and may be further pages of it: its own numbers and one more."""
        number, own = _numbers(url), pattern_of(url)
        pages = [lead for lead in leads if lead.counted and number and _numbers(lead.url)[: len(number)] == number]
        yield from self.follow([lead for lead in pages if lead.kind != own], walk, platform, onward)

    def look(self, *, found: bool) -> list[Request]:
        """What to ask for when nothing is under way: links of kinds that were proven meanwhile, else the next page to
        look at. Nothing where something was `found` and the source is no whole site."""
        if found and not self.whole_site:
            return []
        onward = Errand(platform="generic", depth=1)
        left = [(lead, walk) for lead, walk in self._kinds.take(self._proven) if self._frontier.is_new(lead.key)]
        asked = [each for lead, walk in left for each in self._ask("thread", lead, walk, None, onward)]
        if asked:
            return asked
        while (chosen := self._kinds.choose(found=found)) is not None:
            asked = [*self._frontier.ask_sample(*chosen)]
            if asked:
                return asked
        return []

    def weigh(self, item: BoardItem | ThreadItem | None, kind: str, copies: Copies) -> Verdict:
        """What a page is that was looked at; posts that were met elsewhere say nothing."""
        if isinstance(item, ThreadItem):
            posts = [post for post in item.posts if post.posted_at_text and not copies.holds(post)]
            signed = any(post.author.name for post in posts)
            return "thread" if signed or (posts and self._kinds.size(kind) >= LEAST_TELLING) else "nothing"
        threads = item.threads if item else ()
        if self._proven:  # other kinds are looked at by themselves
            patterns = Counter(pattern_of(link.url) for link in threads)
            usual = patterns.most_common(1)[0][0] if patterns else ""
            if usual not in self._proven:
                self._doubts.setdefault(usual, set()).add(kind)
                threads = ()
        if any(self._frontier.is_new(link.key) for link in threads):
            return "list"
        boards = item.boards if item and not self._proven else ()
        return "list" if any(not self._frontier.was_asked(board.url) for board in boards) else "nothing"

    def judge(self, kind: str, verdict: Verdict, platform: Platform | None, onward: Errand) -> list[Request]:
        """Follows the others of a kind that holds something, and with a kind of threads those lists that lead there."""
        verdicts: dict[str, Verdict] = {kind: verdict}
        if verdict == "thread":
            self._proven.add(kind)
            verdicts |= dict.fromkeys(self._doubts.pop(kind, ()), "list")
        elif any(kind in kinds for kinds in self._doubts.values()):
            return []
        asked: list[Request] = []
        for name, what in verdicts.items():
            for lead, walk in self._kinds.judge(name, what):
                asked += self._ask(what, lead, walk, platform, onward)
            if settled := self._kinds.verdict(name):
                self._settled[name] = settled
        return asked

    def take_settled(self) -> dict[str, Verdict]:
        """The marks of those kinds that are known since the last time, and what they are."""
        settled, self._settled = self._settled, {}
        return {MARK + kind: verdict for kind, verdict in settled.items()}

    def count(self, errand: Errand, *, barren: bool) -> None:
        """A page that was asked for because of its kind brought something, or nothing."""
        if errand.kind:
            self._kinds.count(errand.kind, barren=barren)

    def _ask(
        self, verdict: Verdict, lead: Lead, walk: ListWalk, platform: Platform | None, onward: Errand
    ) -> Iterator[Request]:
        errand = dataclasses.replace(onward, kind=lead.kind)
        if verdict == "list":
            yield from self._frontier.begin_list(lead.url, None, errand)
            return
        link = ThreadLink(lead.url, lead.key, None if lead.counted else lead.title)
        self._frontier.look_up([link], walk)
        yield from self._frontier.begin_thread(link, walk, platform, errand)


def is_front(url: str) -> bool:
    """Whether an address may be a site's front: it names no board or thread by number or value."""
    parts = urlsplit(url)
    return not parts.query and not re.search(r"\d", parts.path)


def _numbers(url: str) -> list[str]:
    return re.findall(r"\d+", url.partition("//")[2].partition("/")[2])
