"""What names one person, car or account, and what is a number: never a market word in disguise."""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.folding.edits import HAN
from classifier.lexicon import read_terms

_NUMERALS = frozenset("零〇一二三四五六七八九十百千万亿两俩廿卅壹贰叁肆伍陆柒捌玖拾佰仟萬幺")
_DIGIT = re.compile("[0-9.%]")
_PROVINCES = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新"
# A plate, also with signs in it: 冀R·90Q1X. A digit must follow, as 新V信 is none.
_PLATE = re.compile(
    rf"[{_PROVINCES}] ?[A-HJ-NP-Z](?:(?:[^\w\n]|_){{0,3}}(?=[A-Z0-9*]{{0,4}}[0-9*])[A-Z0-9*]{{2}}"
    r"|[· -]?[A-HJ-NP-Z]{5}(?![A-Za-z0-9]))"
)
_PLATE_BEFORE, _PLATE_AFTER = 2, 12

# What stands in a row of somebody's data: a label before a name; a long number, a plate, a title after it.
_TITLES = ("先生", "女士", "小姐")
_LABEL = re.compile(
    r"(?:姓名?|名字|车主|联系人|投保人|被保险人|用户|客户|收件人|法人|户主|机主)[】\])）]?[\s:：|,，]{1,3}$"
)
_TOLD = re.compile(
    r"(?:先生|女士|小姐)|[^\w\n]{0,3}(?:(?:[男女]|电话|手机号?)[^\w\n]{0,3})?"
    rf"(?:[+]?(?:[0-9*][ .-]?){{7}}|[{_PROVINCES}] ?[A-Z])"
)
_LONGEST_NAME = 4

# What a handle follows: an alias with its sign, a word on how it is written, a bare sign that points at it.
_ALIAS = re.compile(
    r"(?:微信?|信|薇|威|徽|电报|飞机|蝙蝠|土豆|扣扣|群|号码?|账号|用户名|字母|全拼|拼音|[大小]写|id|邮箱?|加我?|[找私]我|搜|(?<![a-z])[a-z]{1,8})"
    r"[ :：【】\[\]()（）「」]{0,3}$|[@:：=＝☞☛→➔➜➡⇒⇨👉]\ufe0f?\s{0,2}$",
    re.IGNORECASE,
)
# What goes on after its first part: chezhu_wan, chezhu – 88, chezhu(at)example.
_HANDLE_GOES_ON = re.compile(
    r"[A-Za-z0-9_@/-]|\.\w|\s?[_＿﹍–—-]{1,3}\s?[A-Za-z0-9]|\s?[(（\[]?(?:at|dot|艾特|点|下划线|底线)[)）\]\s]?[A-Za-z0-9]"
    r"|[」』】)）\"”]?[,，]?\s?(?:后面|连写|全拼|小写|大写|加数字|\d{2})",
    re.IGNORECASE,
)


def is_identity(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` is a number, or lies in a plate or a person's name."""
    return (
        _is_numeric(text, start, end)
        or _is_plate(text, start, end)
        or is_name(text, start, end)
        or text.startswith(_TITLES, end - 1)
    )


def is_handle(text: str, start: int, end: int) -> bool:
    """Whether Latin letters at `[start, end)` are (part of) a handle, by what stands around them."""
    return bool(_HANDLE_GOES_ON.match(text, end) or _ALIAS.search(text, max(0, start - 12), start))


def _is_numeric(text: str, start: int, end: int) -> bool:
    if _NUMERALS.issuperset(text[start:end]):
        return True
    first = text[start] in _NUMERALS and start > 0 and _is_digit(text[start - 1])
    last = text[end - 1] in _NUMERALS and end < len(text) and _is_digit(text[end])
    return first or last


def _is_digit(character: str) -> bool:
    return character in _NUMERALS or _DIGIT.match(character) is not None


def _is_plate(text: str, start: int, end: int) -> bool:
    for match in _PLATE.finditer(text, max(0, start - _PLATE_BEFORE), end + _PLATE_AFTER):
        if match.start() < end and match.end() > start:
            return True
    return False


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """What stands before a given name; names are as strange to a dictionary as disguises."""
    return frozenset(name for row in read_terms("surnames") for name in row["term"].split(" "))


@lru_cache(maxsize=1)
def _all_surnames() -> frozenset[str]:
    return surnames() | {name for row in read_terms("rarenames") for name in row["term"].split(" ")}


_HAN = re.compile(f"[{HAN}]")


def is_name(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` is (part of) a Chinese name that other data of a person stand beside."""
    first, last = start, end
    while first > 0 and start - first < _LONGEST_NAME and _is_part(text[first - 1]):
        first -= 1
    while last - end < _LONGEST_NAME and _HAN.match(text, last) and not text.startswith(_TITLES, last):
        last += 1
    name = text[first:last]
    if not 2 <= len(name) <= _LONGEST_NAME or not (name[0] in _all_surnames() or name[:2] in _all_surnames()):
        return False
    return bool(_LABEL.search(text, max(0, first - 8), first) or (len(name) > 2 and _TOLD.match(text, last)))


def _is_part(character: str) -> bool:
    return _HAN.match(character) is not None or _is_digit(character)
