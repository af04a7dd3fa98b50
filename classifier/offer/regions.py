"""Regions: provinces, cities at prefecture level and the usual names of areas, by their short Chinese names.

Three ways to write one: its name (`lexicon/regions.tsv`, `lexicon/cities.tsv`), the characters that stand for several
(苏皖豫, 江浙, 云贵川, 粤 浙 闽), and one character with what makes it a place (皖北, 沪牌, 粤B). What the
author leaves out (全国除新疆) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import ahocorasick

from classifier.lexicon import read_terms

# A region's name inside these is none: streets, dishes, firms, brands.
_NOT_AFTER = (
    *("路", "街", "菜", "话", "人寿", "大学", "银行", "牌照", "烤鸭", "大厦", "广场", "啤酒", "拉面"),
    *("汽车集团", "现代", "奔驰"),
)
# What is a word of another sense together with what stands before it (全西北, but 朝西北) or after it (西南角).
_SKY = frozenset({"东北", "西南", "西北"})
_SKY_NOT = re.compile(r"[朝向往偏]$")
_SKY_NOT_AFTER = ("角", "侧", "面", "风", "方向", "门")
# Rows that hold only characters which are words as well.
_ROWS = {
    "云贵川": ("云南", "贵州", "四川"),
    "云贵": ("云南", "贵州"),
    "川贵": ("四川", "贵州"),
    "川藏": ("四川", "西藏"),
    "陕甘宁": ("陕西", "甘肃", "宁夏"),
    "甘青宁": ("甘肃", "青海", "宁夏"),
    "江浙": ("江苏", "浙江"),
}


class _Place(NamedTuple):
    start: int
    end: int
    names: tuple[str, ...]


@lru_cache(maxsize=1)
def _gazetteer() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    names: dict[str, str] = {}
    for row in read_terms("regions"):
        names[row["province"]] = row["province"]
        names.update(dict.fromkeys(row["also"].replace("hong kong", "").split(), row["province"]))
        for city in row["cities"].split():
            names[city] = city.removesuffix("市").removesuffix("地区")
    names["hong kong"] = "香港"
    names.update({row["term"]: row["city"] for row in read_terms("cities")})
    for name, short in names.items():
        automaton.add_word(name, (len(name), short))
    automaton.make_automaton()
    return automaton


@lru_cache(maxsize=1)
def _letters() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str], frozenset[str]]:
    """How provinces are written by one character, those characters, which each is, and which mean little else."""
    provinces = {row["letter"]: row["province"] for row in read_terms("provinces")}
    plain = frozenset(row["letter"] for row in read_terms("provinces") if row["plain"])
    every, sure = f"[{''.join(provinces)}]", f"[{''.join(sorted(plain))}]"
    rows = "|".join(sorted(_ROWS, key=len, reverse=True))
    return (
        re.compile(
            rf"(?P<known>{rows})"
            rf"|(?P<row>(?={every}{{0,4}}{sure}){every}{{2,}}(?!剧|菜|话|语))"
            rf"|(?<![\u3400-\u9fff])(?P<list>{every}(?:[ 、/,，·|]{{1,2}}{every})+)"
            r"(?![\u3400-\u9fff](?<![两三四五六七八省等都的本车]))"
            rf"|(?P<one>{sure})(?=[东南西北中][部边片]?(?:[^\u3400-\u9fff]|地区|车|各|几|的|\S市)|牌(?!照)"
            rf"|省|籍|[a-hj-np-z](?![a-z0-9]|[·•. *-]?[\d*])|车主|车险|本地|全省|地区|保单)"
            rf"|(?P<last>(?<![\u3400-\u9fffa-z0-9]){every})(?=[a-hj-np-z](?![a-z0-9]|[·•. *-]?[\d*]))"
        ),
        re.compile(f"[江{every[1:]}"),
        provinces,
        plain,
    )


def read_regions(text: str) -> tuple[str, ...]:
    """The regions a folded text in lower case names, each once, in order."""
    places = sorted([*_find_names(text), *_find_letters(text)], key=lambda place: (place.start, -place.end))
    kept: list[_Place] = []
    for place in places:
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    left_out = _find_left_out(text, kept)
    return tuple(dict.fromkeys(name for place in kept if place.start not in left_out for name in place.names))


def _find_names(text: str) -> Iterator[_Place]:
    for last, (length, short) in _gazetteer().iter(text):
        start, end = last - length + 1, last + 1
        if text.startswith(_NOT_AFTER, end) or (text[start].isascii() and not _is_word(text, start, end)):
            continue
        if short in _SKY and (_SKY_NOT.search(text, max(0, start - 1), start) or text.startswith(_SKY_NOT_AFTER, end)):
            continue
        yield _Place(start, end, (short,))


def _find_letters(text: str) -> Iterator[_Place]:
    pattern, starts, provinces, plain = _letters()
    end = 0
    for start in starts.finditer(text):
        # A match begins with one of the characters: looking for these alone is a loop in C.
        match = pattern.match(text, start.start()) if start.start() >= end else None
        if match is None:
            continue
        end = match.end()
        written = match.group()
        if match.group("known"):
            yield _Place(match.start(), match.end(), _ROWS[written])
            continue
        letters = [letter for letter in written if letter in provinces]
        if letters and not match.group("last") and letters[-1] not in plain and _GOES_ON.match(text, match.end()):
            # 川渝新料, 苏 闽 新车: the last is the next word's.
            letters.pop()
        if not match.group("last") and plain.isdisjoint(letters):
            continue
        yield _Place(match.start(), match.end(), tuple(provinces[letter] for letter in letters))


# The next word goes on with a character; 三省, 等地 and the like do not.
_GOES_ON = re.compile(r"[\u3400-\u9fff](?<![两二三四五六七八省等都的本各车])|(?<=新)车")
# 除新疆、西藏外, 不含台湾, except Tibet; and 新疆西藏除外, 西藏没有.
_BUT = re.compile(
    r"(?:除了?|除开|不含|不包[括含]|不做|不要|(?<!有)没有|排除|(?<![a-z])(?:except|excluding|other than"
    r"|but not))[ :：]?(?:for )?$"
)
_SAVE = re.compile(r"[ ]?(?:除外|没有|没货|不做|不含|以外|(?<=[^\d])外(?![地省卖围]))")
_AND = re.compile(r"[\s、,，和及与跟/]{0,2}(?:and )?")


def _find_left_out(text: str, places: list[_Place]) -> set[int]:
    """The starts of the places which the author leaves out, whole rows of them."""
    left_out: set[int] = set()
    row: list[_Place] = []
    for place in [*places, None]:
        if place is not None and row and _AND.fullmatch(text, row[-1].end, place.start):
            row.append(place)
            continue
        if row and (_BUT.search(text, max(0, row[0].start - 14), row[0].start)):
            left_out.update(one.start for one in row)
        elif row and _SAVE.match(text, row[-1].end):
            # 全国新疆西藏除外: all the country stays.
            left_out.update(one.start for one in row if one.names != ("全国",))
        row = [] if place is None else [place]
    return left_out


# What makes a word part of a handle or an address.
_JOINS = re.compile("[a-z0-9_@$]")


def _is_word(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_JOINS.match(before) or _JOINS.match(after))
