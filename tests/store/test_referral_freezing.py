"""Findings become a referral once, whole and written down; with any gap or fault nothing of it is there."""

from __future__ import annotations

import errno
import json
import os
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from custody import actions, capture_ids, fill, finding_ids, read_ledger
from hauls import OFFER, at, make_haul, make_post, score_all, take, watch
from stores import change, open_store

from domain.errors import BadValue, DiskFull, NotReferable, Refused, UnknownName
from store.database import Store
from store.findings import find_finding, judge_finding
from store.holders import this_holder
from store.ledger import Head
from store.purging import purge_findings
from store.referrals import freezing
from store.referrals.checking import check_package
from store.referrals.dossier import Dossier, Member, Request
from store.referrals.drafts import finish_drafts, open_draft
from store.referrals.freezing import Frozen, freeze
from store.referrals.gathering import gather
from store.rotation import change_key
from store.seals import destroy_page
from store.stamping import Stamp
from store.tables import ReferralRow
from store.verification import verify_store

BY = "移送员"


@pytest.fixture(autouse=True)
def _nothing_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents take seconds and are looked at elsewhere."""
    monkeypatch.setattr("store.referrals.composing.print_paper", lambda paper: b"%PDF-" + paper.title.encode())


@pytest.fixture
def filled(store: Store) -> list[str]:
    """Three findings, the first of them dismissed, the others confirmed."""
    fill(store)
    ids = finding_ids(store)
    for finding_id in ids[1:]:
        judge_finding(store, finding_id, state="confirmed", note=None, by=BY, now=at(25))
    return ids


def collect(store: Store, *names: str, **fields: Any) -> Dossier:
    """A dossier of findings."""
    request = Request(**({"to": "police", "operator": BY, "case": "A-1"} | fields))
    desk = {"role": "analyst", "login": "desk1", "software": "Tipstaff"}
    return gather(store, names, request, lambda _finding: ([], ""), **desk, now=at(30))


def refer(store: Store, path: Path, *names: str, **fields: Any) -> Frozen:
    """A referral of findings."""
    return freeze(store, collect(store, *names, **fields), path, now=at(31))


def names_in(path: Path) -> set[str]:
    """The files of a package."""
    with zipfile.ZipFile(path) as opened:
        return {name.partition("/")[2] for name in opened.namelist()}


def read_json(path: Path, place: str) -> Any:
    """A file of a package, as JSON."""
    with zipfile.ZipFile(path) as opened:
        return json.loads(opened.read(f"{opened.namelist()[0].partition('/')[0]}/{place}"))


def test_findings_are_referred_to_the_police_with_their_captures(
    store: Store, filled: list[str], tmp_path: Path
) -> None:
    """The package holds; each opening, the state and the referral are in the ledger, in this order."""
    before = len(actions(store))
    frozen = refer(store, tmp_path / "r.zip", *filled[1:])
    checked = check_package(tmp_path / "r.zip", frozen.key)
    assert checked.flaws == ()
    assert checked.manifest["findings"] == filled[1:]
    assert actions(store)[before:] == ["unsealed", "unsealed", "verdict", "verdict", "referred"]
    last = read_ledger(store)[-1]
    assert (last.subject, last.by, last.facts["sha256"]) == (frozen.id, BY, frozen.sha256)
    assert {find_finding(store, one)["state"] for one in filled[1:]} == {"referred"}
    assert {f"captures/{one}.wacz" for one in last.facts["captures"]} <= names_in(tmp_path / "r.zip")
    assert verify_store(store).faults == ()
    assert os.stat(tmp_path / "r.zip").st_mode & 0o077 == 0


def test_a_package_that_was_being_written_is_finished_or_gone(
    store: Store, filled: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the ledger's entry nothing of it is left at the next opening; killed after it, it is in place."""
    for place, commits in (("gone.zip", 0), ("kept.zip", 1)):
        child = os.fork()
        if child == 0:
            opened = open_store(store.home)
            monkeypatch.setattr(os, "replace" if commits else "fsync", _dying(tmp_path / f".{place}.part"))
            refer(opened, tmp_path / place, filled[1 + commits])
            os._exit(1)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        assert (tmp_path / f".{place}.part").exists()
    finish_drafts(store, at(40))
    assert {path.name for path in tmp_path.glob("*.zip")} == {"kept.zip"}
    assert list(tmp_path.glob(".*.part")) == []
    assert list((store.home / "drafts").iterdir()) == []
    assert check_package(tmp_path / "kept.zip").flaws == ()
    assert verify_store(store).faults == ()


def test_a_package_that_is_being_written_is_left_alone(store: Store, tmp_path: Path) -> None:
    """While its process lives a draft stays; where its folder is not there the note waits for it."""
    (tmp_path / "stick").mkdir()
    with open_draft(store, "r1", tmp_path / "stick" / "r.zip", at(1)) as (_stream, draft):
        finish_drafts(store, at(2))
        assert draft.exists()
        note = (store.home / "drafts" / "r1.json").read_text()
    gone = note.replace(this_holder(), this_holder() + "0")
    (store.home / "drafts" / "r1.json").write_text(gone)
    draft.write_bytes(b"half")
    (tmp_path / "stick").rename(tmp_path / "away")
    finish_drafts(store, at(3))
    assert (store.home / "drafts" / "r1.json").exists()
    (tmp_path / "away").rename(tmp_path / "stick")
    finish_drafts(store, at(4))
    assert list((tmp_path / "stick").iterdir()) == list((store.home / "drafts").iterdir()) == []


def _dying(draft: Path) -> Callable[..., None]:
    """Kills the process at a call that concerns a draft, or any once it is there."""
    real = os.replace

    def call(*args: Any) -> None:
        if draft.exists() and (isinstance(args[0], int) or Path(args[0]) == draft):
            os.kill(os.getpid(), signal.SIGKILL)
        if not isinstance(args[0], int):
            real(*args)

    return call


@pytest.mark.parametrize("to", ["12377", "12321", "12378"])
def test_others_get_no_capture_and_nothing_is_opened(store: Store, filled: list[str], tmp_path: Path, to: str) -> None:
    """Digests of what was withheld, masked text, the fields of their form; no opening in the ledger."""
    refer(store, tmp_path / "r.zip", filled[1], to=to)
    names = names_in(tmp_path / "r.zip")
    assert not any(name.startswith(("captures/", "forms/")) for name in names)
    assert {"withheld.sha256", "submission.json", "findings.jsonl"} <= names
    assert "unsealed" not in actions(store)
    with zipfile.ZipFile(tmp_path / "r.zip") as opened:
        assert b'"unsealed"' not in b"".join(opened.read(name) for name in opened.namelist())
    (record,) = read_json(tmp_path / "r.zip", "captures.json")
    assert "facts" not in record
    assert check_package(tmp_path / "r.zip").flaws == ()


def test_a_gap_in_the_proof_keeps_all_of_it_back(store: Store, filled: list[str], tmp_path: Path) -> None:
    """One finding without its capture: nothing is opened, entered or written for the others either."""
    destroy_page(store, capture_ids(store)[1])
    before = actions(store)
    with pytest.raises(NotReferable, match="seal_gone") as caught:
        refer(store, tmp_path / "r.zip", filled[2], filled[1])
    assert caught.value.facts["finding"] == filled[1]
    assert actions(store) == before
    assert list(tmp_path.glob("*.zip")) == []
    refer(store, tmp_path / "r.zip", filled[2])


def test_a_ledger_that_does_not_hold_lets_nothing_out(
    store: Store, home: Path, filled: list[str], tmp_path: Path
) -> None:
    """Not even for a channel that gets no capture."""
    change(home, "UPDATE ledger SET entry = replace(entry, 'captured', 'uncaught') WHERE seq = 2")
    with pytest.raises(NotReferable, match="entry_changed"):
        refer(store, tmp_path / "r.zip", filled[1], to="12377")


def test_what_was_dismissed_is_not_referred(store: Store, filled: list[str], tmp_path: Path) -> None:
    """It says what would make it possible; a name that is none and no recipient are named too."""
    with pytest.raises(Refused, match="judge"):
        refer(store, tmp_path / "r.zip", filled[0])
    with pytest.raises(UnknownName):
        refer(store, tmp_path / "r.zip", "nobody")
    with pytest.raises(BadValue, match="12377"):
        refer(store, tmp_path / "r.zip", filled[1], to="110")
    with pytest.raises(UnknownName, match="referral"):
        refer(store, tmp_path / "r.zip", filled[1], corrects="1nothing")


def test_practice_and_real_findings_never_share_a_package(store: Store, filled: list[str], tmp_path: Path) -> None:
    """And a package of practice findings says so in its manifest."""
    practice = watch(store, "practice", "http://127.0.0.1:8000/", practice=True)
    take(store, practice, make_haul([make_post(900, f"{OFFER} 900")], at(26), path="/t/900"))
    score_all(store, at(27))
    made = next(one for one in finding_ids(store) if find_finding(store, one)["practice"])
    with pytest.raises(Refused, match="practice"):
        refer(store, tmp_path / "r.zip", made, filled[1])
    assert refer(store, tmp_path / "r.zip", made).practice
    assert check_package(tmp_path / "r.zip").manifest["practice"] is True


def test_a_correction_names_what_it_corrects_and_leaves_it(store: Store, filled: list[str], tmp_path: Path) -> None:
    """The first stays as it was, file and row; the second names it; the state is not written twice."""
    first = refer(store, tmp_path / "1.zip", filled[1])
    kept = (tmp_path / "1.zip").read_bytes()
    with store.reading() as session:
        row = session.get_one(ReferralRow, first.id).model_dump()
    second = refer(store, tmp_path / "2.zip", filled[1], corrects=first.id)
    assert check_package(tmp_path / "2.zip").manifest["corrects"] == first.id
    assert (tmp_path / "1.zip").read_bytes() == kept
    with store.reading() as session:
        assert session.get_one(ReferralRow, first.id).model_dump() == row
        assert session.get_one(ReferralRow, second.id).corrects == first.id
    verdicts = [one["state"] for one in find_finding(store, filled[1])["verdicts"]]
    assert verdicts == ["confirmed", "referred"]


def test_a_file_that_is_there_is_never_written_over(store: Store, filled: list[str], tmp_path: Path) -> None:
    """Nor is a folder made; nothing is opened for it."""
    (tmp_path / "r.zip").write_bytes(b"somebody's")
    for place in (tmp_path / "r.zip", tmp_path):
        with pytest.raises(BadValue, match="never written over"):
            freezing.check_place(place)
    with pytest.raises(UnknownName, match="folder"):
        freezing.check_place(tmp_path / "none" / "r.zip")
    with pytest.raises(BadValue):
        refer(store, tmp_path / "r.zip", filled[1])
    assert (tmp_path / "r.zip").read_bytes() == b"somebody's"
    assert find_finding(store, filled[1])["state"] == "confirmed"


@pytest.mark.parametrize("fault", ["write", "fsync", "commit"])
def test_with_a_full_disk_nothing_is_left(
    store: Store, filled: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """No file, no half of one, no row, no entry, the state as it was; afterwards it can be done again."""
    dossier = collect(store, filled[1])
    before = actions(store)

    def fail(*_args: Any, **_options: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        if fault == "write":
            full.setattr(freezing, "write_zip", fail)
        elif fault == "fsync":
            full.setattr(freezing.os, "fsync", fail)
        else:
            full.setattr(freezing, "record", fail)
        with pytest.raises(DiskFull):
            freeze(store, dossier, tmp_path / "r.zip", now=at(31))
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []
    assert actions(store) == before
    assert find_finding(store, filled[1])["state"] == "confirmed"
    with store.reading() as session:
        assert session.get(ReferralRow, dossier.id) is None
    freeze(store, dossier, tmp_path / "r.zip", now=at(32))
    assert check_package(tmp_path / "r.zip").flaws == ()


def test_a_place_that_may_not_be_written_is_one_clear_line(
    store: Store, filled: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the option, and nothing is entered."""
    dossier = collect(store, filled[1])

    def fail(*_args: Any, **_options: Any) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as closed:
        closed.setattr(freezing.os, "open", fail)
        with pytest.raises(BadValue, match="--out"):
            freeze(store, dossier, tmp_path / "r.zip", now=at(31))


def test_a_package_holds_after_the_key_was_changed(store: Store, filled: list[str], tmp_path: Path) -> None:
    """A new key signs what follows; its coming in is among the entries, and the former packages hold as they did."""
    first = refer(store, tmp_path / "1.zip", filled[1])
    new = change_key(store, None, by=BY, now=at(40))
    second = refer(store, tmp_path / "2.zip", filled[2])
    assert second.key == new != first.key
    assert check_package(tmp_path / "1.zip", first.key).flaws == ()
    assert check_package(tmp_path / "2.zip", new).flaws == ()


def test_what_is_in_the_store_of_a_referral_is_held_against_the_ledger(
    store: Store, home: Path, filled: list[str], tmp_path: Path
) -> None:
    """A manifest that was changed or a referral that was taken out is named."""
    frozen = refer(store, tmp_path / "r.zip", filled[1])
    assert verify_store(store).faults == ()
    change(home, "UPDATE referrals SET manifest = replace(manifest, 'police', '12377')")
    assert [(one.what, one.subject) for one in verify_store(store).faults] == [("referral_changed", frozen.id)]
    change(home, "DELETE FROM referral_findings")
    change(home, "DELETE FROM referrals")
    assert [(one.what, one.subject) for one in verify_store(store).faults] == [("referral_gone", frozen.id)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE referrals SET operator = 'nobody'", "UPDATE referrals SET made_at = '2025-01-01 00:00:00.000000'",
        "UPDATE referrals SET practice = NOT practice", "UPDATE referrals SET signature = upper(signature)",
        "UPDATE referral_findings SET finding_id = 'another'", "DELETE FROM referral_findings",
    ],
)  # fmt: skip
def test_what_is_told_of_a_referral_is_what_was_signed(
    store: Store, home: Path, filled: list[str], tmp_path: Path, statement: str
) -> None:
    """Who made it, when, of what: the rows say it as the manifest does."""
    frozen = refer(store, tmp_path / "r.zip", filled[1])
    change(home, statement)
    assert [(one.what, one.subject) for one in verify_store(store).faults] == [("referral_changed", frozen.id)]


def test_a_referral_outlives_its_findings(store: Store, filled: list[str], tmp_path: Path) -> None:
    """A finding that is purged later leaves the referral, and the package, as they were."""
    frozen = refer(store, tmp_path / "r.zip", filled[1])
    spans = {"referred": 0, "confirmed": None, "dismissed": None, "new": None, "review": None}
    assert list(purge_findings(store, spans, by=BY, now=at(60 * 24)))
    with store.reading() as session:
        assert session.get(ReferralRow, frozen.id) is not None
    assert verify_store(store).faults == ()
    assert check_package(tmp_path / "r.zip").flaws == ()


def test_stamps_since_the_sealing_go_to_the_police(
    store: Store, filled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those on entries before it prove nothing of it, and nobody else gets any."""
    made = {
        seq: Stamp(Head(seq, "0" * 64), "{}", at(28), "CN=Example", "ab" * 32, b"token", at(29)) for seq in (1, 9)
    }  # fmt: skip
    monkeypatch.setattr("store.referrals.gathering.list_stamps", lambda _store: list(made.values()))
    assert [stamp.seq for stamp in collect(store, filled[1]).custody.stamps] == [9]
    assert collect(store, filled[1], to="12377").custody.stamps == ()


def test_each_format_is_deterministic(store: Store, filled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not printed comes out the same from the same dossier."""
    compose: Callable[[Dossier], list[Member]] = freezing.compose
    dossier = collect(store, filled[1])
    assert compose(dossier) == compose(dossier)
