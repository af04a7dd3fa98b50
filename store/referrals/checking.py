"""Whether a package is what was signed. Needs the file alone: no store, no network; nothing is unpacked to the disk.

The layout is looked at first, byte for byte: only a zip that is laid out as `package.py` lays it out is read any
further, so that a path outside its folder, a bomb or a file that two readers would see differently gets no further.
Then the signature of the manifest, each file against it, and the entries of the ledger that came along.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from domain.errors import BadValue, UnknownName
from store.ledger import KEY_ACTIONS, Entry, digest_of, read_entry, read_head
from store.referrals.dossier import FORMAT, VERSION
from store.referrals.layout import CHUNK, Flaw, FlawError, Found, Package, Window, check_names, read_layout
from store.referrals.package import MANIFEST, PUBLIC_KEY, SIGNATURE, SUMS, folder_of
from store.referrals.wacz import WARC
from store.signing import fingerprint_of, is_signed

LEDGER = "ledger/entries.jsonl"

# What may be wrong, in the order in which it is looked for.
FAULTS = (
    "not_zip", "cut", "path_outside", "laid_out_otherwise", "too_big", "manifest_missing", "manifest_unreadable",
    "newer", "signature_missing", "public_key_missing", "signature_wrong", "key_other", "file_missing",
    "file_unlisted", "file_changed", "sums_other", "link_unreadable", "link_changed", "link_signature", "link_order",
    "head_other", "capture_unlinked", "evidence_other",
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """What a package says of itself, and what does not hold of it; with flaws its words are worth nothing."""

    manifest: Mapping[str, Any]
    flaws: tuple[Flaw, ...]

    @property
    def files(self) -> int:
        """How many files are listed."""
        return len(self.manifest.get("files", ()))


def check_package(path: Path, key: str | None = None) -> Checked:
    """Prove a package. `key` is the fingerprint, or the beginning of it, that its key must have.

    Raises UnknownName when there is no such file, BadValue when it cannot be read.
    """
    manifest: dict[str, Any] = {}
    flaws: list[Flaw] = []
    try:
        stream = path.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise UnknownName(kind="file", name=str(path)) from None
    except OSError as error:
        raise BadValue(name="the package", value=path, want=f"a file that can be read ({error.strerror})") from None
    with stream:
        try:
            check_names(stream)
            package = read_layout(stream)
            manifest = _read_manifest(package)
            public = _check_signature(package, manifest)
            if key is not None and not fingerprint_of(public).startswith(key.lower()):
                flaws.append(Flaw("key_other", fingerprint_of(public)))
            flaws.extend(_check_files(package, manifest))
            flaws.extend(_check_links(package, manifest))
        except FlawError as error:
            flaws.append(error.flaw)
    return Checked(manifest, tuple(flaws))


def _read_manifest(package: Package) -> dict[str, Any]:
    """The manifest, its shape checked, its words not yet. Raises FlawError."""
    if MANIFEST not in package.files:
        raise FlawError("manifest_missing")
    try:
        manifest = json.loads(package.read(MANIFEST))
        if manifest["format"] == FORMAT and type(manifest["version"]) is int and manifest["version"] > VERSION:
            raise FlawError("newer", str(manifest["version"]))
        listed = [(one["path"], one["size"], one["sha256"], one["md5"]) for one in manifest["files"]]
        captures = [(one["id"], one["sha256"], one["body_sha256"]) for one in manifest["captures"]]
        words = [manifest[name] for name in ("id", "made_at", "to", "operator", "key", "head", "software")]
        good = (
            manifest["format"] == FORMAT
            and manifest["version"] == VERSION
            and len(listed) == len(dict.fromkeys(listed))
        )
        good = good and all(isinstance(word, str) for word in (*words, *(part for one in captures for part in one)))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise FlawError("manifest_unreadable") from None
    if not good:
        raise FlawError("manifest_unreadable")
    if package.folder != folder_of(manifest["id"]):
        raise FlawError("laid_out_otherwise", package.folder)
    assert isinstance(manifest, dict)
    return manifest


def _check_signature(package: Package, manifest: Mapping[str, Any]) -> bytes:
    """The public key by which the manifest is signed. Raises FlawError."""
    for place, flaw in ((SIGNATURE, "signature_missing"), (PUBLIC_KEY, "public_key_missing")):
        if place not in package.files:
            raise FlawError(flaw, place)
    try:
        key = load_pem_public_key(package.read(PUBLIC_KEY))
    except (ValueError, UnsupportedAlgorithm):
        raise FlawError("signature_wrong", PUBLIC_KEY) from None
    public = key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else b""
    signature = package.read(SIGNATURE).hex()
    if fingerprint_of(public) != manifest["key"] or not is_signed(public, signature, package.read(MANIFEST)):
        raise FlawError("signature_wrong", MANIFEST)
    return public


def _check_files(package: Package, manifest: Mapping[str, Any]) -> Iterator[Flaw]:
    listed = {one["path"]: one for one in manifest["files"]}
    for place, said in listed.items():
        found = package.files.get(place)
        if found is None:
            yield Flaw("file_missing", place)
        elif (found.size, found.sha256, found.md5) != (said["size"], said["sha256"], said["md5"]):
            yield Flaw("file_changed", place)
    for place in package.files.keys() - listed.keys() - {MANIFEST, SIGNATURE}:
        yield Flaw("file_unlisted", place)
    for place, kind in SUMS.items():
        lines = [f"{listed[one][kind]}  {one}\n" for one in sorted(listed) if one not in SUMS]
        if place not in package.files or package.read(place).decode("utf-8", "replace") != "".join(lines):
            yield Flaw("sums_other", place)


def _check_links(package: Package, manifest: Mapping[str, Any]) -> Iterator[Flaw]:
    """The entries of the ledger that came along: each as it was signed, in order, and one for every capture."""
    if LEDGER not in package.files:
        yield Flaw("file_missing", LEDGER)
        return
    publics: dict[str, bytes] = {}
    sealed: dict[str, dict[str, Any]] = {}
    drawn: dict[str, dict[str, Any]] = {}
    key, last, last_hash = "", 0, ""
    for number, line in enumerate(package.read(LEDGER).decode("utf-8", "replace").splitlines(), 1):
        entry, link = _read_link(line)
        if entry is None:
            yield Flaw("link_unreadable", str(number))
            return
        if digest_of(link["entry"]) != link["hash"]:
            yield Flaw("link_changed", str(entry.seq))
            return
        if entry.action in KEY_ACTIONS and (public := _public_of(entry)):
            publics[entry.subject] = public
        signer = publics.get(entry.key)
        if signer is None or not is_signed(signer, link["signature"], link["entry"].encode()):
            yield Flaw("link_signature", str(entry.seq))
            return
        if entry.seq <= last or (entry.seq == last + 1 and last and entry.previous != last_hash):
            yield Flaw("link_order", str(entry.seq))
            return
        last, last_hash = entry.seq, link["hash"]
        key = entry.subject if entry.action in KEY_ACTIONS else entry.key
        if entry.action in ("captured", "adopted"):
            sealed[entry.subject] = entry.facts
        elif entry.action == "pictured":
            drawn[entry.subject] = entry.facts
    yield from _check_head(manifest, key, last, last_hash)
    for capture in manifest["captures"]:
        said = sealed.get(capture["id"], {})
        if (said.get("sha256"), said.get("body_sha256")) != (capture["sha256"], capture["body_sha256"]):
            yield Flaw("capture_unlinked", capture["id"])
    yield from _check_evidence(package, sealed, drawn)


def _check_evidence(
    package: Package, sealed: Mapping[str, Mapping[str, Any]], drawn: Mapping[str, Mapping[str, Any]]
) -> Iterator[Flaw]:
    """The WARC file in each WACZ and each picture are the very ones that the ledger says were sealed.

    A capture that is older than these entries has no such digest.
    """
    for place, found in package.files.items():
        folder, _, name = place.partition("/")
        capture_id, _, form = name.partition(".")
        if folder != "captures" or form not in ("wacz", "png"):
            continue
        said = (sealed if form == "wacz" else drawn).get(capture_id, {})
        wanted = said.get("warc_sha256" if form == "wacz" else "png_sha256")
        if capture_id not in sealed or (wanted and wanted != _digest_evidence(package, found, form)):
            yield Flaw("evidence_other", place)


def _digest_evidence(package: Package, found: Found, form: str) -> str | None:
    """SHA-256 of a picture, or of the WARC file in a WACZ; None where that is none."""
    if form == "png":
        return found.sha256
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(Window(package.stream, found.start, found.size)) as opened:
            info = opened.getinfo(WARC)
            if info.compress_type != zipfile.ZIP_STORED:
                return None
            with opened.open(info) as warc:
                while chunk := warc.read(CHUNK):
                    digest.update(chunk)
    except (zipfile.BadZipFile, struct.error, KeyError, ValueError, OverflowError, NotImplementedError, OSError):
        return None
    return digest.hexdigest()


def _check_head(manifest: Mapping[str, Any], key: str, last: int, last_hash: str) -> Iterator[Flaw]:
    head = read_head(manifest["head"]) if re.fullmatch(r"\d+:[0-9a-f]{64}", manifest["head"]) else None
    if head is None or head.seq < last or (head.seq == last and head.hash != last_hash):
        yield Flaw("head_other", manifest["head"])
    if key != manifest["key"]:
        yield Flaw("link_signature", str(last))


def _read_link(line: str) -> tuple[Entry | None, dict[str, str]]:
    try:
        link = json.loads(line)
        words = {name: link[name] for name in ("entry", "hash", "signature")}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, {}
    return (read_entry(words["entry"]), words) if all(isinstance(word, str) for word in words.values()) else (None, {})


def _public_of(entry: Entry) -> bytes | None:
    try:
        public = bytes.fromhex(str(entry.facts.get("public")))
    except ValueError:
        return None
    return public if fingerprint_of(public) == entry.subject else None
