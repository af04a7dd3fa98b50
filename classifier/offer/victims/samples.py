"""Sample rows: lines that show what is for sale, where more counts as a person's data than elsewhere.

A row stands behind a word that announces it (样本, 回件范例, row:), below a header of fields, or holds two strong
items by itself. Inside it names without a usual surname, foreign plates, short phone numbers and street addresses
are read; outside it they would be anybody's.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from classifier.lexicon import read_terms
from classifier.offer.victims.item import Item
from classifier.offer.victims.names import NO_NAME, read_no_names
from classifier.offer.victims.papers import PROVINCES, find_papers

LONGEST = 240
"""Characters of a line that are read as a row."""

_HAN = "\u3400-\u9fff"
_DASH = r"\-－–—"
_ANNOUNCED = re.compile(
    r"(?:样\s?[本例板品行张单条]|范\s?[例本]|示\s?[例意范]|模\s?[板版]|演\s?示(?!站)|举\s?例|例\s?如|比\s?如|预\s?览|看\s?货|出\s?件\s?例|回\s?件"
    r"|数\s?据\s?长\s?这\s?样"
    r"|格\s?式|结\s?果|输\s?[出入]|返\s?回|回\s?复|出\s?过\s?的|查\s?到|查\s?得|收\s?据|回\s?执|(?<=[\n\s,，。;；])[样例](?=\s?[:：(（])"
    r"|^[样例](?=\s?[:：(（])"
    rf"|(?<![a-z])(?:sa:?mples?|examples?|preview|(?:data |sample )?rows?|records?|results?|output|returned"
    rf"|came (?:back|out|yesterday)|proof|receipt)(?![a-z]))"
    rf"(?P<rest>[{_HAN}A-Za-z0-9 ()（）,、，]{{0,50}}?)\s?(?:[:：>=—–]|→|$"
    rf"|\s(?=[{_HAN}]{{2,4}}[ ,，/|]{{1,2}}[\dA-Z+]))",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER = re.compile(
    r"[\s\W]*(?:(?:字段|栏位|表头|列|内容|含|columns?|fields?)\s?[:：]\s?)?(?:(?:车主|客户|owner'?s?)?\s?"
    r"(?:姓名|名字|车主|手机号?码?|电话|号码|车牌号?码?|车号|车架号?|身份证号?码?|地址|住址|车型|品牌|保险公司|到期日?期?|保单号?|车系|提车日|序号"
    r"|name|phone|mobile|plate|address|model|vin|id|insurer|expiry|policy|no|tel)[\s,，、/|｜;；+＋\t]*){2,}[\s\W]*",
    re.IGNORECASE,
)
# Where the seller speaks again.
_SPEAKS = re.compile(
    r"[。;；!！❗\n]|(?:微信|威信|薇信|[vV][xX]|[wW][xX]|(?<![A-Za-z])[vVqQ]{1,2}\s?[:：]|扣扣|扣\s?[:：]|企鹅|电报|飞机|蝙蝠|土豆|赖|邮箱"
    r"|邮件|电邮|(?<![A-Za-z])(?:qq|vx|wx|tg|ws|q(?=\s?[君群裙]))(?![A-Za-z])|联系|联络|(?:直接|或)者?[打拨]|致电|来电|有意|价格|起[售批订]"
    r"|条起|元\s?/|每条|一条|(?<![参增附])加(?=\s?[A-Za-z微薇])"
    r"|咨询|客服|私[信聊]|下单|问单|要的|找我|(?<![A-Za-z])(?:tg|telegram|whatsapp|signal|line|skype|potato|wechat|email|mail"
    r"|contact|dm|jabber)(?![A-Za-z]))",
    re.IGNORECASE,
)
_UNIT = r"(?!\s?(?:元|块|毛|万|条|个|公里|km|人|份|次|台|笔|%|U\b|号楼))"
# Capitals before a number that say what it counts or where it is paid.
_NO_PLATE = (
    r"TRC|ERC|BEP|USD|BTC|VIP|NT|CNY|RMB|INR|HK\$?\d"
    r"|(?:MOQ|MIN|MAX|QTY|PCS|SKU|API|CRM|SIP|GPS|APP|HKD|TWD|EUR|GBP|QQ|VX|WX|TG)\b"
)
_LOOSE: dict[str, re.Pattern[str]] = {
    "vin": re.compile(r"(?<![A-Za-z0-9])(?=[A-Z0-9 ]*[A-Z])(?=[A-Z0-9 ]*\d)(?:[A-HJ-NPR-Z0-9]{17}"
        r"|[A-HJ-NPR-Z0-9]{3} [A-HJ-NPR-Z0-9]{6} [A-HJ-NPR-Z0-9]{8}"
        r"|[A-HJ-NPR-Z0-9]{3}(?: [A-HJ-NPR-Z0-9]{2,6}){2,4})(?![A-Za-z0-9])"),
    "resident": re.compile(r"(?<![A-Za-z0-9])(?:[A-Z][1289A-D]\d{8}|[A-Z]{1,2}\d{6}\s?[(（][0-9A][)）]"
    r"|\d{3}-\d{2}-\d{4}|[1-9]\d{16}[\dXx]"
        r"|\d{4} \d{4} \d{4}|\d{6}(?:\s?[*xX]{4,8}\s?)\d{2,4}[\dXx]?)(?![A-Za-z0-9-])"),
    "policy": re.compile(r"(?:(?:policy|policies|pol|保单|保险单)(?: ?(?:no|number|号码?"
    r"|编号))?[.#]?\s?[:：]?\s?(?P<it>(?=[A-Z0-9-]*\d{4})[A-Z0-9-]{6,30})"
        r"|(?<![A-Za-z0-9])[A-Z]{2,6}-?\d{7,22}(?:-[A-Z0-9]{1,4})?)(?![A-Za-z0-9])", re.IGNORECASE),
    "address": re.compile(r"(?:(?:Flat|Apt|Unit|Block|Blk|Room"
    r"|Suite) ?[A-Z0-9-]{1,6},? )?(?:No\.? ?)?(?<![A-Za-z0-9-])\d{1,5}[A-Z]?,? (?:[A-Z][A-Za-z'.]{0,15} ){1,4}"
        r"(?:Rd|Road|St|Street|Ave|Avenue|Ln|Lane|Dr|Drive|Blvd|Boulevard|Way|Court|Ct|Close|Terrace|Place|Pl"
        r"|Square|Sq|Crescent|Highway|Hwy|Nagar|Marg|Park|Gardens?)\b\.?"
        r"(?:, ?(?:[A-Z][A-Za-z]{1,15})(?: [A-Z][a-z]{1,15})?(?= ?[,.;|\n]|\s*$| ?\d)){0,2}"),
    "plate": re.compile(rf"(?:[{PROVINCES}]\s?[A-Za-z](?:[\s.·•・*{_DASH}]{{0,2}}[A-Za-z0-9*]){{5,6}}[港澳学警挂]?"
        rf"|(?<![A-Za-z0-9])(?!{_NO_PLATE})(?:(?:Dubai|Abu Dhabi|Sharjah"
        rf"|Ajman|RAK|Fujairah) [A-Z0-9]{{1,2}} \d{{1,5}}|[A-Z]{{2}}[ -]?\d{{1,2}}[ -]?[A-Z]{{1,3}}[ -]?\d{{4}}"
        rf"|[A-Z]{{2}}\d{{2}} ?[A-Z]{{3}}|[A-Z]{{1,2}}[{_DASH}]\d{{2}}[{_DASH}]\d{{2}}"
        rf"|[A-Z]{{2,3}}\s?[{_DASH}]?\s?\d{{3,4}}|\d{{3,4}}[{_DASH}][A-Z]{{2,3}}"
        r"|S[A-Z]{2} ?\d{1,4} ?[A-Z]|[A-Z]{3} ?\d{1,4}[A-Z]?|\d[A-Z]{3}\d{3}))(?![A-Za-z0-9]|,\d{3})"),
    "phone": re.compile(rf"(?<![A-Za-z0-9.#/*+{_DASH}])(?:[+(]{{0,2}}\d{{1,4}}[)]?[ {_DASH}]{{0,2}})?"
        rf"(?!20[0-3]\d[{_DASH}])\d{{2,5}}(?:[ {_DASH}]{{0,2}}\d{{2,8}}){{1,4}}{_UNIT}(?![A-Za-z0-9.*])"),
}  # fmt: skip
_PAPERS = ("plate", "vin", "resident", "address", "policy")
_STRONG = ("phone", "plate", "vin", "resident", "address", "policy", "landline")
_DATE = re.compile(rf"(?:19|20)\d\d[{_DASH}./ ]?[01]?\d(?:[{_DASH}./ ]?[0-3]?\d)?(?:[{_DASH}]\d{{1,3}})?")
_MANY_DIGITS = re.compile(r"\d[^\n]{0,2}\d[^\n]{0,2}\d")
_HALF_HIDDEN = re.compile(r"\d{2,4}[*＊xX]{3,8}\d{2,4}")
_HAN_FIELD = re.compile(
    rf"(?<![{_HAN}A-Za-z0-9])[{_HAN}]{{2,4}}(?![{_HAN}A-Za-z·])|(?<![{_HAN}])[{_HAN}]{{2,4}}(?=1[3-9]\d)"
)
_LATIN_FIELD = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][a-z0-9]{0,15}(?:-[a-z]+)?\.?(?: (?:(?:bin|binti|al|de|van"
    r"|von|da|s/o|d/o) )?[A-Z][A-Za-z'.-]{0,20}){1,3}(?![A-Za-z0-9])"
)
_PINYIN_FIRST = re.compile(r"^[\s\W\d]*(?P<it>[a-z]{2,7} [a-z]{2,12})[\s,|/;]{1,3}(?=\+?\d{7})")
# A card: 车主姓名：…, Owner: …, with its other fields beside or below.
_NAMED = re.compile(
    rf"(?:姓名|车主|机主|户主|被保险人|投保人|收件人|所有人)(?:\s?[:：]\s?|[ \t])(?P<it>[{_HAN}]{{2,4}})(?![{_HAN}])"
    r"|(?<![A-Za-z])(?i:owner|keeper|insured|holder|driver|customer|buyer|name)(?: ?(?i:name))?\s?[:：=]\s?"
    r"(?P<latin>[A-Z][A-Za-z'.-]{1,20}(?: [A-Z][A-Za-z'.-]{0,20}){1,3})"
)
_LABELLED = re.compile(
    r"(?<![A-Za-z])(?P<kind>mobile|phone|cell|tel|reg(?:istration)?|plate|address|addr|engine|chassis|policy"
    r"|licen[cs]e|dl|dob)(?: ?(?:no|number|num))?\.?\s?[:：=]\s?"
    r"(?P<it>[^\n|;；,，]{0,3}[A-Za-z0-9][^\n|;；]{3,50})",
    re.IGNORECASE,
)
_KINDS = {
    "mobile": "phone", "phone": "phone", "cell": "phone", "tel": "phone", "address": "address", "addr": "address",
    "policy": "policy", "engine": "engine", "chassis": "vin", "licence": "resident", "license": "resident",
    "dl": "resident", "dob": "resident",
}  # fmt: skip
CARD = 160
"""Characters between a labelled name and another field of its card."""
_LATIN_FIRST = re.compile(r"^[\s\W\d]*(?P<it>[A-Z][A-Za-z'-]{1,15}(?: [A-Z][A-Za-z'.-]{0,15}){0,2})\s?[,|/;\t]")
# A line that opens with a name and a mobile or resident number: 佟维新 131…
_ALIKE = re.compile(
    rf"^[^\S\n]*(?:\d{{1,3}}[.、)）][^\S\n]?"
    rf"|[·•*#-]\s?)?(?P<it>[{_HAN}]{{2,4}})[ \t,，、/|｜┃;；-]{{1,3}}(?:1[3-9]\d{{9}}|[1-9]\d{{16}}[\dXx])(?!\d)",
    re.MULTILINE,
)
_SEPARATED = re.compile(r"[\s,，、/／|｜┃;；:：→>=\t()（）·.\d-]*")


_WORD = re.compile(r"[A-Za-z0-9]\s[A-Z][a-z]")


class _Line(NamedTuple):
    start: int
    end: int
    announced: bool


class _Joined(NamedTuple):
    """A row with the spaces between its single characters taken out, and where each character stood."""

    text: str
    places: Sequence[int]


# Not in the lexicon, which folding reads too.
_RARE = (
    "轩辕 闻人 巫马 公孙 范姜 张简 长孙 宇文 独孤 南宫 拓跋 澹台 淳于 单于 "
    "端木 百里 呼延 东郭 西门 濮阳 公冶 钟离 申屠 太史 仲孙 赫连 完颜 纳兰"
)


@lru_cache(maxsize=1)
def _double() -> tuple[str, ...]:
    """Family names of two characters."""
    surnames = " ".join(row["term"] for row in read_terms("surnames")).split()
    return (*_RARE.split(), *(name for name in surnames if len(name) > 1))


def find_rows(text: str, known: Iterable[Item]) -> list[tuple[Item, bool]]:
    """What the sample rows of a folded text show of people, and whether the row is announced or one of many alike.

    `known` are papers, names and phones found without the row.
    """
    opened = {match.start(): match.end() for match in _ALIKE.finditer(text) if not _is_word(match.group("it"))}
    alike = sorted(opened)
    anchors = sorted(known, key=lambda item: item.start)
    starts = [item.start for item in anchors]
    found: list[tuple[Item, bool]] = []
    for line in _find_lines(text, opened):
        here = anchors[bisect_left(starts, line.start) : bisect_left(starts, line.end)]
        row = bisect_left(alike, line.start) < bisect_left(alike, line.end)
        if row and not line.announced and (len(alike) >= 2 or any(item.kind in _PAPERS for item in here)):
            line = line._replace(announced=True)
        if line.announced or len(here) >= 2:
            found += [(item, line.announced) for item in _read_row(text, line, here)]
    return found


def find_cards(text: str, known: Iterable[Item]) -> list[tuple[Item, bool]]:
    """What stands behind labels near a labelled name: 车主姓名：…, Owner: …, Reg No: …"""
    names = [
        (match.start(), Item("name", *match.span(match.lastgroup or 0)))
        for match in _NAMED.finditer(text)
        if match.group("latin") or not _is_word(match.group("it"))
    ]
    if not names:
        return []
    starts = [start for start, _ in names]
    fields = []
    for match in _LABELLED.finditer(text):
        at = bisect_left(starts, match.start())
        near = at and match.start() - starts[at - 1] <= CARD
        if near and sum(letter.isdigit() for letter in match.group("it")) >= 2:
            fields.append(Item(_KINDS.get(match.group("kind").lower(), "plate"), *match.span("it")))
    places = sorted(item.start for item in (*known, *fields) if item.kind != "name")
    cards = [
        item
        for _, item in names
        if bisect_left(places, item.start - CARD) < bisect_left(places, item.end + CARD)
        and not _ADVERT.match(text, item.end)
    ]
    return [(item, True) for item in (*cards, *fields)]


_ADVERT = re.compile(r"[\s(（]{0,2}(?:经理|主管|客服|老师|微信|数据|资料|信息)")


def _find_lines(text: str, rows: Mapping[int, int]) -> Iterator[_Line]:
    """The lines of a text from where they announce a row, up to where the seller speaks again."""
    start, opened = 0, 0
    for line in text.split("\n"):
        stop = start + len(line)
        told = _last(_ANNOUNCED, text, start, min(stop, start + LONGEST))
        if told is not None:
            begin, opened = told, 4
        elif _HEADER.fullmatch(line[:LONGEST]):
            begin, opened = stop, 4
        else:
            begin, opened = start, max(0, opened - (not _MANY_DIGITS.search(line)))
        speaks = _SPEAKS.search(text, max(begin, rows.get(start, 0)), min(stop, begin + LONGEST))
        end = speaks.start() if speaks else min(stop, begin + LONGEST)
        if end - begin >= 6:
            yield _Line(begin, end, opened > 0)
            if speaks and speaks.start() - begin < 6:
                opened = 0
        elif speaks:
            opened = 0
        start = stop + 1


def _last(pattern: re.Pattern[str], text: str, start: int, stop: int) -> int | None:
    """Where the first match of a line ends: what it announces begins there."""
    match = pattern.search(text, start, stop)
    return match.end() if match else None


def _read_row(text: str, line: _Line, known: Sequence[Item]) -> list[Item]:
    row = _join(text[line.start : line.end])
    shown = [
        Item(
            item.kind, bisect_left(row.places, item.start - line.start), bisect_left(row.places, item.end - line.start)
        )
        for item in known
    ]
    strong = [item for item in shown if item.kind in _STRONG]
    for item in find_papers(row.text):
        _put(strong, item)
    for kind, pattern in _LOOSE.items() if line.announced or len(strong) >= 2 else ():
        for match in pattern.finditer(row.text):
            if "*" in match.group():
                continue
            span = match.span("it") if "it" in pattern.groupindex and match.group("it") else match.span()
            if kind == "phone" and not _is_number(match.group()):
                continue
            _put(strong, Item(kind, *span))
    if not strong and not _HALF_HIDDEN.search(row.text):
        return []
    items = [*strong, *_read_names(row.text, strong, shown, line.announced)]
    return [
        Item(item.kind, line.start + row.places[item.start], line.start + row.places[item.end - 1] + 1)
        for item in items
        if item.start < item.end
    ]


def _put(items: list[Item], item: Item) -> None:
    if not any(item.start < other.end and other.start < item.end for other in items):
        items.append(item)


def _is_number(written: str) -> bool:
    digits = re.sub(r"\D", "", written)
    return 7 <= len(digits) <= 13 and not _DATE.fullmatch(written.strip()) and len(set(digits)) > 1


def _read_names(row: str, strong: Sequence[Item], shown: Sequence[Item], announced: bool) -> Iterator[Item]:
    """The name of a row: the first field of two to four characters that is no word of a table."""
    opening = min((item.start for item in strong), default=len(row))
    named = [item for item in shown if item.kind == "name" and item.end <= opening]
    if any(_SEPARATED.fullmatch(row[item.end : opening]) for item in named):
        return
    announced = announced or len({item.kind for item in strong}) >= 2
    edges = {item.start for item in strong} | {item.end for item in strong}
    for match in _HAN_FIELD.finditer(row):
        long = len(match.group()) > 3 and not match.group().startswith(_double())
        if _is_word(match.group()) or any(item.start < match.end() and match.start() < item.end for item in strong):
            continue
        first = not re.search(rf"[{_HAN}A-Za-z0-9]", row[: match.start()])
        beside = any(
            _SEPARATED.fullmatch(row[min(edge, match.end()) : max(edge, match.start())]) is not None
            for edge in edges
            if abs(edge - match.start()) <= 12 or abs(edge - match.end()) <= 12
        )
        if (announced and beside and (first or not long)) or (
            announced and first and not named and len(match.group()) <= 3
        ):
            yield Item("name", *match.span())
            return
    for match in _LATIN_FIELD.finditer(row) if announced and not named else ():
        if not any(item.start < match.end() and match.start() < item.end for item in strong):
            yield Item("name", *match.span())
            return
    single = _PINYIN_FIRST.match(row) or _LATIN_FIRST.match(row) if announced and not named else None
    if single and not any(item.start < single.end("it") for item in strong):
        yield Item("name", *single.span("it"))


def _is_word(written: str) -> bool:
    return (
        written in read_no_names()
        or bool(NO_NAME.search(written, 1))
        or written.endswith(("经理", "主管", "客服", "老板", "专员", "公司"))
    )


def _join(written: str) -> _Joined:
    tokens = written.split()
    if len(tokens) < 6 or sum(len(token) == 1 for token in tokens) * 10 < len(tokens) * 6:
        return _Joined(written, range(len(written) + 1))
    places = [
        at
        for at, letter in enumerate(written)
        if not letter.isspace() or (at and written[at - 1].isspace()) or _WORD.match(written, max(0, at - 1))
    ]
    return _Joined("".join(written[at] for at in places), [*places, len(written)])
