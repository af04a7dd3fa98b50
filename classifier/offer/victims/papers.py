"""Papers of a person or a car: numbers and addresses with a form of their own, by their form or their label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from classifier.offer.victims.item import Item

PROVINCES = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新蒙"
# Ordinary plates, and the eight characters of new-energy cars (letter first for small cars, last for large).
_PLATE = re.compile(
    rf"[{PROVINCES}]\s?[A-HJ-NP-Za-hj-np-z][\s.·•・-]{{0,2}}"
    r"(?:[A-HJKa-hjk][A-HJ-NP-Za-hj-np-z0-9]\d{4}|\d{5}[A-HJKa-hjk]"
    r"|[A-HJ-NP-Za-hj-np-z0-9]{4}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳])"
    r"(?![A-Za-z0-9])"
    # Any letters, fail safe; missions, the forces, the armed police, Hong Kong and Macau, which are written otherwise.
    rf"|[{PROVINCES}]\s?[A-Z][·•]?(?=[A-Z0-9]{{0,5}}\d)[A-Z0-9]{{5,6}}(?![A-Za-z0-9])"
    rf"|使 ?\d{{3}} ?\d{{3}}(?!\d)|(?<!\d)\d{{6}}使|[{PROVINCES}][A-Z]\d{{4}}[领使学警]"
    rf"|[军空海北沈兰济南广成][A-Z][·•]?\d{{5}}(?!\d)|WJ ?[{PROVINCES}]?[·•]?\d{{4,5}}[A-Z0-9]?(?![A-Za-z0-9])"
    # A point between any two of them: 赣B·5K·77P.
    rf"|[{PROVINCES}] ?[A-Z][·•](?=[A-Z0-9·•. ]*\d)[A-Z0-9]{{1,4}}(?:[·•. ]{{1,2}}[A-Z0-9]{{1,4}}){{1,4}}"
    rf"(?![A-Za-z0-9])"
)
_VIN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NPR-Za-hj-npr-z0-9]{17}(?![A-Za-z0-9])")
# Cars made in China: invented and mistyped ones fail the check digit, and are masked all the same.
_HOME_VIN = re.compile(r"L[A-HJ-NPR-Z0-9]{2}(?=[A-HJ-NPR-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{9}[A-HJ-NPR-Z0-9]\d{4}")
_CUT_VIN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NPR-Z0-9]{2,8}(?:[ -][A-HJ-NPR-Z0-9]{2,8}){1,6}(?![A-Za-z0-9])")
_RESIDENT = re.compile(
    r"(?<![A-Za-z0-9])[1-9]\d{5}[ -]?(?:19|20)\d{2}[ -]?(?:0[1-9]|1[0-2])(?:[0-2]\d"
    r"|3[01])[ -]?\d{3}[\dXx](?![A-Za-z0-9])"
)
_OLD_RESIDENT = re.compile(r"(?<!\d)[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
_LABELLED = {
    "policy": re.compile(r"(?:保单|保险单|投保单)\s?(?:编?号码?"
        r"|no\.?)?\s?[:：]?\s?(?P<it>[A-Za-z0-9-]{10,30})(?![A-Za-z0-9])", re.IGNORECASE),
    "engine": re.compile(r"(?:发动机|引擎)\s?(?:编?号码?)?\s?[:：]?\s?(?P<it>[A-Za-z0-9-]{5,14})(?![A-Za-z0-9])"),
    "vin": re.compile(r"(?:车架|车辆识别|vin|识别代?码?)\s?(?:编?号码?|代号|代码"
        r"|no\.?)?\s?[:：]?\s?(?P<it>[A-Za-z0-9]{6,17})(?![A-Za-z0-9])", re.IGNORECASE),
    "card": re.compile(r"(?:银行卡|卡号|储蓄卡|信用卡)\s?(?:号码?)?\s?[:：]?\s?(?P<it>\d(?:[ -]?\d){14,18})(?!\d)"),
    "resident": re.compile(r"(?:身份证|证件|sfz)\s?(?:号码?"
        r"|no\.?)?\s?[:：]?\s?(?P<it>[1-9]\d{14}(?:\d{2}[\dXx])?)(?![A-Za-z0-9])", re.IGNORECASE),
    "passport": re.compile(r"(?:护照|通行证|回乡证|台胞证|居留证|passport)\s?(?:号码?|no\.?)?\s?[:：]?\s?"
        r"(?P<it>[A-Za-z]{1,2}\d{6,10}(?:[(（]\d[)）])?)(?![A-Za-z0-9])", re.IGNORECASE),
    "address": re.compile(r"(?:家庭住址|家庭地址|住址|地址|住在"
        r"|户籍地)\s?[:：]?\s?(?P<it>[\u3400-\u9fffA-Za-z0-9#-]{6,60})"),
}  # fmt: skip
# What a label has in it, in lower case.
_LABELS = {
    "policy": ("保单", "保险单"), "engine": ("发动机", "引擎"), "vin": ("车架", "识别", "vin"), "card": ("卡",),
    "resident": ("身份证", "证件", "sfz"), "passport": ("护照", "通行证", "回乡证", "台胞证", "居留证", "passport"),
    "address": ("地址", "住址", "住在", "户籍地"),
}  # fmt: skip
_LONG = re.compile("[A-Za-z0-9]{17}")
_HAN = "\u3400-\u9fff"
_STREET = re.compile(
    rf"[{_HAN}]{{2,18}}(?:路|街道|大街|街|大道|道|巷|胡同|弄|村|镇|乡|小区|花园|家园|苑|公寓|新村"
    rf"|广场)[{_HAN}0-9A-Za-z-]{{0,14}}?"
    r"\d{1,5}(?:号楼|号院|号|弄|栋|幢|座|单元|室|组|房|楼)[\dA-Za-z号栋幢座单元室楼层房弄支-]{0,20}"
)

_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def is_vin(code: str) -> bool:
    """ISO 3779 form with the check digit of position 9 (weights modulo 11, 10 written X)."""
    code = code.upper()
    if len(code) != 17 or any(letter not in _VIN_VALUES for letter in code):
        return False
    rest = sum(_VIN_VALUES[letter] * weight for letter, weight in zip(code, _VIN_WEIGHTS, strict=True)) % 11
    return code[8] == ("X" if rest == 10 else str(rest))


_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_resident(number: str) -> bool:
    """GB 11643: 18 characters, a date of birth that exists, ISO 7064 MOD 11-2 at the end."""
    number = re.sub("[ -]", "", number).upper()
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(number, _RESIDENT_WEIGHTS, strict=False)) % 11
    return number[17] == "10X98765432"[rest]


def _find_vins(text: str) -> Iterator[Item]:
    """VINs in one piece, or cut up by spaces or dashes."""
    for pattern in (_VIN, _CUT_VIN) if _LONG.search(text) else (_CUT_VIN,):
        for match in pattern.finditer(text):
            code = re.sub("[ -]", "", match.group())
            if len(code) == 17 and not code.isdigit() and (is_vin(code) or _HOME_VIN.fullmatch(code)):
                yield Item("vin", match.start(), match.end())


def find_papers(text: str) -> Iterator[Item]:
    """Plates, VINs, resident IDs and what a label announces. A form alone is enough where it has a checksum."""
    for match in _PLATE.finditer(text):
        yield Item("plate", match.start(), match.end())
    yield from _find_vins(text)
    for match in _RESIDENT.finditer(text):
        # A wrong check digit may be a typing error or a victim's number changed a little: masked all the same.
        yield Item("resident", match.start(), match.end())
    lowered = text.lower()
    for kind, pattern in _LABELLED.items():
        if not any(label in lowered for label in _LABELS[kind]):
            continue
        for match in pattern.finditer(text):
            written = match.group("it")
            if kind != "address" and not re.search(r"\d{3}", written):
                continue
            if kind == "address" and not re.search(r"[路街巷弄村镇乡道区县苑园]|\d", written):
                continue
            yield Item("resident" if kind == "passport" else kind, *match.span("it"))
    if any(mark in text for mark in "路街道巷弄村镇乡苑园区寓场胡"):
        for match in _STREET.finditer(text):
            yield Item("address", match.start(), match.end())
