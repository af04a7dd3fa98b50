"""What ties a seller's posts together, and how well it holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from store.sellers.decisions import Decision
from store.sellers.linking import group_posts, name_adverts
from store.sellers.sharing import index_traces
from store.sellers.traces import Trace
from store.sellers.unions import Unions

Why = Literal["analyst", "handle", "account", "name", "advert"]

# How far each is to be trusted, from 0 to 1. An account under a number is one person's as a rule; a name alone may be
# taken by others where the site lets guests choose one; an advert may be copied, price and all.
STRENGTH: dict[Why, float] = {"analyst": 1.0, "handle": 0.98, "account": 0.95, "name": 0.8, "advert": 0.6}
# What counts before the law is tied at least so well.
CONFIRMED = 0.9


@dataclass(frozen=True)
class Tie:
    """One thing that several of a seller's posts have in common. `key` is the handle or account; `posts` how many."""

    why: Why
    key: str | None
    posts: int
    strength: float


@dataclass(frozen=True)
class Bundle:
    """A seller's ties, the strongest first, and the ids of the posts that hold together by confirmed ones alone."""

    ties: tuple[Tie, ...]
    confirmed: frozenset[str]


def explain_ties(traces: Sequence[Trace], shared: Collection[str], decisions: Sequence[Decision]) -> Bundle:
    """What ties these posts, which are one seller's; `shared` are keys that many use."""
    ordered = sorted(traces, key=lambda trace: trace.id)
    places = {trace.id: place for place, trace in enumerate(ordered)}
    index = index_traces(ordered)
    strong, weak = Unions(len(ordered)), Unions(len(ordered))
    ties: list[Tie] = []

    def tie(why: Why, key: str | None, posts: Sequence[int]) -> None:
        ties.append(Tie(why, key, len(posts), STRENGTH[why]))
        for unions in (strong, weak) if STRENGTH[why] >= CONFIRMED else (weak,):
            for place in posts[1:]:
                unions.join(posts[0], place)

    for decision in decisions:
        merged = sorted(places[name] for name in (*decision.left, *decision.right) if name in places)
        if decision.kind == "merge" and len(merged) > 1:
            tie("analyst", None, merged)
    for key, posts in index.posts.items():
        if len(posts) > 1 and key not in shared:
            tie(_tell(ordered[posts[0]], key), key, posts)
    told: dict[object, list[int]] = defaultdict(list)
    for place, advert in enumerate(name_adverts(ordered, group_posts(ordered))):
        if advert is not None:
            told[advert].append(place)
    # An advert is told of where it joins what nothing else does.
    for posts in [posts for posts in told.values() if len({weak.find(place) for place in posts}) > 1]:
        tie("advert", None, posts)
    sizes = Counter(strong.find(place) for place in range(len(ordered)))
    largest = min(sizes, key=lambda party: (-sizes[party], party), default=0)
    confirmed = frozenset(trace.id for place, trace in enumerate(ordered) if strong.find(place) == largest)
    ties.sort(key=lambda one: (-one.strength, -one.posts, one.key or ""))
    return Bundle(tuple(ties), confirmed)


def _tell(trace: Trace, key: str) -> Why:
    if trace.account != key:
        return "handle"
    return "account" if trace.registered else "name"
