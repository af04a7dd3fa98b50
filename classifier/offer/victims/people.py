"""Names in a row of people's data, where a name need not have a usual family name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from classifier.lexicon import read_terms
from classifier.offer.victims import pieces
from classifier.offer.victims.item import Item
from classifier.offer.victims.names import NO_NAME
from classifier.offer.victims.papers import PROVINCES

_HAN = pieces.HAN
_OUTER = r"[\s,，、/／|｜┃;；:：→>=\t()（）·.“”\"'【】〔〕\[\]{}*—–…=#\d-]|[^\w\s]"
_SEPARATED = re.compile(
    rf"(?:{_OUTER}|电话|手机号?码?|移动|车牌号?|牌照?|证件?号?|身份证号?|住址?|家?在|地址|的?号码?|是|大哥|大姐"
    rf"|师傅|阿姨|哥|姐|叔|先生|女士|様|男|女|手|牌|证|机|cpf|passport|tel|phone"
    rf"|mobile|reg\.?)*",
    re.IGNORECASE,
)
# Two to four characters that nothing of the same word surrounds; a name of parts; characters set apart.
_FIELD = re.compile(
    rf"(?<![{_HAN}A-Za-z0-9·])(?:[{_HAN}]{{2,8}}[·•・][{_HAN}]{{2,8}}(?![{_HAN}·])"
    rf"|[{_HAN}] {{1,4}}[{_HAN}](?: {{1,3}}[{_HAN}])?(?![{_HAN}A-Za-z0-9])|[{_HAN}]{{2,4}}(?![{_HAN}A-Za-z·]))"
    rf"|(?<![{_HAN}])[{_HAN}]{{2,4}}(?=1[3-9]\d)"
)
_SAID = re.compile(
    rf"(?:这?个?是|叫做?|名为|真名|姓名|车主|机主|户主|所有人|投保人|被保险人|卖家|买家|收件人?|报案人|驾驶人"
    rf"|客户|主人)\s?[:：]?\s?(?P<it>[{_HAN}]{{2,4}}?)"
    rf"(?=的?[,，。;；、\s|｜/)）\d]|的?$|[{PROVINCES}][A-Z])"
)
_HONOURED = re.compile(rf"(?P<it>[{_HAN}]{{1,3}}(?:先生|女士|小姐|太太|[Ss][Ii][Rr]))")
_REAL = re.compile(rf"(?:先生|女士|小姐|太太)\s?[（(]\s?(?P<it>[{_HAN}]{{2,4}})\s?[)）]")
_SINGLE = re.compile(
    r"(?P<it>[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ſ'’-]{1,15})\s?[,"
    r"|/;\t]\s?(?:(?P<first>[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ſ'’-]{1,15})\s?[,|/;\t])?"
)
_PINYIN = re.compile(r"(?P<it>[a-z]{2,7} [a-z]{2,12})[\s,|/;]{1,3}(?=\+?\d{7})")
_LEADS = re.compile(r"^[\s\W\d]*")
_STARTS = (
    "客服",
    "商务",
    "技术",
    "售后",
    "销售",
    "总部",
    "业务",
    "老板",
    "经理",
    "电话",
    "手机",
    "微信",
    "联系",
    "咨询",
    "热线",
    "对接",
)
_ROLE = ("经理", "主管", "客服", "老板", "专员", "公司", "老师", "师傅")
_TOKEN = re.compile(r"\S+")
# So many words at least, most of them one character, make a text that is written with blanks between.
_SPREAD = 6
_REACH = 14
# Sorts of data in a row for certain.
_SORTS = 2


class Joined(NamedTuple):
    """A stretch with the spaces between its single characters taken out, and where each character stood."""

    text: str
    places: Sequence[int]

    def place(self, item: Item, start: int) -> Item:
        """An item of the text as one of the stretch that begins at `start`."""
        return Item(item.kind, bisect_left(self.places, item.start - start), bisect_left(self.places, item.end - start))

    def restore(self, item: Item, start: int) -> Item:
        """An item of the stretch as one of the text."""
        return Item(item.kind, start + self.places[item.start], start + self.places[item.end - 1] + 1)


def join_letters(written: str) -> Joined:
    """A stretch, and where its characters are set apart by spaces the same without them."""
    tokens = list(_TOKEN.finditer(written))
    if len(tokens) < _SPREAD or sum(len(token.group()) == 1 for token in tokens) * 10 < len(tokens) * 6:
        return Joined(written, range(len(written) + 1))
    # Only what stands between two single characters is no blank of the author's.
    dropped = {
        at
        for left, right in pairwise(tokens)
        if len(left.group()) == len(right.group()) == 1
        for at in range(left.end(), right.start())
        if right.start() - left.end() == 1
    }
    places = [at for at in range(len(written)) if at not in dropped]
    return Joined("".join(written[at] for at in places), [*places, len(written)])


@lru_cache(maxsize=1)
def _families() -> tuple[frozenset[str], tuple[str, ...]]:
    """Family names of one character, and of more."""
    every = " ".join(row["term"] for name in ("surnames", "rarenames") for row in read_terms(name)).split()
    return frozenset(name for name in every if len(name) == 1), tuple({name for name in every if len(name) > 1})


def has_family(name: str) -> bool:
    """Whether a name of two to four characters begins with a family name that fits its length."""
    single, double = _families()
    if name.startswith(double):
        return len(name) > 2
    return name[0] in single and len(name) <= 3


def is_word(written: str) -> bool:
    """Whether what stands where a name could is a word of a table, a car, a place or a role."""
    return (
        pieces.is_benign(written)
        or bool(NO_NAME.search(written, 1))
        or written.endswith(_ROLE)
        or written.startswith(_STARTS)
    )


def find_people(row: str, found: Sequence[Item], known: Sequence[Item], loose: bool) -> Iterator[Item]:
    """The names of a row. `found` are its numbers and papers in order, `known` what is a name without the row.

    `loose`: fields count that are names only by their place.
    """
    named = [item for item in known if item.kind == "name" and not is_word(row[item.start : item.end])]
    yield from named
    taken = [*found, *named]
    said = [
        Item("name", *match.span("it"))
        for match in _SAID.finditer(row)
        if not is_word(match.group("it")) and has_family(match.group("it"))
    ]
    said += [Item("name", *match.span("it")) for match in _HONOURED.finditer(row) if has_family(match.group("it")[:2])]
    said += [
        Item("name", *match.span("it"))
        for match in _REAL.finditer(row)
        if not is_word(match.group("it")) and has_family(match.group("it"))
    ]
    for item in said:
        if _is_free(item, taken):
            taken.append(item)
            yield item
    fields = list(_find_fields(row, found, taken, loose))
    yield from fields
    if loose and not any(item.kind == "name" for item in (*taken, *fields)):
        yield from _find_first(row, found)


# A field of Chinese characters as long as a name can be, the words of a role before it or not.
_FIRST_FIELD = re.compile(
    rf"(?:(?<![{_HAN}A-Za-z0-9])|(?<=[{_HAN}] ))(?P<it>[{_HAN}]{{2,6}}(?:[·•・][{_HAN}]{{2,8}})?)(?![{_HAN}A-Za-z0-9·])"
)


def _find_first(row: str, found: Sequence[Item]) -> Iterator[Item]:
    """The name of a row of which none is known: its first field of Chinese characters, before the first number."""
    end = next((item.end for item in found if item.kind in ("phone", "resident")), 0)
    if len({item.kind for item in found}) < _SORTS:
        return
    for match in _FIRST_FIELD.finditer(row, 0, end):
        written = match.group("it")
        if not _opens_with_word(written) and _is_free(Item("name", *match.span("it")), found):
            yield Item("name", *match.span("it"))
            return


def _opens_with_word(written: str) -> bool:
    """Whether a field is a word of tables, cars, firms or places, or begins with one (大众朗逸, 深圳福田)."""
    return any(pieces.is_benign(written[:size]) for size in range(2, len(written) + 1)) or written.endswith(_ROLE)


def has_name(row: str, found: Sequence[Item]) -> bool:
    """Whether beside a number or paper of the row stands what is a name by its form."""
    return any(sure and _is_free(item, found) and _is_beside(row, item, found) for item, sure in _list_candidates(row))


def opens_with_field(row: str, found: Sequence[Item]) -> bool:
    """Whether the row opens with what could be a name, a number behind it."""
    first = next(iter(sorted((item for item, _ in _list_candidates(row)), key=lambda item: item.start)), None)
    if first is None or not found or re.search(r"\w", row[: first.start].strip("0123456789. ")):
        return False
    return _is_beside(row, first, found[:1])


def _is_free(item: Item, taken: Sequence[Item]) -> bool:
    return not any(item.start < other.end and other.start < item.end for other in taken)


def _find_fields(row: str, found: Sequence[Item], taken: Sequence[Item], loose: bool) -> Iterator[Item]:
    """Fields that are names: of each person in the row one, beside his number or first in his part of the row."""
    candidates = sorted(_list_candidates(row), key=lambda pair: (pair[0].start, -pair[0].end))
    marks = sorted(
        [*((item, False) for item in found), *candidates, *((item, True) for item in taken if item.kind == "name")],
        key=lambda pair: pair[0].start,
    )
    seen: set[str] = set()
    have = False
    last = 0
    for at, (item, sure) in enumerate(marks):
        if have and re.search("[;；。\n]", row[last : item.start]):
            seen, have = set(), False
        if item.kind != "name":
            if item.kind in seen and have:
                seen, have = set(), False
            seen.add(item.kind)
            last = item.end
            continue
        if item in taken:
            if have:
                seen = set()
            have, last = True, item.end
            continue
        if item.start < last or not _is_free(item, taken) or not (sure or loose):
            continue
        following = next((other.kind for other, _ in marks[at + 1 :] if other.kind != "name"), "")
        if have and not (sure and seen and following in seen):
            continue
        if _is_beside(row, item, found) or (
            not re.search(r"\w", row[: item.start].strip("0123456789. "))
            and (sure or len(row[item.start : item.end]) <= 3)
        ):
            if have:
                seen = set()
            have, last = True, item.end
            yield item


def _is_beside(row: str, item: Item, found: Sequence[Item]) -> bool:
    for other in found:
        left, right = min(item.end, other.end), max(item.start, other.start)
        if right - left <= _REACH and _SEPARATED.fullmatch(row[left:right]):
            return True
    return False


def _list_candidates(row: str) -> Iterator[tuple[Item, bool]]:
    """Fields that may be names, and whether they are by their form."""
    for match in _FIELD.finditer(row):
        written = match.group().replace(" ", "")
        if not is_word(written):
            yield Item("name", *match.span()), "·" in written or has_family(written)
    for item in pieces.find_latin_names(row):
        yield item, True
    first = _LEADS.match(row)
    at = first.end() if first else 0
    single = _PINYIN.match(row, at) or _SINGLE.match(row, at)
    if single and single.group("it").lower() not in pieces.read_no_latin():
        end = single.end("first") if "first" in single.groupdict() and single.group("first") else single.end("it")
        yield Item("name", single.start("it"), end), False
