"""`tipstaff sellers`: the table, one seller in full, and the words of an analyst."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answers import Said

from domain.pages import Haul, Page
from domain.posts import Author, Counts, Post, text_digest
from domain.signals import Contact, Offer, Price, Signal
from domain.sources import Source
from store.database import open_store
from store.runs import begin_run
from store.sellers.roster import link_findings
from store.sources import add_source
from store.spool import Verdict, deliver, settle, waiting
from tipstaff.scenarios import list_seller_scenarios

Run = Callable[..., Said]
T0 = datetime(2026, 11, 20, 8, tzinfo=UTC)
SITE = "https://forum.example.org"
HANDLES = ("che881", "che881", "che882")


@pytest.fixture
def findings(home: Path) -> list[str]:
    """Three findings of two sellers, linked."""
    made = []
    with open_store(home) as store:
        source = add_source(store, Source("board", SITE), every_seconds=3600, now=T0)
        run = begin_run(store, source.id, T0, T0)
        for number, handle in enumerate(HANDLES):
            now = T0 + timedelta(minutes=number)
            post = _post(number, f"出售第{number}批名单 微信 {handle}", now)
            page = Page(f"{SITE}/{number}", f"{SITE}/{number}", "GET", 200, (), (), b"<p>", now)
            deliver(store, run_id=run, source_id=source.id, haul=Haul(page, (post,), "generic", "thread"), now=now)
            (page_id,) = waiting(store, now)
            made += settle(store, page_id, [_verdict(post, handle, 0.5 - number / 10)], now).new
        link_findings(store, T0)
    return made


def _post(number: int, text: str, now: datetime) -> Post:
    return Post(
        id=f"post-{number}", url=f"{SITE}/{number}", thread_url=SITE, thread_title="名单", board="二手",
        platform="generic", post_id=str(number), floor=1, author=Author(f"u{number}", str(number), None), posted_at=now,
        posted_at_text="今天", posted_at_precision="minute", text=text, quoted=(), links=(), images=(),
        counts=Counts(None, None, None), fetched_at=now, content_sha256=text_digest(text),
    )  # fmt: skip


def _verdict(post: Post, handle: str, amount: float) -> Verdict:
    start = post.text.index(handle)
    contact = Contact("wechat", handle, handle, start, start + len(handle), True)
    price = Price(amount, "CNY", 1, "record", None, None, "出", 0, 1)
    offer = Offer(prices=(price,), contacts=(contact,))
    return Verdict(post, Signal(post.id, "offer", 0.9, {"offer": 0.9}, None, offer, (), "m"), keep=True)


def test_an_empty_store_has_no_sellers(run: Run, home: Path) -> None:
    """Nobody is no fault: a line for the person, and nothing as JSON."""
    assert run("sellers").status == 0
    assert run("sellers", "--json") == Said(0, "", "")


def test_sellers_are_listed(run: Run, findings: list[str]) -> None:
    """The table and the JSON say who posted what where for how much, and what ties it; findings name their seller."""
    table = run("sellers")
    assert table.status == 0
    for words in ("wechat che881", "0.4-0.5 CNY / record", "same handle", "2026-11-20"):
        assert words in table.output
    first, second = run("sellers", "--json").lines
    assert [one["posts"] for one in (first, second)] == [2, 1]
    assert len(run("sellers", "--limit", "1", "--json").lines) == 1
    found = {one["id"]: one["seller_id"] for one in run("findings", "--json").lines}
    assert found == {findings[0]: first["id"], findings[1]: first["id"], findings[2]: second["id"]}
    assert first["id"] in run("show", findings[0]).output


def test_one_seller_is_shown_in_full(run: Run, findings: list[str]) -> None:
    """Handles, price history, ties, and the counts of 287-1 with confirmed links alone."""
    (first, _) = run("sellers", "--json").lines
    shown = run("sellers", "show", first["id"][:12]).output
    for words in ("che881", "0.5 CNY / record", "same handle", "287-1", "2 posts"):
        assert words in shown
    (told,) = run("sellers", "show", first["id"], "--json").lines
    assert told == first
    assert [(one["class"], one["claimed"], one["reached"]) for one in told["scenarios"]] == [("posts", 2, False)]


def test_analysts_merge_and_split(run: Run, findings: list[str]) -> None:
    """A merge and a split are done, told, and held against the ledger."""
    ids = [one["id"] for one in run("sellers", "--json").lines]
    assert ids[0] in run("sellers", "merge", *ids, "--note", "同一人").output
    (one,) = run("sellers", "--json").lines
    assert one["decisions"][0]["note"] == "同一人"
    parted = run("sellers", "split", one["id"], findings[0], "--json").lines
    assert [sorted(seller["findings"]) for seller in parted] == [sorted(findings[1:]), findings[:1]]
    assert run("sellers", "link").status == 0
    assert {tuple(sorted(seller["findings"])) for seller in run("sellers", "--json").lines} == {
        tuple(sorted(findings[1:])), (findings[0],),
    }  # fmt: skip
    assert run("verify", "--store").status == 0


@pytest.mark.parametrize(
    "words",
    [
        ("merge", "nobody", "else"),
        ("show", "nobody"),
        ("split", "nobody", "x"),
        ("merge",),
        ("--limit", "0"),
        ("--json", "link"),
    ],
)
def test_bad_input_is_one_line(run: Run, findings: list[str], words: tuple[str, ...]) -> None:
    """What cannot be done is said in one line, exit status 2, and nothing is changed."""
    said = run("sellers", *words)
    assert said.status == 2
    assert said.output == ""
    assert len(said.errors.strip().splitlines()) == 1
    assert len(run("sellers", "--json").lines) == 2


def test_counts_reach_a_threshold(home: Path) -> None:
    """A hundred confirmed posts reach the threshold of posts, 2,999 members not theirs; none before the law was."""
    seller = {
        "labels": {"offer": 150},
        "confirmed": {"posts": 150, "members": 2999, "last": "2026-11-20T08:00:00+00:00"},
    }
    told = {one["class"]: one["reached"] for one in list_seller_scenarios(seller, home)}
    assert told == {"posts": True, "members": False}
    early = {**seller, "confirmed": {**seller["confirmed"], "last": "2018-01-01T00:00:00+00:00"}}  # type: ignore[dict-item]
    assert list_seller_scenarios(early, home) == []
