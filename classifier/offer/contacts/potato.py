"""土豆 (Potato Chat): numbers, names or links; its rules are not published, so every shape counts as valid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.others import read_free, share_free
from classifier.offer.contacts.shape import Hit, Kind

_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?:pt\.im|ptcc\.in|potato\.im)/(?:joinchat/)?([A-Za-z0-9_-]{4,40})", re.IGNORECASE
)


def _find(text: str) -> Iterator[Hit]:
    if "/" not in text:
        return
    for match in _LINK.finditer(text):
        yield Hit("potato", match.group(1).lower(), match.start(), match.end(), True, led=True)


def _read(text: str, at: int) -> Hit | None:
    return read_free("potato", text, at)


POTATO = Kind("potato", find=_find, read=_read, share=share_free)
