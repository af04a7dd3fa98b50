"""Handles and accounts that many sellers use, found from the posts themselves.

An escrow bot, a group of the trade, the number of a market's own service, a channel that posts what others send in:
each stands in posts that have nothing else in common. So the posts of a key are joined by all their other keys, and the
parties that are left are counted. A seller's own handle is mostly given alone, or with the same few others; a shared
one goes with one stranger's handle after the other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from store.sellers.traces import Trace
from store.sellers.unions import Unions

# So many posts of a key are looked at, the same ones in whatever order they came.
SAMPLE = 96
# From how many parties on a key is shared: a group; a program; a person's handle, and the share of its posts in which
# another handle stands beside it; an account that relays; one that is a name alone; one with a number.
GROUP, HELPER, HANDLE, BESIDE = 2, 2, 3, 0.5
RELAY, NAME, ACCOUNT = 2, 3, 6


@dataclass(frozen=True)
class Index:
    """Which keys stand in which posts (by their place in `traces`). What speaks of somebody else is left out."""

    traces: Sequence[Trace]
    handles: Sequence[tuple[str, ...]]
    posts: Mapping[str, Sequence[int]]
    served: Mapping[str, int]
    many: Collection[str]
    helpers: Collection[str]

    def keys(self, post: int) -> tuple[str, ...]:
        """The handles and the account of a post."""
        account = self.traces[post].account
        return self.handles[post] if account is None else (*self.handles[post], account)


@dataclass(frozen=True)
class Parties:
    """Who uses a key: posts looked at, those with another handle, and the groups that handles or accounts speak for."""

    posts: int
    beside: int
    by_handle: int
    by_account: int


def index_traces(traces: Sequence[Trace]) -> Index:
    """The keys of these posts."""
    posts: dict[str, list[int]] = defaultdict(list)
    handles: list[tuple[str, ...]] = []
    served: Counter[str] = Counter()
    many: set[str] = set()
    helpers: set[str] = set()
    for place, trace in enumerate(traces):
        named = {handle.key: handle for handle in trace.handles if handle.role != "foreign"}
        own = {handle.key for handle in trace.handles if handle.role == "own"}
        handles.append(tuple(sorted(named)))
        for key, handle in named.items():
            posts[key].append(place)
            served[key] += key not in own
            if handle.many:
                many.add(key)
            elif handle.helper:
                helpers.add(key)
        if trace.account is not None:
            posts[trace.account].append(place)
    return Index(traces, handles, posts, served, many, helpers)


def find_shared(index: Index, known: Collection[str] = ()) -> set[str]:
    """The keys that many use, by handles and accounts alone; `known` are shared whatever these posts say."""
    given = {*known, *(key for key, count in index.served.items() if 2 * count >= len(index.posts[key]))}
    shared = set(given)
    # What is shared must not join the parties of another key, and that is known only once it is found.
    for _ in range(2):
        shared = given | {key for key in index.posts if key not in given and is_shared(index, key, shared)}
    return shared


def confirm_shared(
    index: Index, shared: Collection[str], known: Collection[str], adverts: Sequence[Hashable | None]
) -> set[str]:
    """Those of `shared` that still are when posts with the same advert count as one party; `adverts` one a post."""
    given = {*known, *(key for key in shared if 2 * index.served.get(key, 0) >= len(index.posts.get(key, ())))}
    return given | {key for key in shared if key not in given and is_shared(index, key, shared, adverts)}


def is_shared(
    index: Index, key: str, shared: Collection[str], adverts: Sequence[Hashable | None] | None = None
) -> bool:
    """Whether a key joins what nothing else joins."""
    posts = index.posts[key]
    if len(posts) < 2:
        return False
    first = index.traces[posts[0]]
    if first.account == key:
        if len(posts) < RELAY:
            return False
        found = count_parties(index, key, shared, adverts)
        relayed = 2 * sum(index.traces[post].relayed for post in posts) >= len(posts)
        return found.by_handle >= (RELAY if relayed else ACCOUNT if first.registered else NAME)
    if key in index.many or key in index.helpers:
        found = count_parties(index, key, shared, adverts)
        return found.by_handle + found.by_account >= (GROUP if key in index.many else HELPER)
    if len(posts) < HANDLE:
        return False
    found = count_parties(index, key, shared, adverts)
    return found.by_handle >= HANDLE and found.beside >= BESIDE * found.posts


def count_parties(
    index: Index, key: str, shared: Collection[str], adverts: Sequence[Hashable | None] | None
) -> Parties:
    """The posts of a key, joined by whatever else they have in common."""
    posts = _sample(index, index.posts[key])
    unions = Unions(len(posts))
    met: dict[Hashable, int] = {}
    beside = [False] * len(posts)
    for place, post in enumerate(posts):
        handles = [other for other in index.handles[post] if other != key and other not in shared]
        beside[place] = bool(handles)
        account = index.traces[post].account
        joining: list[Hashable] = [*handles]
        if account is not None and account != key and account not in shared:
            joining.append(account)
        if adverts is not None and adverts[post] is not None:
            joining.append(adverts[post])
        for other in joining:
            unions.join(place, met.setdefault(other, place))
    by_handle = {unions.find(place) for place in range(len(posts)) if beside[place]}
    accounts = [index.traces[post].account for post in posts]
    by_account = {
        unions.find(place)
        for place, account in enumerate(accounts)
        if account is not None and account != key and account not in shared
    }
    return Parties(len(posts), sum(beside), len(by_handle), len(by_account - by_handle))


def _sample(index: Index, posts: Sequence[int]) -> Sequence[int]:
    if len(posts) <= SAMPLE:
        return posts
    return sorted(posts, key=lambda post: (crc32(index.traces[post].id.encode()), post))[:SAMPLE]
