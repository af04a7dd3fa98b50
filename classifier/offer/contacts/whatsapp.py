"""WhatsApp: a phone number in E.164, from wa.me links or after the name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.phone import PHONE, is_valid
from classifier.offer.contacts.shape import Hit, Kind

_LINK = re.compile(
    r"(?:https?://)?(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)\+?(\d{7,15})(?!\d)", re.IGNORECASE
)
_NUMBER = re.compile(r"\+?(?:[0-9][ .()-]{0,2}){6,14}[0-9](?![0-9])")


def _find(text: str) -> Iterator[Hit]:
    for match in _LINK.finditer(text):
        value = _complete(match.group(1), False)
        yield Hit("whatsapp", value, match.start(), match.end(), is_valid(value), led=True)


def _complete(digits: str, plus: bool) -> str:
    """E.164: eleven digits from 1[3-9] without a + are Chinese, all else carries its country."""
    if not plus and re.fullmatch(r"1[3-9]\d{9}", digits):
        return "+86" + digits
    return "+" + digits.removeprefix("00")


def _read(text: str, at: int) -> Hit | None:
    match = _NUMBER.match(text, at)
    if match is None:
        hit = PHONE.read(text, at)
        return Hit("whatsapp", hit.value, hit.start, hit.end, hit.valid, led=True) if hit else None
    digits = re.sub(r"\D", "", match.group())
    value = _complete(digits, match.group().startswith("+"))
    return Hit("whatsapp", value, match.start(), match.end(), is_valid(value), led=True)


def _share(hit: Hit) -> str | None:
    return hit.value if hit.kind == "phone" else None


WHATSAPP = Kind("whatsapp", find=_find, read=_read, share=_share)
