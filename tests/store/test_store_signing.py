"""The keys that sign the ledger: made, replaced, brought along, and missed when they are gone."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from custody import BY, actions, fill, finding_ids, read_ledger
from custody import faults as faults_of
from hauls import T0, at, make_haul, make_post, score_all, take
from stores import change, open_store

from domain.errors import BadValue, BrokenStore
from store.database import Store
from store.findings import judge_finding
from store.rotation import change_key, show_key
from store.signing import list_signers, read_signer, signing_folder


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
