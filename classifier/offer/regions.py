"""Regions: provinces, cities at prefecture level and the usual names of areas, by their short Chinese names."""

from __future__ import annotations

from functools import lru_cache

import ahocorasick

from classifier.lexicon import read_terms

# A region's name inside these is none: streets, dishes, firms, brands.
_NOT_AFTER = (
    "路",
    "街",
    "菜",
    "话",
    "人寿",
    "大学",
    "银行",
    "牌照",
    "烤鸭",
    "大厦",
    "广场",
    "啤酒",
    "拉面",
    "汽车集团",
    "现代",
    "奔驰",
)


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


def read_regions(text: str) -> tuple[str, ...]:
    """The regions a folded text in lower case names, each once, in order."""
    found = []
    for last, (length, short) in _gazetteer().iter(text):
        start, end = last - length + 1, last + 1
        after = text[end : end + 4]
        if after.startswith(_NOT_AFTER) or (text[start].isascii() and not _is_word(text, start, end)):
            continue
        found.append((start, end, short))
    found.sort(key=lambda item: (item[0], -item[1]))
    regions: dict[str, None] = {}
    taken = 0
    for start, end, short in found:
        if start >= taken:
            taken = end
            regions.setdefault(short)
    return tuple(regions)


def _is_word(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not ((before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha()))
