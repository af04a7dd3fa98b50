"""What the rows of foreign and half-written lists are made of: numbers, codes, names and addresses by their shape.

None of these shapes means anything by itself: `records` reads them only where a row stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from classifier.lexicon import read_terms
from classifier.offer.victims.item import Item
from classifier.offer.victims.names import read_no_names
from classifier.offer.victims.papers import PROVINCES

HAN = "\u3400-\u9fff"
_UP = "A-ZÀ-ÖØ-ÞĆČĎĐĘĚĞİŁŃŇŐŒŘŚŞŠŤŮŰŹŻŽƠƯА-ЯЁ\u1e00-\u1eff"
_LATIN = "A-Za-zÀ-ÖØ-öø-ſƠơƯưА-яЁё\u1e00-\u1eff"
_DASH = r"\-–—－‐−"
# Letters of the scripts whose people's names have no capitals: Thai, Hangul, Arabic, Hebrew, Devanagari, kana.
OTHERS = "\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af"

# A number of seven digits or more in groups: what counts something, costs something or is a day is none.
_GROUPED = re.compile(
    rf"(?<![{_LATIN}\d.#/*+_@$¥₹])(?<![{_LATIN}\d][{_DASH}])(?:\+?["
    rf"(]?\+?\d{{1,4}}[)]?[ .{_DASH}/]{{0,3}})?\d{{1,5}}"
    rf"(?:(?! [{_DASH}] )[ .{_DASH}/~·_]{{1,3}}\d{{1,5}}){{0,9}}"
    rf"(?:(?! [{_DASH}] )[ .{_DASH}~·_]{{0,2}}\d{{1,8}})(?![{_LATIN}\d*%])(?!,\d{{3}})"
    r"(?!\s?(?:元|块|毛|角|万|条|个|公里|人|份|次|台|笔|单|组|套|行|天|年|月|岁|号楼|km|miles?|rows?|lines?|records?"
    r"|owners?|pcs|pieces?|leads?|entries|contacts|names|usd|usdt|cny|rmb|yuan|inr|eur|dollars?|\$|€|u\b))",
    re.IGNORECASE,
)
# Telephones whose form is known: the rest of a row is not taken for more of the number.
_NATIONAL = re.compile(
    rf"(?<![{_LATIN}\d.#/*+_@])(?<![{_LATIN}\d][{_DASH}])(?:1[3-9]\d{{9}}|[(]\d{{2}}[)] ?\d{{4,5}}-\d{{4}}"
    rf"|\+\d{{1,3}} ?[(]?\d{{2,3}}[)]? \d{{3}}[- ]\d{{2}}[- ]\d{{2}}|(?:\+?1[ .-]?)?(?:[(]\d{{3}}[)] ?"
    rf"|\d{{3}}[.-])\d{{3}}[.-]\d{{4}}"
    rf"|0\d{{3,4}} \d{{6}}|0\d{{2,4}}[ -]\d{{3,4}}[ -]\d{{3,4}}|[6-9]\d{{4}} \d{{5}}"
    rf"|[(]?\+?\d{{2,3}}[)]?[ -]\d{{4}}[ -]\d{{4}})(?![\d{_LATIN}*])"
)
_YEAR = re.compile(rf"[ {_DASH}/]+(?:19|20)\d\d$")
_DAY = re.compile(
    rf"1[01]\d[{_DASH}./][01]?\d[{_DASH}./][0-3]?\d"
    rf"|(?:19|20)\d\d[{_DASH}./ ]?[01]?\d(?:[{_DASH}./ ]?[0-3]?\d)?|[0-3]?\d[./ {_DASH}][01]?\d[./ {_DASH}](?:19"
    rf"|20)?\d\d"
)
_DATED = re.compile(r"(?<!\d)(?:19|20)\d\d[-/.][01]?\d(?!\d)|(?<!\d)[01]?\d/[0-3]?\d(?![\d/])")
_RANGE = re.compile(rf"\d*00? ?[{_DASH}/] ?\d*00")
_ONES = "零〇洞一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_SPOKEN = re.compile(rf"(?<![{_ONES}十百千万])[{_ONES}] ?(?:[{_ONES}][ -]?){{6,11}}(?![十百千万元块毛条])")
# 1|3|7|5|1|0: a sign after every digit.
_SIGNED = re.compile(r"(?<![\d|])(?:\d[|,，/·_~*+-]){7,12}\d(?!\d)")
# What sounds like the character of a province on a plate.
_PROVINCES_HEARD = "经精巾护户虎鱼余籍记季进近料级酥折浙晚碗敏干感路录玉遇饿俄香箱月悦越柜穷穿船芸闪清凝心"
# Plates of other countries, and other codes of capitals and digits.
_CODE = re.compile(
    rf"(?<![{_LATIN}\d@_./#+*])(?<![{_LATIN}\d][{_DASH}])(?<![{_LATIN}\d][ ]-)(?:"
    rf"(?i:Jing|Jin|Hu|Yu|Ji|Liao|Hei|Su|Zhe|Wan|Min|Gan|Lu|E|Xiang|Yue|Gui|Qiong|Chuan|Yun|Shan|Shaan|Ning"
    rf"|Xin|Meng|Qing|Zang|Gan)[ {_DASH}]?[A-Z][ .·{_DASH}]?(?=[A-Z0-9]{{0,5}}\d)[A-Z0-9]{{5,6}}"
    r"|(?:Dubai|Abu Dhabi|Sharjah|Ajman|RAK|Fujairah|UAQ) [A-Z0-9]{1,2} \d{1,5}"
    rf"|[{PROVINCES}{_PROVINCES_HEARD}] ?[A-Z](?:[ .·•・{_DASH}]{{0,2}}[A-Z0-9]){{5,6}}"
    rf"|\d{{2,3}}-[A-Z]{{1,2}}-\d{{1,6}}|[A-Z]{{3}}\d[A-Z]\d{{2}}|[A-ZА-Я] ?\d{{3}} ?[A-ZА-Я]{{2}} ?\d{{2,3}}"
    rf"|[A-Z]{{2,6}}(?:[/-][A-Z0-9]{{1,6}}){{0,3}}[/-]\d{{4,12}}|[{HAN}]{{2}} \d{{3}} [{OTHERS}] \d\d-\d\d"
    rf"|\d{{1,3}}[ {_DASH}]?[{OTHERS}]{{1,2}} ?\d{{3,4}}|[{OTHERS}]{{1,3}} ?\d{{3,4}}"
    rf"|[A-Z]{{1,4}}(?:[ .{_DASH}]{{1,3}}(?:\d{{1,5}}[A-Z]{{0,3}}|[A-Z]{{1,3}}\d{{0,4}})){{1,4}}"
    rf"|\d{{1,4}}[A-Z]{{1,3}}(?:[ .{_DASH}]{{0,3}}\d{{2,5}}){{1,2}}"
    rf"|\d{{2,4}}[ {_DASH}]{{1,2}}[A-Z]{{2,3}}(?:[ {_DASH}]\d{{1,4}})?"
    r"|[A-Z]{2}[ ]?\d{1,2}[ ]?[A-Z]{1,3}[ ]?\d{3,4}"
    r"|[A-Z]{1,4}\d{2,6}(?:[ ]?[A-Z]{2,3})?|[A-Z]{2}\d{2} ?[A-Z]{3}|\d{1,2}[A-Z]{2,3}\d{2,4}"
    rf")(?![A-Za-z\d*]|[.,]\d|[{_DASH}][A-Za-z\d]|[ ]?(?:元|块|毛|条|个|USDT?\b))"
)
_NO_CODE = re.compile(
    r"(?:QQ|VX|WX|TG|WS|WA)[ :]?\d{5,}|(?:TRC|ERC|BEP)\d+|CS\d{2}|(?:19|20)\d\d [A-Z]{2,4} \d{2,4}"
    r"|\d+ ?(?:USDT?|RMB|CNY|HKD|TWD|NTD?|INR|EUR"
    r"|GBP|BTC|AM|PM)|(?:TRC|ERC|BEP|USDT?|BTC|ETH|VIP|NT|CNY|RMB|INR|HKD?|TWD|EUR|GBP|MYR|PHP"
    r"|MOQ|MIN|MAX|QTY|PCS|SKU|API|CRM|SIP|GPS"
    r"|ID|DOB|FLAT|UNIT|BLDG|APT|CPF|BOX|HP|APP|TOP|EX|NO|OBD|SUV|MPV|BMW|GL[ACEKS]|VW|GMC|KIA|MG|FY|Q[1-4]|AM"
    r"|PM|LS|BS|NW|SW|SE)\b"
    rf"[ .{_DASH}]{{0,3}}[\d. ]*|[A-Z]\d{{1,2}}[A-Z]?"
)
_CODED = re.compile(r"\d")
# Papers of other countries: identity cards, licences, social security numbers; long numbers of policies and cards.
_PAPER = re.compile(
    rf"(?<![{_LATIN}\d{_DASH}])(?:[A-Z][1289A-D]\d{{8}}|[A-Z]{{1,2}}\d{{6}}\s?[(（][0-9A][)）]"
    rf"|\d{{3}}-\d{{2}}-\d{{4}}"
    rf"|\d{{6}}-\d{{2}}-\d{{4}}|[A-Z]\d{{4}}-\d{{5,6}}-\d{{2}}|\d{{4}} \d{{4}} \d{{4}}"
    rf"|\d{{3}}\.\d{{3}}\.\d{{3}}-\d{{2}}|\d{{3}}-\d{{4}}-\d{{7}}-\d|[1-9]\d{{16}}[\dXx]"
    rf"|\d{{15,23}}"
    rf"|\d{{4}}(?: \d{{4}}){{3}}(?: \d{{1,4}})?"
    rf"|(?=(?:[A-Z]*\d){{8}})[A-Z]{{2,5}}[A-Z0-9]{{14,24}}|[A-Z]{{2,6}}-?\d{{7,22}}(?:-[A-Z0-9]{{1,4}})?)(?![{_LATIN}\d{_DASH}])"
)
_VIN = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z0-9 ]{0,19}[A-Z])(?=[A-Z0-9 ]{0,19}\d)(?:[A-HJ-NPR-Z0-9]{17}"
    r"|[A-HJ-NPR-Z0-9]{12} [A-HJ-NPR-Z0-9]{5}|[A-HJ-NPR-Z0-9]{3} [A-HJ-NPR-Z0-9]{6} [A-HJ-NPR-Z0-9]{8}"
    r"|[A-HJ-NPR-Z0-9]{3}(?: [A-HJ-NPR-Z0-9]{2,6}){2,4})(?![A-Za-z0-9])")  # fmt: skip
_STREET = (
    r"(?:Rd|Road|St|Str|Street|Ave|Avenue|Ln|Lane|Dr|Drive|Blvd|Boulevard|Way|Court|Ct|Close|Terrace|Place|Pl"
    r"|Square|Sq"
    r"|Crescent|Cres|Highway|Hwy|Nagar|Marg|Park|Gardens?|Grove|Hill|House|Mansions?|Towers?|Building|Bldg|Estate"
    r"|Colony|Sector|Layout|Villas?|Heights|Row|Walk|Mews|Parade|Trail|Circle|Cir|Pike|Parkway|Pkwy)"
)
_WORDS = rf"(?:[{_UP}0-9][{_LATIN}0-9'.]{{0,18}} ){{1,4}}"
_TOWN = (
    rf"(?:,? ?(?:[{_UP}][{_LATIN}'.-]{{1,18}}|[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}}|[A-Z]{{2}}(?![{_LATIN}])"
    rf"|\d{{4,6}}(?!\d))){{0,6}}"
)
_ADDRESS = re.compile(
    rf"(?<![{_LATIN}\d{_DASH}])(?:(?:(?:Flat|Apt|Unit|Block|Blk|Room|Rm|Suite|No\.?|Plot|House"
    rf"|H\.? ?No\.?) ?[A-Z0-9/{_DASH}]{{1,7}},? "
    rf"|\d{{1,3}}/F,? |[A-Z0-9]{{1,4}}/F,? ){{1,3}}(?:\d{{1,5}}[A-Za-z]?,? )?{_WORDS}{_STREET}\b\.?{_TOWN}"
    rf"|\d{{1,5}}[A-Za-z]?,? {_WORDS}{_STREET}\b\.?{_TOWN}"
    rf"|(?:[{_UP}][{_LATIN}'.-]{{1,18}},? ){{0,2}}{_WORDS}{_STREET} \d{{1,5}}(?!\d)(?:, ?\d[\d-]{{0,6}})?"
    rf"|(?:Jalan|Jln|Jl\.?|Lorong|Taman|Calle|Rua|Via|Rue"
    rf"|Avenida) [{_UP}0-9][{_LATIN}0-9 /.']{{2,30}}\d{{1,4}}{_TOWN}"
    rf"|[{_UP}][{_LATIN}]{{2,24}}(?:str(?:\.|a(?:ß|ss)e)?|weg|platz|allee"
    rf"|gasse) ?\d{{1,4}} ?[a-z]?\b(?:, ?\d{{4,5}} [{_UP}][{_LATIN}-]{{2,20}})?)"
)
# What ends a place in China, with a house number behind it; in a row the rest of the field goes with it.
_PLACE = re.compile(
    rf"(?:(?<=[\s,，、;；|｜:：/住在🏠】\]）)—–→>])|^)(?:住在?|地址"
    rf"|家在)?(?P<it>(?=[{HAN}]{{2}})[{HAN}A-Za-z0-9·#{_DASH}]{{1,40}}?"
    rf"(?:[路街巷弄村镇乡园苑区府湾庭邸座栋幢楼院道坊郡庄墅寓厦珠润]|花园|小区|广场)"
    rf"[{HAN}]{{0,10}} ?[A-Za-z]?(?:座|栋)? ?\d{{1,5}}(?![\d.])(?:[{HAN}A-Za-z0-9#{_DASH}]| ?(?=[号栋座室楼]))*)",
    re.MULTILINE,
)
# An address without a number: from its district down to a street, a village or an estate.
_DISTRICT = re.compile(
    rf"(?<![{HAN}])(?:[{HAN}]{{2,9}}[省市区县旗州盟]){{1,3}}[{HAN}]{{0,14}}"
    rf"(?:[路街巷弄村镇乡园苑府湾庄屯里组厦]|大道|小区|花园|社区|街道|公寓|广场|大院)(?![{HAN}A-Za-z0-9])"
    # An estate that stands alone in its field.
    rf"|(?<![{HAN}])[{HAN}]{{2,10}}(?:小区|花园|家园|公寓|社区|新村|胡同|大院|后院|苑|巷)(?![{HAN}A-Za-z0-9])"
)
DOOR = re.compile("[路街巷弄里园苑府湾庭邸座栋幢楼院道坊墅寓厦润号室组村]")
_MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{1,40}@[A-Za-z0-9-]{1,30}(?:\.[A-Za-z0-9-]{2,12}){1,3}")

_TITLE = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Mdm|Madam|Sir|Encik|Puan|Herr|Frau)\.? ?)"
_LATIN_NAME = re.compile(
    rf"(?<![{_LATIN}\d'.@_])(?:{_TITLE}[{_UP}][{_LATIN}0-9'’-]{{1,20}}(?: [{_UP}][{_LATIN}'’.-]{{0,20}}){{0,3}}"
    rf"|[{_UP}][{_LATIN}'’-]{{1,20}}, [{_UP}][{_LATIN}'’-]{{1,20}}(?=\s?(?:[;|｜\t]|[{HAN}]))"
    rf"|(?:[{_UP}]\.[ ]?|[{_UP}][{_LATIN}'’-]{{1,20}}|[{_UP}][a-z]{{0,6}}\d[a-z]{{1,8}})(?: (?:(?:bin|binti"
    rf"|binte|bt|al|el|de|del|dela|la|le|van|von|der|da|dos|di|s/o|d/o|a/l|a/p) )?"
    rf"[{_UP}][{_LATIN}'’.-]{{0,20}}){{1,4}})(?![{_LATIN}\d'@_])"
)
_FIRST = re.compile(r"[ ,.'’-]")
_FIRST_WORD = re.compile(r"\S+\s*")
_OTHER_NAME = re.compile(rf"(?<![{OTHERS}\d])[{OTHERS}]{{2,20}}(?: [{OTHERS}]{{2,20}}){{0,3}}(?![{OTHERS}\d])")


@lru_cache(maxsize=1)
def read_no_latin() -> frozenset[str]:
    """Words in Latin letters that open no name: makes of cars, firms, months, words of lists and of sellers."""
    return frozenset(" ".join(row["term"] for row in read_terms("nolatin")).lower().split())


_FEWEST = 7
"""Digits of the shortest number to call."""


def _list_digits(written: str) -> str:
    return "".join(letter for letter in written if letter.isdigit())


def find_phones(text: str) -> Iterator[Item]:
    """Numbers of telephones as any country writes them, of 7 to 13 digits, also in words (六一二三四五六七)."""
    for match in _NATIONAL.finditer(text):
        yield Item("phone", match.start(), match.end())
    for match in _GROUPED.finditer(text):
        written, digits = match.group(), _list_digits(match.group())
        dated = _YEAR.search(written)
        if dated and len(_list_digits(written[: dated.start()])) >= _FEWEST:
            written, digits = written[: dated.start()], _list_digits(written[: dated.start()])
        day = _DAY.fullmatch(written.strip(" ()"))
        if (
            _FEWEST <= len(digits) <= 13
            and len(set(digits)) > 1
            and not day
            and not _RANGE.fullmatch(written)
            and not _DATED.search(written)
        ):
            yield Item("phone", match.start(), match.start() + len(written))
    for match in _SIGNED.finditer(text):
        yield Item("phone", match.start(), match.end())
    for match in _SPOKEN.finditer(text):
        yield Item("phone", match.start(), match.end() - (match.group()[-1] in " -"))


def find_codes(text: str) -> Iterator[Item]:
    """Plates, identity papers, VINs and policies by their shape alone."""
    for match in _VIN.finditer(text):
        yield Item("vin", match.start(), match.end())
    for match in _PAPER.finditer(text):
        digits = sum(letter.isdigit() for letter in match.group())
        yield Item("card" if digits >= 15 and digits != 18 else "resident", match.start(), match.end())
    for match in _CODE.finditer(text):
        written = match.group()
        if sum(letter.isdigit() for letter in written) < 2 or _NO_CODE.fullmatch(written):
            continue
        if read_makes().intersection(written.lower().split()):
            continue  # 2018 BMW 320
        before = text[max(0, match.start() - 16) : match.start()].rstrip()
        if before.lower().rsplit(" ", 1)[-1].strip(",|/;:(") in read_makes():
            # Ford F-150, Mazda CX-30
            continue
        yield Item("plate", match.start(), match.end())


@lru_cache(maxsize=1)
def read_makes() -> frozenset[str]:
    """Makes of cars in Latin letters: a code behind one is its model."""
    return frozenset(" ".join(row["term"] for row in read_terms("nolatin") if row["sort"] == "make").lower().split())


def find_addresses(text: str) -> Iterator[Item]:
    """Addresses with a street or a house and its number."""
    for match in _ADDRESS.finditer(text):
        yield Item("address", match.start(), match.end())
    for match in _DISTRICT.finditer(text):
        yield Item("address", *match.span())
    for match in _PLACE.finditer(text):
        if DOOR.search(match.group("it")):
            yield Item("address", *match.span("it"))


def find_mails(text: str) -> Iterator[Item]:
    """Addresses of mail."""
    for match in _MAIL.finditer(text):
        yield Item("email", match.start(), match.end())


def find_latin_names(text: str) -> Iterator[Item]:
    """Two to five words with capitals that open with no make, month or word of a list; names in other scripts."""
    words, makes = read_no_latin(), read_makes()
    for match in _LATIN_NAME.finditer(text):
        start, end = match.span()
        written = match.group()
        while written and _FIRST.split(written, maxsplit=1)[0].lower() in words:
            # Sample Khalid Al Marri; but what follows a make is its model.
            cut = _FIRST_WORD.match(written)
            if cut is None or _FIRST.split(written, maxsplit=1)[0].lower() in makes:
                written = ""
                break
            start += cut.end()
            written = written[cut.end() :]
        if " " in written.strip():
            yield Item("name", start, end)
    for match in _OTHER_NAME.finditer(text):
        yield Item("name", match.start(), match.end())


_NUMERALS = frozenset("一二三四五六七八九十百千两几半每")


def is_benign(word: str) -> bool:
    """Whether a word of two to four characters is one of tables, cars, firms or places, no name."""
    return (
        word[0] in _NUMERALS
        or word in read_no_names()
        or word in _read_places()
        or word.removesuffix("市") in _read_places()
    )


@lru_cache(maxsize=1)
def _read_places() -> frozenset[str]:
    places = {row["province"] for row in read_terms("regions")}
    for row in read_terms("regions"):
        places.update(city.removesuffix("市").removesuffix("地区") for city in row["cities"].split())
    places.update(row["term"] for row in read_terms("cities"))
    return frozenset(places)
