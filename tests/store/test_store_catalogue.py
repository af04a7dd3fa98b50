"""The catalogue says of every finding what it is, at every step of its life, and nothing of what is masked or gone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hauls import OFFER, T0, at, make_haul, make_post, make_verdict, score_all, take, watch
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select
from stores import change, open_store, url_of
from test_store_findings import keep
from test_store_rereading import renew

from benchmarks.stock import make_stock
from domain.signals import Mask
from store import catalogue
from store.catalogue import SHELF, pack, unpack
from store.database import Store
from store.findings import Query, count_findings, judge_finding, search_findings
from store.purging import purge_findings
from store.tables import FindingRow, PostingRow, StretchRow
from store.terms import Facts, is_exact, list_terms, look_up_words, split_words
from store.words import fold_words

TEXTS = st.text("车主数据vinVIN12 \n.，", max_size=20)


def read_catalogue(store: Store) -> dict[int, set[str]]:
    """The terms of each number."""
    found: dict[int, set[str]] = defaultdict(set)
    with store.reading() as session:
        for shelf, term, slots in session.execute(select(PostingRow.shelf, PostingRow.term, PostingRow.slots)):
            for slot in np.flatnonzero(unpack(slots)):
                found[shelf * catalogue.SHELF + int(slot)].add(term)
    return found


def check(store: Store) -> None:
    """What is filed is what filing everything anew would file, and the bounds hold."""
    with store.reading() as session:
        findings = session.exec(select(FindingRow)).all()
        terms = catalogue._read_terms(session, {one.id: catalogue._filed(one) for one in findings})
        assert read_catalogue(store) == {one.number: terms[one.id] for one in findings}
        for one in findings:
            stretch = session.get_one(StretchRow, (one.number or 0) // catalogue.STRETCH)
            assert stretch.oldest <= one.first_seen <= stretch.newest


def find(store: Store, text: str) -> int:
    """How many findings have these words."""
    return count_findings(store, Query(text=text))


@given(text=TEXTS, asked=TEXTS)
def test_terms_lose_nothing_and_say_when_they_are_enough(text: str, asked: str) -> None:
    """What has all words has all their terms; what has the terms of exact words has the words."""
    words, wanted = fold_words(text), split_words(asked)
    terms = list_terms(words, Facts("offer", "new", "s1"))
    there = all(word in words for word in wanted)
    filed = all(not terms.isdisjoint(any_of) for any_of in look_up_words(wanted))
    assert filed or not there
    if all(map(is_exact, wanted)):
        assert filed == there


@given(slots=st.sets(st.integers(0, SHELF - 1)) | st.integers(0, SHELF).map(lambda count: set(range(count))))
def test_a_posting_is_what_was_packed_and_never_more_than_a_kilobyte(slots: set[int]) -> None:
    """Few places and many come back as they were."""
    bits = np.zeros(SHELF, dtype=np.bool_)
    bits[list(slots)] = True
    assert set(np.flatnonzero(unpack(pack(bits))).tolist()) == slots
    assert len(pack(bits)) <= SHELF // 8


def test_the_catalogue_follows_a_finding_through_its_life(store: Store) -> None:
    """A new wording, an earlier source, a verdict, another model and a purge: it is found by what it is now."""
    run, other = watch(store), watch(store, "other")
    take(store, run, make_haul([make_post(1, OFFER), make_post(2, OFFER + "二")], at(5)))
    score_all(store)
    check(store)
    take(store, run, make_haul([make_post(1, "出售保单 0.5元一条", at(6))], at(6)))
    score_all(store, at(6))
    check(store)
    assert (find(store, "车主"), find(store, "保单")) == (1, 1)
    take(store, other, make_haul([make_post(2, OFFER + "二", at(-60))], at(-60)))
    check(store)
    (finding,) = search_findings(store, Query(source="other"))
    judge_finding(store, finding["id"], state="dismissed", note=None, by="li", now=at(7))
    check(store)
    renew(store, finding["id"])
    check(store)
    assert [one["id"] for one in search_findings(store, Query(state="dismissed", label="wanted"))] == [finding["id"]]
    list(purge_findings(store, {"dismissed": 1}, by="li", now=at(9) + timedelta(days=2)))
    check(store)
    assert find(store, "车主") == 0


def test_what_is_masked_is_under_no_term(store: Store) -> None:
    """A victim's data is neither found nor filed, be it masked at once or by a later model."""
    secret = "13912345678"
    keep(store, make_verdict(make_post(1, f"{OFFER} 样本 {'＊' * 11}"), folded=f"{OFFER} 样本 {'＊' * 11}"))
    keep(store, make_verdict(make_post(2, f"出售名单 {secret}")), minute=1)
    newest, _ = search_findings(store, Query())
    start = newest["post"]["text"].index(secret)
    assert find(store, secret) == 1
    renew(store, newest["id"], masks=(Mask("phone", start, start + 11),))
    check(store)
    assert find(store, secret) == 0
    filed = set().union(*read_catalogue(store).values())
    assert not {secret[start : start + 3] for start in range(9)} & filed


def test_a_store_without_a_catalogue_gets_one_when_it_is_opened(store: Store) -> None:
    """What an older version has kept is numbered as it was first seen, and found."""
    for minute in (3, 1, 2):
        keep(store, make_verdict(make_post(minute, f"{OFFER} {minute}")), minute=minute)
    store.close()
    for statement in ("UPDATE findings SET number = NULL", "DELETE FROM postings", "DELETE FROM stretches"):
        change(store.home, statement)
    with open_store(store.home) as opened:
        check(opened)
        found = search_findings(opened, Query(text="车主"))
        assert [finding["first_seen"] for finding in found] == [at(minute).isoformat() for minute in (3, 2, 1)]


def test_pages_go_on_where_the_last_ended_over_many_shelves(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages put together are the whole list; what came meanwhile is not in it; counts end at what is asked for."""
    for name, value in (("SHELF", 16), ("_BITMAP", 2), ("STRETCH", 4)):
        monkeypatch.setattr(catalogue, name, value)
    run = watch(store)
    texts = [f"{OFFER} {number}" if number % 3 else f"出售保单 {number}" for number in range(50)]
    for start in range(0, 50, 10):
        posts = [make_post(number, texts[number]) for number in range(start, start + 10)]
        take(store, run, make_haul(posts, at(start), path=f"/t/{start}"))
        score_all(store, at(start))
    check(store)
    whole = [finding["id"] for finding in search_findings(store, Query(text="保单", limit=None))]
    assert len(whole) == 17
    pages = [search_findings(store, Query(text="保单", limit=5))]
    keep(store, make_verdict(make_post(99, "出售保单")), minute=99)
    while pages[-1]:
        pages.append(search_findings(store, Query(text="保单", limit=5, before=pages[-1][-1]["id"][:17])))
    assert [finding["id"] for page in pages for finding in page] == whole
    assert count_findings(store, Query(text="保单"), most=17) == 18
    assert count_findings(store, Query(text="保单"), most=18) == 18
    within = Query(text="保单", since=at(10), until=at(30))
    assert {finding["first_seen"] for finding in search_findings(store, within)} == {
        at(10).isoformat(), at(20).isoformat(),
    }  # fmt: skip


def test_words_of_titles_and_undisguised_forms_are_filed(store: Store) -> None:
    """A post is found by its title, by what it wrote, and by the plain form of that."""
    verdict = make_verdict(make_post(1, "出售车zhu资料", thread_title="全国车险"), folded="出售车主资料")
    keep(store, replace(verdict, state="review"))
    assert [find(store, words) for words in ("车险", "车zhu", "zhu", "车主资料", "车主 车险", "车险资料")] == [
        1
    ] * 5 + [0]
    assert T0.isoformat() == search_findings(store, Query(text="车主"))[0]["first_seen"]


def test_the_stock_of_the_benchmarks_is_filed_as_filing_would_have_done(home: Path) -> None:
    """Rows that go to the tables at once are what filing writes: else the benchmark measures something else."""
    make_stock(home, 300, url_of(home))
    with open_store(home) as opened:
        check(opened)
        assert find(opened, "车主") > 100
