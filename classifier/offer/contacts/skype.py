"""Skype: 6 to 32, a letter first; `live:` names as well. Lower case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.shape import Hit, Kind, read_word

_LINK = re.compile(r"skype:((?:live:)?[A-Za-z][A-Za-z0-9._-]{5,31})\?(?:chat|call|add)", re.IGNORECASE)
_HANDLE = re.compile(r"(?:live:(?:\.cid\.)?)?[A-Za-z0-9][A-Za-z0-9._,-]{4,31}(?![A-Za-z0-9_@])", re.IGNORECASE)
_VALID = re.compile(r"live:[a-z0-9._-]{3,40}|[a-z][a-z0-9._,-]{5,31}")


def _find(text: str) -> Iterator[Hit]:
    if "?" not in text:
        return
    for match in _LINK.finditer(text):
        yield Hit("skype", match.group(1).lower(), match.start(), match.end(), True, led=True)


def _read(text: str, at: int) -> Hit | None:
    word = read_word(text, at, _HANDLE)
    if word is None:
        return None
    value = word[0].rstrip(".,-").lower()
    return Hit("skype", value, at, word[1] - (len(word[0]) - len(value)), _VALID.fullmatch(value) is not None, led=True)


def _share(hit: Hit) -> str | None:
    value = hit.value.lower()
    return value if hit.kind in ("wechat", "telegram", "line", "potato") and _VALID.fullmatch(value) else None


SKYPE = Kind("skype", find=_find, read=_read, share=_share)
