"""Digits as sellers write them: 一三八, 幺洞, l38OO, 138-0013, 138(删)0013. Spans are of the folded text."""

from __future__ import annotations

import re
from dataclasses import dataclass

DIGIT_FORMS = {form: str(digit) for digit, forms in enumerate(
    ("0０〇零○洞OoＯ⓪⓿⭕🅾", "1一壹幺妖么lI丨Ⅰ①❶➊", "2二贰两Ⅱ②❷➋", "3三叁Ⅲ③❸➌", "4四肆Ⅳ④❹➍", "5五伍Ⅴ⑤❺➎",
     "6六陆Ⅵ⑥❻➏", "7七柒拐Ⅶ⑦❼➐", "8八捌Ⅷ⑧❽➑", "9九玖勾Ⅸ⑨❾➒")
) for form in forms}  # fmt: skip
_FORMS = "".join(re.escape(form) for form in DIGIT_FORMS if form != "丨")
# The stroke that looks like a one parts fields as well: it is a digit where another follows.
FORM = f"(?:[{_FORMS}]|丨(?=[{_FORMS}]))"
_INSERT = r"(?:[(（\[【]?(?:删除?|去掉?|中文去掉)[)）\]】]?)"
_EMOJI = "[\u2600-\u27bf\U0001f000-\U0001faff]\ufe0f?"
_JOIN = rf"(?:{_INSERT}|{_EMOJI}|[ \t\u3000\xa0.·•*_~—–－‐﹣=^,，、/\\-])"
_RUN = re.compile(rf"{FORM}(?:{_JOIN}{{0,4}}{FORM}){{4,}}")
_GROUP = re.compile(rf"{FORM}+")
_PLAIN = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that stand together, as ASCII, and where."""

    digits: str
    start: int
    end: int
    # How many of them are written as plain digits.
    plain: int


def read_group(written: str, start: int) -> Group:
    """The group that `written`, which begins at `start`, spells."""
    return Group(
        "".join(DIGIT_FORMS[form] for form in written), start, start + len(written), len(_PLAIN.findall(written))
    )


def find_runs(text: str) -> list[list[Group]]:
    """All runs of at least five digits, each as its groups between separators."""
    return [
        [read_group(group.group(), match.start() + group.start()) for group in _GROUP.finditer(match.group())]
        for match in _RUN.finditer(text)
    ]


def read_run(text: str, at: int) -> list[Group]:
    """The groups of the run of digits that begins exactly at `at`, [] when none does."""
    match = _RUN.match(text, at)
    if match is None:
        return []
    return [read_group(group.group(), at + group.start()) for group in _GROUP.finditer(match.group())]


def join_groups(groups: list[Group]) -> Group:
    """Several groups as one."""
    return Group(
        "".join(group.digits for group in groups),
        groups[0].start,
        groups[-1].end,
        sum(group.plain for group in groups),
    )


def take_number(groups: list[Group], least: int, most: int) -> Group | None:
    """The number of `least` to `most` digits that a run opens with: its first group, or its short groups joined."""
    if not groups:
        return None
    if least <= len(groups[0].digits) <= most:
        alone = groups[0]
        # 138-0013-8000 is one number: a first group of three or four goes on.
        if len(alone.digits) > 4 or len(groups) == 1:
            return alone
    for count in range(len(groups), 1, -1):
        joined = join_groups(groups[:count])
        if least <= len(joined.digits) <= most and _even(groups[:count]):
            return joined
    return groups[0] if least <= len(groups[0].digits) <= most else None


def _even(groups: list[Group]) -> bool:
    """Whether groups look like one number cut up: short ones of about the same length."""
    lengths = [len(group.digits) for group in groups]
    return max(lengths) <= 4 or (len(lengths) == 2 and max(lengths) <= 8)
