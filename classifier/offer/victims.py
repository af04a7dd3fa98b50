"""Data of a person in a text: numbers, plates, papers, addresses, names, and which of them are victims'.

The author's own handles look like a victim's; what tells them apart is what stands around them (docs/reading.md).
All spans are of the folded text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from classifier.fold import Folded
from classifier.lexicon import read_terms
from classifier.offer.contacts import find_hits
from classifier.offer.contacts.shape import Hit
from classifier.offer.tokens import lower
from domain.signals import Contact


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of a person's data: its kind (a word of docs/reading.md) and span."""

    kind: str
    start: int
    end: int


# --- papers: numbers with a form of their own ----------------------------------------------------------------------

_PROVINCES = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新"
# Ordinary plates, and the eight characters of new-energy cars (letter first for small cars, last for large).
_PLATE = re.compile(
    rf"[{_PROVINCES}]\s?[A-HJ-NP-Za-hj-np-z][\s.·•・-]{{0,2}}"
    r"(?:[A-HJKa-hjk][A-HJ-NP-Za-hj-np-z0-9]\d{4}|\d{5}[A-HJKa-hjk]"
    r"|[A-HJ-NP-Za-hj-np-z0-9]{4}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳])"
    r"(?![A-Za-z0-9])"
)
_VIN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NPR-Za-hj-npr-z0-9]{17}(?![A-Za-z0-9])")
# Cars made in China: invented and mistyped ones fail the check digit, and are masked all the same.
_HOME_VIN = re.compile(r"L[A-HJ-NPR-Z0-9]{2}(?=[A-HJ-NPR-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{9}[A-HJ-NPR-Z0-9]\d{4}")
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
    "address": re.compile(r"(?:家庭住址|家庭地址|住址|地址|住在"
        r"|户籍地)\s?[:：]?\s?(?P<it>[\u3400-\u9fffA-Za-z0-9#-]{6,60})"),
}  # fmt: skip
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


def _find_papers(text: str) -> Iterator[Item]:
    """Plates, VINs, resident IDs and what a label announces. A form alone is enough where it has a checksum."""
    for match in _PLATE.finditer(text):
        yield Item("plate", match.start(), match.end())
    for match in _VIN.finditer(text):
        if not match.group().isdigit() and (is_vin(match.group()) or _HOME_VIN.fullmatch(match.group())):
            yield Item("vin", match.start(), match.end())
    for match in _RESIDENT.finditer(text):
        # A wrong check digit may be a typing error or a victim's number changed a little: masked all the same.
        yield Item("resident", match.start(), match.end())
    for kind, pattern in _LABELLED.items():
        for match in pattern.finditer(text):
            written = match.group("it")
            if kind != "address" and not re.search(r"\d{3}", written):
                continue
            if kind == "address" and not re.search(r"[路街巷弄村镇乡道区县苑园]|\d", written):
                continue
            yield Item(kind, *match.span("it"))
    if any(mark in text for mark in "路街道巷弄村镇乡苑园区寓场胡"):
        for match in _STREET.finditer(text):
            yield Item("address", match.start(), match.end())


# --- names --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _name() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    surnames = sorted(" ".join(row["term"] for row in read_terms("surnames")).split(), key=len, reverse=True)
    others = frozenset(" ".join(row["term"] for row in read_terms("notnames")).split())
    family = "|".join(dict.fromkeys(surnames))
    titled = (
        rf"(?:{family})(?:先生|女士|小姐|太太|某某?|老板|师傅|[{_HAN}]{{1,2}}(?:先生|女士|小姐))"
        rf"|(?<![{_HAN}])(?:{family})(?:总|[xX]{{1,2}}(?![A-Za-z0-9]))"
    )
    bounded = rf"(?<![{_HAN}])(?:{family})[{_HAN}]{{1,2}}(?![{_HAN}])"
    label = r"(?:姓名|车主|被保险人|投保人|机主|户主|客户|联系人|名字|name)"
    labelled = rf"{label}\s?[:：]?\s?(?P<it>(?:{family})[{_HAN}]{{1,2}}(?![{_HAN}]))"
    return re.compile(f"{titled}|{bounded}"), re.compile(labelled, re.IGNORECASE), others


def _find_names(text: str) -> Iterator[Item]:
    pattern, labelled, others = _name()
    for match in labelled.finditer(text):
        if match.group("it") not in others and not match.group("it").endswith(("经理", "主管", "客服")):
            yield Item("name", *match.span("it"))
    for match in pattern.finditer(text):
        if match.group() not in others and not _NO_NAME.search(match.group(), 1):
            yield Item("name", match.start(), match.end())
    for match in _LATIN_NAME.finditer(text):
        yield Item("name", match.start("it"), match.end("it"))


_NO_NAME = re.compile("[的了是有我你在到和不这那要就也都个上下来去吗吧呢啊]|经理$|主管$|客服$")
_LATIN_NAME = re.compile(
    r"(?:^|[\n|,;:：\t])\s*(?P<it>(?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15}){1,2})(?=\s*[|,;\t\n])"
)


# --- whose number -------------------------------------------------------------------------------------------------

_SELLER = re.compile(
    r"(?:联系(?:我|方式|电话|手机|人)?|咨询(?:电话|热线)?|加我?|找我|客服|热线|详询|详聊|垂询|致电|来电|有意者?"
    r"|私聊|商务|合作|下单|购买|微信|薇|vx|wx|(?<![a-z])v|qq|电联"
    r"|whatsapp|telegram|tg|飞机|☎️?|📱|📞|(?<![a-z])(?:tel|call|contact|text|phone)(?![a-z]))[^\d\n]{0,6}$"
)
_OWNER = re.compile(
    r"(?:车主|客户|机主|被保险人|投保人|户主|业主|买家|用户|紧急联系)(?!数据|信息|资料|名单|咨询|热线|服务|专线)[\u3400-\u9fff]{0,4}(?:电话|手机号?|号码)?\s?[:：]?\s?$"
)
_SAMPLE = re.compile(
    r"样本|样例|样板|样品|示例|例如|比如|举例|如下|模板|模版|格式|测试数据|截图|预览|部分数据|姓名.{0,12}(?:电话"
    r"|手机)|sample|example|preview|format|name.{0,12}phone",
    re.IGNORECASE,
)
_SHARED = re.compile(
    r"[\s)）]{0,2}[(（\[【,，、/]{0,2}\s?(?:微信|v|vx|wx|薇|qq|飞机|tg)?同(?:号|步|微信|v)", re.IGNORECASE
)
# Words with which an author asks to be written to or called; in a table they label nothing.
_OPENER = re.compile(
    r"(?:需要|想?要|有意|有需)的?(?:老板|朋友|兄弟|亲们?)?[\s,，:：]{0,2}(?=加|联系|私|打|拨|找|电|手机|v|q|微|薇|1)"
    r"|有意者?|有兴趣|联系人\s?[:：]?\s?[\u3400-\u9fff]{0,3}(?:经理|主管|客服)|(?<![已未没曾再急被])联系(?![人过了不到他她]|电话|方式|手机|号|地址|上)|(?<![参增附])加(?![装油急盟密价班])"
    r"|咨询(?!过|了)|找我|私聊|私信|详聊|详询|详谈|下单|购买请|起[售批订拿]|接单|感兴趣|拿货|订购|出售|(?<![\w.])@[a-z]\w{3,}|客服|商务|(?<![a-z])(?:contact|call|add|dm|text)(?![a-z])"
)
_NAMED = re.compile(r"\s*(?:姓名|车主|机主|被保险人|投保人|户主|客户)(?:姓名)?\s?[:：]")
_CALLED = re.compile(
    r"(?:(?<![给主户人去回已刚我他她没有车单])(?:打|拨打?)|致电|电联|(?:^|(?<=[\s,，。、;；]))电|(?<![a-z])(?:call|dial|ring))"
    r"(?:我|电话|手机|给我)?\s{0,2}[:：]?\s{0,2}$"
)
_CALLED_AFTER = re.compile(
    r"[ \t]{0,2}[,，]?[ \t]?(?:找我|联系我|加我|滴我|私我|咨询我|联系(?=$|[\n。！!])|call me|text me)"
)
_NEAR, _ROW = 6, 80


def find_personal(text: str) -> tuple[tuple[Item, ...], tuple[Hit, ...]]:
    """Victims' data in a folded text, and the handles among them that are no contacts. Never raises; linear."""
    return _find_personal(text)


def find_others(folded: Folded, contacts: Iterable[Contact]) -> tuple[Item, ...]:
    """Victims' data in a text, without what `contacts` of the same text say is the author's. Never raises."""
    original = folded.original
    own = [
        (contact.start, contact.end) for contact in contacts if original[contact.start : contact.end] == contact.text
    ]
    others = []
    for item in find_personal(folded.text)[0]:
        start, end = folded.span(item.start, item.end)
        if start < end and not any(left < end and start < right for left, right in own):
            others.append(item)
    return tuple(others)


def hide_items(text: str, items: Iterable[Item]) -> str:
    """A folded text, as long as before, with nothing to read where the items stand."""
    letters = list(text)
    for item in items:
        letters[item.start : item.end] = "＊" * (item.end - item.start)
    return "".join(letters)


@lru_cache(maxsize=8)
def _find_personal(text: str) -> tuple[tuple[Item, ...], tuple[Hit, ...]]:
    papers = _drop_overlaps(_find_papers(text))
    hits = find_hits(text)
    numbers = sorted(
        (hit for hit in hits if hit.kind in ("phone", "landline", "wechat", "qq", "email")),
        key=lambda hit: (hit.start, hit.end),
    )
    if not papers and not numbers:
        return (), ()
    names = _drop_overlaps(_find_names(text)) if _HAS_PERSON.search(text) else []
    scene = _Scene(text, papers, names, numbers)
    victims = tuple(hit for hit in numbers if scene.is_victim(hit))
    items = [*papers, *(Item(hit.kind, hit.start, hit.end) for hit in victims)]
    anchors = sorted(items, key=lambda item: item.start)
    items += [name for name in names if _beside(text, name, anchors)]
    return tuple(sorted(_drop_overlaps(iter(items)), key=lambda item: item.start)), victims


_HAS_PERSON = re.compile("[\u3400-\u9fff]|[A-Z][a-z]")


def _drop_overlaps(items: Iterator[Item]) -> list[Item]:
    kept: list[Item] = []
    for item in sorted(items, key=lambda item: (item.start, -item.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def _beside(text: str, name: Item, anchors: list[Item]) -> bool:
    """Whether a name stands in the row of other data: on its line, or within a few characters."""
    at = bisect_left(anchors, name.start, key=lambda item: item.start)
    for anchor in anchors[max(0, at - 1) : at + 2]:
        left, right = min(anchor.end, name.end), max(anchor.start, name.start)
        between = text[left:right]
        if right - left <= _ROW and "\n" not in between:
            return True
        if right - left <= _NEAR * 2 and between.count("\n") <= 1:
            return True
        if right - left <= _ROW and _in_block(between):
            return True
    return False


def _in_block(between: str) -> bool:
    """Fields set one under the other (姓名:…, 电话:…, 车牌:…) are one row."""
    lines = between.split("\n")
    return len(lines) <= 4 and all(re.search("[:：]", line) for line in lines[1:]) and "。" not in between


class _Scene:
    """A text with its papers, names and numbers, to tell for one number whose it is."""

    def __init__(self, text: str, papers: list[Item], names: list[Item], numbers: list[Hit]) -> None:
        self.text = text
        self.lowered = lower(text)
        self.papers = papers
        self.names = names
        self.numbers = numbers
        self.paper_starts = [item.start for item in papers]
        self.name_starts = [item.start for item in names]
        self.number_starts = [hit.start for hit in numbers]
        self.rows = self._count_rows()
        self.named = sum(self._has_name(hit) for hit in numbers if hit.kind == "phone")
        self.people = sorted([*papers, *names], key=lambda item: item.end)
        self.people_ends = [item.end for item in self.people]
        self.offered = {hit for hit in numbers if self._is_offered(hit)}
        self.offered -= self._find_called()
        bare = {
            hit.value
            for hit in numbers
            if hit.kind in ("phone", "landline") and hit not in self.offered and self._is_bare(hit)
        }
        self.listed = len(bare) >= 3
        self.seller = {hit.value for hit in numbers if self._is_led(hit) and not self._in_row(hit)}
        self.seller |= {hit.value for hit in self.offered}
        self.fields = {hit for hit in numbers if self._is_field(hit)}

    def _count_rows(self) -> dict[str, int]:
        """Per kind of handle, on how many lines it stands after a name."""
        lines: dict[str, set[int]] = {hit.kind: set() for hit in self.numbers}
        for hit in self.numbers:
            line = self.text.rfind("\n", 0, hit.start) + 1
            at = bisect_left(self.name_starts, hit.start)
            if at and self.names[at - 1].start >= line:
                lines[hit.kind].add(line)
        return {kind: len(starts) for kind, starts in lines.items()}

    def is_victim(self, hit: Hit) -> bool:
        """The rule of docs/reading.md, in its order."""
        if _SHARED.match(self.lowered, hit.end):
            return False
        if hit in self.offered:
            return False
        if hit in self.fields or (self._is_owners(hit) and self._in_row(hit)):
            return True
        if self._in_row(hit):
            return not self._is_invited(hit) and not self._is_only_number(hit)
        if hit.kind not in ("phone", "landline") or hit.value in self.seller:
            return False
        if self._has_name(hit):
            return self.named >= 2 or self._is_sample(hit) or self._is_owners(hit)
        if self._is_owners(hit) or self._is_sample(hit):
            return not self._is_led(hit)
        return self.listed and self._is_bare(hit)

    def _is_offered(self, hit: Hit) -> bool:
        """It stands in the author's own words: 打 138… 找我, 加微信 …，手机138…, or in a block of handles."""
        if self._is_owners(hit) or self._leads_row(hit) or self._is_below_name(hit) or self._in_table(hit):
            return False
        said = self._said_before(hit)
        if hit.kind not in ("phone", "landline"):
            return bool(_OPENER.search(said))
        if _OPENER.search(said) or _CALLED.search(said):
            return True
        if _CALLED_AFTER.match(self.lowered, hit.end):
            return not self._has_name(hit) and not (self._in_row(hit) and not re.search("[,，]", said))
        return self._in_handles(hit)

    def _find_called(self) -> set[Hit]:
        """Several numbers after 打, named or many: a record of calls, not an offer."""
        called = {
            hit
            for hit in self.offered
            if _CALLED.search(self._said_before(hit)) and not _OPENER.search(self._said_before(hit))
        }
        values = {hit.value for hit in called}
        named = {hit.value for hit in called if self._has_name(hit)}
        return called if len(values) >= 3 or len(named) >= 2 else set()

    def _is_below_name(self, hit: Hit) -> bool:
        """姓名：…, and on the next line 联系方式：138…"""
        line = self.text.rfind("\n", 0, hit.start) + 1
        if not line or not re.match(r"[^\n:：]{1,8}[:：]", self.text[line : hit.start]):
            return False
        above = self.text[self.text.rfind("\n", 0, line - 1) + 1 : line]
        return bool(_NAMED.match(above)) and self._has_person(line - len(above), line)

    def _said_before(self, hit: Hit) -> str:
        """What stands on the line before a number, from the last name or paper on."""
        line = self.text.rfind("\n", 0, hit.start) + 1
        at = bisect_right(self.people_ends, hit.start)
        start = max(line, self.people_ends[at - 1] if at else 0, hit.start - _ROW)
        return self.lowered[start : hit.start]

    def _leads_row(self, hit: Hit) -> bool:
        """A name follows it and a paper on the same line: it opens a row."""
        stop = self.text.find("\n", hit.end)
        after = self.text[hit.end : stop if stop >= 0 else len(self.text)][:_ROW]
        end = hit.end + len(after)
        at = bisect_left(self.name_starts, hit.end)
        if at == len(self.names) or self.names[at].start > hit.end + _NEAR:
            return False
        first = bisect_left(self.paper_starts, hit.end)
        return first < len(self.papers) and self.paper_starts[first] < end

    def _in_handles(self, hit: Hit) -> bool:
        """Its line and those right above hold handles and no person: 微信：…, then 电话：138…"""
        start = self.text.rfind("\n", 0, hit.start) + 1
        below = self.text.find("\n", self.text.find("\n", hit.end) + 1)
        if self._has_person(hit.end, below if below > hit.end else len(self.text)):
            return False
        handles = 0
        for _ in range(4):
            stop = self.text.find("\n", start)
            stop = stop if stop >= 0 else len(self.text)
            inside = [other for other in self._numbers_between(start, stop) if other != hit]
            if self._has_person(start, stop):
                # A whole row above ends there; a field of a person set in lines (姓名：…) goes on.
                return handles > 0 and bool(inside)
            if not self.text[start:stop].strip():
                return handles > 0
            handles += sum(other.led and other.kind in ("wechat", "qq") for other in inside)
            if start == 0:
                return handles > 0
            start = self.text.rfind("\n", 0, start - 1) + 1
        return handles > 0

    def _numbers_between(self, start: int, stop: int) -> list[Hit]:
        first = bisect_left(self.number_starts, start)
        return self.numbers[first : bisect_left(self.number_starts, stop)]

    def _has_person(self, start: int, stop: int) -> bool:
        at = bisect_right(self.people_ends, start)
        return at < len(self.people) and self.people[at].start < stop

    def _is_field(self, hit: Hit) -> bool:
        """A number of a row that opens with a name: the row goes on behind it, or the next line has one as well."""
        line = self.text.rfind("\n", 0, hit.start) + 1
        if hit.kind in ("phone", "landline") and (self._leads_row(hit) or self._is_below_name(hit)):
            return True
        at = bisect_left(self.name_starts, hit.start)
        if hit in self.offered or not at or self.names[at - 1].start < max(line, hit.start - _ROW):
            return False
        if hit.kind in ("phone", "landline"):
            return (self._in_row(hit) and self._has_name(hit)) or self._in_table(hit)
        stop = self.text.find("\n", hit.end)
        stop = stop if stop >= 0 else len(self.text)
        first = bisect_left(self.paper_starts, hit.end)
        if first < len(self.papers) and self.paper_starts[first] < min(stop, hit.end + _ROW):
            return True
        phones = {other.start for other in self._numbers_between(line, hit.start) if other.kind == "phone"}
        return bool(phones) and self.rows[hit.kind] >= 2

    def _in_table(self, hit: Hit) -> bool:
        """The first number of a line that a name opens, where three lines or more are such: a table of people."""
        line = self.text.rfind("\n", 0, hit.start) + 1
        at = bisect_left(self.name_starts, line)
        if self.rows.get("phone", 0) < 3 or at == len(self.names) or self.names[at].start >= hit.start:
            return False
        return not self.text[line : self.names[at].start].strip() and not self._numbers_between(line, hit.start)

    def _in_row(self, hit: Hit) -> bool:
        """A plate, a VIN, an ID, a policy or an address stands in the same line, close by."""
        first = bisect_left(self.paper_starts, hit.start - _ROW * 2)
        last = bisect_right(self.paper_starts, hit.end + _ROW)
        for item in self.papers[first:last]:
            left, right = min(item.end, hit.end), max(item.start, hit.start)
            between = self.text[left:right]
            if right - left <= _ROW and not re.search("[\n。；;！!]", between):
                return True
            if right - left <= _ROW and _in_block(between):
                return True
        return False

    def _is_invited(self, hit: Hit) -> bool:
        """Said to be the author's although papers stand near: 联系我, 加微信, 咨询."""
        if not self._is_led(hit):
            return False
        before = self.lowered[max(0, hit.start - 12) : hit.start]
        return hit.kind in ("wechat", "qq") or bool(
            re.search(
                r"联系我|联系电话|联系\s?[:：]?\s?$|咨询|加我?|找我|客服|热线|有意|下单|购买|合作|contact|call|微信|vx",
                before,
            )
        )

    def _is_only_number(self, hit: Hit) -> bool:
        """One plate and one number announced as 电话, no name: an advert and its author's phone."""
        if len(self.papers) != 1 or self.papers[0].kind != "plate" or len(self.numbers) != 1 or self._has_name(hit):
            return False
        return hit.kind == "phone" and bool(
            re.search(r"(?:电话|手机|tel)\s?[:：]?\s?$", self.lowered[max(0, hit.start - 8) : hit.start])
        )

    def _has_name(self, hit: Hit) -> bool:
        at = bisect_left(self.name_starts, hit.start)
        for item in self.names[max(0, at - 1) : at + 1]:
            left, right = min(item.end, hit.end), max(item.start, hit.start)
            between = self.text[left:right]
            if (
                right - left <= _NEAR + 6
                and len(re.sub(r"[\s,，、:：|/*-]|电话|手机号?|号码|联系方式|联系电话|tel|phone", "", between)) <= 1
            ):
                return True
        return False

    def _is_led(self, hit: Hit) -> bool:
        return bool(_SELLER.search(self.lowered, max(0, hit.start - 14), hit.start))

    def _is_bare(self, hit: Hit) -> bool:
        before = self.lowered[max(0, hit.start - 10) : hit.start]
        return not self._is_led(hit) and not re.search(r"(?:电话|手机|号码|tel|phone)\s?[:：]?\s?$", before)

    def _is_owners(self, hit: Hit) -> bool:
        return bool(_OWNER.search(self.lowered, max(0, hit.start - 16), hit.start))

    def _is_sample(self, hit: Hit) -> bool:
        return bool(_SAMPLE.search(self.lowered, max(0, hit.start - 60), hit.start)) and not self._is_led(hit)
