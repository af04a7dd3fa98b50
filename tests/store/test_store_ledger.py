"""The ledger: each thing that is done with the evidence is an entry, and no change of it goes unseen."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from custody import BY, actions, capture_ids, change, fill, finding_ids, read_ledger
from custody import faults as faults_of
from hauls import OFFER, T0, at, make_haul, make_post, score_all, take
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select
from test_store_processes import run_all

from domain.errors import BadValue, BrokenStore, DamagedSeal, UnknownName
from store.database import Store, open_store
from store.evidence import adopt
from store.findings import judge_finding
from store.ledger import Head, head_of, read_entry, read_head, read_witness, record, witness_path, write_line
from store.rotation import change_key, show_key
from store.schema import MIGRATIONS
from store.seals import capture_path, destroy_page
from store.signing import list_signers, read_signer, signing_folder
from store.tables import CaptureRow, CaptureVersionRow, FindingVersionRow, LedgerRow
from store.unsealing import unseal_finding
from store.verification import FAULTS, find_gaps, verify_store


def _head(store: Store) -> Head:
    with store.reading() as session:
        head = head_of(session)
    assert head is not None
    return head


def _unseal(store: Store, name: str, reason: str = "核对原文") -> Any:
    return unseal_finding(store, name, reason=reason, by=BY, login="desk1", now=at(30))


def test_sealings_and_verdicts_are_entered_and_all_is_proved(store: Store) -> None:
    """The key, three captures and two verdicts are six entries; nothing is broken."""
    fill(store)
    assert actions(store) == ["key_made", "captured", "captured", "captured", "verdict", "verdict"]
    proof = verify_store(store)
    assert (proof.entries, proof.captures, proof.verdicts, proof.faults) == (6, 3, 2, ())
    assert proof.head == _head(store) == read_witness(store.keys)
    assert proof.key == show_key(store, by=BY, now=T0)["fingerprint"]


def test_a_capture_is_entered_with_both_digests(store: Store) -> None:
    """SHA-256, and MD5 beside it, of the sealed file and of what was served are in the entry and in the row."""
    fill(store, count=1)
    (capture_id,) = capture_ids(store)
    sealed = capture_path(store, capture_id).read_bytes()
    facts = read_ledger(store)[1].facts
    assert (facts["sha256"], facts["md5"]) == (hashlib.sha256(sealed).hexdigest(), hashlib.md5(sealed).hexdigest())
    body = make_haul([make_post(1, f"{OFFER} 1"), make_post(101, "闲聊 1")]).page.body
    assert facts["body_md5"] == hashlib.md5(body).hexdigest()
    with store.reading() as session:
        row = session.get_one(CaptureRow, capture_id)
    assert (row.md5, row.body_md5) == (facts["md5"], facts["body_md5"])


def test_an_empty_ledger_holds_and_has_no_head(store: Store) -> None:
    """A store in which nothing was sealed yet is proved, and has made no key."""
    proof = verify_store(store)
    assert (proof.entries, proof.head, proof.key, proof.faults) == (0, None, None, ())
    assert list_signers(store.keys.folder) == set()


def _enter_and_fail(store: Store) -> None:
    with store.transaction() as session:
        record(session, store.keys, "exported", "x", {}, by=BY, now=at(30))
        raise ZeroDivisionError


def test_what_failed_leaves_no_entry(store: Store) -> None:
    """An entry is in the transaction of what it records: where that fails, neither is there."""
    fill(store)
    before = _head(store)
    with pytest.raises(UnknownName):
        judge_finding(store, "nobody", state="confirmed", note=None, by=BY, now=at(30))
    with pytest.raises(ZeroDivisionError):
        _enter_and_fail(store)
    assert _head(store) == before == read_witness(store.keys)


def test_other_programs_can_prove_an_entry(store: Store, tmp_path: Path) -> None:
    """The line is what sha256sum and openssl want: its digest is the hash, its signature that of the public key."""
    fill(store, count=1)
    with store.reading() as session:
        row = session.get_one(LedgerRow, 2)
    line, signature, public = (tmp_path / name for name in ("line", "signature", "public.pem"))
    line.write_bytes(row.entry.encode())
    summed = subprocess.run(["sha256sum", str(line)], capture_output=True, text=True, check=True).stdout
    assert summed.split()[0] == row.hash
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    signature.write_bytes(bytes.fromhex(row.signature))
    (name,) = list_signers(store.keys.folder)
    private = read_signer(signing_folder(store.keys.folder) / f"{name}.key")
    public.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(public), "-rawin", "-in", str(line)]
    subprocess.run([*words, "-sigfile", str(signature)], capture_output=True, check=True)


@given(
    facts=st.dictionaries(
        st.text(st.characters(codec=None), max_size=8),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(st.characters(codec=None), max_size=8),
            lambda inner: st.lists(inner, max_size=3), max_leaves=5,
        ),
        max_size=4,
    ),
    subject=st.text(st.characters(codec=None), max_size=8),
)  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_entered_holds(store: Store, facts: dict[str, Any], subject: str) -> None:
    """No name, text or number that a page or a person may come up with makes an entry that does not hold."""
    with store.transaction() as session:
        record(session, store.keys, "referred", subject, facts, by=subject, now=T0)
    assert verify_store(store).faults == ()


def test_lines_have_one_form() -> None:
    """The order in which facts were put together does not matter; nothing is escaped that need not be."""
    assert write_line({"乙": 1, "a": [1, None]}) == write_line({"a": [1, None], "乙": 1}) == '{"a":[1,null],"乙":1}'
    for junk in (None, 5, b"\xff", "", "[]", "{}", '{"seq":1}', "[" * 100_000):
        assert read_entry(junk) is None


# --- what is caught


LINE = "SELECT entry FROM ledger WHERE seq = 3"
COLUMNS = {
    "seq": 40, "action": "verdict", "subject": "someone else", "hash": "0" * 64, "signature": "00" * 64,
    "countersignature": "00" * 64,
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_one_value_of_a_row_changed(store: Store, column: str) -> None:
    """Whichever column of an entry is changed, that entry is the first link that does not hold."""
    fill(store)
    change(store.home, f"UPDATE ledger SET {column} = ? WHERE seq = 3", COLUMNS[column])
    (first, *_) = faults_of(store)
    assert first[1] == "3"
    assert first[0].startswith("entry_")


@pytest.mark.parametrize("junk", [None, 7, b"\xff\xfe", "", "{}", 1.5], ids=repr)
@pytest.mark.parametrize("column", ["entry", "hash", "signature", "subject", "countersignature"])
def test_junk_in_a_row_is_a_link_that_does_not_hold(store: Store, column: str, junk: Any) -> None:
    """Bytes, numbers and nothing where text should be are named like any other change, never a crash."""
    fill(store)
    try:
        change(store.home, f"UPDATE ledger SET {column} = ? WHERE seq = 3", junk)
    except sqlite3.IntegrityError:
        return  # Not even SQLite takes it.
    if column == "countersignature" and junk is None:
        assert faults_of(store) == []
    else:
        assert faults_of(store)[0][1] == "3"
    # Text that is no UTF-8 is told from bytes.
    change(store.home, f"UPDATE ledger SET {column} = CAST(x'fffe' AS TEXT) WHERE seq = 3")
    assert faults_of(store)[0][1] == "3"


def test_every_character_of_an_entry_counts(store: Store) -> None:
    """Any one character of a line changed, with the hash mended or not, is seen."""
    fill(store)
    with store.reading() as session:
        row = session.get_one(LedgerRow, 3)
    for place in range(0, len(row.entry), 23):
        other = row.entry[:place] + ("x" if row.entry[place] != "x" else "y") + row.entry[place + 1 :]
        change(store.home, "UPDATE ledger SET entry = ? WHERE seq = 3", other)
        assert faults_of(store)[0] in (("entry_changed", "3"), ("entry_unreadable", "3"))
        mended = hashlib.sha256(other.encode()).hexdigest()
        change(store.home, "UPDATE ledger SET hash = ? WHERE seq = 3", mended)
        assert faults_of(store)[0][1] == "3"
        change(store.home, "UPDATE ledger SET hash = ? WHERE seq = 3", row.hash)


def test_all_hashes_mended_without_the_key_are_of_no_use(store: Store) -> None:
    """Who changes an entry and mends every hash after it still lacks the signatures."""
    fill(store)
    with store.reading() as session:
        rows = [(row.seq, row.entry) for row in session.exec(select(LedgerRow))]
    previous = None
    for seq, line in sorted(rows):
        if seq >= 3:
            entry = vars(read_entry(line)) | ({"by": "mallory"} if seq == 3 else {"previous": previous})
            line = write_line(entry)
        previous = hashlib.sha256(line.encode()).hexdigest()
        change(store.home, "UPDATE ledger SET entry = ?, hash = ? WHERE seq = ?", line, previous, seq)
    assert faults_of(store)[0] == ("entry_signature", "3")


def test_a_ledger_written_anew_with_another_key_is_not_this_one(store: Store) -> None:
    """A whole chain of somebody else's making holds in itself; the fingerprint and the printed head say no."""
    fill(store)
    key, head = show_key(store, by=BY, now=T0)["fingerprint"], _head(store)
    change(store.home, "DELETE FROM ledger")
    shutil.rmtree(signing_folder(store.keys.folder))
    change(store.home, "INSERT INTO store (name, value) VALUES ('ledger_due', 'yes')")
    adopt(store, at(50))
    assert faults_of(store) == []
    assert faults_of(store, key=key)[0][0] == "key_other"
    assert faults_of(store, head) == [("head_other", "6")]


def test_two_rows_swapped(store: Store) -> None:
    """Two entries in each other's place, with their numbers or without, are seen at the first of them."""
    fill(store)
    change(store.home, "UPDATE ledger SET seq = CASE seq WHEN 3 THEN -4 ELSE -3 END WHERE seq IN (3, 4)")
    change(store.home, "UPDATE ledger SET seq = -seq WHERE seq < 0")
    assert faults_of(store)[0] == ("entry_chain", "3")


def test_a_row_taken_out(store: Store) -> None:
    """An entry that is gone is named, also when those after it were moved up."""
    fill(store)
    change(store.home, "DELETE FROM ledger WHERE seq = 3")
    assert faults_of(store)[0] == ("entry_missing", "3")
    change(store.home, "UPDATE ledger SET seq = seq - 1 WHERE seq > 3")
    assert faults_of(store)[0] == ("entry_chain", "3")


def test_the_first_row_taken_out(store: Store) -> None:
    """Without its beginning a ledger proves nothing."""
    fill(store)
    change(store.home, "DELETE FROM ledger WHERE seq = 1")
    assert faults_of(store)[0] == ("entry_missing", "1")
    change(store.home, "UPDATE ledger SET seq = seq - 1")
    assert faults_of(store)[0] == ("entry_chain", "1")


def test_a_row_put_in(store: Store) -> None:
    """A copy of an entry at the end is none."""
    fill(store)
    change(
        store.home,
        "INSERT INTO ledger SELECT 7, action, subject, entry, hash, signature, countersignature FROM ledger"
        " WHERE seq = 6",
    )
    assert faults_of(store)[0] == ("entry_chain", "7")


@pytest.mark.parametrize("cut", [1, 2, 5, 6])
def test_a_cut_tail(store: Store, cut: int) -> None:
    """The last entries taken away: the printed head says so, and so does this machine's own copy of it."""
    fill(store)
    head = _head(store)
    change(store.home, "DELETE FROM ledger WHERE seq > ?", 6 - cut)
    change(store.home, "DELETE FROM verdicts")
    found = faults_of(store, head)
    assert ("head_beyond", "6") in found
    assert ("witness_beyond", "6") in found
    witness_path(store.keys).unlink()
    assert faults_of(store, head)[0] == ("head_beyond", "6")


def test_the_copy_of_the_head_outlives_what_is_entered_after_a_cut(store: Store) -> None:
    """Entries that are added to a ledger that was cut do not make up for what was cut off."""
    fill(store)
    change(store.home, "DELETE FROM ledger WHERE seq > 4")
    for number in range(6):
        judge_finding(store, finding_ids(store)[1], state="confirmed", note=None, by=BY, now=at(40 + number))
    assert _head(store).seq == 10
    assert ("witness_other", "6") in faults_of(store)


def test_a_store_put_back_from_an_older_copy(store: Store, tmp_path: Path) -> None:
    """The whole folder of an earlier day holds in itself; the head that was printed since says that it is older."""
    fill(store)
    old = Path(shutil.copytree(store.home, tmp_path / "old"))
    first = _head(store)
    judge_finding(store, finding_ids(store)[1], state="confirmed", note=None, by=BY, now=at(40))
    head = _head(store)
    with open_store(old) as again:
        assert faults_of(again) == []
        assert faults_of(again, first) == []
        assert faults_of(again, head) == [("head_beyond", "7")]
        judge_finding(again, finding_ids(again)[1], state="dismissed", note=None, by=BY, now=at(41))
        assert faults_of(again, first, head) == [("head_other", "7")]


def test_one_byte_of_a_capture_changed(store: Store) -> None:
    """Any byte of any sealed page, wherever it stands, and the page is named."""
    fill(store)
    for capture_id in capture_ids(store):
        path = capture_path(store, capture_id)
        sealed = path.read_bytes()
        for place in (0, 11, 12, len(sealed) // 2, len(sealed) - 1):
            path.write_bytes(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
            assert faults_of(store) == [("seal_changed", capture_id)]
        path.write_bytes(sealed)
    assert faults_of(store) == []


def _drop_file(store: Store, capture_id: str) -> None:
    capture_path(store, capture_id).unlink()


def _drop_key(store: Store, capture_id: str) -> None:
    store.keys.destroy_page_key(capture_id)


def _drop_row(store: Store, capture_id: str) -> None:
    change(store.home, "DELETE FROM capture_versions WHERE capture_id = ?", capture_id)
    change(store.home, "DELETE FROM captures WHERE id = ?", capture_id)


def _change_url(store: Store, capture_id: str) -> None:
    change(store.home, "UPDATE captures SET url = 'https://other.example.org/' WHERE id = ?", capture_id)


def _change_time(store: Store, capture_id: str) -> None:
    change(store.home, "UPDATE captures SET fetched_at = '2026-11-20 08:01:01.000000' WHERE id = ?", capture_id)


def _change_wording(store: Store, capture_id: str) -> None:
    change(
        store.home,
        "UPDATE finding_versions SET content_sha256 = ? WHERE id IN"
        " (SELECT version_id FROM capture_versions WHERE capture_id = ?)",
        "0" * 64, capture_id,
    )  # fmt: skip


def _unlink_wording(store: Store, capture_id: str) -> None:
    change(store.home, "DELETE FROM capture_versions WHERE capture_id = ?", capture_id)


DAMAGES = {
    _drop_file: "seal_gone", _drop_key: "seal_closed", _drop_row: "capture_gone", _change_url: "capture_changed",
    _change_time: "capture_changed", _change_wording: "wordings_changed", _unlink_wording: "wordings_changed",
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_a_capture_that_lost_a_link_is_named(store: Store, damage: Callable[[Store, str], None]) -> None:
    """Its file, its key, its row, what the row says, the wording it proves: none can go or change unseen."""
    fill(store)
    capture_id = capture_ids(store)[1]
    damage(store, capture_id)
    assert faults_of(store) == [(DAMAGES[damage], capture_id)]


def test_a_capture_that_nobody_entered_is_named(store: Store) -> None:
    """A row that was slipped in is no proof."""
    fill(store)
    change(store.home, "INSERT INTO captures SELECT 'slippedin', source_id, run_id, url, fetched_at, sealed_at, size,"
           " sha256, body_sha256, md5, body_md5 FROM captures LIMIT 1")  # fmt: skip
    assert faults_of(store) == [("capture_unrecorded", "slippedin")]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE verdicts SET state = 'confirmed' WHERE state = 'dismissed'", "verdict_changed"),
        ("UPDATE verdicts SET note = 'no' WHERE state = 'confirmed'", "verdict_changed"),
        ("UPDATE verdicts SET at = '2026-11-20 08:00:00.000000' WHERE state = 'confirmed'", "verdict_changed"),
        ("UPDATE verdicts SET at = 'yesterday'", "rows_unreadable"),
        ("UPDATE verdicts SET id = 'x' WHERE state = 'dismissed'", "verdict_unrecorded"),
        ("DELETE FROM verdicts WHERE state = 'dismissed'", "verdict_gone"),
    ],
)
def test_a_verdict_that_was_changed_is_named(store: Store, statement: str, fault: str) -> None:
    """What analysts said is held against what was entered."""
    fill(store)
    change(store.home, statement)
    assert faults_of(store)[0][0] == fault


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_a_finding_with_a_missing_link_has_a_gap(store: Store, damage: Callable[[Store, str], None]) -> None:
    """Whatever is wrong with its own page keeps a finding from being referred, and leaves the others as they are."""
    fill(store)
    capture_id = capture_ids(store)[1]
    with store.reading() as session:
        linked = (
            select(FindingVersionRow.finding_id)
            .join(CaptureVersionRow, col(CaptureVersionRow.version_id) == FindingVersionRow.id)
            .where(CaptureVersionRow.capture_id == capture_id)
        )
        mine = session.exec(linked).one()
    assert [find_gaps(store, name) for name in finding_ids(store)] == [[], [], []]
    assert find_gaps(store, "nobody") != []
    damage(store, capture_id)
    assert find_gaps(store, mine) != []
    assert [find_gaps(store, name) for name in finding_ids(store) if name != mine] == [[], []]


def test_a_broken_chain_is_a_gap_of_every_finding(store: Store) -> None:
    """Nothing can be referred from a ledger that does not hold, or that was cut."""
    fill(store)
    change(store.home, "DELETE FROM ledger WHERE seq = 6")
    assert [gap.what for gap in find_gaps(store, finding_ids(store)[2])] == ["witness_beyond"]
    change(store.home, "UPDATE ledger SET signature = '00' WHERE seq = 2")
    assert all(find_gaps(store, name)[0].what == "entry_signature" for name in finding_ids(store))


def test_every_fault_is_told_in_words() -> None:
    """There is a sentence for each kind of fault."""
    from tipstaff.words import read_words

    assert [what for what in FAULTS if f"fault_{what}" not in read_words()] == []


# --- keys


def test_the_key_is_made_on_first_use_for_the_owner_alone(store: Store) -> None:
    """32 raw bytes, mode 0600 in a folder of mode 0700, whatever the umask; the fingerprint is of its public half."""
    before = os.umask(0)
    try:
        said = show_key(store, by=BY, now=T0)
    finally:
        os.umask(before)
    (path,) = signing_folder(store.keys.folder).glob("*.key")
    assert (len(path.read_bytes()), stat.S_IMODE(path.stat().st_mode)) == (32, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert said["fingerprint"] == path.stem == hashlib.sha256(bytes.fromhex(said["public_key"])).hexdigest()
    assert show_key(store, by=BY, now=at(5)) == said


def test_another_key_takes_over_and_the_old_one_still_proves(store: Store) -> None:
    """After a change of keys the entries before it hold by the former key, and the entry of the change by both."""
    fill(store)
    former = show_key(store, by=BY, now=T0)["fingerprint"]
    new = change_key(store, None, by=BY, now=at(30))
    judge_finding(store, finding_ids(store)[1], state="confirmed", note=None, by=BY, now=at(31))
    said = show_key(store, by=BY, now=at(32))
    assert (said["fingerprint"], [key["fingerprint"] for key in said["former"]]) == (new, [former])
    assert list_signers(store.keys.folder) == {new}
    assert [entry.key for entry in read_ledger(store)[-2:]] == [former, new]
    assert faults_of(store, key=former) == faults_of(store, key=new[:16]) == []
    change(store.home, "UPDATE ledger SET countersignature = NULL WHERE seq = 7")
    assert faults_of(store)[0] == ("entry_signature", "7")


def test_a_key_can_be_brought_along(store: Store, tmp_path: Path) -> None:
    """An office's own key signs once it is imported, from PEM or raw bytes; one that has signed does not come back."""
    key = Ed25519PrivateKey.generate()
    pem, raw = tmp_path / "key.pem", tmp_path / "key.raw"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    raw.write_bytes(key.private_bytes_raw())
    assert read_signer(pem).private_bytes_raw() == read_signer(raw).private_bytes_raw()
    new = change_key(store, read_signer(pem), by=BY, now=T0)
    assert actions(store) == ["key_made", "key_imported"]
    assert list_signers(store.keys.folder) == {new}
    with pytest.raises(BadValue, match="not signed this ledger before"):
        change_key(store, read_signer(raw), by=BY, now=T0)
    assert faults_of(store) == []
    for junk in (b"", b"x" * 31, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        raw.write_bytes(junk)
        with pytest.raises(BadValue, match="Ed25519"):
            read_signer(raw)


def test_without_its_key_nothing_is_entered_and_nothing_done(store: Store) -> None:
    """Where the signing key is gone or another: one clear line, no verdict, no capture; the chain still proves."""
    run = fill(store)
    (path,) = signing_folder(store.keys.folder).glob("*.key")
    kept = path.read_bytes()
    damages = (path.unlink, lambda: path.write_bytes(bytes(32)), lambda: path.write_bytes(b"short"))
    for number, damage in enumerate(damages):
        damage()
        with pytest.raises(BrokenStore, match="keys/signing"):
            judge_finding(store, finding_ids(store)[0], state="confirmed", note=None, by=BY, now=at(30))
        take(store, run, make_haul([make_post(9, "出售车主数据 9")], at(9), path="/t/9"))
        with pytest.raises(BrokenStore, match="keys/signing"):
            score_all(store, at(9 + 60 * number))
        assert len(finding_ids(store)) == 3
        assert faults_of(store) == []
        path.write_bytes(kept)
        open_store(store.home).close()


# --- several processes


def _judge(home: Path, finding_id: str, count: int) -> None:
    with open_store(home) as store:
        for number in range(count):
            judge_finding(store, finding_id, state="confirmed", note=str(number), by=str(os.getpid()), now=at(number))


def _rotate(home: Path, count: int) -> None:
    with open_store(home) as store:
        for number in range(count):
            change_key(store, None, by=BY, now=at(number))


def test_processes_that_enter_at_once_never_fork_the_chain(home: Path) -> None:
    """Four processes judge while a fifth changes the key: all entries are there, in one chain that holds."""
    with open_store(home) as store:
        fill(store)
        first, second, third = finding_ids(store)
    run_all(*[(_judge, (home, one, 25)) for one in (first, second, third, first)], (_rotate, (home, 5)))
    with open_store(home) as store:
        assert len(read_ledger(store)) == 6 + 100 + 5
        assert faults_of(store) == []
        assert read_witness(store.keys) == _head(store)
        assert len(list_signers(store.keys.folder)) == 1


def _begin(home: Path) -> None:
    with open_store(home) as store:
        show_key(store, by=BY, now=T0)


def test_processes_that_begin_at_once_make_one_key(home: Path) -> None:
    """Of four that need the first key one makes it."""
    run_all(*[(_begin, (home,))] * 4)
    with open_store(home) as store:
        assert actions(store) == ["key_made"]
        assert len(list_signers(store.keys.folder)) == 1


# --- a store that is older than its ledger


def test_what_is_older_than_the_ledger_is_entered_at_the_next_opening(home: Path) -> None:
    """Captures and verdicts of a store of the schema before are adopted once, and say when they were entered."""
    from alembic import command
    from alembic.config import Config

    with open_store(home) as store:
        fill(store)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with store.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "0003")
    shutil.rmtree(home / "keys" / "signing")
    for _ in range(2):
        with open_store(home) as store:
            assert actions(store) == ["key_made", *["adopted"] * 5]
            assert faults_of(store) == []
            with store.reading() as session:
                assert [row.md5 is not None for row in session.exec(select(CaptureRow))] == [True] * 3
            judge = finding_ids(store)[0]
    with open_store(home) as store:
        judge_finding(store, judge, state="review", note=None, by=BY, now=at(90))
        assert faults_of(store) == []


# --- originals


def test_an_original_is_opened_once_the_ledger_says_so(store: Store) -> None:
    """The post is shown as it was, none of the others, and the entry names who, why and which captures."""
    fill(store)
    one = finding_ids(store)[1]
    opened = _unseal(store, one[:-3])
    (original,) = opened.originals
    assert original.post.text.endswith("Che_Zhu88 2")
    entry = read_ledger(store)[-1]
    assert (entry.seq, entry.action, entry.subject, entry.by) == (opened.head.seq, "unsealed", one, BY)
    assert entry.facts == {
        "reason": "核对原文", "login": "desk1", "captures": {original.capture.id: original.capture.sha256},
    }  # fmt: skip
    assert faults_of(store) == []


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_no_reason_no_original(store: Store, reason: str) -> None:
    """Without a reason nothing is opened and nothing entered."""
    fill(store)
    before = _head(store)
    with pytest.raises(BadValue, match="--reason"):
        _unseal(store, finding_ids(store)[0], reason)
    assert _head(store) == before


def test_what_does_not_open_was_asked_for_all_the_same(store: Store) -> None:
    """A damaged capture shows nothing; that somebody wanted to see it stays in the ledger."""
    fill(store)
    destroy_page(store, capture_ids(store)[0])
    with pytest.raises(DamagedSeal):
        _unseal(store, finding_ids(store)[0])
    assert actions(store)[-1] == "unsealed"


def test_where_nothing_can_be_entered_nothing_is_opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seal stays closed while the entry is not committed."""
    fill(store)
    read: list[str] = []
    monkeypatch.setattr("store.unsealing.read_capture", lambda _store, page_id: read.append(page_id))
    (path,) = signing_folder(store.keys.folder).glob("*.key")
    path.unlink()
    with pytest.raises(BrokenStore):
        _unseal(store, finding_ids(store)[0])
    assert read == []


# --- heads


def test_heads_are_read_as_they_are_printed_and_from_files(tmp_path: Path) -> None:
    """NUMBER:HASH, or the file that holds it; anything else is refused in a line."""
    head = Head(55, "ab" * 32)
    file = tmp_path / "head.txt"
    file.write_text(f"{head}\n")
    assert read_head(str(head)) == read_head(str(file)) == head
    with pytest.raises(UnknownName):
        read_head("nowhere.txt")
    for junk in ("55:xyz", f"0:{'ab' * 32}", f"-1:{'ab' * 32}", ":"):
        with pytest.raises(BadValue, match="NUMBER:HASH"):
            read_head(junk)
    file.write_bytes(os.urandom(40) + b"\xff")
    with pytest.raises(UnknownName):
        read_head(str(file))
