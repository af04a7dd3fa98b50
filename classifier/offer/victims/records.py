"""Records: the stretches of a text that are rows of people's data, and all of a person that stands in them.

A text is cut into stretches: lines, without what the seller says in them of prices and handles. A stretch is a row when
it was announced (样本, 验货, sample row), when it stands below a header of columns, when it holds two pieces of data of
different sorts, or when another stretch holds the same sorts in the same order. In a row everything counts that looks
like a person's: names without a usual family name, numbers, codes and addresses of any country (`pieces`). Fields
behind labels are read in `cards`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as default

from classifier.offer.contacts.shape import Hit
from classifier.offer.victims import fields, people, pieces
from classifier.offer.victims.item import Item
from classifier.offer.victims.papers import find_papers
from classifier.offer.victims.stretches import Stretch, find_stretches

_PAPERS = frozenset({"plate", "vin", "resident", "address", "policy", "engine", "card"})
_NUMBERS = frozenset({"phone", "landline"})
_HANDLES = frozenset({"wechat", "qq", "email", "other"})
# A number that stands by itself below a sample and is called a telephone is the seller's.
_TITLED = re.compile(
    r"[\s\W]*(?:联系)?(?:电话|手机|座机|热线|客服|tel|phone|call"
    r"|mobile)(?:号码?)?\s?[:：]?\s?[+(（]?\d[\d ()+-]{6,20}[^\d\u3400-\u9fff]*(?:[(（].{0,8}[)）])?\s*$"
    r"|[\s\W]*(?:座机|固话|固定电话|热线|客服)(?:电话|号码)?\s?[:：]?\s?[+(（]?\d[\d ()+-]{6,20}\D*$",
    re.IGNORECASE,
)
# So many lines that open with a word and a number are a list of people.
_MANY = 3
_HALF_HIDDEN = re.compile(r"\d{2,4}[*＊xX]{3,8}\d{2,4}")
_DIGIT = re.compile(r"[\d零〇洞一二三四五六七八九壹贰叁肆伍陆柒捌玖幺①-⑨⓪]")
# Fewer digits make no number to call and no paper.
_FEWEST = 5


@dataclass(slots=True)
class _Row:
    """One stretch with the pieces in it; positions are the stretch's own."""

    stretch: Stretch
    text: people.Joined
    known: list[Item]
    found: list[Item] = default(default_factory=list)

    @property
    def kinds(self) -> set[str]:
        return {item.kind for item in self.found}

    @property
    def signature(self) -> tuple[str, ...]:
        """The sorts of its pieces in their order, once each."""
        return tuple(dict.fromkeys(item.kind for item in self.found))

    @property
    def named(self) -> bool:
        """Whether a name is known in it."""
        return any(item.kind == "name" for item in self.known) or people.has_name(self.text.text, self.found)


def find_records(text: str, known: Iterable[Item], hits: Iterable[Hit]) -> list[tuple[Item, bool]]:
    """What the rows of a folded text show of people, and whether the row is sure to be one of data for sale.

    `known` are papers, names and numbers that are a victim's by themselves, `hits` all handles of the text.
    """
    anchors = sorted(known, key=lambda item: item.start)
    starts = [item.start for item in anchors]
    numbers = sorted((hit for hit in hits if hit.kind in _NUMBERS | _HANDLES), key=lambda hit: hit.start)
    hit_starts = [hit.start for hit in numbers]
    rows = []
    for stretch in find_stretches(text):
        if len(_DIGIT.findall(text, stretch.start, stretch.end)) < (_FEWEST if not stretch.announced else 2):
            continue
        here = anchors[bisect_left(starts, stretch.start) : bisect_left(starts, stretch.end)]
        inside = numbers[bisect_left(hit_starts, stretch.start) : bisect_left(hit_starts, stretch.end)]
        rows.append(_read_row(text, stretch, here, inside))
    repeated = Counter(row.signature for row in rows if _is_rich(row))
    alike = Counter(row.signature for row in rows if _opens_alike(row))
    found: list[tuple[Item, bool]] = []
    before = -2
    for row in rows:
        # A line below a row is one too where it shows as much.
        sure = (
            _is_sure(row, repeated)
            or (_opens_alike(row) and alike[row.signature] >= _MANY)
            or (bool(row.found) and before == row.stretch.line - 1 and _is_rich(row))
        )
        if sure or _is_row(row):
            before = row.stretch.line
            found += [(item, sure) for item in _list_items(row, sure)]
    return found


def _read_row(text: str, stretch: Stretch, known: Sequence[Item], hits: Sequence[Hit]) -> _Row:
    joined = people.join_letters(text[stretch.start : stretch.end])
    row = _Row(stretch, joined, [joined.place(item, stretch.start) for item in known])
    row.found = [item for item in row.known if item.kind != "name"]
    spoken = [joined.place(Item(hit.kind, hit.start, hit.end), stretch.start) for hit in hits if _is_told(hit)]
    for hit in hits:
        kind = "phone" if hit.kind in _NUMBERS else hit.kind
        if hit.kind in _NUMBERS or hit.kind == "email":
            _put(row.found, joined.place(Item(kind, hit.start, hit.end), stretch.start))
    written = joined.text
    names = [item for item in row.known if item.kind == "name"]
    for find in (find_papers, pieces.find_mails, pieces.find_addresses, pieces.find_phones, pieces.find_codes):
        # What is read already is no part of another piece; an address may hold a plate or a number.
        for item in find(_blank(written, names if find is pieces.find_addresses else [*row.found, *spoken])):
            if item.start < item.end and "*" not in written[item.start : item.end]:
                _put(row.found, item)
    row.found.sort(key=lambda item: item.start)
    return row


def _is_told(hit: Hit) -> bool:
    """A handle behind the name of its place: no number to call that nothing announces."""
    return hit.led and hit.kind in _HANDLES and hit.kind != "email"


def _blank(written: str, items: Iterable[Item]) -> str:
    letters = list(written)
    for item in items:
        letters[item.start : item.end] = "\0" * (item.end - item.start)
    return "".join(letters)


def _put(items: list[Item], item: Item) -> None:
    """Add an item where no other stands; a longer one of the same sort replaces those it holds."""
    met = [other for other in items if item.start < other.end and other.start < item.end]
    if not met:
        items.append(item)
    elif item.kind == "address" and all(item.start <= other.start and other.end <= item.end for other in met):
        for other in met:
            items.remove(other)
        items.append(item)


def _is_rich(row: _Row) -> bool:
    """Two sorts of data, one of them a number to call, or a name with a number."""
    kinds = row.kinds
    if ("phone" in kinds and len(kinds) >= 2) or len(kinds & _PAPERS) >= 2:
        return True
    return bool(kinds & (_PAPERS | _NUMBERS)) and row.named


def _opens_alike(row: _Row) -> bool:
    """A line that opens with what could be a name before a number to call."""
    return row.kinds == {"phone"} and people.opens_with_field(row.text.text, row.found)


def _is_sure(row: _Row, repeated: Counter[tuple[str, ...]]) -> bool:
    if not row.found and not _HALF_HIDDEN.search(row.text.text):
        return False
    if row.stretch.announced:
        return row.kinds != {"email"} and not (
            row.kinds == {"phone"} and not row.named and _TITLED.match(row.text.text)
        )
    if not _is_rich(row):
        return False
    several = len(row.found) >= 2 * len(row.kinds) >= 4
    whole = (row.named or several) and "phone" in row.kinds and bool(row.kinds & _PAPERS)
    return whole or repeated[row.signature] >= 2 or len(row.kinds) >= 3


def _is_row(row: _Row) -> bool:
    """Two pieces known without the row, or one beside a name."""
    return bool(row.found) and (len(row.known) >= 2 or (bool(row.known) and row.named))


def _list_items(row: _Row, sure: bool) -> Iterator[Item]:
    items = [*row.found, *people.find_people(row.text.text, row.found, row.known, loose=sure or len(row.kinds) >= 2)]
    items += fields.find_fields(row.text.text, sorted(items, key=lambda item: item.start)) if sure else ()
    for item in items:
        if item.start < item.end:
            yield row.text.restore(item, row.stretch.start)
