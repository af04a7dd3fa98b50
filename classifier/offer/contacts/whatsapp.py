"""WhatsApp: a phone number in E.164, from wa.me links or after the name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.digits import read_run, take_number
from classifier.offer.contacts.phone import PHONE, is_valid
from classifier.offer.contacts.shape import Hit, Kind

_LINK = re.compile(
    r"(?:https?://)?(?:wa[. ]me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)\+?(\d{7,15})(?!\d)", re.IGNORECASE
)
_NUMBER = re.compile(r"[+(（]{0,2}(?:[0-9][ .()（）-]{0,2}){6,14}[0-9](?![0-9])")
# What a number without its country's code belongs to, by its length and first digits and the talk around it.
_COUNTRIES = (
    ("+886", re.compile(r"09\d{8}"), re.compile("")),
    ("+60", re.compile(r"01\d{8,9}"), re.compile("")),
    ("+65", re.compile(r"[89]\d{7}"), re.compile(r"新加坡|狮城|SGD|S\$|Singapore", re.IGNORECASE)),
    ("+853", re.compile(r"6\d{7}"), re.compile("澳门|Macau")),
    ("+852", re.compile(r"[4-9]\d{7}"), re.compile("")),
    ("+1", re.compile(r"[2-9]\d{9}"), re.compile(r"\bUSA?\b|United States|America|Texas|California|Florida|NY\b")),
    ("+91", re.compile(r"[6-9]\d{9}"), re.compile("")),
    ("+1", re.compile(r"[2-5]\d{9}"), re.compile("")),
)


def _find(text: str) -> Iterator[Hit]:
    if "/" not in text:
        return
    for match in _LINK.finditer(text):
        value = _complete(match.group(1), False)
        yield Hit("whatsapp", value, match.start(), match.end(), is_valid(value), led=True)


def _complete(digits: str, plus: bool, around: str = "") -> str:
    """E.164: a number that is whole without a country's code gets the code of where such numbers are."""
    if not plus and re.fullmatch(r"1[3-9]\d{9}", digits):
        return "+86" + digits
    for code, form, talk in _COUNTRIES:
        if not plus and form.fullmatch(digits) and talk.search(around):
            return code + digits.removeprefix("0")
    return "+" + digits.removeprefix("00")


def _read(text: str, at: int) -> Hit | None:
    match = _NUMBER.match(text, at)
    if match is None:
        plus = text.startswith(("+", "＋"), at)
        number = take_number(read_run(text, at + plus), 8, 15)
        if number is not None and (plus or len(number.digits) != 11):
            value = _complete(number.digits, plus, text[max(0, at - 300) : at + 300])
            return Hit("whatsapp", value, at, number.end, is_valid(value), led=True)
        hit = PHONE.read(text, at)
        return Hit("whatsapp", hit.value, hit.start, hit.end, hit.valid, led=True) if hit else None
    digits, end = re.sub(r"\D", "", match.group()), match.end()
    further = take_number(read_run(text, at + text.startswith(("+", "＋"), at)), 8, 15)
    if further is not None and further.end > end and further.digits.startswith(digits):
        digits, end = further.digits, further.end
    value = _complete(digits, "+" in match.group(), text[max(0, at - 300) : at + 300])
    return Hit("whatsapp", value, match.start(), end, is_valid(value), led=True)


def _share(hit: Hit) -> str | None:
    return hit.value if hit.kind in ("phone", "signal") and hit.value.startswith("+") else None


WHATSAPP = Kind("whatsapp", find=_find, read=_read, share=_share)
