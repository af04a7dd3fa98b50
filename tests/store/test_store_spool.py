"""Delivering, scoring, sealing, destroying, expiring."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hauls import CHAT, OFFER, SITE, T0, at, files_under, make_haul, make_post, make_verdict, score_all, take, watch
from sqlmodel import col, select, update
from stores import open_store

from domain.errors import DamagedSeal, UnknownName
from domain.pages import Mark, Validators
from domain.posts import text_digest
from store.database import Store
from store.findings import Query, search_findings
from store.seals import read_capture
from store.sources import find_source
from store.spool import discard, expire, mark_of, open_page, release, settle, validators_of, waiting
from store.tables import FingerprintRow, PageRow, TallyRow


def test_a_page_comes_back_from_the_spool_as_it_was(store: Store) -> None:
    """Bytes, headers with their repeats, posts and marks survive; all posts of a new page are fresh."""
    run = watch(store)
    haul = make_haul([make_post(1, OFFER), make_post(2, CHAT)], body=bytes(range(256)) * 40)
    drawn = replace(haul, page=replace(haul.page, rendered=True, served_body=b"<html></html>"))
    assert take(store, run, drawn, T0) == 2
    (page_id,) = waiting(store, T0)
    page = open_page(store, page_id)
    assert page.haul == drawn
    assert page.fresh == {"post-1", "post-2"}
    assert (page.source, page.source_id, page.run_id) == (find_source(store, "board").source, run.source_id, run.id)


def test_what_waits_is_unreadable(store: Store) -> None:
    """Neither the page nor its address is to be read in the spool."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, CHAT)], path="/t/secret-slug"), T0)
    (name,) = files_under(store.home / "spool")
    sealed = (store.home / "spool" / name).read_bytes()
    assert b"<html>" not in sealed
    assert b"secret-slug" not in sealed


def test_nothing_new_leaves_no_bytes(store: Store) -> None:
    """A page on which everything is known is not kept, neither while it waits nor after."""
    run = watch(store)
    haul = make_haul([make_post(1, OFFER), make_post(2, CHAT)])
    assert take(store, run, haul, T0) == 2
    assert take(store, run, haul, at(1)) == 0
    assert len(files_under(store.home / "spool")) == 1
    score_all(store)
    assert take(store, run, haul, at(2)) == 0
    assert files_under(store.home / "spool") == set()
    assert waiting(store, at(3)) == []


def test_only_what_is_new_or_changed_is_fresh(store: Store) -> None:
    """Of a page with known posts, scoring is asked for the new and the edited ones."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER), make_post(2, CHAT)]), T0)
    score_all(store)
    later = make_haul([make_post(1, OFFER), make_post(2, CHAT + "。"), make_post(3, CHAT)], at(60))
    assert take(store, run, later, at(60)) == 1
    (page_id,) = waiting(store, at(61))
    assert open_page(store, page_id).fresh == {"post-2", "post-3"}


def test_settling_keeps_findings_and_counts_the_rest(store: Store) -> None:
    """An offer becomes a finding; of the others stay a fingerprint with model and band, and a count a label."""
    run = watch(store)
    haul = make_haul([make_post(1, OFFER), make_post(2, CHAT), make_post(3, CHAT)])
    take(store, run, haul, T0)
    (settled,) = score_all(store)
    assert (len(settled.new), settled.updated) == (1, ())
    with store.reading() as session:
        fingerprints = session.exec(select(FingerprintRow)).all()
        tallies = {(str(row.day), row.label): row.count for row in session.exec(select(TallyRow))}
    assert sorted((row.model, row.band) for row in fingerprints) == [("model-1", 0), ("model-1", 0), ("model-1", 9)]
    assert tallies == {("2026-11-20", "offer"): 1, ("2026-11-20", "unrelated"): 2}


def test_a_page_with_a_finding_is_sealed_and_its_proof_opens(store: Store) -> None:
    """The capture holds the very bytes, its hashes are true, and the finding names it."""
    run = watch(store)
    haul = make_haul([make_post(1, OFFER), make_post(2, CHAT)])
    take(store, run, haul, T0)
    (settled,) = score_all(store, at(1))
    (finding,) = search_findings(store, Query())
    (capture,) = finding["captures"]
    assert capture["id"] == settled.capture
    (name,) = files_under(store.home / "captures")
    sealed = next((store.home / "captures").rglob(name)).read_bytes()
    assert capture["sha256"] == hashlib.sha256(sealed).hexdigest()
    assert capture["body_sha256"] == hashlib.sha256(haul.page.body).hexdigest()
    assert capture["url"] == SITE + "/t/7"
    assert read_capture(store, capture["id"]) == haul
    assert files_under(store.home / "spool") == set()


def test_a_page_without_a_finding_is_gone_with_its_key(store: Store) -> None:
    """No file and no key of it is left."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, CHAT)]), T0)
    (settled,) = score_all(store)
    assert settled.capture is None
    assert files_under(store.home / "spool") | files_under(store.home / "captures") == set()
    assert files_under(store.home / "keys") == {"store.key"}


def test_new_chatter_beside_a_proven_finding_is_not_sealed_again(store: Store) -> None:
    """A page is sealed for words that have no proof yet, not each time somebody replies."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]), T0)
    score_all(store)
    later = make_haul([make_post(1, OFFER), make_post(2, CHAT)], at(60))
    take(store, run, later, at(60))
    (settled,) = score_all(store, at(61))
    assert settled.capture is None
    assert len(files_under(store.home / "captures")) == 1


def test_a_capture_proves_every_finding_on_its_page(store: Store) -> None:
    """A page sealed for a new finding is proof of the known one beside it as well."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]), T0)
    score_all(store)
    later = make_haul([make_post(1, OFFER), make_post(2, OFFER + "!")], at(60))
    take(store, run, later, at(60))
    score_all(store, at(61))
    newest, oldest = search_findings(store, Query())
    assert len(newest["captures"]) == 1
    assert len(oldest["captures"]) == 2
    assert newest["captures"][0] == oldest["captures"][1]


def test_settling_twice_changes_nothing(store: Store) -> None:
    """A page that was settled meanwhile is nobody's concern any more."""
    run = watch(store)
    haul = make_haul([make_post(1, OFFER)])
    take(store, run, haul, T0)
    (page_id,) = waiting(store, T0)
    verdicts = [make_verdict(haul.posts[0])]
    assert settle(store, page_id, verdicts, T0).new
    before = search_findings(store, Query())
    again = settle(store, page_id, verdicts, at(5))
    assert (again.new, again.updated, again.capture) == ((), (), None)
    assert search_findings(store, Query()) == before
    read_capture(store, page_id)


def test_discarding_what_was_sealed_leaves_the_proof(store: Store) -> None:
    """A page that another process settled meanwhile is not destroyed by who still thinks that it waits."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]))
    (settled,) = score_all(store)
    assert settled.capture
    discard(store, settled.capture)
    read_capture(store, settled.capture)


def test_a_fresh_post_without_a_verdict_is_a_fault(store: Store) -> None:
    """A page cannot be settled while something on it was not scored; it goes on waiting."""
    run = watch(store)
    haul = make_haul([make_post(1, OFFER), make_post(2, CHAT)])
    take(store, run, haul, T0)
    (page_id,) = waiting(store, T0)
    with pytest.raises(ValueError, match="1 of 2 fresh posts"):
        settle(store, page_id, [make_verdict(haul.posts[0])], T0)
    assert open_page(store, page_id).fresh == {"post-1", "post-2"}
    assert search_findings(store, Query()) == []


def test_a_wording_that_waits_on_two_pages_is_scored_once(store: Store) -> None:
    """The same post on two pages that both wait is fresh on the first alone; the second's own posts still are."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]), T0)
    other = make_haul([make_post(1, OFFER), make_post(2, CHAT)], at(1), path="/t/7?page=2")
    assert take(store, run, other, at(1)) == 1
    first, second = waiting(store, at(2))
    assert open_page(store, first).fresh == {"post-1"}
    assert open_page(store, second).fresh == {"post-2"}


def test_an_edited_finding_has_both_wordings_and_proof_of_each(store: Store) -> None:
    """A changed text is another version; the one seen last stands, the finding and an analyst's state stay."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]), T0)
    score_all(store)
    edited = make_post(1, OFFER.replace("0.5", "0.4"), at(60))
    take(store, run, make_haul([edited], at(60)), at(60))
    (settled,) = score_all(store, at(61))
    (finding,) = search_findings(store, Query())
    assert (settled.new, settled.updated) == ((), (finding["id"],))
    assert finding["post"]["text"] == edited.text
    assert [version["text"] for version in finding["versions"]] == [OFFER, edited.text]
    assert len(finding["captures"]) == 2


def test_what_a_finding_was_edited_into_is_not_kept_when_it_is_no_finding(store: Store) -> None:
    """An offer that becomes chatter stays as it was; the chatter is not stored."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]), T0)
    score_all(store)
    take(store, run, make_haul([make_post(1, CHAT)], at(60)), at(60))
    score_all(store, at(61))
    (finding,) = search_findings(store, Query())
    assert finding["post"]["text"] == OFFER
    assert len(finding["versions"]) == 1


def test_two_sources_meet_in_one_finding(store: Store) -> None:
    """A post read through two sources is one finding, of the source that saw it first."""
    first, second = watch(store), watch(store, "search", f"{SITE}/search?q=x")
    take(store, second, make_haul([make_post(1, OFFER)], at(5)))
    score_all(store)
    assert take(store, first, make_haul([make_post(1, OFFER)], at(1)), at(6)) == 0
    (finding,) = search_findings(store, Query())
    assert finding["source"] == "board"
    assert (finding["first_seen"], finding["last_seen"]) == (at(1).isoformat(), at(5).isoformat())


def test_marks_and_validators_come_with_the_page(store: Store) -> None:
    """What a haul says of its thread and address is known after it, to that source alone."""
    run = watch(store)
    other = watch(store, "other", f"{SITE}/board/2").source_id
    mark, validators = Mark("thread-9", "12|老周|昨天", 3, ended=False, floors_before=40), Validators('"x"', None)
    haul = make_haul([make_post(1, CHAT)], mark=mark, validators=validators)
    take(store, run, haul, T0)
    assert mark_of(store, run.source_id, "thread-9") == mark
    assert validators_of(store, run.source_id, SITE + "/t/7") == validators
    assert mark_of(store, other, "thread-9") is None
    assert validators_of(store, other, SITE + "/t/7") is None
    unnamed = make_haul([make_post(1, CHAT)], mark=replace(mark, sign=None, page=4), validators=Validators())
    take(store, run, unnamed, at(1))
    assert mark_of(store, run.source_id, "thread-9") == replace(mark, sign=None, page=4)
    assert validators_of(store, run.source_id, SITE + "/t/7") is None


def test_what_was_not_scored_in_time_is_fetched_again(store: Store) -> None:
    """Expiry destroys the page and what would keep it from being read again: its thread's mark, the lists' marks, the
    validators, and the fingerprints of what was not scored."""
    run = watch(store)
    board = make_haul([], path="/board/1", role="board", mark=Mark("/board/1", None, 9, ended=True))
    take(store, run, board, T0)
    haul, other = make_haul([make_post(1, OFFER)]), make_haul([make_post(2, CHAT)], at(60 * 20), path="/t/8")
    take(store, run, haul, T0)
    take(store, run, other, at(60 * 20))
    assert expire(store, at(60 * 23), timedelta(hours=24)) == 0
    assert expire(store, at(60 * 25), timedelta(hours=24)) == 1
    assert mark_of(store, run.source_id, "/t/7") is None
    assert mark_of(store, run.source_id, "/board/1") is None
    assert mark_of(store, run.source_id, "/t/8") is not None
    assert validators_of(store, run.source_id, SITE + "/t/7") is None
    assert validators_of(store, run.source_id, SITE + "/board/1") is None
    assert len(files_under(store.home / "spool")) == 1
    assert take(store, run, haul, at(60 * 26)) == 1


def test_expiry_leaves_pages_that_are_being_scored(store: Store) -> None:
    """A page under lease is left to who holds it."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]), T0)
    waiting(store, at(60 * 25), lease_seconds=600)
    assert expire(store, at(60 * 25 + 1), timedelta(hours=24)) == 0
    assert expire(store, at(60 * 26), timedelta(hours=24)) == 1


def test_leases_hand_each_page_to_one(store: Store) -> None:
    """A page is handed out again only when its lease has run out; the oldest come first, up to a limit."""
    run = watch(store)
    for number in range(5):
        haul = make_haul([make_post(number, CHAT)], path=f"/t/{number}")
        take(store, run, haul, at(number))
    first = waiting(store, at(10), lease_seconds=60, limit=2)
    second = waiting(store, at(10), lease_seconds=600, limit=2)
    assert len({*first, *second}) == 4
    assert first + second == sorted(first + second)
    assert len(waiting(store, at(10.5), lease_seconds=60)) == 1
    assert set(first) < set(waiting(store, at(12)))


def test_pages_whose_scoring_failed_are_free_at_once(store: Store) -> None:
    """What this process gives back is handed out again before the lease runs out; what another holds stays with it."""
    run = watch(store)
    for number in range(3):
        take(store, run, make_haul([make_post(number, CHAT)], path=f"/t/{number}"), at(number))
    held = waiting(store, at(10), lease_seconds=600)
    with store.transaction() as session:
        session.exec(update(PageRow).where(col(PageRow.id) == held[0]).values(holder="another 1 1"))
    release(store, held)
    with store.reading() as session:
        free = session.exec(select(PageRow.id).where(col(PageRow.holder).is_(None))).all()
    assert sorted(free) == held[1:]


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "gone", "key gone", "other key"])
def test_a_page_whose_bytes_or_key_were_changed_does_not_open(store: Store, harm: str) -> None:
    """Any change is a DamagedSeal; discarding the page lets it be fetched again."""
    run = watch(store)
    hauls = [make_haul([make_post(number, OFFER)], path=f"/t/{number}") for number in (1, 2)]
    for haul in hauls:
        take(store, run, haul, T0)
    page_id, other = waiting(store, T0)
    path, key = store.home / "spool" / f"{page_id}.page", store.keys.path_of(page_id)
    data = path.read_bytes()
    {
        "flip": lambda: path.write_bytes(data[:40] + bytes([data[40] ^ 1]) + data[41:]),
        "cut": lambda: path.write_bytes(data[:-1]),
        "empty": lambda: path.write_bytes(b""),
        "gone": path.unlink,
        "key gone": key.unlink,
        "other key": lambda: key.write_bytes(store.keys.path_of(other).read_bytes()),
    }[harm]()
    with pytest.raises(DamagedSeal):
        open_page(store, page_id)
    with pytest.raises(DamagedSeal):
        settle(store, page_id, [make_verdict(haul.posts[0]) for haul in hauls], T0)
    discard(store, page_id)
    assert [*files_under(store.home / "spool")] == [f"{other}.page"]
    known = {mark_of(store, run.source_id, path) is not None for path in ("/t/1", "/t/2")}
    assert known == {True, False}


def test_a_page_nobody_knows_is_named(store: Store) -> None:
    """Opening what is not there is an UnknownName."""
    with pytest.raises(UnknownName):
        open_page(store, "0" * 17)


def test_a_page_lost_to_a_power_cut_is_fetched_again(store: Store) -> None:
    """A row whose file is gone is noticed at the next opening."""
    run = watch(store)
    haul = make_haul([make_post(1, OFFER)])
    take(store, run, haul, T0)
    (name,) = files_under(store.home / "spool")
    (store.home / "spool" / name).unlink()
    with open_store(store.home) as again:
        assert waiting(again, T0) == []
        assert mark_of(again, run.source_id, "/t/7") is None
        assert files_under(store.home / "keys") == {"store.key"}
        assert take(again, run, haul) == 1


def test_wild_text_is_stored_with_its_length(store: Store) -> None:
    """Half characters, NULs, numbers beyond 64 bits and pages of nothing are taken as they come."""
    run = watch(store)
    text = "出售\ud83d车主\x00数据\U0001f697"
    post = make_post(1, text, floor=10**30, thread_title="\udfff", quoted=("\ud800",))
    take(store, run, make_haul([post, make_post(2, "")], body=b""), T0)
    score_all(store)
    (finding,) = search_findings(store, Query())
    assert finding["post"]["text"] == "出售�车主�数据\U0001f697"
    assert len(finding["post"]["text"]) == len(text)
    assert finding["post"]["content_sha256"] == text_digest(text)
    assert finding["post"]["floor"] == 2**63 - 1
    assert take(store, run, make_haul([post], body=b""), T0) == 0


def test_a_post_that_stands_on_a_page_twice_is_one(store: Store) -> None:
    """The first of two posts with one id counts."""
    run = watch(store)
    haul = make_haul([make_post(1, OFFER), make_post(1, CHAT)])
    assert take(store, run, haul, T0) == 1
    (page_id,) = waiting(store, T0)
    settled = settle(store, page_id, [make_verdict(haul.posts[0])], T0)
    assert len(settled.new) == 1


def test_a_page_of_very_many_posts_is_taken(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """More posts than are named in one statement are no fault."""
    monkeypatch.setattr("store.engine.BATCH", 7)
    run = watch(store)
    posts = [make_post(number, CHAT) for number in range(30)]
    assert take(store, run, make_haul(posts, body=b""), T0) == 30
    assert take(store, run, make_haul(posts, body=b""), T0) == 0
