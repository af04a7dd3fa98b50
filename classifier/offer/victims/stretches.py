"""Stretches: the parts of a text in which rows of people's data can stand, told from those where the seller speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from classifier.offer.victims import people

LONGEST = 400
"""Characters of one line that are read as rows."""
_SHORTEST = 6

_HAN = "\u3400-\u9fff"
_ANNOUNCED = re.compile(
    r"(?=[样货小范示模演举例比譬预看验亮晒出回数随贴放发明截案给请大格结输返查收如全完不自上丢茶料抽サпоตm]"
    r"|[sepdrocl]|^)(?:样\s?[本例板品行张单条货]|[货小]样|范\s?[例本]|示\s?[例意范]|模\s?[板版]|演\s?示(?!站)"
    r"|(?<![案事])举\s?例|例\s?[如子]|比\s?如|譬如|预\s?览"
    r"|[看验亮晒]\s?[下一]?\s?(?:货|样|质量|效果)|[茶料]样|示\s?范|抽[一两二三几]?[行条笔]?给你?看|出\s?件\s?例|回\s?件"
    r"|数\s?据\s?长\s?这\s?样|随便[贴发放][\u3400-\u9fff]{0,3}|[贴放发晒]\s?[一两三几]\s?[行条个]|明细|截[取图]"
    r"|案例|[给请]大?家?(?:你们)?看看?"
    r"|格\s?式|结\s?果|输\s?[出入]|返\s?回|回\s?复|出\s?过?\s?的(?:单子?)?|查\s?到|查\s?得|收\s?据|回\s?执|如下"
    r"|(?<=[\n\s,，。;；【\[〔（(])[样例看验](?=\s?[:：(（=】\]〕）)☞👉➜▶])"
    r"|[看丢发贴]一[条个行]|全的(?=[:：])|完整版?(?=[:：])|不打码样?(?=[:：])|自己核|上一?单"
    r"|^[看验](?=\s?[:：☞👉])|^[样例](?=\s?[:：(（=】\]〕）)☞👉\s]|\d)|^\s?Ex\.?(?=\s?\d?[):. ])"
    rf"|(?<![a-z.@/-])(?:sa:?mples?|samp|smpl|s@mples?|examples?|e\.?g\.?|preview"
    rf"|サンプル|例えば|contoh(?: data)?|ejemplo|exemplo"
    rf"|exemple|beispiel|esempio|пример|образец|ตัวอย่าง|mẫu|(?:data |sample )?rows?|records?|results?|output"
    rf"|returned|proof|screenshot|like this|see below"
    rf"|came (?:back|out|yesterday)|receipt)(?![a-z]))"
    rf"(?P<rest>(?:[{_HAN}A-Za-z ()（）,、，'-]|\d{{1,2}}(?!\d)){{0,50}}?)\s?(?:[:：>=»—–】\]〕“☞👉👇⇢➜➔▶▸▷]|->|→|↓|$"
    rf"|\s(?=[{_HAN}]{{2,4}}[ ,，/|]{{1,2}}[\dA-Z+]))",
    re.IGNORECASE | re.MULTILINE,
)
# Where the seller speaks of himself, of prices and of what he asks for.
_SPEAKS = re.compile(
    r"微信|威信|薇信|v信|徽信|(?<![A-Za-z])[vq]{1,2}(?=\s?[:：号])|扣扣|(?<![A-Za-z])扣\s?[:：]?(?=\s?\d{5})"
    r"|企鹅|电报|飞机|蝙蝠|土豆|赖|邮箱"
    r"|邮件|电邮|(?<![A-Za-z])(?:qq|vx|wx|tg|ws|wa)(?=\s?[:：@→>号+]|\s?\d{5}|\s[a-z_][A-Za-z_\d]{4})"
    r"|(?<![A-Za-z])q(?=\s?[君群裙])|(?<![,，|｜;；/、\t])联系|联系(?!电话|方式|手机|号码|人|地址)|联络|(?:直接|或)者?[打拨]|致电|来电|有意|价格|单价|起[售批订]"
    r"|条起|元\s?/|每[条个份]|一条|一口价|打包|(?<![参增附])加(?=\s?[A-Za-z微薇])"
    r"|请[来致]?电|咨询|客服|私[信聊]|[滴戳敲]\s?我|🐧|下单|问单|[需想]?要[的全查买货]|找我|滴滴|购买|拿货|进群|我的|我这|本人|商务|洽谈"
    r"|合作|热线|对接|负责人|官网|收费|费用"
    r"|[万千百\d]\s?[条个份]\s?\d+\s?[块元]|\d\s?[块毛角](?:钱)?(?=一?[条个份]|[,，。\s]|$)"
    r"|[$₹]\s?\d|(?<![\d.])\d[\d.,]* ?(?:usdt?|yuan|rmb|cny|inr|rub)(?![a-z])"
    r"|(?<![a-z])e?-?mail(?=\s?[:：]?\s?(?:me|us|to"
    r"|at)?\s?[a-z0-9._-]{2,30}@)"
    r"|(?<![A-Za-z])(?:tg|telegram|whatsapp|signal|line|skype|potato|wechat"
    r"|contact|dm|jabber|session|icq|price|total|full list|full file|moq|micro-signal)(?![A-Za-z])",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"[。！!❗\n]|[#＃]{2,}|;(?=\s?$)|；(?=\s?$)|[.](?=\s+[A-Z\u3400-\u9fff]"
    r"|\s*$)(?<![A-Z]\.)(?<!str\.)(?<!No\.)(?<!no\.)(?<!Mr\.)(?<!rs\.)(?<!Ms\.)(?<!Dr\.)(?<!Ex\.)(?<!Co\.)"
    r"(?<!Av\.)(?<!St\.)(?<!Rd\.)(?<!ul\.)(?<!No\.)(?<!Jl\.)(?<!Dr\.)(?<!reg\.)"
)
_MANY_DIGITS = re.compile(r"\d[^\n]{0,2}\d[^\n]{0,2}\d|[零〇一二三四五六七八九]{6}")
_HEADER = re.compile(
    r"[\s\W]*(?:(?:字段|栏位|表头|列|内容|含|columns?|fields?)\s?[:：]\s?)?(?:(?:车主|客户|owner'?s?)?\s?"
    r"(?:姓名|名字|车主|手机号?码?|电话|行动|移动|号码|车牌号?码?|车号|牌照|车架号?|身份证号?码?|证号|地址|住址"
    r"|车型|品牌|保险公司|保险到期|出厂年月|到期日?期?|保单号?|保费|车系"
    r"|提车日|序号|城市"
    r"|last|first|name|phone|mobile|plate|address|model|make|year|city|postal|zip|vin|id|dl|ic|reg(?: no)?"
    r"|insurer|insurance|expiry|email|policy|no|tel)"
    r"[\s,，、/|｜;；+＋—–\t-]*){2,}[\s\W]*",
    re.IGNORECASE,
)
_CARRIES = 4
# A line that opens with a name and a number, whatever word the name holds (佟维新 131…).
_OPENS = re.compile(
    rf"[^\S\n]*(?:\d{{1,3}}[.、)）][^\S\n]?|[·•*#-]\s?)?(?P<it>[{_HAN}]{{2,4}})[ \t,，、/"
    rf"|｜┃;；-]{{1,3}}(?:[+(]?\d[\d ()-]{{6,}}|[1-9]\d{{16}}[\dXx])(?!\d)"
)


class Stretch(NamedTuple):
    """A part `[start, end)` of line `line`; `announced` when a word or a header says that rows stand there."""

    start: int
    end: int
    line: int
    announced: bool


def speaks(text: str, start: int, end: int) -> bool:
    """Whether the seller speaks in `[start, end)`: of prices, of his handles, of how to order."""
    return _SPEAKS.search(text, start, end) is not None


def is_header(line: str) -> bool:
    """Whether a line names the columns of a table."""
    return _HEADER.fullmatch(line[:LONGEST]) is not None


def find_stretches(text: str) -> Iterator[Stretch]:
    """The stretches of a folded text, in order. Linear."""
    start, opened = 0, 0
    for number, line in enumerate(text.split("\n")):
        stop = min(start + len(line), start + LONGEST)
        begin = start
        told = _ANNOUNCED.search(text, start, stop)
        if told is not None:
            if told.start() - start >= _SHORTEST:
                yield from _cut(text, start, told.start(), number, opened > 0)
            begin, opened = told.end(), _CARRIES
        elif is_header(line):
            begin, opened = stop, _CARRIES
        else:
            opened = max(0, opened - (not _MANY_DIGITS.search(line)))
        named = _OPENS.match(text, begin, stop)
        spoken = (
            named.end()
            if named and people.has_family(named.group("it")) and not people.is_word(named.group("it"))
            else begin
        )
        stretches = list(_cut(text, begin, stop, number, opened > 0, spoken))
        yield from stretches
        if (
            begin < stop
            and not (stretches and stretches[0].start <= begin + _SHORTEST)
            and _SPEAKS.search(text, begin, stop)
        ):
            opened = 0
        start += len(line) + 1


def _cut(text: str, begin: int, stop: int, line: int, announced: bool, spoken: int = 0) -> Iterator[Stretch]:
    """What of `[begin, stop)` is not the seller's speech, which begins past `spoken` and ends with its sentence."""
    at = begin
    while at < stop:
        speaks = _SPEAKS.search(text, max(at, spoken), stop)
        end = speaks.start() if speaks else stop
        here = at
        while here < end:
            pause = _STOP.search(text, here, end)
            edge = pause.start() if pause else end
            if edge - here >= _SHORTEST:
                yield Stretch(here, edge, line, announced)
            here = pause.end() if pause else end
        if speaks is None:
            return
        pause = _STOP.search(text, speaks.end(), stop)
        at = pause.end() if pause else stop
