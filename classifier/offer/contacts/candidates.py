"""Handles that nothing announces in a known way: known by their shape, and weighed by the words around them.

A candidate is a token that has the shape of a handle and belongs to no contact yet. What stands around it speaks for
it or against: a place in the same clause, a lead verb right before it (找我, dm me), a word for a handle (账号,
username), the handle before it (备用, "or"); goods, measures and models speak against. Its kind is that of the place,
of the handle before it, or the usual one (a name is WeChat's).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from classifier.offer.contacts.places import Alias
from classifier.offer.contacts.shape import Hit
from classifier.offer.contacts.table import CONTACTS

# A name with a digit or an underscore in it, six characters and more; no part of a link, an address or a code.
_NAME = re.compile(
    r"(?<![a-z0-9_@./#&=%+*-])@?(?=[a-z_-]{0,30}[\d_])(?=[^\n]{0,3}[a-z])[a-z_][a-z0-9_-]{5,31}"
    r"(?![a-z0-9_@/*＊]|\.[a-z0-9]|-[a-z0-9])"
)
_NUMBER = re.compile(
    r"(?<![\d.a-z_@/#*-])[1-9]\d{5,10}(?![\da-z_@/*＊%]|[.-]\d|\s?[条元块万千个份人起天月年米毛角分秒台辆次页楼])"
)
# One letter and digits, as cases and cars are numbered; what stands on a plate behind the province.
_CODE = re.compile(r"[a-z]-?\d{5,}")
_PLATE = re.compile("[a-z][a-z0-9]{5,6}")
_HAN = "\u3400"
_REACH = 26
"""Characters before a candidate in which a place may be named."""
_PAUSE = re.compile("[\n。！!;；？?|｜]")

# What stands right before it, and what it weighs.
_BEFORE: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"[:：→➡➜➔⇒☞👉=＝>]\ufe0f?\s{0,2}$"), 1),
    (re.compile(r"(?:账号|帐号|用户名|账户|昵称|同名|(?<![件单案编型证牌架])号码?"
                r"|(?<![a-z])(?:id|username|user ?name|handle|account|nick[a-z]*))\s?(?:[:：是为→]|is)?\s{0,2}$"), 2),
    (re.compile(r"(?:[\u3400-\u9fff➕+十]一?下?我|联系|联络|咨询|私[聊信]|详[聊谈询]|有意|洽谈|对接|下单|拿货|需要"
                r"|[需想]?要的|索取|问价|[搜找寻加添➕戳滴敲]"
                r"|(?<![a-z])(?:add|dm|pm|msg|message|contact|reach|ping|text|write(?: to)?|find)"
                r"(?: me)?(?: (?:at|on))?)\s?[:：→]?\s{0,2}$"), 3),
)  # fmt: skip
_MORE = re.compile(
    r"[\s,，、/／|(（)）]{0,3}(?:备用|备选|小号|大号|副号|分号|二号|另(?:一个|外)?|或者?|还有|以及|和|及|跟|不回[加找打]?|满了?[加换]?|[\u3400-\u9fff]{1,6}[换加找用打搜]"
    r"|(?<![a-z])(?:or|and|backup|alt|spare|second))(?:的|是|号|加|为)?[\s:：是]{0,3}$"
)
_RATHER = re.compile(
    r"[\s.…,，。;；、(（)）—-]{0,4}(?:哦|噢|啊|呃)?[\s.…,，]{0,2}(?:不对|不是|打错|写错|错了|说错|更正|(?:no|sorry|oops|wrong|typo|correction)(?![a-z]))"
    r"[^\na-z\d]{0,6}?(?:了|是|,|，|it'?s|it is|i mean|that'?s| |:|：){0,6}$"
)
_AGAINST = re.compile(
    r"(?:车架|发动机|保单|订单|单号|型号|车型|版本|编号|快递|物流|身份证|证件|车牌|牌照|密码|文件|后缀|格式|样[本例]|model|vin|plate|policy|order"
    r"|engine|version|password|file)[^,，。]{0,8}$"
)
# The place named behind it: (telegram), on tg, 是我飞机.
_BEHIND = re.compile(
    r"\s?[(（【\[]\s?|\s?(?:⟵|←|<-+)\s?|\s(?:on|at|in|via)\s|\s?(?:是我?的?|加我?|@)\s?|\s?[,，]\s?|\s(?=tg|telegram|wechat|whatsapp)"
)
_ENOUGH = 4
# Places whose handles are numbers.
_NUMBERED = frozenset({"qq", "batchat", "qq_group"})
_FORWARD = 8


def weigh_candidates(lowered: str, found: Sequence[Hit], aliases: Sequence[Alias]) -> Iterator[tuple[Hit, Hit | None]]:
    """The candidates that weigh enough, each with the hit that it corrects (不对, 是 …), if any. Linear."""
    taken = sorted(found, key=lambda hit: hit.end)
    ends = [hit.end for hit in taken]
    starts = sorted(hit.start for hit in found)
    places = [alias.end for alias in aliases]
    for pattern in (_NAME, _NUMBER):
        for match in pattern.finditer(lowered):
            start, end = match.span()
            at = bisect_right(ends, start)
            ahead = bisect_left(starts, start)
            before = taken[at - 1] if at else None
            if bisect_right(ends, end) > at or (ahead < len(starts) and starts[ahead] < end):
                continue
            numbered = _CODE.fullmatch(lowered, start, end)
            if numbered or (_PLATE.fullmatch(lowered, start, end) and start and lowered[start - 1] > _HAN):
                continue
            said = lowered[max(before.end if before else 0, start - _REACH) : start]
            if before and start - before.end <= _REACH and before.kind in _CORRECTED and _RATHER.fullmatch(said):
                yield from ((hit, before) for hit in _read(before.kind, lowered, start, end))
                continue
            kind = _tell(lowered, start, end, said, before, aliases, places)
            if kind is not None:
                yield from ((hit, None) for hit in _read(kind, lowered, start, end))


_CORRECTED = ("wechat", "telegram", "line", "skype", "potato", "batchat", "other", "qq", "signal")


def _tell(
    lowered: str,
    start: int,
    end: int,
    said: str,
    before: Hit | None,
    aliases: Sequence[Alias],
    places: Sequence[int],
) -> str | None:
    """The kind of the candidate at `[start, end)`, None where it weighs too little."""
    clause = _PAUSE.split(said)[-1]
    name = not lowered[start].isdigit()
    if _AGAINST.search(clause):
        return None
    if before and len(said) == start - before.end and before.kind in _CORRECTED and name and _MORE.fullmatch(said):
        return before.kind
    weight = 2 * name + sum(weigh for pattern, weigh in _BEFORE if pattern.search(clause))
    behind = _name_behind(lowered, end, aliases, places)
    if behind is not None:
        return behind if weight + 3 >= _ENOUGH or behind in _NUMBERED else None
    at = bisect_right(places, start)
    alias = aliases[at - 1] if at and aliases[at - 1].end >= start - len(clause) else None
    if alias is not None and name and _RATHER.search(clause):
        return alias.kind
    if alias is not None and alias.kind in CONTACTS:
        gap = lowered[alias.end : start]
        weight += 1 + (not alias.faint) + (len(gap) <= 6) - 2 * bool(_GOODS.search(gap)) - bool(re.search("[,，]", gap))
        weight -= 3 * bool(re.search("[a-z0-9]", gap.replace("id", "")))
        return alias.kind if weight >= _ENOUGH else None
    led = weight - 2 * name >= 2
    return "wechat" if name and led and weight >= _ENOUGH and (lowered[start] != "@") else None


def _name_behind(lowered: str, end: int, aliases: Sequence[Alias], places: Sequence[int]) -> str | None:
    link = _BEHIND.match(lowered, end, end + _FORWARD)
    if link is None:
        return None
    at = bisect_right(places, link.end())
    alias = aliases[at] if at < len(aliases) else None
    if alias is None or alias.start != link.end() or alias.faint:
        return None
    # Behind a comma another place may follow with its own handle.
    sought = not re.search("[,，]", link.group()) or lowered[alias.end : alias.end + 1] in ("找", "搜", "加", "查")
    return alias.kind if sought else None


_GOODS = re.compile("资料|数据|名单|信息|客户|车主|[价条单元块毛销卡费套餐]|[不没别买卖用送的]")


def _read(kind: str, lowered: str, start: int, end: int) -> Iterator[Hit]:
    hit = CONTACTS[kind].read(lowered, start)
    if hit is not None and hit.end == end:
        yield Hit(kind, hit.value, start, end, hit.valid, led=True)
