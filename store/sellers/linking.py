"""Posts in, sellers out. Nothing here depends on the order of the posts, or reads anything but them.

1. What analysts decided is done first and never undone.
2. Posts that have a handle or an account in common are one party's, unless many use it (`sharing`).
3. Parties that tell the same advert at the same price are one, where it is the main thing that each of them posts. A
   text that goes round (three parties and more, each with its own price) joins nobody; a post that has nothing but
   such a text goes to the one party that tells it at that price.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from store.sellers.decisions import Bounds, Decision
from store.sellers.sharing import Index, confirm_shared, find_shared, index_traces
from store.sellers.traces import Trace
from store.sellers.unions import Unions
from store.sellers.wordings import group_wordings

# A text is an advert from so many letters on where it names a number, from so many where it names none.
WITH_NUMBERS, WITHOUT = 8, 40
# The share of a party's posts that tell an advert, so that it is its own.
HOME = 1 / 3
# From so many parties with a price of their own on, a text goes round.
ROUND = 3


@dataclass(frozen=True)
class Linkage:
    """Sellers as sets of posts' ids (each sorted, the sets by their first), and the keys that many use."""

    sellers: tuple[tuple[str, ...], ...]
    shared: frozenset[str]


def link_posts(traces: Iterable[Trace], decisions: Sequence[Decision] = (), known: Collection[str] = ()) -> Linkage:
    """Sellers of these posts. `decisions` stand in the order they were taken; `known` are keys that many use."""
    ordered = sorted(traces, key=lambda trace: trace.id)
    places = {trace.id: place for place, trace in enumerate(ordered)}
    index = index_traces(ordered)
    families = group_posts(ordered)
    adverts = name_adverts(ordered, families)
    suspects = find_shared(index, known)
    first = _join_keys(Bounds(places, decisions), index, suspects)
    rounds = _find_rounds(ordered, families, adverts, first)
    shared = confirm_shared(
        index, suspects, known,
        [None if family in rounds else advert for family, advert in zip(families, adverts, strict=True)],
    )  # fmt: skip
    bounds = _join_keys(Bounds(places, decisions), index, shared)
    for members in _find_adverts(index, families, adverts, shared, bounds):
        bounds.link_all(members)
    sellers: dict[int, list[str]] = defaultdict(list)
    for place, trace in enumerate(ordered):
        sellers[bounds.find(place)].append(trace.id)
    return Linkage(tuple(tuple(names) for names in sellers.values()), frozenset(shared))


def group_posts(traces: Sequence[Trace]) -> list[int | None]:
    """The family of each post's wording, None for one that is too short to be an advert."""
    wordings = sorted({trace.wording.letters for trace in traces if len(trace.wording.letters) >= WITH_NUMBERS})
    families = dict(zip(wordings, group_wordings(wordings), strict=True))
    return [families.get(trace.wording.letters) for trace in traces]


def name_adverts(traces: Sequence[Trace], families: Sequence[int | None]) -> list[Hashable | None]:
    """The advert that each post tells, None for none: those that tell the same have the same value."""
    return [_advert(trace, family) for trace, family in zip(traces, families, strict=True)]


def _advert(trace: Trace, family: int | None) -> tuple[int, frozenset[float] | frozenset[str]] | None:
    """A family at a price; where no price was read, with its numbers."""
    if family is None:
        return None
    said = trace.prices or trace.wording.numbers
    if not said and len(trace.wording.letters) < WITHOUT:
        return None
    return family, said


def _join_keys(bounds: Bounds, index: Index, shared: Collection[str]) -> Bounds:
    for key in sorted(index.posts):
        if key not in shared:
            bounds.link_all(index.posts[key])
    return bounds


def _find_rounds(
    traces: Sequence[Trace], families: Sequence[int | None], adverts: Sequence[Hashable | None], bounds: Bounds
) -> set[int]:
    """The families that three parties and more tell, each at a price of its own."""
    told: dict[int, list[int]] = defaultdict(list)
    for place, family in enumerate(families):
        if family is not None and (traces[place].account or traces[place].handles):
            told[family].append(place)
    return {family for family, places in told.items() if _count_prices(places, adverts, bounds) >= ROUND}


def _count_prices(places: Sequence[int], adverts: Sequence[Hashable | None], bounds: Bounds) -> int:
    """Parties and prices are joined where one tells the other: what is left are parties with prices of their own."""
    met: dict[Hashable, int] = {}
    unions = Unions(len(places))
    for number, place in enumerate(places):
        unions.join(number, met.setdefault(("party", bounds.find(place)), number))
        if adverts[place] is not None:
            unions.join(number, met.setdefault(adverts[place], number))
    return len({unions.find(number) for number in range(len(places)) if adverts[places[number]] is not None})


def _find_adverts(
    index: Index, families: Sequence[int | None], adverts: Sequence[Hashable | None], shared: Collection[str],
    bounds: Bounds,
) -> Iterator[list[int]]:  # fmt: skip
    """Posts that one advert joins, advert by advert in an order of their own."""
    rounds = _find_rounds(index.traces, families, adverts, bounds)
    parties = [bounds.find(place) for place in range(len(families))]
    worded, home = Counter[int](), Counter[tuple[int, int]]()
    told: dict[Hashable, list[int]] = defaultdict(list)
    for place, (party, family, advert) in enumerate(zip(parties, families, adverts, strict=True)):
        if family is not None:
            worded[party] += 1
            home[party, family] += 1
        if advert is not None:
            told[advert].append(place)
    for places in told.values():
        family = families[places[0]]
        assert family is not None
        own = [place for place in places if home[parties[place], family] >= HOME * worded[parties[place]]]
        voiced = {place for place in own if any(key not in shared for key in index.keys(place))}
        if family not in rounds or len({parties[place] for place in voiced}) == 1:
            yield own
