"""Tables: rows of the same fields in the same order. A column that holds people's data is hidden in every row.

The other readers know data by their shape, and so miss in one row what they find in the next: a family name nobody
listed, a plate with a letter that is none. Here the columns vote. Lines that one separator cuts into as many fields
are a table; a column is personal where half of its cells hold what is known already to be a person's, and one column
besides, where all cells differ and look like names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from classifier.offer.victims import people, pieces
from classifier.offer.victims.item import Item
from classifier.offer.victims.stretches import speaks

# Each with the characters one of which a block must hold for it to cut anything.
_SEPARATORS = tuple(
    (frozenset(signs), re.compile(pattern))
    for signs, pattern in (
        ("<", r"(?:\s*</?[a-zA-Z][^<>\n]{0,40}>\s*)+"),
        ("\t", r"\t+"),
        ("|｜┃┆│¦┊", r"\s*[|｜┃┆│¦┊]\s*"),
        (";；", r"\s*[;；]\s*"),
        ("★☆✦●•※◆▶►→➜⇒#&^~～+＋", r"\s*[★☆✦●•※◆▶►→➜⇒#&^~～+＋]\s*"),
        ("—–=-", r"\s*(?:—+|–|=>|->|--+)\s*"),
        ("-·•", r"\s+[-·•]\s+"),
        ("/", r"\s*/\s*"),
        (",，", r"\s*[,，]\s*"),
        ("、", r"\s*、\s*"),
        (" \t\u3000\xa0", r"\s{2,}|\u3000+"),
        (" \t\u3000\xa0", r"\s+"),
    )
)
_BLANK = _SEPARATORS[-1][1]
_CAPITALS = re.compile(r"[A-Za-z.,] +[A-Z][A-Za-z.]")
_LONGEST, _WIDEST = 240, 12
_FEWEST = 2
_HALF = 0.5
# Of the cells of a column of names so many must be names by their form.
_MOST = 2 / 3
_LABELLED = re.compile(r"[\"'”】\]]?\s?[:：=]")
# The share of a column's cells that must be known as a person's.
_SHARE = 1 / 3
_QUOTES = " \t\"'“”‘’()（）【】[]{}「」.。:：·-*"
_HAN_NAME = re.compile(rf"[{pieces.HAN}]{{2,4}}(?:[·•][{pieces.HAN}]{{2,8}})?")
_LATIN_NAME = re.compile(
    r"[A-ZÀ-Þ\u0100-\u024f\u1e00-\u1eff][A-Za-zÀ-\u024f\u1e00-\u1eff'’.-]{1,20}"
    r"(?:,? [A-ZÀ-Þ\u0100-\u024f\u1e00-\u1eff][A-Za-zÀ-\u024f\u1e00-\u1eff'’.-]{0,20}){0,4}"
)
_OTHER_NAME = re.compile(rf"[{pieces.OTHERS}]{{2,20}}(?: [{pieces.OTHERS}]{{1,20}}){{0,4}}")
_BULLET = re.compile(r"\s*(?:\(?\d{1,3}[.、)）:：]|[-*·•>])\s*")
# What a personal column may hold in a row that leaves it open.
_EMPTY = re.compile(r"[\W_]*|null|none|n/?a|无|暂无|未填", re.IGNORECASE)


class _Line(NamedTuple):
    start: int
    cells: tuple[tuple[int, int], ...]


def find_tables(text: str, items: Iterable[Item], kept: Iterable[tuple[int, int]]) -> Iterator[Item]:
    """What the personal columns of tables hold beside `items`; `kept` are spans that stay. Linear."""
    known = sorted(items, key=lambda item: item.start)
    if len(known) < _FEWEST:
        return
    starts = [item.start for item in known]
    own = sorted(kept)
    for block in _find_blocks(text, known, starts):
        for table in _cut_block(text, block):
            yield from _read_table(text, table, known, starts, own)
    yield from _find_piled(text, known, starts)


def _find_blocks(text: str, known: Sequence[Item], starts: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
    """Runs of lines around those that hold data, a line without any at both ends."""
    block: list[tuple[int, int]] = []
    start, held = 0, 0
    for line in text.split("\n"):
        end = start + len(line)
        at = bisect_left(starts, start)
        holds = at < len(known) and starts[at] < end
        if line.strip() and len(line) <= _LONGEST:
            block.append((start, end))
            held += holds
        if not line.strip() or len(line) > _LONGEST:
            if held >= _FEWEST:
                yield block
            block, held = [], 0
        start = end + 1
    if held >= _FEWEST:
        yield block


def _cut_block(text: str, block: Sequence[tuple[int, int]]) -> Iterator[list[_Line]]:
    """The lines of a block that the same separator cuts into the same number of fields, two of them and more."""
    free = set(block)
    letters = set(text[block[0][0] : block[-1][1]])
    for signs, separator in _SEPARATORS:
        if len(free) < _FEWEST:
            return
        if letters.isdisjoint(signs):
            continue
        widths: dict[int, list[_Line]] = {}
        for start, end in sorted(free):
            cells = tuple(_cut(text, start, end, separator))
            if 2 <= len(cells) <= _WIDEST:
                widths.setdefault(len(cells), []).append(_Line(start, cells))
        for lines in widths.values():
            if len(lines) >= _FEWEST:
                yield lines
                cut = {line.start for line in lines}
                free = {span for span in free if span[0] not in cut}


def _cut(text: str, start: int, end: int, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    bullet = _BULLET.match(text, start, end)
    here = bullet.end() if bullet else start
    for match in separator.finditer(text, here, end):
        # Words with capitals side by side are one name.
        if separator is _BLANK and _CAPITALS.match(text, match.start() - 1, min(end, match.end() + 2)):
            continue
        if match.start() > here:
            yield _trim(text, here, match.start())
        here = match.end()
    if here < end:
        yield _trim(text, here, end)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _QUOTES:
        start += 1
    while start < end and text[end - 1] in _QUOTES:
        end -= 1
    return start, end


def _read_table(
    text: str, lines: Sequence[_Line], known: Sequence[Item], starts: Sequence[int], own: Sequence[tuple[int, int]]
) -> Iterator[Item]:
    lines = _drop_others(text, lines, known, starts)
    if sum(bool(_LABELLED.match(text, line.cells[0][1])) for line in lines) > _HALF * len(lines):
        return  # fields behind labels, one below the other: a card
    columns = list(zip(*(line.cells for line in lines), strict=True))
    kinds = [[_kind_in(cell, known, starts) for cell in column] for column in columns]
    least = max(_FEWEST, _SHARE * len(lines))
    counts = [sum(kind is not None for kind in column) for column in kinds]
    # Two rows whose other fields are known are rows for certain: one cell tells of its column then.
    least = min(least, 1 if len(lines) == _FEWEST and counts.count(_FEWEST) >= 1 else least)
    personal = [count >= least for count in counts]
    if not any(personal):
        return
    pairs = list(zip(columns, kinds, strict=True))
    named = {_tell_script(text, column) for column, held in pairs if held.count("name") >= least}
    for column, held, hidden in zip(columns, kinds, personal, strict=True):
        script = _tell_script(text, column)
        if not hidden and (script in named or not _are_names(text, column)):
            continue
        kind = next((kind for kind in held if kind is not None), "name")
        named |= {script} if kind == "name" else set()
        shown = [cell for cell, have in zip(column, held, strict=True) if have is not None]
        for cell, have in zip(column, held, strict=True):
            if have is None and not _is_open(text, *cell) and not _is_own(cell, own) and _resembles(text, cell, shown):
                yield Item(kind, *cell)


def _drop_others(text: str, lines: Sequence[_Line], known: Sequence[Item], starts: Sequence[int]) -> list[_Line]:
    """The lines without headers and what the seller says: those that hold no data and look like none that does."""
    holding = [line for line in lines if any(_kind_in(cell, known, starts) for cell in line.cells)]
    if not holding:
        return []
    first = min(holding, key=lambda line: line.start)

    def is_row(line: _Line) -> bool:
        if speaks(text, line.start, line.cells[-1][1]):
            return False
        pairs = zip(line.cells, first.cells, strict=True)
        return all(_resembles(text, cell, [model]) for cell, model in pairs)

    return [line for line in lines if line in holding or is_row(line)]


def _resembles(text: str, cell: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    """Whether a cell is written in the script of one of the others, with digits where they have some."""
    return not others or any(_are_alike(text[cell[0] : cell[1]], text[start:end]) for start, end in others)


def _are_alike(one: str, other: str) -> bool:
    """The same sorts of characters, and neither more than twice as long as the other, but for some."""
    short, long = sorted((len(one), len(other)))
    return _shape(one) == _shape(other) and long <= 2 * short + 2


def _shape(word: str) -> tuple[bool, bool]:
    return any(map(str.isdigit, word)), any("\u3400" <= letter <= "\u9fff" for letter in word)


def _tell_script(text: str, column: Sequence[tuple[int, int]]) -> str:
    start, end = column[0]
    return (
        "han" if "\u3400" <= text[start : start + 1] <= "\u9fff" else "latin" if text[start:end].isascii() else "other"
    )


def _kind_in(cell: tuple[int, int], known: Sequence[Item], starts: Sequence[int], share: float = _HALF) -> str | None:
    """The kind of what is known in a cell and covers that share of it, None where nothing does."""
    start, end = cell
    at = max(0, bisect_left(starts, start) - 1)
    for item in known[at : at + 4]:
        if min(end, item.end) - max(start, item.start) >= share * (end - start) > 0:
            return item.kind
    return None


def _is_open(text: str, start: int, end: int) -> bool:
    written = text[start:end]
    return start >= end or "*" in written or "＊" in written or bool(_EMPTY.fullmatch(written))


def _is_own(cell: tuple[int, int], own: Sequence[tuple[int, int]]) -> bool:
    start, end = cell
    at = max(0, bisect_left(own, (start, 0)) - 1)
    return any(left < end and start < right for left, right in own[at : at + 3])


def _are_names(text: str, column: Sequence[tuple[int, int]]) -> bool:
    """Whether the cells of a column differ and look like names, and none is a word of tables, cars, firms or places."""
    words = [text[start:end] for start, end in column]
    if len(set(words)) < len(words) or len(words) < _FEWEST:
        return False
    names = sum(map(_is_name, words))
    return names >= _MOST * len(words) and all(len(word) <= _PILED and not re.search(r"\d", word) for word in words)


def _is_name(word: str) -> bool:
    if _HAN_NAME.fullmatch(word):
        return not people.is_word(word)
    latin = _LATIN_NAME.fullmatch(word)
    if latin:
        return " " in word and re.split(r"[ ,.]", word)[0].lower() not in pieces.read_no_latin()
    return bool(_OTHER_NAME.fullmatch(word))


def _find_piled(text: str, known: Sequence[Item], starts: Sequence[int]) -> Iterator[Item]:
    """Fields one below the other without labels: a name alone on its line, a number or paper alone on the next two."""
    lines = list(re.finditer(r"[^\n]+", text))
    for at, line in enumerate(lines):
        word = _trim(text, *line.span())
        if (
            not 2 <= word[1] - word[0] <= _PILED
            or not _is_name(text[word[0] : word[1]])
            or _kind_in(word, known, starts)
        ):
            continue
        below = lines[at + 1 : at + 3]
        alone = [_kind_in(_trim(text, *each.span()), known, starts, share=1.0) for each in below]
        if len(below) == _FEWEST and all(alone) and text[word[1] : word[1] + 1] not in (":", "："):
            yield Item("name", *word)


_PILED = 30
