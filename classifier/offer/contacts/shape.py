"""What every kind of contact answers to: the contract of the files in this folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hit:
    """A handle found: its kind, its normal form, its span in the folded text, whether the kind's rules hold.

    `led` is true when an alias or a lead verb stands before it.
    """

    kind: str
    value: str
    start: int
    end: int
    valid: bool
    led: bool = False


def _find_none(text: str) -> Iterator[Hit]:
    yield from ()


def _read_none(text: str, at: int) -> Hit | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of contact.

    `find` yields the handles that need no alias (links, addresses with a checksum, mobile numbers). `read` reads a
    handle at a position, right after an alias of this kind, or answers None. `share` makes of another kind's handle
    this kind's value ("微信同号"), or None where it cannot be one. All take folded text in its own case.
    """

    name: str
    find: Callable[[str], Iterator[Hit]] = field(default=_find_none)
    read: Callable[[str, int], Hit | None] = field(default=_read_none)
    share: Callable[[Hit], str | None] = field(default=lambda hit: None)


_SPACED = re.compile(r"[A-Za-z0-9_](?:[ .·]{1,2}[A-Za-z0-9_-]){5,24}(?![A-Za-z0-9_])")
# 【car】【data】【88】 and car⭐data88
_SIGN = "\u2190-\u2bff\U0001f000-\U0001faff\ufe0f"
_PARTED = re.compile(
    rf"(?:[【\[(（][A-Za-z0-9_-]{{1,16}}[】\])）]){{2,6}}"
    rf"|[A-Za-z0-9_-]{{1,19}}(?:[{_SIGN}]{{1,3}}[A-Za-z0-9_-]{{1,19}}){{1,6}}(?![A-Za-z0-9_])"
)
# che zhu 88, after a colon: a name of syllables, with its number at the end.
_BROKEN = re.compile(
    r"[A-Za-z]{2,10}(?: [A-Za-z]{1,8}){0,2} (?=[0-9_])[A-Za-z0-9_]{1,7}(?![A-Za-z0-9_@.:/-])(?!\s?[条元块万个份起笔%])"
)
_SHORTEST, _LONGEST = 6, 20
_INSERTED = re.compile(r"[(（\[【](?:删除?|去掉?)[)）\]】]")


# car—data—88, c*a*r*8*8, sh(删)uju88
_LOOSE = re.compile(
    r"[A-Za-z0-9_-]{1,16}(?:(?:\s?(?:[·•*~—–丶、]|\s-\s)\s?|[(（\[【](?:删除?"
    r"|去掉?)[)）\]】])[A-Za-z0-9_-]{1,16}){1,12}"
    r"(?![A-Za-z0-9_@])"
)
# Two of them side by side are two handles.
_ENTIRE = re.compile(r"(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*\d|[A-Za-z]+_)[A-Za-z_][A-Za-z0-9_-]{5,}(?![A-Za-z0-9_-])")
# chepai ▁ laozhou, plate 底线 250: the underscore as another sign, in words, or set apart.
_LINE_SIGN = re.compile(r"\s?(?:[▁ˍ﹍﹏⎵]|下划线|底线)\s?|\s_\s?|_\s")
_LINED = re.compile(
    r"(?:@\s?)?[A-Za-z0-9]{2,20}(?:(?:\s?(?:[▁ˍ﹍﹏⎵]|下划线|底线)\s?|\s_\s?"
    r"|_\s)[A-Za-z0-9]{1,20}){1,4}(?![A-Za-z0-9_@])"
)
# car data一二三: the digits at its end in words.
_WORDED = re.compile(
    r"(?=[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖①-⑨⓪])(?:[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖①-⑨⓪0-9]{2,8}"
    r"(?![零〇一二三四五六七八九十百千万元块毛条角个份拾佰仟])|[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖](?![\u3400-\u9fff]))"
)
_DIGIT_WORDS = str.maketrans("零〇⓪一二三四五六七八九壹贰叁肆伍陆柒捌玖①②③④⑤⑥⑦⑧⑨幺", "000" + "123456789" * 3 + "1", " ")


def read_numerals(word: str) -> str:
    """`word` with the Chinese and ringed digits in it as Arabic ones."""
    return word.translate(_DIGIT_WORDS)


Word = tuple[str, int]


def _read_lined(text: str, at: int, pattern: re.Pattern[str]) -> Word | None:
    lined = _LINED.match(text, at)
    joined = _LINE_SIGN.sub("_", lined.group().lstrip("@ ")) if lined else ""
    return (joined, lined.end()) if lined and pattern.fullmatch(joined) else None


def _read_spaced(text: str, at: int, pattern: re.Pattern[str]) -> Word | None:
    spaced = _SPACED.match(text, at)
    joined = re.sub(r"[ .·]", "", spaced.group()) if spaced else ""
    return (joined, spaced.end()) if spaced and pattern.fullmatch(joined) else None


def _read_parted(text: str, at: int, pattern: re.Pattern[str]) -> Word | None:
    parted = _PARTED.match(text, at)
    joined = re.sub(r"[^A-Za-z0-9_-]", "", parted.group()) if parted else ""
    return (joined, parted.end()) if parted and pattern.fullmatch(joined) else None


def _read_loose(text: str, at: int, pattern: re.Pattern[str]) -> Word | None:
    loose = _LOOSE.match(text, at)
    if loose is None or re.search(r"\s[·•、]\s", loose.group()) or len(_ENTIRE.findall(loose.group())) > 1:
        return None
    joined = re.sub(r"\s-\s|[^A-Za-z0-9_-]", "", loose.group())
    return (joined, loose.end()) if pattern.fullmatch(joined) and not joined.isalpha() else None


def _read_broken(text: str, at: int, pattern: re.Pattern[str]) -> Word | None:
    if not at or text[max(0, at - 2) : at].rstrip()[-1:] not in (":", "：", "="):
        return None
    broken = _BROKEN.match(text, at)
    joined = broken.group().replace(" ", "") if broken else ""
    fits = _SHORTEST <= len(joined) <= _LONGEST and pattern.fullmatch(joined)
    return (joined, broken.end()) if broken and fits else None


def _read_whole(text: str, at: int, pattern: re.Pattern[str]) -> Word | None:
    match = pattern.match(text, at)
    if match is None:
        return None
    word, end = match.group(), match.end()
    worded = _WORDED.match(text, end)
    if worded:
        return word + read_numerals(worded.group()), worded.end()
    inserted = _INSERTED.match(text, end)
    rest = re.compile(r"[A-Za-z0-9_-]+").match(text, inserted.end()) if inserted else None
    return (word + rest.group(), rest.end()) if rest else (word, end)


_WAYS = (_read_lined, _read_spaced, _read_parted, _read_loose, _read_broken, _read_whole)


def read_word(text: str, at: int, pattern: re.Pattern[str]) -> Word | None:
    """The handle at `at`: what `pattern` matches, also with its letters set apart or in brackets.

    A sign or a 删 put into it is taken out again.
    """
    return next(filter(None, (way(text, at, pattern) for way in _WAYS)), None)
