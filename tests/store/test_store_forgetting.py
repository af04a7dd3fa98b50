"""What is not kept is in no byte of the store's folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hauls import CHAT, OFFER, SITE, at, find_bytes, make_haul, make_post, make_verdict, score_all, take, watch
from stores import open_store

from domain.pages import Mark, Validators
from domain.posts import Author, Post
from domain.sources import RunOutcome
from store.database import Store
from store.findings import Query, search_findings
from store.runs import finish_run
from store.seals import read_capture
from store.spool import discard, expire, open_page, settle, waiting

SECRET = "紫檀木匣里的旧信"
SLUG = "purple-casket-letters"
NAME = "匣中人Kestrel"
PLANTED = (SECRET, SLUG, NAME)
NOWHERE: dict[str, list[str]] = {word: [] for word in PLANTED}


def _planted_post(number: int, text: str = CHAT + SECRET) -> Post:
    return make_post(
        number, text, thread_title=SECRET, thread_url=f"{SITE}/t/{SLUG}", author=Author(NAME, NAME, f"{SITE}/{NAME}"),
        quoted=(SECRET,), links=(f"{SITE}/{SLUG}",), images=(f"{SITE}/{SLUG}.png",), board=NAME,
    )  # fmt: skip


def _planted_haul(store: Store, posts: list[Post], minute: float = 0) -> None:
    run = watch(store, f"board-{minute}")
    haul = make_haul(
        posts, at(minute), path=f"/t/{SLUG}", mark=Mark(SLUG, f"3|{NAME}|{SECRET}", 1, ended=True),
        validators=Validators(f'"{SLUG}"', SECRET),
    )  # fmt: skip
    take(store, run, replace(haul, title=SECRET, board=NAME))
    finish_run(store, run.id, RunOutcome("failed", f"{SITE}/t/{SLUG}: {SECRET} {NAME}"), 0, at(minute))


def _found(store: Store) -> dict[str, list[str]]:
    """Where each planted word is, while the store is open and after it was closed."""
    found = {word: find_bytes(store.home, word) for word in PLANTED}
    store.close()
    return {word: sorted({*files, *find_bytes(store.home, word)}) for word, files in found.items()}


def test_a_post_that_waits_is_in_no_readable_byte(store: Store) -> None:
    """Before it is scored a post is nowhere to be read: neither its words, title, address nor author."""
    _planted_haul(store, [_planted_post(1)])
    assert _found(store) == NOWHERE


def test_a_post_that_is_no_finding_is_in_no_byte(store: Store) -> None:
    """After scoring nothing of it can be read or opened: database, free pages, log, spool, keys."""
    _planted_haul(store, [_planted_post(number) for number in range(20)])
    score_all(store)
    assert _found(store) == NOWHERE
    assert [path.name for path in store.home.rglob("*.page")] == []


def test_a_bystander_beside_a_finding_is_only_in_the_capture(store: Store) -> None:
    """On a page with a finding, the other posts are nowhere but inside the sealed file."""
    _planted_haul(store, [_planted_post(1), make_post(2, OFFER)])
    (settled,) = score_all(store)
    assert settled.capture
    (finding,) = search_findings(store, Query())
    assert SECRET in read_capture(store, settled.capture).page.body.decode()
    assert SECRET not in str(finding)
    # The capture's own address is part of the proof, and it is this page's.
    assert finding["captures"][0]["url"] == f"{SITE}/t/{SLUG}"
    found = _found(store)
    assert (found[SECRET], found[NAME]) == ([], [])


def test_a_victims_value_in_a_finding_is_only_in_the_capture(store: Store) -> None:
    """A finding is stored as it was given, masked; the original lies in the sealed file alone."""
    victim = "13712345670"
    original = make_post(1, f"{OFFER} 样本:{victim} 苏A7K1Q0")
    masked = replace(original, text=original.text.replace(victim, "█" * len(victim)))
    run = watch(store)
    take(store, run, make_haul([original]))
    (page_id,) = waiting(store, at(0))
    settle(store, page_id, [make_verdict(masked, masked=1)], at(0))
    (finding,) = search_findings(store, Query(text="样本:█"))
    assert finding["post"]["content_sha256"] == original.content_sha256
    assert victim in read_capture(store, page_id).page.body.decode()
    store.close()
    assert find_bytes(store.home, victim) == []
    if store.url is None:
        assert find_bytes(store.home, "Che_Zhu88")[0] == "store.db"


@pytest.mark.parametrize("end", ["expire", "discard"])
def test_a_page_that_was_not_scored_is_in_no_byte(store: Store, end: str) -> None:
    """Neither what expired nor what was discarded leaves anything."""
    _planted_haul(store, [_planted_post(1), make_post(2, OFFER + SECRET)])
    if end == "expire":
        assert expire(store, at(60 * 25), timedelta(hours=24)) == 1
    else:
        discard(store, waiting(store, at(0))[0])
    assert _found(store) == NOWHERE
    assert [path.name for path in store.home.rglob("*.key")] == ["store.key"]


def test_destroyed_pages_cannot_be_opened_from_a_copy_of_their_bytes(store: Store) -> None:
    """Who kept the sealed bytes of a page holds noise once its key is destroyed."""
    _planted_haul(store, [_planted_post(1)])
    (page_id,) = waiting(store, at(0))
    path = store.home / "spool" / f"{page_id}.page"
    copy = path.read_bytes()
    score_page = open_page(store, page_id)
    settle(store, page_id, [make_verdict(post) for post in score_page.haul.posts], at(1))
    path.write_bytes(copy)
    with open_store(store.home) as again:
        assert not path.exists()
        assert waiting(again, at(2)) == []
