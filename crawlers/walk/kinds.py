"""What kinds of pages an unknown site has, learned by looking at one of each kind.

The links that a page's reader believes in are followed first. Of every other kind of links that lists have, a page or
two is looked at when all that is done. Where it holds posts or leads to threads, so do its like, and they are followed
too: a front, a list or a pager that is misjudged costs some requests and no posts. What was learned is kept with the
marks of the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from crawlers.conduct.scope import normalise
from crawlers.inference.leads import Lead
from crawlers.inference.links import pattern_of
from crawlers.walk.course import ListWalk

Verdict = Literal["thread", "list", "nothing"]
VERDICTS: dict[str, Verdict] = {"thread": "thread", "list": "list", "nothing": "nothing"}
Found = tuple[Lead, ListWalk]
MARK = "kind:"  # what keys of marks begin with
LEAST_SAMPLES = 6  # pages that are looked at in vain
REWARD = 4  # further ones for each kind that turns out to hold something
MOST_SAMPLES = 40
TRIES = 2  # pages of one kind
MOST_KEPT = 2_000  # links of one kind
MOST_TELLING = 12  # of which no more make it likelier
MOST_BARREN = 6  # pages of a kind that was learned that bring nothing, in a row


@dataclass
class Kind:
    """Links of one kind that were not followed, by their normal addresses, with the list that each stands on."""

    name: str
    verdict: Verdict | None = None
    tried: int = 0
    barren: int = 0
    leads: dict[str, Found] = field(default_factory=dict)

    @property
    def framed(self) -> bool:
        """Whether all stand round the matter of pages, and are no pager's."""
        return all(lead.framed and not lead.counted for lead, _ in self.leads.values())

    @property
    def worth(self) -> float:
        """How likely it is to hold something: many links, with long names. A pager's are short."""
        titles = [min(40, len(lead.title)) for lead, _ in self.leads.values()]
        counted = any(lead.counted for lead, _ in self.leads.values())
        return float(min(MOST_TELLING, len(titles)) ** 0.5 * (sum(titles) / len(titles) + 12 * counted))


class Kinds:
    """The kinds of pages that one crawl has met."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._asked: set[str] = set()
        self._looked = 0
        self._allowed = LEAST_SAMPLES

    def meet(self, url: str) -> None:
        """An address (normal) is asked for on the word of the page that leads there: its like need no sample."""
        self._asked |= {url, pattern_of(url)}

    def unknown(self, leads: Iterable[Lead]) -> list[str]:
        """Keys of the marks of those kinds that were not met before."""
        return [*{MARK + lead.kind: None for lead in leads if lead.kind not in self._kinds}]

    def recall(self, key: str, verdict: str | None) -> None:
        """What an earlier crawl learned of a kind."""
        self._of(key.removeprefix(MARK)).verdict = VERDICTS.get(verdict or "")

    def see(self, leads: Iterable[Lead], walk: ListWalk) -> Iterator[tuple[Verdict, Lead]]:
        """Keeps what a page leads to; the answer are links that are known to lead to something."""
        for lead in leads:
            kind = self._of(lead.kind)
            if kind.verdict is None and len(kind.leads) < MOST_KEPT:
                kind.leads.setdefault(normalise(lead.url), (lead, walk))
            elif kind.verdict in ("thread", "list") and kind.barren < MOST_BARREN:
                yield kind.verdict, lead

    def choose(self, *, found: bool) -> Found | None:
        """The next page to look at; None when enough was looked at. Where something was `found`, menus and what stands
        beside lists are left alone."""
        wanted = [kind for kind in self._kinds.values() if self._is_open(kind) and not (found and kind.framed)]
        if not wanted or self._looked >= min(self._allowed, MOST_SAMPLES):
            return None
        kind = max(wanted, key=lambda each: each.worth)
        address = list(kind.leads)[min(kind.tried * len(kind.leads) // 2, len(kind.leads) - 1)]
        self._looked += 1
        kind.tried += 1
        return kind.leads.pop(address)

    def take(self, names: Iterable[str]) -> list[Found]:
        """The links that wait of kinds which links that were trusted have shown to hold posts."""
        found = [each for name in names if name in self._kinds for each in self._kinds[name].leads.values()]
        for name in names:
            self._of(name).leads = {}
        return found

    def judge(self, name: str, verdict: Verdict) -> list[Found]:
        """What a page of a kind turned out to be; the answer are the others, where they are to be followed."""
        kind = self._of(name)
        if verdict == "nothing" and kind.tried < TRIES and kind.leads:
            return []
        kind.verdict = verdict
        leads, kind.leads = [*kind.leads.values()], {}
        if verdict == "nothing":
            return []
        self._allowed += REWARD
        return leads

    def size(self, name: str) -> int:
        """How many links of a kind wait, with the one that was looked at."""
        return len(self._of(name).leads) + 1

    def verdict(self, name: str) -> Verdict | None:
        """What is known of a kind."""
        return self._of(name).verdict

    def count(self, name: str, *, barren: bool) -> None:
        """A page of a kind that was learned brought something, or nothing."""
        kind = self._of(name)
        kind.barren = kind.barren + 1 if barren else 0

    def _of(self, name: str) -> Kind:
        return self._kinds.setdefault(name, Kind(name))

    def _is_open(self, kind: Kind) -> bool:
        return (
            kind.verdict is None
            and bool(kind.leads)
            and kind.tried < TRIES
            and kind.name not in self._asked
            and self._asked.isdisjoint(kind.leads)
        )
