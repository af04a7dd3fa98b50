"""Sellers in the store: ids that stay, words of analysts that hold, and what is told of a seller."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hauls import T0, at, make_haul, make_post, make_verdict, take, watch
from sqlmodel import select
from test_store_rereading import renew

from domain.errors import BadValue, UnknownName
from domain.posts import Author, Counts
from domain.signals import Contact, Offer, Price, Signal
from store import spool
from store.engine import Store
from store.findings import Query, judge_finding, search_findings
from store.purging import purge_findings
from store.sellers import ready, roster
from store.sellers.judging import merge_sellers, split_seller
from store.sellers.profiles import count_sellers, find_seller, iterate_sellers, list_sellers, write_sellers
from store.sellers.roster import link_findings
from store.sources import change_source
from store.tables import FindingRow, LedgerRow, ProfileRow, SellerRow, SharedKeyRow, TraceKeyRow, TraceRow, UnlinkedRow
from store.verification import verify_store

Facts = tuple[int, str, tuple[str, ...], str]


def keep(store: Store, *facts: Facts, minutes: float = 0, label: str = "offer", **fields: Any) -> None:
    """Findings, one a page: a number, an account ("" for a guest), handles ("kind:value") and a text."""
    run = watch(store, f"board {minutes} {facts[0][0]}")
    for number, account, handles, text in facts:
        written = " ".join(handle.split(":", 1)[1] for handle in handles)
        author = Author(account or "网友", account or None)
        post = make_post(number, f"{text} {written}", at(minutes + number / 100), author=author, **fields)
        take(store, run, make_haul([post], at(minutes + number / 100), path=f"/t/{number}"))
        for page_id in spool.waiting(store, at(minutes + 1)):
            verdict = make_verdict(post, keep=True)
            contacts = tuple(place(post.text, *handle.split(":", 1)) for handle in handles)
            price = Price(number / 10, "CNY", 1, "record", None, None, post.text[:1], 0, 1)
            signal = Signal(post.id, label, 0.9, {label: 0.9}, None, Offer(prices=(price,), contacts=contacts), (), "m")
            spool.settle(store, page_id, [spool.Verdict(post, signal, keep=verdict.keep)], at(minutes + 1))


def place(text: str, kind: str, value: str) -> Contact:
    """A handle where it stands."""
    start = text.index(value)
    return Contact(kind, value, value, start, start + len(value), True)


def sellers_of(store: Store) -> dict[str, str | None]:
    """The seller of each post."""
    return {one["post"]["id"]: one["seller_id"] for one in search_findings(store, Query(limit=None))}


def parts_of(store: Store) -> set[frozenset[str]]:
    """The posts of each seller."""
    sellers = sellers_of(store)
    return {frozenset(post for post, other in sellers.items() if other == seller) for seller in sellers.values()}


def finding_of(store: Store, post: str) -> str:
    """The id of a post's finding."""
    return next(one["id"] for one in search_findings(store, Query(limit=None)) if one["post"]["id"] == post)


def test_findings_are_linked_and_ids_stay(store: Store) -> None:
    """What is found later joins the seller that is there, who keeps his id."""
    keep(store, (1, "u1", ("wechat:che881",), "出售名单"), (2, "u2", ("wechat:che882",), "出售别的名单"))
    assert link_findings(store, T0) == 2
    before = sellers_of(store)
    assert len(set(before.values())) == 2
    keep(store, (3, "u3", ("wechat:che881",), "还有一批"), minutes=60)
    assert link_findings(store, at(61)) == 1
    assert sellers_of(store) == before | {"post-3": before["post-1"]}
    assert link_findings(store, at(62)) == 0


def test_the_elder_id_wins(store: Store) -> None:
    """Where a new finding joins two sellers, they are one under the elder's id; the other id leads there."""
    keep(store, (1, "u1", ("wechat:che881",), "出售名单"))
    link_findings(store, T0)
    keep(store, (2, "u2", ("qq:10002000",), "出售别的"), minutes=10)
    link_findings(store, at(10))
    elder, younger = (sellers_of(store)[f"post-{number}"] for number in (1, 2))
    keep(store, (3, "u3", ("wechat:che881", "qq:10002000"), "换号"), minutes=20)
    link_findings(store, at(20))
    assert set(sellers_of(store).values()) == {elder}
    assert younger is not None
    assert find_seller(store, younger)["id"] == elder
    assert find_seller(store, younger)["former_ids"] == [younger]


def test_what_is_nobodys_offer_has_no_seller(store: Store) -> None:
    """News that quotes a handle, and what was dismissed, belongs to no seller."""
    keep(store, (1, "u1", ("wechat:che881",), "出售名单"), (2, "u1", ("wechat:che881",), "出售第二批"))
    keep(store, (3, "u3", ("wechat:che881",), "记者发现"), minutes=5, label="news_report")
    link_findings(store, T0)
    assert sellers_of(store)["post-3"] is None
    judge_finding(store, finding_of(store, "post-2"), state="dismissed", note=None, by="a", now=at(6))
    judge_finding(store, finding_of(store, "post-3"), state="confirmed", note=None, by="a", now=at(6))
    link_findings(store, at(7))
    sellers = sellers_of(store)
    assert sellers["post-2"] is None
    assert sellers["post-1"] == sellers["post-3"]


def test_an_analysts_merge_and_split_are_kept(store: Store) -> None:
    """What an analyst joined or parted stays so through every linking, also of everything; the ledger tells of it."""
    keep(store, (1, "u1", ("wechat:che881",), "出售名单"))
    keep(store, (2, "u2", ("wechat:che881",), "又一批"), (3, "u3", ("wechat:che883",), "第三家"), minutes=0.5)
    link_findings(store, T0)
    one, other = sellers_of(store)["post-1"], sellers_of(store)["post-3"]
    assert one is not None
    assert other is not None
    assert merge_sellers(store, [other, one], note="同一人", by="分析员", now=at(1)) in (one, other)
    assert parts_of(store) == {frozenset({"post-1", "post-2", "post-3"})}
    whose = sellers_of(store)["post-1"]
    assert whose is not None
    first, second = split_seller(store, whose, [finding_of(store, "post-2")], note=None, by="分析员", now=at(2))
    assert first == whose
    assert second != whose
    keep(store, (4, "u4", ("wechat:che881",), "第四批"), minutes=9)
    link_findings(store, at(10))
    link_findings(store, at(11), whole=True)
    assert parts_of(store) == {frozenset({"post-1", "post-3", "post-4"}), frozenset({"post-2"})}
    assert next(tie["why"] for tie in find_seller(store, whose)["ties"]) == "analyst"
    assert [one["kind"] for one in find_seller(store, whose)["decisions"]] == ["merge", "split"]
    with store.reading() as session:
        actions = session.exec(select(LedgerRow.action).order_by(LedgerRow.seq)).all()  # type: ignore[arg-type]
    assert [action for action in actions if "seller" in action] == ["sellers_merged", "seller_split"]
    assert verify_store(store).faults == ()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE seller_decisions SET note = 'no'", "decision_changed"),
        ("UPDATE seller_decisions SET id = 'x'", "decision_unrecorded"),
        ("DELETE FROM seller_decisions", "decision_gone"),
    ],
)
def test_a_decision_that_was_changed_is_named(store: Store, statement: str, fault: str) -> None:
    """What analysts said of sellers is held against the ledger."""
    keep(store, (1, "u1", ("wechat:che881",), "出售名单"), (2, "u2", ("wechat:che882",), "别家"))
    link_findings(store, T0)
    merge_sellers(store, [name for name in sellers_of(store).values() if name], note=None, by="a", now=T0)
    with store.transaction() as session:
        session.connection().exec_driver_sql(statement)
    assert verify_store(store).faults[0].what == fault


def test_what_cannot_be_decided_is_refused(store: Store) -> None:
    """One seller is not merged, all or somebody else's findings are not split off, unknown ones are named."""
    keep(store, (1, "u1", ("wechat:che881",), "出售名单"), (2, "u2", ("wechat:che882",), "别家"))
    link_findings(store, T0)
    one, other = (sellers_of(store)[f"post-{number}"] or "" for number in (1, 2))
    for call in (
        lambda: merge_sellers(store, [one, one], note=None, by="a", now=T0),
        lambda: split_seller(store, one, [finding_of(store, "post-1")], note=None, by="a", now=T0),
        lambda: split_seller(store, one, [finding_of(store, "post-2")], note=None, by="a", now=T0),
    ):
        with pytest.raises(BadValue):
            call()
    with pytest.raises(UnknownName):
        merge_sellers(store, [other, "zzz"], note=None, by="a", now=T0)


MANY: list[Facts] = [
    (number, f"u{number % 7}" if number % 3 else "", (f"wechat:own{number % 9}", "telegram:escrow1")[: 1 + number % 2],
     f"出售第{'甲乙丙丁戊己庚辛壬'[number % 9] * 12}批名单")
    for number in range(1, 25)
]  # fmt: skip


@pytest.mark.parametrize("small", [0, 10_000])
def test_the_order_of_findings_does_not_matter(
    fresh_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    """Findings linked one by one, in any order, in the neighbourhood or as a whole, are the same sellers'."""
    monkeypatch.setattr(roster, "SMALL", small)
    found = []
    for seed in range(2):
        facts = random.Random(seed).sample(MANY, len(MANY))
        with fresh_store() as store:
            for start in range(0, len(facts), 8):
                keep(store, *facts[start : start + 8], minutes=start)
                link_findings(store, at(start))
            parts = parts_of(store)
            link_findings(store, at(99), whole=True)
            assert parts_of(store) == parts
            found.append(parts)
    assert found[0] == found[1]


def test_a_shared_handle_is_remembered(store: Store) -> None:
    """What many use is kept by name, and shown as shared with each seller."""
    keep(
        store,
        *(
            (number, f"u{number}", (f"wechat:own{number}", "telegram:escrow1"), f"第{number}家")
            for number in range(1, 6)
        ),
    )
    link_findings(store, T0)
    with store.reading() as session:
        assert session.exec(select(SharedKeyRow.name)).all() == ["telegram:escrow1"]
    assert count_sellers(store) == 5
    for seller in iterate_sellers(store):
        assert [(one["value"], one["whose"]) for one in seller["handles"]][1:] == [("escrow1", "shared")]


def test_a_seller_is_told_in_full(store: Store) -> None:
    """Posts, dates, boards, accounts, handles, price history and range, and what ties the posts, with its strength."""
    keep(store, (5, "u1", ("wechat:che881",), "出售名单"), (3, "u1", ("wechat:che881", "qq:10002000"), "降价了"))
    link_findings(store, T0)
    (seller,) = iterate_sellers(store)
    assert seller["posts"] == 2
    assert seller["practice"] is False
    assert seller["boards"] == [{"site": "forum.example.org", "board": "二手", "posts": 2}]
    assert [(one["kind"], one["value"], one["whose"], one["posts"]) for one in seller["handles"]] == [
        ("wechat", "che881", "own", 2), ("qq", "10002000", "own", 1),
    ]  # fmt: skip
    assert sorted(price["amount"] for price in seller["prices"]) == [0.3, 0.5]
    assert seller["price_range"] == [{"currency": "CNY", "unit": "record", "low": 0.3, "high": 0.5, "prices": 2}]
    assert [(tie["why"], tie["key"], tie["posts"]) for tie in seller["ties"]] == [
        ("handle", "wechat:che881", 2), ("account", "forum.example.org#u1", 2),
    ]  # fmt: skip
    assert seller["confirmed"]["posts"] == 2
    assert len(seller["findings"]) == 2


ADVERT = "驾校学员登记簿六年整理没考过的也在里面一次拿走 180元"


def test_only_confirmed_links_are_counted(store: Store) -> None:
    """Posts that nothing but the same words ties are the seller's, but not counted; members of each chat once."""
    run = watch(store, "chat")
    del run
    keep(store, (1, "u1", ("wechat:che881",), ADVERT), (2, "u1", ("wechat:che881",), ADVERT), platform="telegram",
         counts=Counts(members=700), thread_url="https://t.example/a")  # fmt: skip
    keep(store, (1001, "", (), ADVERT), minutes=30)
    with store.transaction() as session:
        for row in session.exec(select(TraceRow)):
            session.delete(row)
    link_findings(store, T0)
    assert {one["posts"] for one in iterate_sellers(store)} == {2, 1}
    seller = next(iterate_sellers(store))
    assert (seller["confirmed"]["posts"], seller["confirmed"]["groups"], seller["confirmed"]["members"]) == (2, 1, 700)


def test_what_is_purged_leaves_no_keys(store: Store) -> None:
    """A purged finding's keys go with it, and its seller with the last of them."""
    keep(store, (1, "u1", ("wechat:che881",), "出售名单"))
    link_findings(store, T0)
    assert len(list(purge_findings(store, {"new": 0}, by="a", now=at(10_000)))) == 1
    with store.reading() as session:
        assert [session.exec(select(kind)).all() for kind in (TraceRow, TraceKeyRow, UnlinkedRow)] == [[], [], []]
    assert list(iterate_sellers(store)) == []
    assert link_findings(store, at(10_001), whole=True) == 0


def names_of(facts: Iterable[Facts]) -> set[str]:
    """The posts' ids."""
    return {f"post-{number}" for number, *_ in facts}


def test_every_offer_has_a_seller(store: Store) -> None:
    """A finding that nothing ties is a seller of one post."""
    keep(store, *MANY[:5])
    link_findings(store, T0)
    sellers = sellers_of(store)
    assert sellers.keys() == names_of(MANY[:5])
    assert None not in sellers.values()


def check_profiles(store: Store, *, made: bool = True) -> None:
    """Sellers have as many posts as they say, and what is kept of them is what would be written now."""
    with store.reading() as session:
        findings = Counter(session.exec(select(FindingRow.seller_id)))
        for seller in session.exec(select(SellerRow)):
            assert seller.posts == findings[seller.id]
            kept = session.get(ProfileRow, seller.id)
            assert (kept is not None) == (made and seller.posts > 0)
            if kept is not None:
                assert [kept.full] == json.loads(json.dumps(write_sellers(session, [seller.id])))


def test_what_is_kept_of_sellers_is_true_at_every_step(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """New findings, verdicts, another model, a handle that many turn out to use, words of analysts, a source by another
    name and a purge: a profile goes with what it told, and the next linking makes it again."""
    monkeypatch.setattr(ready, "FEW", 1)
    keep(store, (1, "u1", ("wechat:che881",), "出售名单"), (2, "u2", ("wechat:che881",), "又一批"))
    keep(store, *((number, f"u{number}", ("qq:10002000", f"wechat:own{number}"), f"第{number}家") for number in (3, 4)))
    check_profiles(store, made=False)

    def link(minutes: float, *, whole: bool = False) -> None:
        link_findings(store, at(minutes), whole=whole)
        check_profiles(store)

    link(1)
    keep(store, (5, "u5", ("qq:10002000", "wechat:own5"), "第5家"), minutes=2)
    link(3)
    assert {one["whose"] for seller in iterate_sellers(store) for one in seller["handles"]} == {"own", "shared"}
    first = find_seller(store, sellers_of(store)["post-1"] or "")
    judge_finding(store, finding_of(store, "post-1"), state="confirmed", note=None, by="a", now=at(4))
    assert find_seller(store, first["id"])["states"] == {"confirmed": 1, "new": 1}
    link(5)
    judge_finding(store, finding_of(store, "post-3"), state="dismissed", note=None, by="a", now=at(6))
    link(7)
    renew(store, finding_of(store, "post-2"))
    assert find_seller(store, first["id"])["labels"] == {"offer": 1, "wanted": 1}
    link(8)
    merge_sellers(store, [name for name in set(sellers_of(store).values()) if name], note=None, by="a", now=at(9))
    check_profiles(store)
    assert list_sellers(store, 9)[0]["counts"]["decisions"] == 1
    split_seller(store, first["id"], [finding_of(store, "post-2")], note=None, by="a", now=at(10))
    check_profiles(store)
    change_source(store, "board 0 1", name="renamed", practice=True)
    assert find_seller(store, first["id"])["sources"][-1] == "renamed"
    link(11, whole=True)
    list(purge_findings(store, {"new": 0, "confirmed": None}, by="a", now=at(10_000)))
    with store.reading() as session:
        assert "又一批" not in "".join(
            json.dumps(row.full, ensure_ascii=False) for row in session.exec(select(ProfileRow))
        )
    link(10_001)
    assert count_sellers(store) == 1


def test_a_seller_in_short_says_how_much_more_there_is(store: Store) -> None:
    """A list names the first of what a seller has many of, and counts the rest; sellers with most posts come first."""
    keep(store, *((number, "u1", ("wechat:che881",), "出售名单") for number in range(1, 4)))
    keep(store, (5, "u5", tuple(f"qq:1000200{number}" for number in range(10, 24)), "出售别的"), minutes=5)
    link_findings(store, at(6))
    first, second = list_sellers(store, 5)
    assert [(one["posts"], len(one["handles"]), one["counts"]["handles"]) for one in (first, second)] == [
        (3, 1, 1), (1, 10, 14),
    ]  # fmt: skip
    assert "prices" not in first
    assert [one["id"] for one in list_sellers(store, 1)] == [first["id"]]
