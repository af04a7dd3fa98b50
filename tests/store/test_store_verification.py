"""The proof of the store: no change of what is kept goes unseen, and the first broken link is named."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from custody import BY, capture_ids, fill, finding_ids, printed_head
from custody import faults as faults_of
from hauls import T0, at
from sqlmodel import col, select
from stores import change, open_store, sqlite_only

from store.database import Store
from store.evidence import adopt
from store.findings import judge_finding
from store.ledger import read_entry, witness_path, write_line
from store.rotation import show_key
from store.seals import capture_path
from store.signing import signing_folder
from store.tables import CaptureVersionRow, FindingVersionRow, LedgerRow
from store.verification import FAULTS, find_gaps

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
    except (sqlite3.Error, psycopg.Error):
        return  # The database does not take it.
    if column == "countersignature" and junk is None:
        assert faults_of(store) == []
    else:
        assert faults_of(store)[0][1] == "3"


@sqlite_only
@pytest.mark.parametrize("column", ["entry", "hash", "signature", "subject", "countersignature"])
def test_text_that_is_no_utf_8_is_a_link_that_does_not_hold(store: Store, column: str) -> None:
    """It is told from bytes, and named all the same."""
    fill(store)
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
    key, head = show_key(store, by=BY, now=T0)["fingerprint"], printed_head(store)
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
    head = printed_head(store)
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
    assert printed_head(store).seq == 10
    assert ("witness_other", "6") in faults_of(store)


def test_a_store_put_back_from_an_older_copy(
    store: Store, tmp_path: Path, copied: Callable[[Path, Path], Path]
) -> None:
    """The whole folder of an earlier day holds in itself; the head that was printed since says that it is older."""
    fill(store)
    old = copied(store.home, tmp_path / "old")
    first = printed_head(store)
    judge_finding(store, finding_ids(store)[1], state="confirmed", note=None, by=BY, now=at(40))
    head = printed_head(store)
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
    columns = "source_id, run_id, url, fetched_at, sealed_at, size, sha256, body_sha256"
    change(store.home, f"INSERT INTO captures (id, {columns}) SELECT 'slippedin', {columns} FROM captures LIMIT 1")
    assert faults_of(store) == [("capture_unrecorded", "slippedin")]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE verdicts SET state = 'confirmed' WHERE state = 'dismissed'", "verdict_changed"),
        ("UPDATE verdicts SET note = 'no' WHERE state = 'confirmed'", "verdict_changed"),
        ("UPDATE verdicts SET at = '2026-11-20 08:00:00.000000' WHERE state = 'confirmed'", "verdict_changed"),
        ("UPDATE verdicts SET entered = 1 WHERE state = 'confirmed'", "verdict_changed"),
        ("UPDATE verdicts SET id = 'x' WHERE state = 'dismissed'", "verdict_unrecorded"),
        ("DELETE FROM verdicts WHERE state = 'dismissed'", "verdict_gone"),
    ],
)
def test_a_verdict_that_was_changed_is_named(store: Store, statement: str, fault: str) -> None:
    """What analysts said is held against what was entered."""
    fill(store)
    change(store.home, statement)
    assert faults_of(store)[0][0] == fault


@sqlite_only
def test_a_verdict_whose_time_is_none_is_unreadable(store: Store) -> None:
    """SQLite takes any words for a time; PostgreSQL would not."""
    fill(store)
    change(store.home, "UPDATE verdicts SET at = 'yesterday'")
    assert faults_of(store)[0][0] == "rows_unreadable"


# Of the finding that fill() makes last: what counsel would ask, and a row that answers otherwise than was read.
FORGERIES = (
    "UPDATE finding_versions SET text = replace(text, '0.5', '0.9')",
    "UPDATE finding_versions SET text = replace(text, '0.5', '＊＊＊')",
    "UPDATE finding_versions SET url = 'https://innocent.example.org/'",
    "UPDATE finding_versions SET posted_at = '2025-01-01 00:00:00.000000'",
    "UPDATE finding_versions SET author_name = '王某'",
    "UPDATE finding_versions SET regions = '[\"北京\"]'",
    "UPDATE finding_versions SET labels = '{\"offer\": 1.0}'",
    "UPDATE prices SET amount = 5000",
    "DELETE FROM prices",
    "UPDATE contacts SET value = 'another'",
    "UPDATE reasons SET weight = 9",
)


@pytest.mark.parametrize("statement", FORGERIES)
def test_what_is_told_of_a_wording_cannot_be_changed(store: Store, statement: str) -> None:
    """A word, a place, a price or a handle in the database that is not what was read keeps the finding back."""
    fill(store)
    mine = finding_ids(store)[2]
    with store.reading() as session:
        version_id = session.exec(select(FindingVersionRow.id).where(FindingVersionRow.finding_id == mine)).one()
    column = "id" if "finding_versions" in statement else "version_id"
    change(store.home, f"{statement} WHERE {column} = ?", version_id)
    assert faults_of(store) == [("reading_changed", version_id)]
    assert [gap.what for gap in find_gaps(store, mine)] == ["reading_changed"]
    assert find_gaps(store, finding_ids(store)[1]) == []


@pytest.mark.parametrize("column", ["state = 'confirmed'", "label = 'wanted'", "score = 0.1"])
def test_what_a_finding_stands_as_cannot_be_changed(store: Store, column: str) -> None:
    """A state that nobody gave, and a label that no wording has, are named."""
    fill(store)
    mine = finding_ids(store)[0]
    change(store.home, f"UPDATE findings SET {column} WHERE id = ?", mine)
    assert faults_of(store) == [("finding_changed", mine)]
    assert [gap.what for gap in find_gaps(store, mine)] == ["finding_changed"]


def test_a_signature_has_one_form(store: Store) -> None:
    """The same bytes in capitals are another value of the row."""
    fill(store)
    change(store.home, "UPDATE ledger SET signature = upper(signature) WHERE seq = 3")
    assert faults_of(store)[0] == ("entry_signature", "3")


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
