"""WeChat: 6 to 20 of letters, digits, _ and -, a letter first; a bound phone or QQ number works as well.

Source: Tencent's rule for setting an ID (DOMAIN.md 3.6); `_` first and the longer `wxid_` defaults are let pass.
"""

from __future__ import annotations

import re

from classifier.offer.contacts.digits import read_run, take_number
from classifier.offer.contacts.shape import Hit, Kind, read_word

_HANDLE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{3,31}(?![A-Za-z0-9_@])")
_VALID = re.compile(r"wxid_[a-z0-9]{10,30}|[a-z_][a-z0-9_-]{5,19}|1[3-9]\d{9}|[1-9]\d{4,10}")


def is_valid(value: str) -> bool:
    """Whether a normal form keeps WeChat's rules."""
    return _VALID.fullmatch(value) is not None


def _read(text: str, at: int) -> Hit | None:
    word = read_word(text, at, _HANDLE)
    if word is not None:
        value = word[0].rstrip("-").lower()
        return Hit("wechat", value, at, word[1] - (len(word[0]) - len(value)), is_valid(value), led=True)
    number = take_number(read_run(text, at), 5, 11)
    if number is None or text.startswith(("@", "＠"), number.end):
        return None
    return Hit("wechat", number.digits, number.start, number.end, is_valid(number.digits), led=True)


def _share(hit: Hit) -> str | None:
    value = hit.value.removeprefix("+86") if hit.kind in ("phone", "whatsapp") else hit.value
    return (
        value.lower()
        if hit.kind in ("phone", "qq", "telegram", "whatsapp", "other", "batchat", "line", "skype", "potato", "signal")
        else None
    )


WECHAT = Kind("wechat", read=_read, share=_share)
