"""Numerals as people write them in prices and counts: 1,000 · 5.96w · 1万2 · 两万五 · 壹仟 · 零点五 · 半.

`cn2an` was tried and left: it refuses 百万, 一点五万 and 1千5, and it knows no w and k.
"""

from __future__ import annotations

import re
from functools import lru_cache

DIGITS = {digit: value for value, forms in enumerate(
    ("零〇", "一壹弌", "二两贰俩貳弍", "三叁仨弎", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
) for digit in forms}  # fmt: skip
SCALES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000, "万": 10**4, "w": 10**4,
          "萬": 10**4, "亿": 10**8, "m": 10**6}  # fmt: skip
# ① ❶ ⑴ ⒈ and their like: digits by themselves in lists, parts of a numeral beside another or beside a coin.
RINGED = {
    **{chr(ord(first) + at): str(at + 1) for first in "①❶➊➀⓵⑴⒈" for at in range(9)},
    **{chr(ord(first) + at): digit for first in "㈠㊀" for at, digit in enumerate("一二三四五六七八九十")},
    "⓪": "0",
    "⓿": "0",
}
CHINESE = "".join(DIGITS) + "十拾百佰千仟万萬亿廿半点"

# Longer than any count of records; beyond it lie serial numbers and nonsense.
_LONGEST = 28
_LARGEST = 1e12

# Thousands commas and "some": 1,000 and 40多万.
_ABOUT = re.compile("[,， +多余几来]")
_PART = re.compile(r"(?P<arabic>\d+(?:\.\d+)?|\.\d+)|(?P<other>.)")


_FRACTION = re.compile(f"[{''.join(DIGITS)}0-9]+")

# 1 lakh, 2.3 million.
WORDS = {"lakh": 10**5, "lac": 10**5, "crore": 10**7, "million": 10**6, "mil": 10**6, "thousand": 1000}
_WORD = re.compile(rf"\s?({'|'.join(sorted(WORDS, key=len, reverse=True))})s?$")


@lru_cache(maxsize=4096)
def read_numeral(token: str) -> float | None:
    """The value of one numeral, None when it is none. `token` has no unit or money word in it."""
    written = _ABOUT.sub("", token.lower()).replace("廿", "二十")
    if not written or len(written) > _LONGEST:
        return None
    word = _WORD.search(written)
    value = _evaluate(written[: word.start()] if word else written)
    if word and value is not None:
        value *= WORDS[word.group(1)]
    return round(value, 6) if value is not None and value <= _LARGEST else None


def _evaluate(written: str) -> float | None:
    if written == "半":
        return 0.5
    if len(written) > 1 and all(letter in DIGITS for letter in written):
        return float("".join(str(DIGITS[letter]) for letter in written))
    whole, point, fraction = written.partition("点")
    if point:
        return _read_spoken_decimal(whole, fraction)
    return _read_parts(written)


def _read_spoken_decimal(whole: str, fraction: str) -> float | None:
    digits = _FRACTION.match(fraction)
    if digits is None or not whole:
        return None
    before = _evaluate(whole)
    scale = fraction[digits.end() :]
    if before is None or any(letter not in SCALES for letter in scale):
        return None
    after = "".join(str(DIGITS.get(letter, letter)) for letter in digits.group())
    value = float(f"{int(before)}.{after}")
    for letter in scale:
        value *= SCALES[letter]
    return value


def _read_parts(token: str) -> float | None:
    total = section = 0.0
    current: float | None = None
    last_scale = 0
    spoken_zero = False
    for match in _PART.finditer(token):
        part = match.group()
        if match.group("arabic"):
            current = float(part)
        elif part in DIGITS:
            spoken_zero = spoken_zero or DIGITS[part] == 0
            current = float(DIGITS[part])
        elif part == "半" and last_scale:
            current = 5.0
        elif part in SCALES:
            scale = SCALES[part]
            if scale >= 10**4:
                total += (section + (current if current is not None else 0.0 if section else 1.0)) * scale
                section = 0.0
            else:
                section += (1.0 if current is None else current) * scale
            current, last_scale, spoken_zero = None, scale, False
        else:
            return None
    if current is not None:
        # 两万五 is 25,000 and 1万2 is 12,000; 一万零五 and 1万2000 are what they say.
        short = last_scale > 10 and current < 10 and not spoken_zero
        current = current * last_scale / 10 if short else current
    return total + section + (current or 0.0)
