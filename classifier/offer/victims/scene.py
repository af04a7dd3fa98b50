"""Whose a number is: the author's, or a victim's. What tells them apart is what stands around it "
"(docs/reading.md)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from classifier.offer.contacts.shape import Hit
from classifier.offer.tokens import lower
from classifier.offer.victims.item import Item
from classifier.offer.victims.rows import NEAR, ROW, in_block

_SELLER = re.compile(
    r"(?:联系(?:我|方式|电话|手机|人)?|咨询(?:电话|热线)?|加我?|找我|客服|热线|详询|详聊|垂询|致电|来电|有意者?"
    r"|私聊|商务|合作|下单|购买|微信|薇|vx|wx|(?<![a-z])v|(?<![a-z])q|扣扣|企鹅|电联"
    r"|whatsapp|telegram|wechat|weixin|e-?mail|skype|jabber|signal|tg|飞机|☎️?|📱|📞|(?<![a-z])(?:tel|call"
    r"|contact|text|phone)(?![a-z]))[^\d\n]{0,6}$"
)
_OWNER = re.compile(
    r"(?:车主|客户|机主|被保险人|投保人|户主|业主|买家|用户|紧急联系)(?!数据|信息|资料|名单|咨询|热线|服务"
    r"|专线)(?:[\u3400-\u9fff]{1,4}(?<![打拨询系找加到]))?(?:电话|手机号?"
    r"|号码)?\s?[:：]?\s?$"
)
_SAMPLE = re.compile(
    r"样本|样例|样板|样品|示例|例如|比如|举例|如下|模板|模版|格式|测试数据|截图|预览|部分数据"
    r"|(?<![.\w@/-])(?:sample|example|preview|format)",
    re.IGNORECASE,
)
_HEADED = re.compile(r"(?:姓名.{0,12}(?:电话|手机)|name.{0,12}phone)(?P<rest>[^。;；]*)", re.IGNORECASE)
# A number said to be a telephone, without a word whose.
_TITLED = re.compile(
    r"(?:电话|手机|固话|座机|市话|固网|查询|洽|tel|phone|landline|office)[^\d\n+]{0,4}\+?$", re.IGNORECASE
)
_SHARED = re.compile(
    r"[\s)）]{0,2}[(（\[【,，、/]{0,2}\s?(?:微信|v|vx|wx|薇|qq|飞机|tg)?同(?:号|步|微信|v)", re.IGNORECASE
)
# Two places that share the number behind them: 电话同V 138…, 微同电138…
_SAME_BEFORE = re.compile(
    r"(?:电话?|手机|微信?|薇|v|vx|wx|qq|号码?)\s?(?:同|也是|就是|[/／&和])\s?(?:号|电话?|手机|微信?|薇|v|vx|wx|qq|tg|飞机|whatsapp)号?\s?[:：]?\s?\+?$"
)
# Words with which an author asks to be written to or called; in a table they label nothing.
_OPENER = re.compile(
    r"(?:需要|想?要|有意|有需)的?(?:老板|朋友|兄弟|亲们?)?[\s,，:：]{0,2}(?=加|联系|私|打|拨|找|电|手机|v|q|微|薇|1)"
    r"|有意者?|有兴趣|联系人\s?[:：]?\s?[\u3400-\u9fff]{0,3}(?:经理|主管|客服)"
    r"|(?<![已未没曾再急被])联系(?![人过了不到他她]|电话|方式|手机|号|地址|上)"
    r"|(?<![参增附])加(?![装油急盟密价班])"
    r"|咨询(?!过|了)|找我|[滴戳敲]\s?我|私聊|私信|详聊|详询|详谈|下单|购买请|起[售批订拿]|接单|感兴趣|拿货|订购|出售"
    r"|(?<![\w.])@[a-z]\w{3,}|客服|商务"
    r"|(?<![a-z])(?:contact|call|add|dm|text)(?![a-z])"
)
_NAMED = re.compile(r"\s*(?:姓名|车主|机主|被保险人|投保人|户主|客户)(?:姓名)?\s?[:：]")
_CALLED = re.compile(
    r"(?:(?<![给主户人去回已刚我他她没有车单])(?:打|拨打?)|致电|电联|(?:^|(?<=[\s,，。、;；]))电"
    r"|(?<![a-z])(?:call|dial|ring))"
    r"(?:我|电话|手机|给我)?\s{0,2}[:：]?\s{0,2}$"
)
# 微信abc12345 手机: two ways to one author.
_BESIDE = re.compile(
    r"(?:微信|薇信|vx|wx|tg|telegram|电报|飞机|qq)号?\s?[:：]?\s?[a-z_\d][\w-]{4,20}[\s,，、/]{1,3}(?:手机|电话|tel|phone)\s?[:：]?\s?$"
)
_CALLED_AFTER = re.compile(
    r"[ \t]{0,2}[,，]?[ \t]?(?:找我|联系我|加我|滴我|私我|咨询我|联系(?=$|[\n。！!])|call me|text me)"
)


# Between the numbers of a list; before it what is shown for free, tried or warned of; else a seller's own numbers.
_BETWEEN = re.compile(r"\s?[、,，;；/|｜\n]\s?|\s")
_SHOWN = re.compile(
    r"(?:免费|自己打|试打|试拨|先打|测试|空号|假号|样本|样品|抽[查样检]?|拨打过?|名单|号码如下|free|test"
    r"|try)[^\n]{0,10}$"
)
_LISTED = re.compile(
    r"(?:电话|手机|热线|联系|客服|咨询|业务|商务|订购|拨打?|打|致电|电联|微信|tel|phone|call)[^\d\n]{0,6}$"
)


class Scene:
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
        self.lines: dict[int, tuple[int, int]] = {}
        self.rows = self._count_rows()
        self.named = sum(self._has_name(hit) for hit in numbers if hit.kind == "phone")
        self.people = sorted([*papers, *names], key=lambda item: item.end)
        self.people_ends = [item.end for item in self.people]
        self.alone = len({hit.value for hit in numbers if hit.kind in ("phone", "landline")}) == 1 and not papers
        self.offered = {hit for hit in numbers if self._is_offered(hit)}
        self.offered -= self._find_called()
        self.lists = self._find_lists()
        self.offered -= self.lists
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
        if self.is_shared(hit):
            return False
        if hit in self.lists:
            return True
        if hit in self.offered or (self._is_lonely(hit) and (not self._is_sample(hit) or self._is_titled(hit))):
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

    def is_sellers(self, hit: Hit) -> bool:
        """Offered in words, shared with another place, or offered elsewhere."""
        return hit in self.offered or hit.value in self.seller or self.is_shared(hit) or self._is_lonely(hit)

    def _is_lonely(self, hit: Hit) -> bool:
        """The only number of a text that shows no name and no paper of anybody."""
        return self.alone and not self.names and hit.kind in ("phone", "landline") and not self._is_owners(hit)

    def _is_titled(self, hit: Hit) -> bool:
        return _TITLED.search(self.lowered, max(0, hit.start - 12), hit.start) is not None

    def is_shared(self, hit: Hit) -> bool:
        """同号 follows it, or two places are named before it."""
        return bool(
            _SHARED.match(self.lowered, hit.end) or _SAME_BEFORE.search(self.lowered, max(0, hit.start - 14), hit.start)
        )

    def _is_offered(self, hit: Hit) -> bool:
        """It stands in the author's own words: 打 138… 找我, 加微信 …，手机138…, or in a block of handles."""
        if self._is_owners(hit) or self._leads_row(hit) or self._is_below_name(hit) or self._in_table(hit):
            return False
        said = self._said_before(hit)
        if hit.kind not in ("phone", "landline"):
            return bool(_OPENER.search(said))
        if _OPENER.search(said) or _CALLED.search(said):
            return True
        if _BESIDE.search(said):
            stop = self.text.find("\n", hit.end)
            return not self._has_person(hit.end, stop if stop >= 0 else len(self.text))
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

    def _find_lists(self) -> set[Hit]:
        """Three numbers and more in a row that nobody is asked to call: what the seller shows or warns of."""
        phones = [hit for hit in self.numbers if hit.kind == "phone"]
        listed: set[Hit] = set()
        row: list[Hit] = []
        for hit in [*phones, None]:
            if hit is not None and row and _BETWEEN.fullmatch(self.text, row[-1].end, hit.start):
                row.append(hit)
                continue
            if len({one.value for one in row}) >= 3 and self._is_shown(row[0]):
                listed.update(row)
            row = [] if hit is None else [hit]
        return listed

    def _is_shown(self, first: Hit) -> bool:
        before = self.lowered[max(0, first.start - 20) : first.start]
        return bool(_SHOWN.search(before)) or not (_LISTED.search(before) or self._is_led(first))

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
        start = max(line, self.people_ends[at - 1] if at else 0, hit.start - ROW)
        return self.lowered[start : hit.start]

    def _leads_row(self, hit: Hit) -> bool:
        """A name follows it and a paper on the same line: it opens a row."""
        stop = self.text.find("\n", hit.end)
        after = self.text[hit.end : stop if stop >= 0 else len(self.text)][:ROW]
        end = hit.end + len(after)
        at = bisect_left(self.name_starts, hit.end)
        if at == len(self.names) or self.names[at].start > hit.end + NEAR:
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
            inside, written = self._count_line(start, stop)
            if self._has_person(start, stop):
                # A whole row above ends there; a field of a person set in lines (姓名：…) goes on.
                return handles > 0 and inside > (start <= hit.start < stop)
            if not self.text[start:stop].strip():
                return handles > 0
            handles += written
            if start == 0:
                return handles > 0
            start = self.text.rfind("\n", 0, start - 1) + 1
        return handles > 0

    def _count_line(self, start: int, stop: int) -> tuple[int, int]:
        """Numbers of a line, and how many of them are handles that an alias announces. Counted once a line."""
        if start not in self.lines:
            inside = self._numbers_between(start, stop)
            self.lines[start] = len(inside), sum(other.led and other.kind in ("wechat", "qq") for other in inside)
        return self.lines[start]

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
        if hit in self.offered or not at or self.names[at - 1].start < max(line, hit.start - ROW):
            return False
        if hit.kind in ("phone", "landline"):
            return (self._in_row(hit) and self._has_name(hit)) or self._in_table(hit)
        stop = self.text.find("\n", hit.end)
        stop = stop if stop >= 0 else len(self.text)
        first = bisect_left(self.paper_starts, hit.end)
        if first < len(self.papers) and self.paper_starts[first] < min(stop, hit.end + ROW):
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
        first = bisect_left(self.paper_starts, hit.start - ROW * 2)
        last = bisect_right(self.paper_starts, hit.end + ROW)
        for item in self.papers[first:last]:
            left, right = min(item.end, hit.end), max(item.start, hit.start)
            between = self.text[left:right]
            if right - left <= ROW and not re.search("[\n。；;！!]", between):
                return True
            if right - left <= ROW and in_block(between) and self._is_labelled(item, hit):
                return True
        return False

    def _is_labelled(self, item: Item, hit: Hit) -> bool:
        """The upper one of two fields has a label too, or stands beside the lower one."""
        start, stop = sorted((item.start, hit.start))
        line = self.text.rfind("\n", 0, start) + 1
        return "\n" not in self.text[start:stop] or bool(re.search(r"[:：]\s?$", self.text[line:start]))

    def _is_invited(self, hit: Hit) -> bool:
        """Said to be the author's although papers stand near: 联系我, 加微信, 咨询."""
        if not self._is_led(hit):
            return False
        before = self.lowered[max(0, hit.start - 12) : hit.start]
        return hit.kind in ("wechat", "qq") or bool(
            re.search(
                r"联系我|联系电话|联系\s?[:：]?\s?$|咨询|加我?|找我|客服|热线|有意|下单|购买|合作|contact|call"
                r"|微信|vx",
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
                right - left <= NEAR + 6
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
        if self._is_led(hit):
            return False
        if _SAMPLE.search(self.lowered, max(0, hit.start - 60), hit.start):
            return True
        if self.alone and not self._has_name(hit):
            return False  # the fields that a seller lists are no header above his own number
        headed = _HEADED.search(self.lowered, max(0, hit.start - 60), hit.start)
        return headed is not None and not self._is_titled(hit) and headed.group("rest").count("\n") <= 1
