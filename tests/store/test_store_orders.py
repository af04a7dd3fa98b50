"""What is found does not hang on the order in which it was read and scored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hauls import SITE, T0, at, make_haul, make_post, make_verdict, take, watch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import postgresql_only, sqlite_only

from domain.posts import text_digest
from store.database import Store
from store.findings import iterate_findings
from store.seals import read_capture
from store.spool import open_page, settle, waiting

# What a post may say at one time or another: two of the wordings are offers.
WORDINGS = ("出售车主数据一", "出售车主数据二", "今天天气不错", "洗车回来了")
SOURCES = ("board", "search")

# One page: when it was fetched, through which source, and which of three posts said what on it.
pages = st.tuples(
    st.integers(0, 9),
    st.sampled_from(SOURCES),
    st.dictionaries(st.integers(1, 3), st.sampled_from(WORDINGS), min_size=1),
)
# A page is delivered (its index), or as many pages as wait are scored, newest or oldest first.
Step = tuple[str, int]
Crawl = tuple[list[tuple[int, str, dict[int, str]]], list[Step]]


@st.composite
def crawls(draw: st.DrawFn) -> tuple[list[tuple[int, str, dict[int, str]]], list[Step]]:
    """Pages, and steps in which each is delivered at least once, in any order, with scoring in between."""
    read = draw(st.lists(pages, min_size=1, max_size=6))
    once = [("deliver", number) for number in range(len(read))]
    more = draw(st.lists(st.sampled_from([*once, ("score", 1), ("score", -1)]), max_size=8))
    return read, draw(st.permutations([*once, *more]))


def _foretell(read: list[tuple[int, str, dict[int, str]]], ids: dict[str, str]) -> dict[str, Any]:
    """The findings, from the set of sightings alone."""
    found: dict[str, Any] = {}
    for minute, source, said in read:
        for number, text in said.items():
            if "出售" in text:
                found.setdefault(f"post-{number}", []).append((at(minute), ids[source], source, text))
    foretold = {}
    for post_id, sightings in found.items():
        versions = {}
        for text in {sighting[3] for sighting in sightings}:
            moments = [sighting[0] for sighting in sightings if sighting[3] == text]
            versions[text] = (min(moments), max(moments))
        standing = max(versions, key=lambda text: (versions[text][1], versions[text][0], text_digest(text)))
        foretold[post_id] = {
            "versions": {text: tuple(map(str, span)) for text, span in versions.items()}, "text": standing,
            "source": min(sightings)[2], "first_seen": str(min(sightings)[0]), "last_seen": str(max(sightings)[0]),
        }  # fmt: skip
    return foretold


def _describe(finding: dict[str, Any]) -> dict[str, Any]:
    return {
        "versions": {
            version["text"]: (version["first_seen"].replace("T", " "), version["last_seen"].replace("T", " "))
            for version in finding["versions"]
        },
        "text": finding["post"]["text"], "source": finding["source"],
        "first_seen": finding["first_seen"].replace("T", " "), "last_seen": finding["last_seen"].replace("T", " "),
    }  # fmt: skip


def _score(store: Store, which: int) -> None:
    """Score the oldest (0) or newest (-1) page that waits, as the program does."""
    free = waiting(store, T0, lease_seconds=0)
    for page_id in free if which == 1 else free[-1:]:
        page = open_page(store, page_id)
        settle(store, page_id, [make_verdict(post) for post in page.haul.posts if post.id in page.fresh], T0)


_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@sqlite_only
@settings(_UNHURRIED, max_examples=40)
@given(crawl=crawls())
def test_findings_follow_from_what_was_seen(fresh_store: Callable[[], Store], crawl: Crawl) -> None:
    """Whatever is delivered and scored in whatever order and however often, the findings are the same."""
    _go_through(fresh_store, crawl)


@postgresql_only
@settings(_UNHURRIED, max_examples=6)
@given(crawl=crawls())
def test_findings_follow_from_what_was_seen_on_a_server_too(fresh_store: Callable[[], Store], crawl: Crawl) -> None:
    """The order does not matter there either; a few examples, because each takes its time."""
    _go_through(fresh_store, crawl)


def _go_through(fresh_store: Callable[[], Store], crawl: Crawl) -> None:
    read, steps = crawl
    with fresh_store() as store:
        runs = {name: watch(store, name, f"{SITE}/{name}") for name in SOURCES}
        for kind, number in steps:
            if kind == "score":
                _score(store, number)
                continue
            minute, source, said = read[number]
            posts = [make_post(key, text, at(minute)) for key, text in said.items()]
            take(store, runs[source], make_haul(posts, at(minute)))
        _score(store, 1)
        found = list(iterate_findings(store))
        assert {finding["post"]["id"]: _describe(finding) for finding in found} == _foretell(
            read, {name: run.source_id for name, run in runs.items()}
        )
        proven = {version_text for finding in found for version_text in _proven(store, finding)}
        assert proven == {(finding["post"]["id"], one["text"]) for finding in found for one in finding["versions"]}


def _proven(store: Store, finding: dict[str, Any]) -> set[tuple[str, str]]:
    """The wordings of a finding that its captures show."""
    hauls = [read_capture(store, capture["id"]) for capture in finding["captures"]]
    return {(post.id, post.text) for haul in hauls for post in haul.posts if post.id == finding["post"]["id"]} & {
        (finding["post"]["id"], version["text"]) for version in finding["versions"]
    }
