"""Reading findings again: the new signal stands, the former one is history, and analysts' words are theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hauls import OFFER, at, make_haul, make_post, make_verdict, score_all, take, watch
from stores import change

from domain.plain import plain
from domain.signals import Mask, Offer, Reading
from store.database import Store
from store.findings import Query, find_finding, judge_finding, search_findings
from store.rereading import Change, Rereading, Wording, list_outdated, read_wordings, store_rereadings
from store.verification import find_gaps


def stock(store: Store, texts: tuple[str, ...] = (OFFER,)) -> list[str]:
    """Findings with these texts, read by model-1; their ids."""
    take(store, watch(store), make_haul([make_post(number, text) for number, text in enumerate(texts)]))
    score_all(store)
    return sorted(finding["id"] for finding in search_findings(store, Query()))


def reread(
    wording: Wording, *, label: str = "wanted", score: float = 0.3, model: str = "model-2", keep: bool = True,
    state: Any = "new", masks: tuple[Mask, ...] = (),
) -> Rereading:  # fmt: skip
    """What another model says of a wording."""
    signal = make_verdict(make_post(1, wording.passage.text), keep=True).signal
    text = "".join(
        "＊" if any(mask.start <= place < mask.end for mask in masks) else letter
        for place, letter in enumerate(wording.passage.text)
    )
    said = replace(signal, id=wording.passage.id, label=label, score=score, model=model, kind=None, offer=Offer())
    reading = Reading(said, replace(wording.passage, text=text), masks, 0, text)
    return Rereading(wording, reading, keep, state)


def renew(store: Store, finding_id: str, **said: Any) -> Change | None:
    """One finding, read again."""
    wordings = read_wordings(store, [finding_id], "model-2")
    return store_rereadings(store, finding_id, [reread(one, **said) for one in wordings], at(5))


def test_a_finding_read_again_has_the_new_signal_and_keeps_the_former(store: Store) -> None:
    """The new signal stands with its model's name, is searched by, and the former is in the history whole."""
    (finding_id,) = stock(store)
    before = find_finding(store, finding_id)
    change = renew(store, finding_id)
    after = find_finding(store, finding_id)
    assert change is not None
    assert (change.old.label, change.new.label, change.new.model) == ("offer", "wanted", "model-2")
    assert (after["signal"]["label"], after["signal"]["score"], after["signal"]["model"]) == ("wanted", 0.3, "model-2")
    assert after["signal"]["offer"]["prices"] == []
    (former,) = after["former_signals"]
    assert former["signal"] == before["signal"]
    assert former["replaced_at"] == plain(at(5))
    assert [one["id"] for one in search_findings(store, Query(label="wanted"))] == [finding_id]
    assert search_findings(store, Query(contact="che_zhu88")) == []
    assert after["post"] == before["post"]
    assert after["captures"] == before["captures"]


def test_a_second_time_there_is_nothing_to_do(store: Store) -> None:
    """What the present model has read is not read again, and storing it twice changes nothing."""
    ids = stock(store, (OFFER, OFFER + "二"))
    assert list_outdated(store, "model-2") == ids
    wordings = read_wordings(store, ids[:1], "model-2")
    assert renew(store, ids[0]) is not None
    assert list_outdated(store, "model-2") == ids[1:]
    assert read_wordings(store, ids[:1], "model-2") == []
    # Another process that had read the same wording comes late.
    assert store_rereadings(store, ids[0], [reread(one) for one in wordings], at(6)) is None
    assert len(find_finding(store, ids[0])["former_signals"]) == 1
    assert renew(store, ids[1]) is not None
    assert list_outdated(store, "model-2") == []


@pytest.mark.parametrize("state", ["confirmed", "dismissed", "review", "new"])
def test_an_analysts_state_and_verdicts_stay(store: Store, state: str) -> None:
    """Whatever the model says now, what an analyst said stays, with the label that it was said of."""
    (finding_id,) = stock(store)
    judge_finding(store, finding_id, state=state, note="看过", by="li", now=at(1))
    verdicts = find_finding(store, finding_id)["verdicts"]
    renew(store, finding_id, label="unrelated", score=0.0, keep=False, state="review")
    after = find_finding(store, finding_id)
    assert (after["state"], after["verdicts"]) == (state, verdicts)
    assert verdicts[0]["label"] == "offer"


def test_a_state_nobody_gave_follows_the_model(store: Store) -> None:
    """A finding that nobody has judged goes where the present model puts it; none is lost."""
    (finding_id,) = stock(store)
    change = renew(store, finding_id, label="unrelated", score=0.0, keep=False, state="review")
    assert change is not None
    assert (change.old.state, change.new.state, change.keep) == ("new", "review", False)
    assert find_finding(store, finding_id)["state"] == "review"


def test_every_wording_is_read_again(store: Store) -> None:
    """A finding of two wordings has both renewed in one step, and stands as the later one."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]))
    score_all(store)
    take(store, run, make_haul([make_post(1, OFFER + "改", at(2))], at(2)))
    score_all(store, at(2))
    (finding_id,) = list_outdated(store, "model-2")
    assert len(read_wordings(store, [finding_id], "model-2")) == 2
    renew(store, finding_id)
    after = find_finding(store, finding_id)
    assert {one["model"] for one in after["versions"]} == {"model-2"}
    assert len(after["former_signals"]) == 2


def test_what_is_known_for_a_victim_only_now_is_masked_in_history_too(store: Store) -> None:
    """New masks cover the kept text, its search words and what the former signal told of that place."""
    text = "出售车主数据 0.5元一条 1000条起 13800138000"
    (finding_id,) = stock(store, (text,))
    start = text.index("13800138000")
    renew(store, finding_id, masks=(Mask("phone", start, start + 11),))
    after = find_finding(store, finding_id)
    assert after["post"]["text"].endswith("＊" * 11)
    assert search_findings(store, Query(text="13800138000")) == []
    (former,) = after["former_signals"]
    assert all(one["end"] <= start or one["start"] >= start + 11 for one in former["signal"]["offer"]["contacts"])
    assert [one["amount"] for one in former["signal"]["offer"]["prices"]] == [0.5, 300.0]


def test_a_row_that_was_changed_is_not_made_good_by_reading_it_again(store: Store) -> None:
    """What a rereading starts from has to be what was entered; the ledger says whether it was."""
    (finding_id,) = stock(store)
    renew(store, finding_id, label="offer")
    assert find_gaps(store, finding_id) == []
    change(store.home, "UPDATE finding_versions SET text = replace(text, '0.5', '0.9')")
    (wording,) = read_wordings(store, [finding_id], "model-3")
    store_rereadings(store, finding_id, [reread(wording, model="model-3")], at(6))
    assert [gap.what for gap in find_gaps(store, finding_id)] == ["reading_changed"]


def test_a_finding_that_is_gone_is_passed_over(store: Store) -> None:
    """Nothing comes of reading again what is no longer there."""
    assert store_rereadings(store, "0" * 17, [], at(1)) is None
