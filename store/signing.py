"""The keys that sign the ledger: Ed25519 (RFC 8032), all as raw bytes.

    keys/signing/<fingerprint>.key   the private key that signs now, 32 bytes
    keys/signing/head                the last entry of the ledger that this machine has written (store/ledger.py)

A key is known by its fingerprint, the SHA-256 of its 32 public bytes in hexadecimal. Public keys, the former ones too,
stand in the ledger itself, in the entry that brought each in.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from domain.errors import BadValue, BrokenStore, UnknownName
from store.files import destroy_file, place_file

PRIVATE_BYTES = 32
_NAME = re.compile(r"([0-9a-f]{64})\.key")


def signing_folder(folder: Path) -> Path:
    """Where the signing key lies; `folder` is that of all the store's keys."""
    return folder / "signing"


def fingerprint_of(public: bytes) -> str:
    """The name of a key: SHA-256 of its public bytes, in hexadecimal."""
    return hashlib.sha256(public).hexdigest()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 public bytes of a private key."""
    return key.public_key().public_bytes_raw()


def place_signer(folder: Path, key: Ed25519PrivateKey) -> str:
    """Write a private key down, durably and readable by nobody else; its fingerprint."""
    fingerprint = fingerprint_of(public_bytes(key))
    place_file(_path_of(folder, fingerprint), key.private_bytes_raw(), durable=True)
    return fingerprint


def load_signer(folder: Path, fingerprint: str) -> Ed25519PrivateKey:
    """The private key of that fingerprint. Raises BrokenStore when it is gone or another one."""
    path = _path_of(folder, fingerprint)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BrokenStore(
            path=folder.parent,
            why=f"the key that signs its ledger, keys/signing/{path.name}, is gone; put it back from a backup",
        ) from None
    if len(data) == PRIVATE_BYTES:
        key = Ed25519PrivateKey.from_private_bytes(data)
        if fingerprint_of(public_bytes(key)) == fingerprint:
            return key
    raise BrokenStore(path=folder.parent, why=f"keys/signing/{path.name} is not the key that signs its ledger")


def list_signers(folder: Path) -> set[str]:
    """The fingerprints of the private keys that lie there."""
    place = signing_folder(folder)
    names = (_NAME.fullmatch(path.name) for path in place.iterdir()) if place.is_dir() else ()
    return {match[1] for match in names if match}


def destroy_signers(folder: Path, fingerprints: Iterable[str]) -> None:
    """Overwrite and remove private keys. Their public halves stay in the ledger."""
    for fingerprint in fingerprints:
        destroy_file(_path_of(folder, fingerprint), durable=True)


def read_signer(path: Path) -> Ed25519PrivateKey:
    """A private key from a file: PEM without a password, or its 32 raw bytes. Raises UnknownName or BadValue."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise UnknownName(kind="file", name=str(path)) from None
    if len(data) == PRIVATE_BYTES:
        return Ed25519PrivateKey.from_private_bytes(data)
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        key = load_pem_private_key(data, password=None)
        if isinstance(key, Ed25519PrivateKey):
            return key
    raise BadValue(name="the key", value=path, want="an Ed25519 private key: PEM without a password, or 32 raw bytes")


def is_signed(public: bytes, signature: str, message: bytes) -> bool:
    """Whether `signature` (hexadecimal, lower case) is that of `message` by the key with these public bytes.

    Wild input is not; nor is the same signature in other letters: what is kept has one form.
    """
    try:
        raw = bytes.fromhex(signature)
        Ed25519PublicKey.from_public_bytes(public).verify(raw, message)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return raw.hex() == signature


def _path_of(folder: Path, fingerprint: str) -> Path:
    return signing_folder(folder) / f"{fingerprint}.key"
