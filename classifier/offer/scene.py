"""One text on its way through the grammar of prices: its tokens, which are used, and what it is about."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from classifier.lexicon import read_words
from classifier.offer.vocabulary import Token

# 包月（两地）2.4万
_REMARK = re.compile(r"[（(][^（()）\d]{1,6}[)）]")


class Spanning(Protocol):
    """What holds the tokens `[first, last]`."""

    @property
    def first(self) -> int: ...  # noqa: D102

    @property
    def last(self) -> int: ...  # noqa: D102


@dataclass(slots=True)
class Scene:
    """One text on its way through the passes."""

    text: str
    tokens: list[Token]
    used: set[int] = field(default_factory=set)
    data: bool = False
    lookup: bool = False
    goods: bool = False
    wares: bool = False
    stops: list[int] = field(default_factory=list)
    # The unit that is said once for all prices.
    heading: str | None = None
    # Where clauses end: stops and commas.
    breaks: list[int] = field(default_factory=list)

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """The clause around `[start, end)`, between two marks of punctuation."""
        at = bisect_left(self.breaks, start)
        after = bisect_left(self.breaks, end)
        return (
            self.breaks[at - 1] + 1 if at else 0,
            self.breaks[after] if after < len(self.breaks) else len(self.text),
        )

    def gap(self, left: int, right: int) -> str:
        """What stands between two tokens."""
        return self.text[self.tokens[left].end : self.tokens[right].start]

    def kind(self, at: int) -> str:
        """The kind of the token at `at`, "" outside the text."""
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def word(self, at: int) -> str:
        """The token at `at` as it is written."""
        return self.text[self.tokens[at].start : self.tokens[at].end]

    def priced(self, span: Spanning) -> bool:
        """Whether money is named within: 3块, not 3."""
        return any(self.kind(at) == "amount" for at in range(span.first, span.last + 1))

    def sentence(self, place: int) -> int:
        """The number of the sentence at a place of the text."""
        return bisect_left(self.stops, place)

    def tight(self, left: int, right: int, room: int = 1) -> bool:
        """Whether two tokens stand together: at most `room` other characters, but for a short remark in brackets."""
        between = self.gap(left, right)
        if len(between) > 3:
            between = _REMARK.sub("", between)
        return len(between.strip(" :：=→()（）*【】[]是为的")) < room


# 包月(不限次)1500: how much one may ask for it.
_UNLIMITED = re.compile("不限[制次数条量]*|无限[制次数条量]*|随便?查|任意?查|畅查|敞开查|unlimited")


def close_enough(scene: Scene, at: int, first: int) -> bool:
    """Whether only filling words stand between two tokens."""
    between = "".join(scene.gap(i, i + 1) for i in range(at, first))
    if len(between) > 2:
        between = _UNLIMITED.sub("", between)
    return len(between.strip(" :：=()（）*【】是为就需要")) <= 2


def is_word(scene: Scene, at: int, word: str) -> bool:
    """Whether the token at `at` is this very word."""
    return scene.text[scene.tokens[at].start : scene.tokens[at].end] == word


def share_scale(left: Token, right: Token) -> tuple[float, float]:
    """1-5万 is 10,000 to 50,000; 1000-5000 is what it says."""
    low, high = left.value, right.value
    if right.scaled and not left.scaled and low < 1000 and high >= 1000:
        for scale in (10**8, 10**4, 1000):
            if high >= scale and low * scale <= high:
                low *= scale
                break
    return low, high


@lru_cache(maxsize=1)
def contexts() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """The patterns of talk of data, of lookups, and of ready lists (`lexicon/contexts.tsv`)."""

    def compile_terms(role: str) -> re.Pattern[str]:
        terms = sorted(read_words("contexts", role=role), key=len, reverse=True)
        return re.compile("|".join(map(_write, terms)))

    return compile_terms("data"), compile_terms("lookup"), compile_terms("goods")


def _write(term: str) -> str:
    """A term as a pattern, Latin ones from the beginning of a word. Each begins with a letter, not with a condition:
    then a search goes over what cannot begin one at the speed of a loop in C."""
    if term[0].isascii() and term[0].isalpha():
        return rf"{term[0]}(?<!\w{term[0]}){re.escape(term[1:])}"
    return re.escape(term)


# Wares that are sold by the 条 as well.
WARES = re.compile(
    "轮胎|胎|香烟|条烟|裤|毛巾|围巾|领带|皮带|床单|鱼|狗|(?<![q扣])裙|短信提醒|短信通知|微博|评论|视频|文案|朋友圈|内裤"
    "|被子|毯|链|街|一条街|钢筋|软管|灯带|雨刮|脚垫|保险丝|后视镜|机油|滤芯|[油空]滤|刹车|灯泡|大灯|水管|数据线|充电线|手机壳"
    "|避震|垫片|电瓶|蓄电池|气门|玻璃水|防冻液|座套|香水|喇叭|火花塞|批发价|工厂直销"
    r"|(?<![a-z])(?:bulbs?|blades?|caps?|brakes?|pads|filters?|trackers?|shocks?|absorbers?|bearings?|gaskets?"
    r"|tyres?|tires?|rims?|wipers?|oem|odm|fob|packing|spare parts|auto parts|batter(?:y|ies)|mats?"
    r"|covers|chargers?)(?![a-z])"
)
# Words of data that speak of something else: a cable, an owner who sells his own car.
NO_DATA = re.compile(
    "数据[线卡包]|车主(?:手册|自[让售用]?|急|本人|女|男)|(?:一手|女|男|原|老|前|首任|无换过)车主"
    r"|(?:油耗|比赛|赛季|统计|测速|运动|后台|经营|财务|行车|仪表盘?)数据|资料(?:齐|全|复印)|手续.{0,2}资料"
    r"|(?:first|second|one|single|previous|original|lady) owner|owner(?:'s)? manual|service records?"
)


# One unit for all: 按台算, (元/单), 都是元/城市.
_HEADING = re.compile(
    r"按(?P<by>台|辆|车|次|单|条|笔|个|份|城市|城)(?:数|算|计|收|价|计价|收费)*(?=[,，。.;；:：\s｜|)）]|$)"
    r"|元\s?[/／]\s?(?P<of>城市|台|辆|车|次|单|条|笔|个|份)(?![\u3400-\u9fff])"
)
_HEADINGS = {
    **dict.fromkeys(("台", "辆", "车"), "vehicle"), **dict.fromkeys(("城市", "城"), "city"), "次": "query",
    **dict.fromkeys(("条", "笔", "个", "份", "单"), "record"),
}  # fmt: skip


def read_heading(text: str) -> str | None:
    """The unit of all prices of a text, where it is said once; None where it is not."""
    heading = _HEADING.search(text)
    return _HEADINGS[heading.group("by") or heading.group("of")] if heading else None
