"""LINE (賴): 4 to 20 of a-z, 0-9, dot, - and _; @ first for official accounts. Lower case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.shape import Hit, Kind, read_word

_LINK = re.compile(r"(?:(?:https?://)?line\.me/(?:R/)?|line://)ti/p/(?:~|%7E)?(@?[A-Za-z0-9._%-]{3,40})", re.IGNORECASE)
_HANDLE = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9._-]{2,19}(?![A-Za-z0-9_@])")
_VALID = re.compile(r"@?[a-z0-9][a-z0-9._-]{2,19}")


def _find(text: str) -> Iterator[Hit]:
    if "/" not in text:
        return
    for match in _LINK.finditer(text):
        value = match.group(1).lower().replace("%40", "@")
        yield Hit("line", value, match.start(), match.end(), True, led=True)


def _read(text: str, at: int) -> Hit | None:
    word = read_word(text, at, _HANDLE)
    if word is None:
        return None
    value = word[0].rstrip(".-").lower()
    return Hit("line", value, at, word[1] - (len(word[0]) - len(value)), _VALID.fullmatch(value) is not None, led=True)


def _share(hit: Hit) -> str | None:
    value = re.sub(r"^\+886", "0", hit.value)
    return value.lower() if hit.kind in ("phone", "wechat", "telegram", "potato", "skype") else None


LINE = Kind("line", find=_find, read=_read, share=_share)
