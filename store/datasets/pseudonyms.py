"""Pseudonyms: HMAC-SHA256 (RFC 2104) under a project's key, cut to 128 bits, in hexadecimal.

Within a project the same thing has the same pseudonym in every dataset; between two projects, or two stores, nobody
without the store's key can tell that two pseudonyms are of one thing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

_BYTES = 16


class Pseudonyms:
    """The pseudonyms of one project. `check` tells whether two datasets have one project's pseudonyms."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.check = self.name("check", "")[:16]

    def name(self, kind: str, identity: str) -> str:
        """The pseudonym of one thing of a kind (post, seller, source)."""
        message = f"{kind}\x1f{identity}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, hashlib.sha256)[:_BYTES].hex()

    def name_all(self, kind: str, identities: Iterable[str]) -> list[str]:
        """The pseudonyms of many; loops where a call each would cost as much as the HMAC."""
        key, digest, prefix, sha256 = self._key, hmac.digest, f"{kind}\x1f", hashlib.sha256
        return [
            digest(key, (prefix + one).encode("utf-8", "surrogatepass"), sha256)[:_BYTES].hex() for one in identities
        ]
