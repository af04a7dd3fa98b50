"""Counts as people say them (79万, 22.8k, 一百多万条, 上千万, 3.2 million records), found in a folded text.

Wider than the numbers of `tokens.py`, which serve prices: "some" inside a numeral (四十来万), scales by themselves
(上千万, 百万级) and units of rows and of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from classifier.offer.numerals import DIGITS, read_numeral

LEAST = 100


class Count(NamedTuple):
    """A count of `records` at `[start, end)`, its unit within. `number` is where the numeral ends.

    `scaled`: written with 万, k, million or thousands commas. `about`: said to be some (多, 来, +, 约 is not in it).
    `latin`: its unit is an English noun.
    """

    records: int
    start: int
    number: int
    end: int
    unit: str
    scaled: bool
    about: bool
    latin: bool


_DIGIT = "一二两三四五六七八九壹贰叁肆伍陆柒捌玖俩仨"
_SCALE = "十百千万亿拾佰仟"
# 12,400 · 22.8k · 3.2 million · 40多万 · 1.5 lakh
_ARABIC = (
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|[1-9]\d{0,2}(?: \d{3})+(?=\s(?:lines|rows|records|owners|leads))|\d+(?:\.\d+)?)"
    r"(?:万\s?[1-9]\s?千|千\s?[1-9]\s?[百佰]"
    r"|[万千][1-9](?![\d.万千百块毛元角])|\s?[多余来几]?(?:[十百千]?[万亿]|[百千])|\s?[wkm](?![a-z0-9]|/ )"
    r"|\s?(?:million|mil|mln|lakhs?|lacs?|crores?|thousand)(?![a-z]))?"
)
# 四十来万 · 一万三千多 · 十几万; and by itself only after a word that makes it a count (上千万) or before a unit.
_SPOKEN = rf"(?:[{_DIGIT}]点[{_DIGIT}]+[百千万亿]+|[{_DIGIT}十拾廿][{_DIGIT}{_SCALE}零〇半]*(?:[多余来几][百千万亿]+)?)"
_BARE = r"(?:(?<=[上近逾超过破达])[十百千]?[百千万亿]|[百千]万(?=级|[条份行名个]))"
_ENGLISH = {
    "one hundred": 100, "hundred thousand": 10**5, "one hundred thousand": 10**5, "half a million": 500_000,
    "a million": 10**6, "one million": 10**6, "two million": 2 * 10**6, "ten thousand": 10**4,
    "fifty thousand": 50_000, "twenty thousand": 20_000, "thirty thousand": 30_000, "five thousand": 5000,
    "two thousand": 2000, "three thousand": 3000, "ten million": 10**7, "five million": 5 * 10**6,
}  # fmt: skip
_SAID = "|".join(sorted(_ENGLISH, key=len, reverse=True))
_NOUN = (
    r"(?:records?|rows?|lines?|entries|leads?|owners?|contacts?|people|persons?|customers?|clients?|profiles?"
    r"|policies"
    r"|policy ?holders?|drivers?|users?|names?|numbers?|patients?|buyers?|members?|vehicles?|cars?|files?"
    r"|phones?|emails?"
    r"|investors?|subscribers?|holders?|accounts?|pieces?|pcs|strips?|recs?|sets?)(?![a-z])"
)
_UNIT = (
    "条|个(?![性体月])|份|笔|组|户(?![籍口外])|人(?![民均工才脉])|名(?![单录额册字])|位(?!置)"
    "|行(?![驶业情不程车李政])|台(?!湾)|辆|单(?![市位价独号次])"
    "|枚|件(?!事)"
)
_COUNT = re.compile(
    rf"(?P<low>(?<![\d.a-z_@/=#$¥￥€£₹+-])(?<!\d,)(?<!\d ){_ARABIC}|(?<![第廿{_DIGIT}{_SCALE}几数]){_SPOKEN}|{_BARE}"
    rf"|(?<![a-z])(?:{_SAID})(?![a-z]))"
    rf"(?:\s?(?:[-~～–—]|至|到| to )\s?(?P<high>{_ARABIC}|{_SPOKEN}))?"
    rf"(?P<about>\s?(?:[+＋]|多|余|来|几|级))?(?P<more>左右|上下)?"
    rf"(?:\s?(?P<unit>{_UNIT})|\+?\s?(?:unique |fresh |verified "
    rf"|of )?(?P<noun>(?:[a-z/-]+ ){{0,4}}?{_NOUN}(?: {_NOUN})*))?"
)
# Where a count can begin at all.
_STARTS = re.compile(rf"[\d{_DIGIT}十拾廿百千万亿]|[ohatf](?<![a-z][ohatf])")
_PAIR = re.compile(rf"([{_DIGIT}])([{_DIGIT}])[{_SCALE}]+$")
# A count begins with one of these; most texts have none.
_ANY = re.compile(rf"\d|[{_DIGIT}上近逾超过破达百千十廿][{_SCALE}六七八]|[多余来几][百千万亿]|thousand|million|hundred")


def find_counts(text: str) -> Iterator[Count]:
    """Every count of at least 100 in a folded text in lower case, in order. Linear in the text."""
    if not _ANY.search(text):
        return
    end = 0
    for start in _STARTS.finditer(text):
        match = _COUNT.match(text, start.start()) if start.start() >= end else None
        if match is None:
            continue
        end = match.end()
        written = match.group("low")
        value = _ENGLISH.get(written) or read_numeral(written.replace(" ", ""))
        high = match.group("high")
        if value is not None and high:
            value = _share(value, written, high)
        if value is not None and (pair := _PAIR.match(written)):
            # 两三百 is 200 at least.
            value *= DIGITS[pair.group(1)] / DIGITS[pair.group(2)]
        if value is None or value < LEAST or value != int(value):
            continue
        noun = match.group("noun")
        yield Count(
            int(value),
            match.start(),
            match.end("high") if high else match.end("low"),
            match.end(),
            match.group("unit") or noun or "",
            bool(re.search("[万亿wkm]|,|[a-z]{3}", written + (high or ""))),
            bool(match.group("about") or match.group("more") or re.search("[多余来几]", written)),
            bool(noun),
        )


def _share(low: float, written: str, high: str) -> float | None:
    """2-3万 begins at 20,000: the scale of the second is the first's too. None where it is no range."""
    top = read_numeral(high)
    if top is None or top <= low:
        return None
    scale = re.search("[万亿wkm]$", high)
    if scale is None or re.search("[万亿wkm千百]", written):
        return low
    low *= {"万": 10**4, "w": 10**4, "亿": 10**8, "k": 1000, "m": 10**6}[scale.group()]
    return low if low < top else None
