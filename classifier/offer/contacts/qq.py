"""QQ: 5 to 11 digits, no leading zero. 扣1 (type 1) is none: one digit is no account."""

from __future__ import annotations

import re

from classifier.offer.contacts.digits import read_run, take_number
from classifier.offer.contacts.shape import Hit, Kind

_VALID = re.compile(r"[1-9]\d{4,10}")


def is_valid(value: str) -> bool:
    """Whether a normal form keeps the rule of QQ numbers."""
    return _VALID.fullmatch(value) is not None


def _read(text: str, at: int) -> Hit | None:
    number = take_number(read_run(text, at), 5, 12)
    if number is None or text.startswith(("@", "＠"), number.end):
        return None
    return Hit("qq", number.digits, number.start, number.end, is_valid(number.digits), led=True)


def _share(hit: Hit) -> str | None:
    value = hit.value.removeprefix("+86")
    return value if hit.kind in ("wechat", "phone") and is_valid(value) else None


QQ = Kind("qq", read=_read, share=_share)
