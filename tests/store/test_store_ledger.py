"""The ledger: each thing that is done with the evidence is an entry, from every process, in one chain."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from custody import BY, actions, capture_ids, fill, finding_ids, printed_head, read_ledger
from custody import faults as faults_of
from hauls import OFFER, T0, at, make_haul, make_post
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from stores import open_store
from test_store_processes import run_all

from domain.errors import BadValue, UnknownName
from store.database import Store
from store.findings import judge_finding
from store.ledger import Head, read_entry, read_head, read_witness, record, write_line
from store.rotation import change_key, show_key
from store.schema import MIGRATIONS
from store.seals import capture_path
from store.signing import list_signers, read_signer, signing_folder
from store.tables import CaptureRow, LedgerRow
from store.verification import verify_store


def test_sealings_and_verdicts_are_entered_and_all_is_proved(store: Store) -> None:
    """The key, three captures and two verdicts are six entries; nothing is broken."""
    fill(store)
    assert actions(store) == ["key_made", "captured", "captured", "captured", "verdict", "verdict"]
    proof = verify_store(store)
    assert (proof.entries, proof.captures, proof.verdicts, proof.faults) == (6, 3, 2, ())
    assert proof.head == printed_head(store) == read_witness(store.keys)
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
    before = printed_head(store)
    with pytest.raises(UnknownName):
        judge_finding(store, "nobody", state="confirmed", note=None, by=BY, now=at(30))
    with pytest.raises(ZeroDivisionError):
        _enter_and_fail(store)
    assert printed_head(store) == before == read_witness(store.keys)


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
        assert read_witness(store.keys) == printed_head(store)
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
