"""Texts with a blank after every character (一 条 七 毛 伍, 1 8 8 U): the blanks taken out to read prices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from classifier.fold import Folded
from classifier.offer.numerals import CHINESE, RINGED

_WORD = rf"\d\u3400-\u9fff〇{''.join(RINGED)}"
_DIGIT = rf"\d零一二三四五六七八九{''.join(RINGED)}"
# Four single characters in a row, a numeral apart from its coin, or the digits of an amount: nobody writes so by habit.
_SPREAD = re.compile(
    rf"(?<![{_WORD}])(?:[{_WORD}] ){{3}}[{_WORD}](?![{_WORD}])"
    rf"|(?<![{_WORD}])[{CHINESE}] [角毛元块圆佰仟拾百千万十条次台份](?![{_WORD}])|(?<![{_WORD}])打 包(?![{_WORD}])"
    r"|(?<!\d)\d(?: \d){1,8} ?[a-z元块圆毛角💰刀米张油蚊]|[$¥₹] \d \d",
    re.IGNORECASE,
)
# What every such text has, found at the speed of a loop in C.
_LONE = re.compile(rf" [{_WORD}](?![{_WORD}])")
# A blank beside a single character of a word, or before and after a letter that is money or a scale; blanks around the
# point or the thousands' comma of a spread number.
_BLANK = re.compile(
    rf"(?<=[{_WORD}]) (?=[{_WORD}](?![{_WORD}]))|(?<![{_WORD}a-z_@.-])(?<=[{_WORD}]) (?=[{_WORD}])"
    rf"|(?<=[{_WORD}])(?<![{_WORD}][{_WORD}]) (?=[{_WORD}])"
    r"|(?<=\d) (?=[urkw](?![a-z0-9]))|(?<=\d[urkw]) (?=[\u3400-\u9fff])|(?<=[$¥₹]) (?=\d)"
    rf"|(?<=[{_DIGIT}]) (?=[.．•·] ?[{_DIGIT}])"
    rf"|(?:(?<=[{_DIGIT}][.．•·])|(?<=[{_DIGIT}] [.．•·])) (?=[{_DIGIT}])"
    r"|(?<=\d) (?=[,，] ?\d \d \d(?! ?\d))|(?:(?<=\d[,，])|(?<=\d [,，])) (?=\d \d \d(?! ?\d))",
    re.IGNORECASE,
)
# R e a l, 1 1 U S D T: the letters of a Latin word apart, two blanks between words.
_LATIN = re.compile(r"(?<![a-z0-9$¥])(?:[a-z0-9] ){2,}[a-z0-9](?![a-z0-9])", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u9fff]")
_LETTERS = re.compile("[a-z] [a-z] [a-z]", re.IGNORECASE)
# 每→笔←台→币, 一 / 千 / 条: one sign after every character of a price.
_PRICED = rf"{CHINESE}元块毛角分圆条笔个份每起售发拿手台币港人民以上卖批订低于不出"
_SIGNED = re.compile(rf"(?<![{_WORD}])[{_PRICED}](?:\s?[→←/／.·•|｜*~_+-]\s?[{_PRICED}](?![{_WORD}])){{2,}}")
_SIGN = re.compile(r"\s?[→←/／.·•|｜*~_+-]\s?")
_TELLING = re.compile("[元块毛角圆条笔]")
_COMMA = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")


def close_up(folded: Folded) -> Folded:
    """`folded` without the blanks between single characters, with the way back; itself where it is written as usual."""
    text = folded.text
    dropped = {*_find_signs(text), *_find_blanks(text)}
    if not dropped:
        return folded
    kept = [at for at in range(len(text)) if at not in dropped]
    starts = [at if folded.starts is None else folded.starts[at] for at in kept]
    ends = [at + 1 if folded.ends is None else folded.ends[at] for at in kept]
    closed = "".join(text[at] for at in kept)
    if 5 * len(dropped) >= len(text):
        # 2 ， 1 0 0 元: where digits are spread, the comma of thousands is.
        closed = _COMMA.sub(",", closed)
    return replace(folded, text=closed, starts=starts, ends=ends)


def _find_blanks(text: str) -> Iterator[int]:
    """The blanks between single characters, of a text that is written so."""
    if _LETTERS.search(text) and not _HAN.search(text):
        for match in _LATIN.finditer(text):
            yield from (at for at in range(match.start(), match.end()) if text[at] == " ")
        yield from (match.start() for match in re.finditer("(?<=[^ ])  (?=[^ ])", text))
    elif _LONE.search(text) and _SPREAD.search(text):
        yield from (match.start() for match in _BLANK.finditer(text))


def _find_signs(text: str) -> Iterator[int]:
    """The signs between single characters of a price, where one of these is a coin or a unit."""
    for match in _SIGNED.finditer(text):
        if _TELLING.search(match.group()):
            for sign in _SIGN.finditer(text, match.start(), match.end()):
                yield from range(sign.start(), sign.end())
