"""Fields of a row between its separators: what is no car, firm, place, day or sum is a person's, and hidden whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from classifier.offer.victims import pieces
from classifier.offer.victims.item import Item

# In the order of trust: the first that a row has twice divides it.
_SEPARATORS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\t",
        r"\s?[|｜┃┆│¦┊]\s?",
        r"\s?[;；]\s?",
        r"\s(?:—+|–+|-{1,2}|→|=>|->|»|·|•)\s|——+|\*{3}",
        r"\s/\s",
        r"(?<!\d)/|/(?!\d)",
        r"\s?[,，、]\s?",
        r"\s+",
    )
)
_LONGEST = 70
_QUOTES = " \t\"'“”‘’()（）【】[]{}「」.。:：,，;；"
_LABEL = re.compile(rf"(?:[{pieces.HAN}]{{1,6}}|[A-Za-z][A-Za-z ._#'-]{{1,18}}?)\s?[\"']?\s?[:：=]\s?|[\W_]+")
# What names nobody: days, sums, ages, mileages, models of cars.
_PLAIN = re.compile(
    r"(?:(?:19|20)\d\d[-./年 ]?(?:[01]?\d[-./月 ]?)?(?:[0-3]?\d日?)?(?:到期|生|款|上牌|exp\w*)?"
    r"|[0-3]?\d[-./ ](?:[01]?\d|[A-Za-z]{3,9})(?:[-./ ](?:19|20)?\d\d)?"
    r"|(?:dob|exp\w*|due)\b.*|[¥￥$€£]?\s?\d[\d,.]*\s?(?:元|块|万|公里|km|miles?|岁|年|款|座|[Tt]|USD"
    r"|usd)?.{0,3}|欠.*|[男女]|[\d.]+[TtLl].*)",
    re.IGNORECASE,
)
# Where somebody lives, without a number: 沙田大围积福街.
_STREET = re.compile(
    rf"[{pieces.HAN}]{{4,14}}(?:街|道|路|巷|里|邨|村|苑|府|湾|阁|庭|居|轩|屯|小区|花园|家园|公寓|社区|大厦)"
)
_YEAR = re.compile(r"^(?:19|20)\d\d\s")
_CODED = re.compile(r"[\d①-⑨⓪零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]")
_LETTERS = re.compile(rf"[A-Za-zÀ-ɏА-яЁё{pieces.HAN}{pieces.OTHERS}]")


def find_fields(row: str, found: Sequence[Item]) -> Iterator[Item]:
    """The fields of a row that hold a number or an address which no piece covers whole."""
    separator = next((pattern for pattern in _SEPARATORS if len(pattern.findall(row)) >= 2), None)
    if separator is None:
        return
    at = 0
    for start, end in _cut(row, separator):
        while at < len(found) and found[at].end <= start:
            at += 1
        field = _trim(row, start, end)
        if field is None or field.end - field.start > _LONGEST or not _is_personal(row[field.start : field.end]):
            continue
        inside = [item for item in found[at : at + 4] if item.start < field.end and field.start < item.end]
        if len(inside) <= 1 and not any(item.start <= field.start and field.end <= item.end for item in inside):
            yield Item(inside[0].kind if inside else "address", field.start, field.end)


def _cut(row: str, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for match in separator.finditer(row):
        yield start, match.start()
        start = match.end()
    yield start, len(row)


def _trim(row: str, start: int, end: int) -> Item | None:
    """A field without its label, quotes and blanks; None where nothing is left."""
    while True:
        while start < end and row[start] in _QUOTES:
            start += 1
        while start < end and row[end - 1] in _QUOTES:
            end -= 1
        label = _LABEL.match(row, start, end)
        if label is None or label.end() >= end or label.end() == start:
            break
        start = label.end()
    return Item("", start, end) if start < end else None


def _is_personal(value: str) -> bool:
    """Whether a field is a number, a code or an address: four digits and more, or words with a number among them."""
    if "*" in value or "＊" in value or _PLAIN.fullmatch(value):
        return False
    digits = len(_CODED.findall(value))
    words = re.split(r"[\s,]+", _YEAR.sub("", value))
    if words[0].lower() in pieces.read_no_latin() or words[-1].lower() in pieces.read_no_latin():
        return False
    if not _LETTERS.search(value):
        return digits >= 7
    if _STREET.fullmatch(value):
        return True
    if re.search(rf"[{pieces.HAN}]", value):
        return digits >= 1 and bool(pieces.DOOR.search(value)) and len(value) >= 6
    return digits >= 4 or (digits >= 1 and len(words) >= 3)
