"""A package as bytes: one zip, one folder in it, every file stored as it is.

    referral-<id>/
      manifest.json        one line of canonical JSON: the referral, and every other file with size, SHA-256 and MD5
      manifest.sig         the Ed25519 signature (RFC 8032, 64 raw bytes) of manifest.json
      public-key.pem       the key that verifies it
      SHA256SUMS, MD5SUMS  what `sha256sum -c` and `md5sum -c` read; of all files but manifest.json and manifest.sig
      …                    the files themselves

Nothing is compressed and every header is fixed, so that the bytes of the zip follow from its files alone: a reader
needs to unpack nothing to see that not one byte of it was changed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zlib import crc32

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.errors import Refused
from domain.plain import plain
from store.ledger import write_line
from store.referrals.dossier import FORMAT, VERSION, Dossier, Member

MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "public-key.pem"
SUMS = {"SHA256SUMS": "sha256", "MD5SUMS": "md5"}
LARGEST = 2**32 - 1  # bytes of a zip without its 64-bit extensions
MOST = 2**16 - 2  # files

# 1980-01-01 00:00, the first moment that a zip can name: when a file was made stands in the manifest.
_EPOCH = (0, 0x21)
# Version 2.0, made on Unix, a file of mode 0644.
_VERSION, _HOST, _MODE = 20, 3, 0o100644 << 16
_LOCAL, _CENTRAL, _END = "<4s5H3I2H", "<4s6H3I5H2I", "<4s4H2IH"


def folder_of(referral_id: str) -> str:
    """The one folder in a package."""
    return f"referral-{referral_id}"


def finish_members(dossier: Dossier, members: Sequence[Member]) -> list[Member]:
    """All files of a package but the manifest and its signature: `members`, the public key and the lists of digests."""
    whole = [*members, Member(PUBLIC_KEY, write_public(dossier.custody.public), "验证材料", "PEM")]
    sums = [Member(name, write_sums(whole, kind), "校验值清单", "纯文本") for name, kind in SUMS.items()]
    return sorted([*whole, *sums], key=lambda member: member.path)


def write_manifest(dossier: Dossier, members: Iterable[Member]) -> bytes:
    """What is signed: the referral, the head of the ledger when it was made, and every file."""
    request = dossier.request
    manifest: dict[str, Any] = {
        "format": FORMAT, "version": VERSION, "id": dossier.id, "made_at": plain(dossier.made_at), "to": request.to,
        "case": request.case, "operator": request.operator, "language": request.language,
        "corrects": request.corrects, "practice": dossier.practice, "software": dossier.software,
        "models": dossier.models, "findings": [subject.finding["id"] for subject in dossier.subjects],
        "captures": [
            {key: plain(exhibit.record[key]) for key in ("id", "sha256", "body_sha256")} for exhibit in dossier.exhibits
        ],
        "head": dossier.custody.head, "key": dossier.custody.key, "files": [member.entry() for member in members],
    }  # fmt: skip
    return write_line(plain(manifest)).encode() + b"\n"


def sign_manifest(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signature of a manifest, 64 bytes."""
    return key.sign(manifest)


def write_sums(members: Iterable[Member], kind: str) -> bytes:
    """A list of digests in the form of GNU coreutils."""
    lines = (f"{member.entry()[kind]}  {member.path}\n" for member in sorted(members, key=lambda one: one.path))
    return "".join(lines).encode()


def write_public(public: bytes) -> bytes:
    """A public key as PEM."""
    return Ed25519PublicKey.from_public_bytes(public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def write_zip(folder: str, files: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
    """The bytes of a package, in pieces; `files` are pairs of place and content, in their order.

    Raises Refused when it would be more than a plain zip can hold.
    """
    names = [f"{folder}/{place}" for place, _ in files]
    overhead = sum(76 + 2 * len(name) for name in names) + 22
    if len(files) > MOST or overhead + sum(len(data) for _, data in files) > LARGEST:
        raise Refused(what="a package of more than 4 GB or 65,534 files", mend="refer fewer findings at once")
    facts = [(name, crc32(data), len(data)) for name, (_, data) in zip(names, files, strict=True)]
    for fact, (_, data) in zip(facts, files, strict=True):
        yield local_header(*fact)
        yield data
    yield directory_of(facts)


def local_header(name: str, crc: int, size: int) -> bytes:
    """What stands before a file in the zip (APPNOTE 4.3.7)."""
    raw = name.encode("ascii")
    return struct.pack(_LOCAL, b"PK\3\4", _VERSION, 0, 0, *_EPOCH, crc, size, size, len(raw), 0) + raw


def directory_of(facts: Sequence[tuple[str, int, int]]) -> bytes:
    """What stands after all files (APPNOTE 4.3.12 and 4.3.16); `facts` are name, CRC-32 and size of each."""
    entries, offset = [], 0
    for name, crc, size in facts:
        raw = name.encode("ascii")
        entries.append(
            struct.pack(
                _CENTRAL, b"PK\1\2", _HOST << 8 | _VERSION, _VERSION, 0, 0, *_EPOCH, crc, size, size, len(raw),
                0, 0, 0, 0, _MODE, offset,
            ) + raw
        )  # fmt: skip
        offset += len(local_header(name, crc, size)) + size
    central = b"".join(entries)
    count = len(entries)
    return central + struct.pack(_END, b"PK\5\6", 0, 0, count, count, len(central), offset, 0)
