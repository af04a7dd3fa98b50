"""Mobile numbers, in E.164. Chinese ones are known by their eleven digits, foreign ones by + or by their form.

Validity is `phonenumbers`' for the number's country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from classifier.offer.contacts.digits import FORM, Group, find_runs, join_groups, read_group, read_run, take_number
from classifier.offer.contacts.shape import Hit, Kind

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
# Country codes in brackets stand for a plus.
_BRACKETED = re.compile(
    r"[(（]\+?(?P<code>85[23]|886)[)）][ -]?(?P<rest>\d(?:[ -]?\d){6,9})(?![\d-])"
    r"|(?<![\d+(（-])(?P<bare>85[23])[ -](?P<local>[2-9]\d{3}[ -]?\d{4})(?![\d-])"
)
_FOREIGN = re.compile(r"\+(?!86)(?:[0-9][ .()-]{0,2}){7,14}[0-9](?![0-9])")
_TAIWAN = re.compile(r"(?<![A-Za-z0-9_.-])09\d{2}[ -]?\d{3}[ -]?\d{3}(?![\d-])")
# How eleven digits (with 86 or 0086 before them) are cut up; other rows of numbers are price lists and the like.
_SHAPES = frozenset({
    (11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (4, 7), (3, 3, 5), (5, 6), (6, 5), (2, 9), (1, 10), (3, 2, 2, 2, 2),
    (3, 4, 2, 2), (13,), (2, 11), (2, 3, 8), (2, 3, 4, 4), (15,), (4, 11), (4, 3, 4, 4),
})  # fmt: skip
# Ten digits amid talk of India are an Indian number, which its people write without +91.
_INDIAN = re.compile(
    r"₹|\bINR\b|[Ii]ndia|\b[Rr]upees?\b|\bRs\b|\b[Ll]akhs?\b|\bDelhi|\bMumbai|\bKarnataka"
    r"|\bTamil|\bGujarat|\bPune\b|\bRTO\b"
)
# A number in three lines, one part below the other.
_VERTICAL = re.compile(rf"(?<!{FORM})({FORM}{{3}})[ \t]*\n[ \t]*({FORM}{{4}})[ \t]*\n[ \t]*({FORM}{{4}})(?!{FORM})")
_FIXED = re.compile(r"(?:固网|固话|座机|市话|landline|office)[\s:：,]{0,3}$", re.IGNORECASE)
# Numbers of Hong Kong, Macau and Taiwan with their country's code but no plus, or as they are dialled at home.
_OFFICE = re.compile(r"\s?[(（](?:办公室?|座机|固话|市话|公司|office|landline)", re.IGNORECASE)
_TEN = re.compile(r"(?<![\d+-])[6-9]\d{4}[ -]\d{5}(?![\d-])")
_ABROAD = re.compile(r"85[23]\d{8}|8869\d{8}|09\d{8}")
_NEAR = re.compile("香港|澳门|Hong Kong|Macau|HK")
_OPENING = re.compile("1[3-9]|86|00")
_LONGEST = 15
_HONG_KONG = 12


@lru_cache(maxsize=4096)
def is_valid(value: str) -> bool:
    """Whether an E.164 number can exist in its country."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=4096)
def is_fixed(value: str) -> bool:
    """Whether an E.164 number can only be a fixed line's; in Hong Kong all that begin with 2 and 3 are."""
    if value.startswith(("+8522", "+8523")):
        return len(value) == _HONG_KONG
    import phonenumbers

    try:
        kind = phonenumbers.number_type(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        return False
    return kind == phonenumbers.PhoneNumberType.FIXED_LINE


def _find(text: str) -> Iterator[Hit]:
    for groups in find_runs(text):
        yield from _find_in_run(text, groups)
    for match in _VERTICAL.finditer(text) if "\n" in text else ():
        hit = _mobile(text, [read_group(part, match.start(at)) for at, part in enumerate(match.groups(), 1)])
        if hit is not None:
            yield hit
    for match in _FOREIGN.finditer(text) if "+" in text else ():
        value = "+" + re.sub(r"\D", "", match.group())
        fixed = _FIXED.search(text, max(0, match.start() - 12), match.start()) or is_fixed(value)
        kind = "landline" if fixed or _OFFICE.match(text, match.end()) else "phone"
        yield Hit(kind, value, match.start(), match.end(), is_valid(value))
    for match in _BRACKETED.finditer(text):
        rest = match.group("rest") or match.group("local")
        value = f"+{match.group('code') or match.group('bare')}" + re.sub(r"\D", "", rest).removeprefix("0")
        yield Hit("landline" if is_fixed(value) else "phone", value, *match.span(), is_valid(value))
    for match in _TEN.finditer(text):
        if _INDIAN.search(text, max(0, match.start() - 400), match.end() + 200):
            value = "+91" + re.sub(r"\D", "", match.group())
            yield Hit("phone", value, match.start(), match.end(), is_valid(value))
    for match in _TAIWAN.finditer(text) if "09" in text else ():
        value = "+886" + re.sub(r"\D", "", match.group())[1:]
        yield Hit("phone", value, match.start(), match.end(), is_valid(value))


def _find_in_run(text: str, groups: list[Group]) -> Iterator[Hit]:
    at = 0
    while at < len(groups):
        opening = groups[at].digits[:2] + (groups[at + 1].digits[:1] if at + 1 < len(groups) else "")
        if not _OPENING.match(opening):
            at += 1
            continue
        size = 0
        for count in range(1, 16):
            if at + count > len(groups):
                break
            size += len(groups[at + count - 1].digits)
            if size > _LONGEST:
                break
            hit = _mobile(text, groups[at : at + count]) if size >= 11 else None
            if hit is not None:
                yield hit
                at += count - 1
                break
        at += 1


def _mobile(text: str, groups: list[Group]) -> Hit | None:
    joined = join_groups(groups)
    match = _MOBILE.fullmatch(joined.digits)
    if match is None or not _standing(text, joined):
        return None
    lengths = tuple(len(group.digits) for group in groups)
    # However it is cut up, eleven digits none of which is a plain one are no price list.
    if lengths not in _SHAPES and max(lengths) > 2 and (joined.plain or max(lengths) > 4):
        return None
    if joined.plain < 4 and not _spelt(text[joined.start : joined.end]):
        return None
    start = joined.start - (text[joined.start - 1 : joined.start] == "+")
    value = "+86" + match.group(1)
    return Hit("phone", value, start, joined.end, is_valid(value))


def _standing(text: str, number: Group) -> bool:
    """Not the middle of a longer code or of a decimal."""
    before, after = text[number.start - 1 : number.start], text[number.end : number.end + 1]
    if after.isascii() and (after.isalnum() or after == "_"):
        return False
    if before in ("_", "@", "=", "&") or (before == "." and text[number.start - 2 : number.start - 1].isdigit()):
        return False
    if before.isascii() and before.isalpha():
        word = re.search(r"[A-Za-z]+$", text[max(0, number.start - 12) : number.start])
        return word is not None and word.group().lower() in _GLUED
    return True


_GLUED = frozenset(
    {"tel", "phone", "mobile", "v", "vx", "wx", "w", "q", "qq", "tg", "ws", "call", "t", "whatsapp", "m"}
)


def _spelt(written: str) -> bool:
    """Numbers in Chinese digits alone: 一三八…, 幺三八…"""
    return sum("\u3007" <= letter <= "\u9fff" for letter in written) >= 4


def _read(text: str, at: int) -> Hit | None:
    """A number that an alias announces: reported even when it cannot be valid."""
    foreign = _FOREIGN.match(text, at)
    if foreign:
        value = "+" + re.sub(r"\D", "", foreign.group())
        return Hit("landline" if is_fixed(value) else "phone", value, at, foreign.end(), is_valid(value), led=True)
    plus = text.startswith(("+", "＋"), at)
    groups = read_run(text, at + plus)
    abroad = take_number(groups, 10, 13)
    if abroad is not None and (plus or _ABROAD.fullmatch(abroad.digits)) and not abroad.digits.startswith("86"):
        value = "+" + abroad.digits if not abroad.digits.startswith("09") else "+886" + abroad.digits[1:]
        return Hit("landline" if is_fixed(value) else "phone", value, at, abroad.end, is_valid(value), led=True)
    if [len(group.digits) for group in groups[:4]] == [1, 3, 3, 4] and groups[0].digits == "1":
        whole = join_groups(groups[:4])
        return Hit("phone", "+" + whole.digits, at, whole.end, is_valid("+" + whole.digits), led=True)
    near = read_near(text, at, groups)
    if near is not None:
        return near
    number = take_number(groups, 10, 13) or _take_mobile(groups)
    if number is not None and re.fullmatch("[48]00\\d{7}", number.digits):
        return Hit("landline", number.digits, at, number.end, is_valid("+86" + number.digits), led=True)
    if number is None or number.digits[0] not in "1689":
        return None
    match = _MOBILE.fullmatch(number.digits)
    country = "+91" if len(number.digits) == 10 and _INDIAN.search(text, max(0, at - 200), at + 200) else "+86"
    value = country + (match.group(1) if match else number.digits)
    return Hit("phone", value, at, number.end, is_valid(value), led=True)


def read_near(text: str, at: int, groups: list[Group]) -> Hit | None:
    """A fixed line with China's code; eight digits where the talk is of Hong Kong or Macau."""
    number = join_groups(groups) if groups else None
    if number is None:
        return None
    if re.fullmatch(r"86(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}", number.digits):
        return Hit("landline", "+" + number.digits, at, number.end, is_valid("+" + number.digits), led=True)
    place = _NEAR.search(text, max(0, at - 40), at)
    if place is None or not re.fullmatch(r"[2-9]\d{7}", number.digits):
        return None
    value = ("+853" if place.group() in ("澳门", "Macau") else "+852") + number.digits
    return Hit("landline" if is_fixed(value) else "phone", value, at, number.end, is_valid(value), led=True)


def _take_mobile(groups: list[Group]) -> Group | None:
    for count in range(1, len(groups) + 1):
        joined = join_groups(groups[:count])
        if len(joined.digits) >= 11:
            return joined if _MOBILE.fullmatch(joined.digits) else None
    return None


def _share(hit: Hit) -> str | None:
    if hit.kind != "phone" and _MOBILE.fullmatch(hit.value):
        return "+86" + hit.value
    if hit.kind == "line" and _TAIWAN.fullmatch(hit.value):
        return "+886" + hit.value[1:]
    return hit.value if hit.kind == "whatsapp" else None


PHONE = Kind("phone", find=_find, read=_read, share=_share)
