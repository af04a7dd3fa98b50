"""Data that its author half hid: 138****1234, 王*明, 粤B·3**45, LSVAM4187C2******.

What is left of it still points at one person, so it is a victim's as the whole would be. Numbers and plates are known
by their own form; names count where other data stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.victims.item import Item
from classifier.offer.victims.papers import PROVINCES

HIDDEN = "*＊×●○◯■□█▇✱"
"""The signs with which authors hide a character."""

_HAN = "\u3400-\u9fff"
_SIGN = f"[{HIDDEN}]"
_PLATE = re.compile(
    rf"[{PROVINCES}]\s?[A-Z][ ·•.-]?(?=[A-Z0-9]*{_SIGN})(?:[A-Z0-9]|{_SIGN}){{4,6}}(?![A-Za-z0-9{HIDDEN}])"
)
# Digits and capitals cut by a run of signs, in groups or not; the longest is a VIN.
_PART = rf"[A-Z0-9{HIDDEN}()（）]"
_CODE = re.compile(
    rf"(?<![A-Za-z0-9_@./{HIDDEN}-])\+?(?=[A-Z0-9])(?=(?:{_PART}[ -]?){{0,16}}{_SIGN}{{2}}){_PART}+(?:-{_PART}+){{0,3}}"
    rf"(?![A-Za-z0-9_@{HIDDEN}])"
)
_CROSSED = re.compile(r"(?<![A-Za-z0-9])1[3-9]\d{1,2}[xX]{3,6}\d{2,4}(?![A-Za-z0-9])")
_RUN = re.compile(f"{_SIGN}{{2,}}")
_SHORTEST, _LONGEST, _PHONE, _PAPER = 6, 20, 13, 15

_LABEL = "姓名|名字|车主|客户|会员|机主|投保人|被保险人"
_NAME = re.compile(
    rf"(?:(?<![{_HAN}A-Za-z0-9{HIDDEN}])|(?<={_LABEL.replace('|', ')|(?<=')}))"
    rf"(?:[{_HAN}](?:{_SIGN}{{1,3}}[{_HAN}]?|[{_HAN}]{_SIGN}{{1,2}})"
    rf"|(?:[A-Z][A-Za-z]{{0,15}} )?[A-Z][a-z]{{1,12}}{_SIGN}{{2,6}})(?![{_HAN}A-Za-z0-9{HIDDEN}])"
)
_SIGNED = re.compile(_SIGN)


def find_half_hidden(text: str) -> Iterator[Item]:
    """Numbers, plates and papers of a folded text that signs hide in part. Linear."""
    if not _SIGNED.search(text) and not _CROSSED.search(text):
        return
    for match in _PLATE.finditer(text):
        yield Item("plate", *match.span())
    for match in _CROSSED.finditer(text):
        yield Item("phone", *match.span())
    for match in _CODE.finditer(text):
        kind = _tell(match.group())
        if kind is not None:
            yield Item(kind, *match.span())


def find_half_names(text: str) -> Iterator[Item]:
    """What could be a half-hidden name; it is one where other data stands beside it."""
    for match in _NAME.finditer(text) if _SIGNED.search(text) else ():
        yield Item("name", *match.span())


def _tell(written: str) -> str | None:
    """The kind of a code that signs hide in part, None for a row of stars round a number and the like."""
    size = sum(letter.isalnum() or letter in HIDDEN for letter in written)
    digits = sum(letter.isdigit() for letter in written)
    letters = any(letter.isalpha() for letter in written)
    runs = len(_RUN.findall(written))
    whole = re.match(r"\+?[A-Z0-9-]*", written)
    # Stars behind a whole number are emphasis: **138…**
    emphasis = whole is not None and sum(letter.isdigit() for letter in whole.group()) >= _PHONE - 2 and not letters
    if not _SHORTEST <= size <= _LONGEST or digits < 2 or runs > 2 or (emphasis and written.endswith(tuple(HIDDEN))):
        return None
    if letters:
        return "vin" if size >= _PAPER else "plate"
    if size > _PHONE:
        return "resident"
    return "phone" if size > _SHORTEST and digits > 2 else None
