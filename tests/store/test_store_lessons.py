"""What verdicts teach: the last word of an analyst, never practice, never old dismissals."""

from __future__ import annotations

from datetime import timedelta

from hauls import OFFER, T0, at, make_haul, make_post, score_all, take, watch

from store.database import Store
from store.findings import Query, judge_finding, search_findings
from store.lessons import DISMISSED_DAYS, read_lessons


def stock(store: Store, count: int, *, practice: bool = False, name: str = "board") -> list[str]:
    """Findings of one source, in the order of their posts."""
    run = watch(store, name, practice=practice)
    take(store, run, make_haul([make_post(number, f"{OFFER} {number}号") for number in range(count)], path=f"/{name}"))
    score_all(store)
    found = [finding for finding in search_findings(store, Query()) if finding["source"] == name]
    return [finding["id"] for finding in sorted(found, key=lambda finding: finding["post"]["id"])]


def test_the_last_verdict_of_a_finding_teaches(store: Store) -> None:
    """Confirmed and dismissed findings teach what their last verdict says; one that was taken back teaches nothing."""
    one, two, three, four = stock(store, 4)
    for finding, *states in ((one, "confirmed"), (two, "confirmed", "dismissed"), (three, "dismissed", "review")):
        for minute, state in enumerate(states, 1):
            judge_finding(store, finding, state=state, note=None, by="li", now=at(minute))
    lessons = sorted(read_lessons(store, at(10)), key=lambda lesson: lesson.passage.id)
    assert [(lesson.passage.text[-2:], lesson.confirmed, lesson.label) for lesson in lessons] == [
        ("0号", True, "offer"), ("1号", False, "offer"),
    ]  # fmt: skip
    assert lessons[0].labels == {"offer": 0.97, "unrelated": 0.03} | lessons[0].labels
    assert (lessons[0].passage.thread_title, lessons[0].passage.board) == ("车友闲聊", "二手")
    assert four not in {lesson.passage.id for lesson in lessons}


def test_a_referral_is_no_verdict(store: Store) -> None:
    """A finding that was confirmed and then referred still teaches."""
    (finding,) = stock(store, 1)
    judge_finding(store, finding, state="confirmed", note=None, by="li", now=at(1))
    judge_finding(store, finding, state="referred", note=None, by="li", now=at(2))
    assert [lesson.confirmed for lesson in read_lessons(store, at(3))] == [True]


def test_practice_teaches_nothing(store: Store) -> None:
    """What came from the practice market is never learnt from."""
    (finding,) = stock(store, 1, practice=True)
    judge_finding(store, finding, state="confirmed", note=None, by="li", now=at(1))
    assert read_lessons(store, at(2)) == ()


def test_a_dismissed_text_teaches_for_ninety_days(store: Store) -> None:
    """After that its text is not learnt from; a confirmed one still is."""
    one, two = stock(store, 2)
    judge_finding(store, one, state="confirmed", note=None, by="li", now=T0)
    judge_finding(store, two, state="dismissed", note=None, by="li", now=T0)
    last = T0 + timedelta(days=DISMISSED_DAYS)
    assert len(read_lessons(store, last)) == 2
    assert [lesson.confirmed for lesson in read_lessons(store, last + timedelta(seconds=1))] == [True]
