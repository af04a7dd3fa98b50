"""The store's keys: one of the store, from which all others are derived or under which they are wrapped.

    keys/store.key               32 random bytes, made on first use
    keys/pages/<xxxx>/<id>.key   one random data key a page, wrapped; destroying it destroys the page

Key derivation is HKDF-SHA256 (RFC 5869), fingerprints are HMAC-SHA256 cut to 16 bytes, wrapping is AES-256-GCM with
the page's id as associated data, so that a key file opens no page but its own.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import BrokenStore, DamagedSeal
from store.files import destroy_file, place_file, shard, sync_file

KEY_BYTES = 32
NONCE_BYTES = 12
DIGEST_BYTES = 16


class Keys:
    """All that is secret about one store. `folder` is its folder of keys."""

    def __init__(self, folder: Path, master: bytes) -> None:
        self.folder = folder
        self.check = _derive(master, b"check")[:DIGEST_BYTES].hex()
        self._fingerprint = _derive(master, b"fingerprint")
        self._project = _derive(master, b"project")
        self._wrap = AESGCM(_derive(master, b"page"))
        self._veil = AESGCM(_derive(master, b"veil"))

    def fingerprint(self, kind: str, *parts: str) -> bytes:
        """What stands for `parts` where they may not be written: 16 bytes that only this store's key yields."""
        message = "\x1f".join((kind, *parts)).encode("utf-8", "surrogatepass")
        return hmac.digest(self._fingerprint, message, hashlib.sha256)[:DIGEST_BYTES]

    def project_key(self, project: str) -> bytes:
        """The key of a research project's pseudonyms: another for each name, and for each store."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=project.encode("utf-8", "surrogatepass")).derive(self._project)

    def veil(self, text: str, owner: bytes) -> bytes:
        """`text` in a form that is unreadable without the key, and bound to the fingerprint it belongs to."""
        return _encrypt(self._veil, text.encode("utf-8", "surrogatepass"), owner)

    def unveil(self, veiled: bytes, owner: bytes) -> str | None:
        """The text again, or None when it was not veiled by this key for this owner."""
        try:
            return _decrypt(self._veil, veiled, owner).decode("utf-8", "surrogatepass")
        except InvalidTag:
            return None

    def path_of(self, page_id: str) -> Path:
        """The file of a page's key."""
        return self.folder / "pages" / shard(page_id) / f"{page_id}.key"

    def place_page_key(self, page_id: str, key: bytes) -> None:
        """Write down a page's data key, wrapped. It is durable only once the page is sealed (`keep_page_key`)."""
        place_file(self.path_of(page_id), _encrypt(self._wrap, key, page_id.encode()))

    def page_key(self, page_id: str) -> bytes:
        """The data key of a page. Raises DamagedSeal when it is gone or was changed."""
        try:
            return _decrypt(self._wrap, self.path_of(page_id).read_bytes(), page_id.encode())
        except (FileNotFoundError, InvalidTag):
            raise DamagedSeal(page=page_id) from None

    def keep_page_key(self, page_id: str) -> None:
        """See to it that the key outlives a power cut."""
        sync_file(self.path_of(page_id))

    def destroy_page_key(self, page_id: str) -> None:
        """Overwrite and remove a page's key; whatever is left of the page is noise from now on."""
        destroy_file(self.path_of(page_id), durable=True)


def make_key() -> bytes:
    """A new random key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, data: bytes, name: str) -> bytes:
    """`data` under a page's key, bound to the page's name."""
    return _encrypt(AESGCM(key), data, name.encode())


def unseal(key: bytes, sealed: bytes, name: str) -> bytes:
    """What was sealed under `name`. Raises DamagedSeal."""
    try:
        return _decrypt(AESGCM(key), sealed, name.encode())
    except InvalidTag:
        raise DamagedSeal(page=name) from None


def open_keys(folder: Path, *, create: bool) -> Keys:
    """The keys in `folder`; with `create`, made when there are none. Two processes at once make one key.

    Raises BrokenStore when the key is missing (and not to be made) or is no key.
    """
    path = folder / "store.key"
    if create and not path.exists():
        _make_master(path)
    try:
        master = path.read_bytes()
    except FileNotFoundError:
        raise BrokenStore(path=folder.parent, why="its key keys/store.key is gone; put it back from a backup") from None
    if len(master) != KEY_BYTES:
        raise BrokenStore(path=folder.parent, why="keys/store.key is not a key; put it back from a backup")
    return Keys(folder, master)


def _make_master(path: Path) -> None:
    draft = path.with_name(f".store.key.{secrets.token_hex(8)}")
    place_file(draft, make_key(), durable=True)
    try:
        os.link(draft, path)  # Fails when another process was first; its key is the one that counts then.
        sync_file(path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"tipstaff " + purpose).derive(master)


def _encrypt(key: AESGCM, data: bytes, name: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + key.encrypt(nonce, data, name)


def _decrypt(key: AESGCM, sealed: bytes, name: bytes) -> bytes:
    if len(sealed) < NONCE_BYTES:
        raise InvalidTag
    return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name)
