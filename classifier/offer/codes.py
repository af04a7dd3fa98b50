"""What an author calls a record, and tables of prices, written out: 本就是条, 一斤=一千条, 起订(条) | 元/条.

Rules of rewriting (`rewriting.py`) which need more than one place of the text: what a word stands for, or what a
column holds, is said once and used below.
"""

from __future__ import annotations

import re

from classifier.fold import Folded
from classifier.offer.numerals import CHINESE, read_numeral
from classifier.offer.rewriting import replace_spans

# 本就是条, (斤=一千条), 一箱是500条, one box = 1000 rows.
_CODE = re.compile(
    r"(?:^|(?<=[\s，,。；;（(、:：]))[^\s，,。；;（(、=＝]{0,3}?(?P<count>[一1]?)(?P<word>[\u3400-\u9fff])\s?"
    rf"(?:就是|等于|[=＝即指算]|代表)\s?(?P<size>[\d{CHINESE}]*[wk]?)\s?条"
)
_NOT_CODES = frozenset("价元块毛角分条万千百十起单费天月年次个都也又")
_LONGEST = 20_000


def decode(folded: Folded) -> Folded:
    """`folded` with records for the author's word for them, and units beside the numbers of its tables. Linear."""
    text = folded.text
    if len(text) > _LONGEST:
        return folded
    edits = [*_read_codes(text), *_read_tables(text)]
    return replace_spans(folded, sorted(edits)) if edits else folded


def _read_codes(text: str) -> list[tuple[int, int, str]]:
    edits: list[tuple[int, int, str]] = []
    for code in _CODE.finditer(text) if "条" in text else ():
        word = code.group("word")
        size = read_numeral(code.group("size")) if code.group("size") else 1.0
        if word in _NOT_CODES or not size or size != int(size) or (size == 1 and not _counts(text, word)):
            continue
        edits += _apply_code(text, word, int(size), code.span())
        break
    return edits


def _counts(text: str, word: str) -> bool:
    return re.search(rf"[\d{CHINESE}每/]{word}", text) is not None


def _apply_code(text: str, word: str, size: int, told: tuple[int, int]) -> list[tuple[int, int, str]]:
    """The edits that turn 五斤 into 5000条 and /斤 into /1000条; where it is told, nothing is left to read."""
    edits = [(told[0], told[1], "＊" * (told[1] - told[0]))]
    for use in re.finditer(rf"(?P<number>[\d.]+[wk万千]?|[{CHINESE}]+|[每/／])\s?{word}", text):
        if told[0] <= use.start() < told[1]:
            continue
        number = use.group("number")
        value = 1.0 if number in "每/／" else read_numeral(number)
        if value is None or value * size != int(value * size):
            continue
        count = "" if size == 1 and number in "每/／" else f"{value * size:.0f}"
        edits.append((use.start(), use.end(), f"{number if number in '每/／' else ''}{count}条"))
    return edits


# --- tables -------------------------------------------------------------------------------------------------------

_CELL = re.compile(r"\s*(?:[|｜┃│,，;；\t]|\s{2,}|\s[/-]\s)\s*")
_QUANTITY = re.compile(r"起订|起售|起批|数量|条数|采购量|拿货量|量级|^量$|moq|min|qty|quantity|from|records|rows|条$")
_PRICE = re.compile(r"元?\s?[/／每]\s?[条个份笔]|单价|条价|价格?|price|rate|¥|￥|\$|usdt?|per (?:row|record|lead)")
_FLOOR = re.compile(r"起|moq|min|from|以上|>")
_NUMBER = re.compile(r"[¥￥$]?\s?(\d[\d,]*(?:\.\d+)?\s?[wk万千]?)\s?(?:[+＋]|条|元|块|起|以上)?")


def _read_tables(text: str) -> list[tuple[int, int, str]]:
    """Units beside the bare numbers below a header of quantity and price."""
    edits: list[tuple[int, int, str]] = []
    columns: dict[int, str] = {}
    at = 0
    for line in text.split("\n"):
        cells = list(_cut(line, at))
        if len(cells) >= 2:
            named = _name_columns([text[start:end].lower() for start, end in cells])
            if named:
                columns = named
            elif columns and any(len(cells) > column for column in columns):
                edits += _read_line(text, cells, columns)
        at += len(line) + 1
    return edits


def _cut(line: str, at: int) -> list[tuple[int, int]]:
    """The cells of a line, without the rules at its ends."""
    cells, start = [], 0
    for mark in [*_CELL.finditer(line), None]:
        end = mark.start() if mark else len(line)
        if line[start:end].strip():
            cells.append((at + start, at + end))
        start = mark.end() if mark else end
    return cells


def _name_columns(cells: list[str]) -> dict[int, str]:
    """What each column of a header holds: floor, count or price; empty where no header stands."""
    if any(_NUMBER.fullmatch(cell.strip()) for cell in cells) or any(len(cell) > 16 for cell in cells):
        return {}
    columns: dict[int, str] = {}
    for at, cell in enumerate(cells):
        if _PRICE.search(cell) and "price" not in columns.values():
            columns[at] = "price"
        elif _QUANTITY.search(cell) and not {"floor", "count"} & set(columns.values()):
            columns[at] = "floor" if _FLOOR.search(cell) else "count"
    return columns if len(columns) == 2 else {}


def _read_line(text: str, cells: list[tuple[int, int]], columns: dict[int, str]) -> list[tuple[int, int, str]]:
    found: dict[str, tuple[int, int, str, float]] = {}
    for column, sort in columns.items():
        if column >= len(cells):
            return []
        start, end = cells[column]
        number = _NUMBER.fullmatch(text[start:end].strip().lower())
        value = read_numeral(number.group(1)) if number else None
        if number is None or value is None:
            return []
        found[sort] = (start, end, number.group(), value)
    price = found["price"]
    quantity = found.get("floor") or found["count"]
    each = price[3] < 50 and price[3] / max(quantity[3], 1) < 0.1
    money = price[2] if re.search("[元块¥￥$]", price[2]) else f"{price[2]}元"
    amount = f"{money}/条" if each else money
    if each and "count" in found and len(cells) > 2:
        # A list of stocks and what a record of each costs.
        return [(price[0], price[1], amount)]
    return [(quantity[0], quantity[1], f"{quantity[3]:.0f}条" + ("起" if each else "")), (price[0], price[1], amount)]
