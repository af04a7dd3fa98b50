"""Searching, showing, judging."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hauls import OFFER, T0, at, make_haul, make_post, make_verdict, score_all, take, watch

from domain.errors import BadValue, UnknownName
from domain.plain import plain
from store.database import Store
from store.findings import Query, count_findings, find_finding, iterate_findings, judge_finding, search_findings
from store.lessons import read_lessons
from store.spool import Verdict, settle, waiting


def keep(store: Store, *verdicts: Verdict, minute: float = 0) -> None:
    """Store verdicts as a page of its own, fetched at that minute."""
    run = watch(store, f"board-{minute:g}")
    posts = [replace(verdict.post, fetched_at=at(minute)) for verdict in verdicts]
    take(store, run, make_haul(posts, at(minute), path=f"/t/{minute:g}"))
    (page_id,) = waiting(store, at(minute))
    settle(store, page_id, verdicts, at(minute))


def test_a_finding_is_written_as_the_contract_says(store: Store) -> None:
    """Exactly the contract's fields, the post and the signal as they were given, in JSON."""
    post = make_post(1, OFFER)
    verdict = make_verdict(post)
    keep(store, verdict)
    (finding,) = search_findings(store, Query())
    assert list(finding) == [
        "id", "state", "practice", "post", "signal", "source", "seller_id", "first_seen", "last_seen", "versions",
        "captures",
    ]  # fmt: skip
    assert finding["signal"] == plain(verdict.signal)
    assert finding["post"] == plain(post)
    assert (finding["state"], finding["practice"], finding["seller_id"]) == ("new", False, None)
    assert (finding["source"], finding["first_seen"], finding["last_seen"]) == (
        "board-0",
        T0.isoformat(),
        T0.isoformat(),
    )
    assert json.loads(json.dumps(finding)) == finding
    assert datetime.fromisoformat(finding["first_seen"]).tzinfo is not None


def test_a_signal_without_an_offer_has_none(store: Store) -> None:
    """A finding in the review band may have no offer, and its state is review."""
    verdict = make_verdict(make_post(1, "有料私聊"))
    keep(store, replace(verdict, keep=True, state="review"))
    (finding,) = search_findings(store, Query())
    assert finding["signal"]["offer"] is None
    assert finding["state"] == "review"


def _stock(store: Store) -> None:
    """Three findings, a minute apart."""
    one = make_verdict(make_post(1, "出售车主数据,ＶＩＮ Code,100%真实_x"))
    offer = one.signal.offer
    assert offer is not None
    dear = replace(offer, prices=(replace(offer.prices[0], amount=5.0),), regions=("海南省",), contacts=())
    two = make_verdict(make_post(2, "出售保单", thread_title="全国车险"))
    three = make_verdict(make_post(3, "出售che主資料", thread_title=None), folded="出售车主资料", state="review")
    keep(store, one)
    keep(store, replace(two, signal=replace(two.signal, label="wanted", score=0.4, offer=dear)), minute=1)
    keep(store, three, minute=2)


SEARCHES: tuple[tuple[dict[str, Any], list[int]], ...] = (
    ({}, [3, 2, 1]),
    ({"limit": 2}, [3, 2]),
    ({"limit": None}, [3, 2, 1]),
    ({"text": "出售"}, [3, 2, 1]),
    ({"text": "车主"}, [3, 1]),
    ({"text": "主"}, [3, 1]),
    ({"text": "vin code"}, [1]),
    ({"text": "code vin"}, [1]),
    ({"text": "vin 保单"}, []),
    ({"text": "100%"}, [1]),
    ({"text": "0_x"}, []),
    ({"text": "实_x"}, [1]),
    ({"text": "车险"}, [2]),
    ({"text": "車險", "folded": "车险"}, [2]),
    ({"text": '"vin code"'}, [1]),
    ({"text": '"code vin"'}, []),
    ({"text": '"vin code'}, []),
    ({"text": "据,v"}, [1]),
    ({"text": "主車"}, []),
    ({"text": "车主资料"}, [3]),
    ({"text": "車主", "folded": "车主"}, [3, 1]),
    ({"text": "保 车"}, [2]),
    ({"text": "x" * 500}, []),
    ({"text": "\0"}, []),
    ({"text": "'; DROP TABLE findings --"}, []),
    ({"text": "   "}, [3, 2, 1]),
    ({"label": "wanted"}, [2]),
    ({"label": "unrelated"}, []),
    ({"state": "review"}, [3]),
    ({"source": "board-1"}, [2]),
    ({"since": at(1)}, [3, 2]),
    ({"until": at(1)}, [1]),
    ({"since": at(1), "until": at(2)}, [2]),
    ({"contact": "che_zhu88"}, [3, 1]),
    ({"contact": "CHE_ZHU88"}, [3, 1]),
    ({"contact": "@che_zhu88"}, [3, 1]),
    ({"contact": "che_zhu"}, []),
    ({"contact": "+8613800138000"}, [3, 1]),
    ({"contact": "138 0013 8000"}, [3, 1]),
    ({"contact": "１３８-0013-8000"}, [3, 1]),
    ({"region": "广东"}, [3, 1]),
    ({"region": "海南省"}, [2]),
    ({"region": "南"}, []),
    ({"region": '"'}, []),
    ({"max_price": 0.3}, [3, 1]),
    ({"max_price": 0.29}, []),
    ({"max_price": 5}, [3, 2, 1]),
    ({"text": "车主", "source": "board-0"}, [1]),
    ({"text": "出售", "since": at(1), "max_price": 1}, [3]),
    ({"text": "出售", "region": "海", "label": "wanted"}, [2]),
    ({"label": "offer", "contact": "che_zhu88", "text": "che", "state": "review"}, [3]),
)


def numbers_of(found: list[dict[str, Any]]) -> list[int]:
    """The numbers by which the posts of findings were made."""
    return [int(finding["post"]["id"][5:]) for finding in found]


def test_findings_are_found_by_what_is_asked(store: Store) -> None:
    """Words, filters and both together; the newest first; the count does not know the limit."""
    _stock(store)
    for asked, wanted in SEARCHES:
        assert (asked, numbers_of(search_findings(store, Query(**asked)))) == (asked, wanted)
        if asked.get("limit", 50) != 2:
            assert (asked, count_findings(store, Query(**asked))) == (asked, len(wanted))


def test_a_search_for_what_cannot_be_is_refused(store: Store) -> None:
    """A label, state, source or finding that does not exist is named."""
    for asked in ({"label": "sale"}, {"state": "open"}, {"source": "nobody"}, {"before": "zzz"}):
        with pytest.raises((BadValue, UnknownName), match=next(iter(asked.values()))):
            search_findings(store, Query(**asked))


def test_a_finding_is_shown_by_the_beginning_of_its_id(store: Store) -> None:
    """A beginning that only one finding has will do, in any case; one of several is refused, none is named."""
    _stock(store)
    newest, *_ = found = search_findings(store, Query())
    assert find_finding(store, newest["id"]) == {**newest, "verdicts": [], "former_signals": []}
    assert find_finding(store, newest["id"][:15].upper())["id"] == newest["id"]
    assert len({finding["id"][:1] for finding in found}) == 1
    with pytest.raises(BadValue, match="more of its characters"):
        find_finding(store, newest["id"][:1])
    for unknown in ("zzz", "", "%", "_"):
        with pytest.raises(UnknownName, match="no finding called"):
            find_finding(store, unknown)


def test_a_verdict_is_kept_with_who_when_and_why(store: Store) -> None:
    """Each judging is written down; the last one is the state."""
    _stock(store)
    finding_id = search_findings(store, Query())[0]["id"]
    judge_finding(store, finding_id, state="dismissed", note=None, by="li", now=at(9))
    judged = judge_finding(store, finding_id[:15], state="confirmed", note="真的", by="wang", now=at(10))
    assert judged == find_finding(store, finding_id)
    assert judged["state"] == "confirmed"
    assert [(one["state"], one["note"], one["by"], one["at"]) for one in judged["verdicts"]] == [
        ("dismissed", None, "li", at(9).isoformat()), ("confirmed", "真的", "wang", at(10).isoformat()),
    ]  # fmt: skip
    with pytest.raises(BadValue, match="state cannot be open"):
        judge_finding(store, finding_id, state="open", note=None, by="li", now=at(11))
    with pytest.raises(UnknownName):
        judge_finding(store, "zzz", state="review", note=None, by="li", now=at(11))


def test_verdicts_follow_one_another_as_they_were_given(store: Store) -> None:
    """A clock that was set back between two verdicts does not turn them round."""
    _stock(store)
    finding_id = search_findings(store, Query())[0]["id"]
    judge_finding(store, finding_id, state="dismissed", note=None, by="li", now=at(9))
    judged = judge_finding(store, finding_id, state="confirmed", note=None, by="li", now=at(9) - timedelta(days=400))
    assert [one["state"] for one in judged["verdicts"]] == ["dismissed", "confirmed"]
    assert [lesson.confirmed for lesson in read_lessons(store, at(9))] == [True]


def test_what_an_analyst_said_outlives_an_edit(store: Store) -> None:
    """A judged finding keeps its state when its text changes; one nobody judged has the state of its new text."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER), make_post(2, OFFER + "二")]))
    score_all(store)
    judged = next(finding for finding in search_findings(store, Query()) if finding["post"]["id"] == "post-1")
    judge_finding(store, judged["id"], state="dismissed", note=None, by="li", now=at(1))
    edited = [make_post(1, OFFER + "改", at(2)), make_post(2, OFFER + "二改", at(2))]
    take(store, run, make_haul(edited, at(2)))
    (page_id,) = waiting(store, at(2))
    settle(store, page_id, [make_verdict(post, state="review") for post in edited], at(3))
    assert {finding["post"]["id"]: finding["state"] for finding in search_findings(store, Query())} == {
        "post-1": "dismissed", "post-2": "review",
    }  # fmt: skip


def test_an_export_reads_all_findings_of_one_moment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, oldest first, each once, and none that came while it was read."""
    monkeypatch.setattr("store.findings.BATCH", 4)
    for page in range(3):
        keep(store, *(make_verdict(make_post(10 * page + number, f"出售 {page}/{number}")) for number in range(7)),
             minute=page)  # fmt: skip
    reading = iterate_findings(store)
    first = next(reading)
    keep(store, make_verdict(make_post(99, "出售 99")), minute=9)
    found = [first, *reading]
    assert len({finding["id"] for finding in found}) == 21
    assert [finding["first_seen"] for finding in found] == sorted(finding["first_seen"] for finding in found)
    assert [finding["id"] for finding in iterate_findings(store, since=at(1), until=at(2))] == [
        finding["id"] for finding in found if finding["first_seen"] == at(1).isoformat()
    ]
    assert len(list(iterate_findings(store))) == 22


def test_practice_is_said_of_what_came_from_the_practice_market(store: Store) -> None:
    """A finding of a practice source carries practice: true."""
    run = watch(store, practice=True)
    take(store, run, make_haul([make_post(1, OFFER)]))
    score_all(store)
    assert search_findings(store, Query())[0]["practice"] is True
