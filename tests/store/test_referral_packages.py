"""Packages of referrals: what was signed is proved without a store, and nothing else is taken for it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from dossiers import KEY, make_dossier, make_warc
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import UnknownName
from store.referrals.checking import FAULTS, check_package
from store.referrals.composing import REFERRALS
from store.referrals.dossier import Dossier, Exhibit, Member
from store.referrals.package import (
    MANIFEST,
    PUBLIC_KEY,
    SIGNATURE,
    finish_members,
    folder_of,
    sign_manifest,
    write_manifest,
    write_public,
    write_sums,
    write_zip,
)
from store.referrals.wacz import write_wacz
from store.signing import fingerprint_of, public_bytes

QUICK = ("readme", "records", "findings", "submission", "ledger")  # the formats that print nothing


def pack(dossier: Dossier, members: list[Member], key: Ed25519PrivateKey = KEY) -> bytes:
    """A package, as it is frozen."""
    whole = finish_members(dossier, members)
    manifest = write_manifest(dossier, whole)
    files = [*((one.path, one.data) for one in whole), (MANIFEST, manifest), (SIGNATURE, sign_manifest(manifest, key))]
    return b"".join(write_zip(folder_of(dossier.id), sorted(files)))


def quick_members(dossier: Dossier) -> list[Member]:
    """The files that are made in no time."""
    return [member for name in QUICK for member in REFERRALS[name](dossier)]


@pytest.fixture(scope="module")
def package() -> bytes:
    """A package that holds."""
    dossier = make_dossier()
    return pack(dossier, quick_members(dossier))


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for packages."""
    return tmp_path_factory.mktemp("packages")


def faults_of(box: Path, data: bytes, key: str | None = None) -> list[str]:
    """What does not hold of a package with these bytes."""
    path = box / "package.zip"
    path.write_bytes(data)
    return [flaw.what for flaw in check_package(path, key).flaws]


def unpack(package: bytes) -> dict[str, bytes]:
    """Its files by their whole names."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def repack(files: dict[str, bytes]) -> bytes:
    """The same layout with other files: what a forger writes who has read our code."""
    folder = next(iter(files)).partition("/")[0]
    return b"".join(write_zip(folder, [(name.partition("/")[2], data) for name, data in files.items()]))


def test_a_package_holds_for_whoever_has_the_fingerprint(box: Path, package: bytes) -> None:
    """With the right fingerprint, grouped or cut short, and without any; not with another."""
    fingerprint = fingerprint_of(public_bytes(KEY))
    for key in (None, fingerprint, fingerprint[:16], fingerprint.upper()):
        assert faults_of(box, package, key) == []
    assert faults_of(box, package, "0" * 64) == ["key_other"]


def test_a_plain_zip_reader_opens_it(package: bytes) -> None:
    """Another program's reader finds every file whole, in one folder, under names of plain ASCII."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
    assert {name.partition("/")[0] for name in names} == {"referral-1ng5referral00001"}
    assert all(name.isascii() for name in names)


def test_common_tools_verify_it(tmp_path: Path, package: bytes) -> None:
    """unzip, sha256sum, md5sum and openssl are enough; so they are for a changed file."""
    (tmp_path / "package.zip").write_bytes(package)
    shutil.unpack_archive(tmp_path / "package.zip", tmp_path)
    folder = tmp_path / "referral-1ng5referral00001"

    def said(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)

    assert said("sha256sum --strict -c SHA256SUMS").returncode == 0
    assert said("md5sum --strict -c MD5SUMS").returncode == 0
    verify = "openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile manifest.sig"
    assert said(verify).returncode == 0
    name = said("openssl pkey -pubin -in public-key.pem -outform DER | tail -c 32 | sha256sum").stdout
    assert name.split()[0] == fingerprint_of(public_bytes(KEY))
    (folder / "findings.jsonl").write_bytes(b"{}\n")
    assert said("sha256sum -c SHA256SUMS").returncode == 1
    (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes().replace(b"police", b"public"))
    assert said(verify).returncode != 0


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_no_byte_can_be_changed(box: Path, package: bytes, place: float, mask: int) -> None:
    """Any one byte anywhere in the file, its headers too, is noticed."""
    at = int(place * len(package))
    changed = package[:at] + bytes([package[at] ^ mask]) + package[at + 1 :]
    assert faults_of(box, changed)


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True))
def test_a_package_that_is_cut_short_is_refused(box: Path, package: bytes, place: float) -> None:
    """However much is left of it."""
    assert faults_of(box, package[: int(place * len(package))])


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=2000))
def test_anything_else_is_refused_and_never_raises(box: Path, data: bytes) -> None:
    """Random bytes, after a zip's mark as well, are no package."""
    for whole in (data, b"PK\3\4" + data, b"PK\5\6" + data):
        assert set(faults_of(box, whole)) <= set(FAULTS)
        assert faults_of(box, whole)


def _mend(files: dict[str, bytes], change: Callable[[dict[str, Any]], None] | None = None) -> dict[str, bytes]:
    """Every digest made right again by somebody who has all but the key."""
    folder = next(iter(files)).partition("/")[0]
    manifest = json.loads(files[f"{folder}/{MANIFEST}"])
    kept = {name.partition("/")[2]: data for name, data in files.items()}
    said = {one["path"]: one for one in manifest["files"]}
    sums = ("SHA256SUMS", "MD5SUMS")
    members = [Member(path, kept[path], said[path]["category"], said[path]["format"]) for path in said
               if path not in sums]  # fmt: skip
    for name, kind in zip(sums, ("sha256", "md5"), strict=True):
        members.append(Member(name, write_sums([one for one in members if one.path not in sums], kind), "", ""))
    manifest["files"] = [member.entry() for member in sorted(members, key=lambda one: one.path)]
    if change:
        change(manifest)
    files |= {f"{folder}/{member.path}": member.data for member in members}
    files[f"{folder}/{MANIFEST}"] = json.dumps(manifest).encode()
    return files


def test_a_forger_without_the_key_is_refused(box: Path, package: bytes) -> None:
    """Every digest, list and header mended: the signature does not hold."""
    files = unpack(package)
    name = next(name for name in files if name.endswith("findings.jsonl"))
    files[name] = files[name].replace(b"che_zhu88", b"other_man9")
    assert faults_of(box, repack(_mend(files))) == ["signature_wrong"]


def test_a_forger_with_a_key_of_his_own_is_refused(box: Path, package: bytes) -> None:
    """Signed anew with another key: the ledger's entries are not of it, and with --key it is named at once."""
    forger = Ed25519PrivateKey.generate()
    name = fingerprint_of(public_bytes(forger))
    files = unpack(package)
    folder = next(iter(files)).partition("/")[0]
    files[f"{folder}/{PUBLIC_KEY}"] = write_public(public_bytes(forger))
    files = _mend(files, lambda manifest: manifest.update(key=name))
    files[f"{folder}/{SIGNATURE}"] = forger.sign(files[f"{folder}/{MANIFEST}"])
    assert faults_of(box, repack(files)) == ["link_signature"]
    assert "key_other" in faults_of(box, repack(files), fingerprint_of(public_bytes(KEY)))


def _signed(files: dict[str, bytes], change: Callable[[dict[str, Any]], None] | None = None) -> bytes:
    """A package that the right key has signed, and that is wrong in itself all the same."""
    folder = next(iter(files)).partition("/")[0]
    files = _mend(files, change)
    files[f"{folder}/{SIGNATURE}"] = KEY.sign(files[f"{folder}/{MANIFEST}"])
    return repack(files)


def test_the_ledgers_entries_have_to_hold(box: Path, package: bytes) -> None:
    """A changed, reordered or missing entry, another head, a capture that it says nothing of."""
    name = "referral-1ng5referral00001/ledger/entries.jsonl"
    lines = unpack(package)[name].splitlines(keepends=True)

    def faults(changed: list[bytes]) -> list[str]:
        return faults_of(box, _signed(unpack(package) | {name: b"".join(changed)}))

    assert faults(lines) == []
    assert faults([lines[0], lines[1].replace(b"captured", b"CAPTURED"), *lines[2:]]) == ["link_changed"]
    assert faults([lines[0], lines[2], lines[1], *lines[3:]])[:1] == ["link_order"]
    assert faults(lines[:3]) == ["capture_unlinked"]
    assert faults(lines[1:]) == ["link_signature"]
    assert faults([*lines, b"[]\n"]) == ["link_unreadable"]
    other = _signed(unpack(package), lambda manifest: manifest.update(head="5:" + "0" * 64))
    assert faults_of(box, other) == ["head_other"]


def test_the_evidence_is_what_was_sealed(box: Path) -> None:
    """A capture or picture that was put in place of the sealed one, by somebody who has the key, is named."""
    dossier = make_dossier(count=1)
    (exhibit,) = dossier.exhibits
    name = exhibit.record["id"]
    assert exhibit.picture is not None

    def faults(shown: Exhibit, picture: bytes, place: str = name) -> list[str]:
        wacz = Member(f"captures/{place}.wacz", write_wacz(shown, dossier), "网页", "WACZ")
        png = Member(f"captures/{place}.png", picture, "网页截图", "PNG")
        return faults_of(box, pack(dossier, [*quick_members(dossier), wacz, png]))

    assert faults(exhibit, exhibit.picture) == []
    other = replace(exhibit, warc=make_warc(exhibit.record["url"], b"<p>other</p>"))
    assert faults(other, exhibit.picture) == ["evidence_other"]
    assert faults(exhibit, b"another picture") == ["evidence_other"]
    assert faults(exhibit, exhibit.picture, "1nobody") == ["evidence_other"] * 2
    junk = Member(f"captures/{name}.wacz", b"PK\3\4 no zip", "网页", "WACZ")
    assert faults_of(box, pack(dossier, [*quick_members(dossier), junk])) == ["evidence_other"]


def test_what_was_added_or_taken_out_is_named(box: Path, package: bytes) -> None:
    """A file that the manifest does not list, and one that it lists."""
    files = unpack(package)
    folder = next(iter(files)).partition("/")[0]
    assert faults_of(box, repack(files | {f"{folder}/extra.txt": b"x"})) == ["file_unlisted"]
    for gone, fault in ((MANIFEST, "manifest_missing"), (SIGNATURE, "signature_missing"),
                        (PUBLIC_KEY, "public_key_missing"), ("README.txt", "file_missing")):  # fmt: skip
        left = {name: data for name, data in files.items() if name != f"{folder}/{gone}"}
        assert faults_of(box, repack(left)) == [fault]


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil", "a/../../evil", "other-folder/x.txt", "a\\..\\evil", "referral-1/\x01"]
)
def test_a_path_outside_the_folder_is_refused(box: Path, package: bytes, name: str) -> None:
    """Whatever else the zip holds, and however it is packed."""
    packed = io.BytesIO(package)
    with zipfile.ZipFile(packed, "a") as opened:
        opened.writestr(name, b"x")
    assert faults_of(box, packed.getvalue()) == ["path_outside"]
    alone = io.BytesIO()
    with zipfile.ZipFile(alone, "w") as opened:
        opened.writestr("referral-1/a.txt", b"x")
        opened.writestr(name, b"x")
    assert faults_of(box, alone.getvalue()) == ["path_outside"]


def test_a_bomb_is_never_unpacked(box: Path) -> None:
    """A gigabyte of zeros in a megabyte is refused from its header."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("referral-1/manifest.json", bytes(300_000_000))
    assert faults_of(box, packed.getvalue()) == ["laid_out_otherwise"]


def test_packed_anew_by_another_program_it_is_another_file(box: Path, package: bytes) -> None:
    """The zip itself is part of what is proved; its files can still be held against the lists."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in unpack(package).items():
            opened.writestr(name, data)
    assert faults_of(box, packed.getvalue()) == ["laid_out_otherwise"]


def test_the_folder_is_the_referrals_own(box: Path, package: bytes) -> None:
    """Under the name of another one it is refused, every header mended."""
    renamed = {name.replace("referral00001", "referral00002"): data for name, data in unpack(package).items()}
    assert faults_of(box, repack(renamed)) == ["laid_out_otherwise"]


def test_a_newer_format_says_so(box: Path, package: bytes) -> None:
    """What a later Tipstaff made is named as such, not as damage."""
    newer = _signed(unpack(package), lambda manifest: manifest.update(version=2))
    assert faults_of(box, newer) == ["newer"]


@pytest.mark.parametrize("words", [b"", b"[]", b"{", b'{"format":1}', b"[" * 100_000, b"\xff"])
def test_a_manifest_that_is_none_is_named(box: Path, package: bytes, words: bytes) -> None:
    """Nothing in a manifest makes the check itself fail."""
    files = unpack(package)
    files["referral-1ng5referral00001/" + MANIFEST] = words
    assert faults_of(box, repack(files)) == ["manifest_unreadable"]


def test_no_file_no_check(tmp_path: Path) -> None:
    """A name that is no file is wrong input, not a package that fails."""
    for path in (tmp_path / "none.zip", tmp_path):
        with pytest.raises(UnknownName):
            check_package(path)
