"""Jabber (XMPP) accounts: shaped like e-mail addresses, known by what is said before them or by their server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.mail import find_addresses
from classifier.offer.contacts.shape import Hit, Kind

_SERVERS = re.compile(
    r"@(?:.*\.)?(?:jabber|xmpp|exploit|thesecure|conversations|0nl1ne|xabber|jabb|draugr|yax|sure|creep)\b"
)


def _find(text: str) -> Iterator[Hit]:
    if "@" in text:
        for value, start, end in find_addresses(text):
            if _SERVERS.search(value):
                yield Hit("jabber", value, start, end, True, led=True)


def _read(text: str, at: int) -> Hit | None:
    for value, start, end in find_addresses(text[at : at + 120]):
        if start == 0:
            return Hit("jabber", value, at, at + end, True, led=True)
    return None


JABBER = Kind("jabber", find=_find, read=_read)
