"""Texts with a blank after every character (一 条 七 毛 伍, 1 8 8 U): the blanks taken out to read prices."""

from __future__ import annotations

import re
from dataclasses import replace

from classifier.fold import Folded
from classifier.offer.numerals import CHINESE, RINGED

_WORD = rf"\d\u3400-\u9fff〇{''.join(RINGED)}"
_DIGIT = rf"\d零一二三四五六七八九{''.join(RINGED)}"
# Four single characters in a row, a numeral apart from its coin, or the digits of an amount: nobody writes so by habit.
_SPREAD = re.compile(
    rf"(?<![{_WORD}])(?:[{_WORD}] ){{3}}[{_WORD}](?![{_WORD}])"
    rf"|(?<![{_WORD}])[{CHINESE}] [角毛元块圆佰仟拾百千万十条次台份](?![{_WORD}])|(?<![{_WORD}])打 包(?![{_WORD}])"
    r"|(?<!\d)\d(?: \d){1,8} ?[a-z元块圆毛角💰刀]|[$¥₹] \d \d",
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
_COMMA = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")


def close_up(folded: Folded) -> Folded:
    """`folded` without the blanks between single characters, with the way back; itself where it is written as usual."""
    text = folded.text
    if not _LONE.search(text) or not _SPREAD.search(text):
        return folded
    dropped = {match.start() for match in _BLANK.finditer(text)}
    kept = [at for at in range(len(text)) if at not in dropped]
    starts = [at if folded.starts is None else folded.starts[at] for at in kept]
    ends = [at + 1 if folded.ends is None else folded.ends[at] for at in kept]
    closed = "".join(text[at] for at in kept)
    if 5 * len(dropped) >= len(text):
        # 2 ， 1 0 0 元: where digits are spread, the comma of thousands is.
        closed = _COMMA.sub(",", closed)
    return replace(folded, text=closed, starts=starts, ends=ends)
