"""What an advert says, without its handles and greetings, and which adverts are the same one told again.

Two wordings are of one family when their sets of three letters overlap by half (Jaccard); candidates meet in 16 bands
of 4 values of MinHash, which holds for a dozen characters as for a thousand: A. Broder, On the resemblance and
containment of documents (1997).
Two wordings that share half of their letters meet with probability 0.64, three quarters 0.997, a twentieth 0.0001.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from store.minhash import GRAM, Numbers, draw_minima, mix
from store.sellers.unions import Unions

if TYPE_CHECKING:
    from opencc import OpenCC

BANDS, ROWS = 16, 4
ALIKE = 0.5
# In a crowded band each wording is held against so many others before it.
NEIGHBOURS = 24
_AT_ONCE = 20_000

# What a bump, a greeting or a call to write adds to any advert.
_CHAFF = re.compile(
    r"\b(?:hello|hi|bump|update|new|old seller|no time waster|serious buyer only)\b|自顶|顶帖|顶一下|补发|还在|"
    r"更新|上新|先到先得|"
    r"非诚勿扰|秒回|不议价|诚信经营|长期有效|量大从优|欢迎咨询|欢迎来撩|有意(?:者|请)?(?:联系|私聊)|私聊|看图联系|图上有号|头像是码|主页有号|"
    r"匿名投稿|代发|投稿|频道只代发不担保|中介走|走中介|可走担保|群链接|同行群|微信同号|站方客服|"
    r"微信|威信|绿色软件|vx|电报|飞机|企鹅|蝙蝠|直达|手机|电联|邮件|邮箱|telegram|whatsapp|wechat|email|qq|tg"
)
_NUMBER = re.compile(
    r"(?P<digits>\d+(?:[.,]\d+)*)(?:\s*(?P<scale>[万千百亿]|[wk](?![a-z])))?|[零〇一二两三四五六七八九十百千万亿]{2,}|半"
)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000, "w": 10_000, "k": 1000}


@dataclass(frozen=True)
class Wording:
    """An advert's letters in a row, without anything else, and the numbers that stand in it."""

    letters: str = ""
    numbers: frozenset[str] = frozenset()


def read_wording(text: str, spans: Iterable[tuple[int, int]] = ()) -> Wording:
    """The wording of `text` without what stands at `spans` (its handles), in code points."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + "\n" + text[end:]
    shown = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Mn", "Me"))
    plain = _simplify(unicodedata.normalize("NFKC", shown)).casefold()
    plain = _CHAFF.sub(" ", plain)
    numbers = frozenset(filter(None, map(_read_number, _NUMBER.finditer(plain))))
    letters = "".join(sign for sign in _NUMBER.sub("", plain) if sign.isalpha())
    return Wording(letters, numbers)


def group_wordings(wordings: Sequence[str]) -> list[int]:
    """The family of each of these (sorted, distinct) strings of letters: the place of the first that is like it."""
    unions = Unions(len(wordings))
    steps = range(0, len(wordings), _AT_ONCE)
    sketches = [sketch_letters(wordings[first : first + _AT_ONCE]) for first in steps]
    for band in range(BANDS if sketches else 0):
        for rows in _meetings(np.concatenate([sketch[:, band] for sketch in sketches])):
            _join_alike(rows, wordings, unions)
    return [unions.find(row) for row in range(len(wordings))]


def _meetings(values: Numbers) -> Iterator[list[int]]:
    """The rows that have a value in common, in order; those of 0 have none."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    borders = np.flatnonzero(np.diff(ordered)) + 1
    for first, last in zip((0, *borders.tolist()), (*borders.tolist(), len(order)), strict=True):
        if last - first > 1 and ordered[first]:
            yield order[first:last].tolist()


def _join_alike(rows: list[int], wordings: Sequence[str], unions: Unions) -> None:
    if len({unions.find(row) for row in rows}) == 1:
        return
    grams = [_grams(wordings[row]) for row in rows]
    for place, row in enumerate(rows):
        for other in range(max(0, place - NEIGHBOURS), place):
            if unions.find(row) != unions.find(rows[other]) and _overlap(grams[place], grams[other]) >= ALIKE:
                unions.join(row, rows[other])


def sketch_letters(wordings: Sequence[str]) -> Numbers:
    """The bands of strings of letters, one a row; zeros for one without three letters."""
    points = np.frombuffer("".join(wordings).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    lengths = [len(letters) for letters in wordings]
    owners = np.repeat(np.arange(len(wordings), dtype=np.int64), lengths)
    drawn = draw_minima(points, owners, len(wordings), BANDS * ROWS).reshape(len(wordings), BANDS, ROWS)
    bands: Numbers = np.zeros((len(wordings), BANDS), dtype=np.uint64)
    for row in range(ROWS):
        bands = mix(bands ^ drawn[:, :, row])
    bands[np.array(lengths, dtype=np.int64) < GRAM] = 0
    return bands


def _grams(letters: str) -> frozenset[str]:
    return frozenset(letters[place : place + GRAM] for place in range(len(letters) - GRAM + 1))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / ((len(one) + len(other) - shared) or 1)


def _read_number(found: re.Match[str]) -> str | None:
    """A number as digits: 八千 and 8,000 are the same. None for what is none after all."""
    digits = found["digits"]
    if digits is None:
        value: float | None = _read_numeral(found[0])
    else:
        value = float(digits.replace(",", "")) if digits.count(".") < 2 else None
        if value is not None and found["scale"]:
            value *= _POWERS[found["scale"]]
    return None if value is None else f"{value:.10g}"


def _read_numeral(written: str) -> float:
    if written == "半":
        return 0.5
    if not set(written) & _POWERS.keys():
        return float("".join(str(_DIGITS[sign]) for sign in written))
    total = part = digit = 0
    last = 1
    for sign in written:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
            continue
        last = _POWERS[sign]
        if last >= 10_000:
            total, part = (total + part + digit) * last, 0
        else:
            part += (digit or 1) * last
        digit = 0
    # 两万五 is 25,000.
    return total + part + (digit * last // 10 if last >= 100 and written[-2:-1] in _POWERS else digit)


@cache
def _converter() -> OpenCC:
    import opencc

    return opencc.OpenCC("t2s")


def _simplify(text: str) -> str:
    simple: str = _converter().convert(text)
    return simple
