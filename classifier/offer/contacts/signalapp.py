"""Signal: a phone number in E.164, or a user name with its two digits (name.01)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.shape import Hit, Kind
from classifier.offer.contacts.whatsapp import WHATSAPP

_LINK = re.compile(r"(?:https?://)?signal\.me/#(?:p/(\+\d{7,15})|eu/([A-Za-z0-9_-]{10,80}))", re.IGNORECASE)
_GROUP = re.compile(r"(?:https?://)?signal\.group/#([A-Za-z0-9_-]{10,120})", re.IGNORECASE)
_NAME = re.compile(r"@?([A-Za-z_][A-Za-z0-9_]{2,31}(?:\.[A-Za-z0-9_]{2,31})?\.\d{2,})(?![A-Za-z0-9_])")

# What breaks the rule of the two digits.
_FREE = re.compile(r"@?(?=[A-Za-z_]*[\d_.])([A-Za-z_][A-Za-z0-9_]{2,31}(?:\.[A-Za-z0-9_]{1,31})?)(?![A-Za-z0-9_@.])")


def _find(text: str) -> Iterator[Hit]:
    if "/#" not in text:
        return
    for pattern in (_LINK, _GROUP):
        for match in pattern.finditer(text):
            value = next(group for group in match.groups() if group)
            yield Hit("signal", value, match.start(), match.end(), True, led=True)


def _read(text: str, at: int) -> Hit | None:
    match = _NAME.match(text, at)
    if match:
        return Hit("signal", match.group(1).lower(), at, match.end(), True, led=True)
    hit = WHATSAPP.read(text, at)
    if hit:
        return Hit("signal", hit.value, hit.start, hit.end, hit.valid, led=True)
    free = _FREE.match(text, at)
    return Hit("signal", free.group(1).lower(), at, free.end(), False, led=True) if free else None


def _share(hit: Hit) -> str | None:
    return hit.value if hit.kind in ("phone", "whatsapp", "telegram") else None


SIGNAL = Kind("signal", find=_find, read=_read, share=_share)
