"""Volumes: how many records the seller claims to hold, or to put out per period. No lots, minimums or samples."""

from __future__ import annotations

import re

from classifier.fold import Folded
from classifier.offer.prices import Parsed
from classifier.offer.scene import contexts
from classifier.offer.tokens import Token
from domain.signals import Volume

_LEAST = 100
_HELD = re.compile(
    r"(?:日量|日出|日更|日产|日均|单日|每日|每天|一天|天天|日更新|月量|月出|每月|月更|每周|周更|年更|库存|存量"
    r"|现有|现存|拥有|存有|已有|共有|总量|总数|总计|累计|合计|共计|共|数据量|总共|手里|手上|手头|攒了|有"
    r"|放出|更新|可出|能出|产量|量级|daily|per day|a day|total|in stock|in total|holding|have|we have"
    r"|database of|over|volume)"
    r"[\s:：约近大概差不多超过更新量出可达能在有了是的个]{0,6}$"
)
_NOT_HELD = re.compile(
    r"(?:送|赠|测试|试用?|样本|样例|免费|预览|先拿|买|要|需|求|收|低于|每|第|编号|单号|工号|车龄|满|前|只卖|订"
    r"|拿|走|first|sample|test|buy|need|sell)[\s:：了个]{0,2}$"
)
_GOODS_AFTER = re.compile(
    r"[\s+多余来几+]{0,3}(?:条|个|份|人|户|组|笔|名|位|辆|台)?(?:左右|以上)?(?:的)?(?:全国|各地|最新|真实|精准"
    r"|一手|实时|有效|优质)?[\u3400-\u9fff]{0,6}?(?:车主|数据|资料|名单|信息|客户|客资|线索|保单|号码|用户|会员"
    r"|料|存货|库存|名录|资源)"
)
_GOODS_AFTER_LATIN = re.compile(
    r"\+?\s?(?:[a-z-]+ ){0,3}(?:records?|owners?|leads?|entries|rows|lines|contacts|numbers|policies|profiles"
    r"|customers|vehicles|people|users)"
)
_GOODS_BEFORE = re.compile(r"(?:车主|数据|资料|名单|信息|保单|客户|线索|名录|资源)[\s:：,，有约共近大概]{0,4}$")
_PERIOD_AFTER = re.compile(r"\+?\s?(?:条|个|份)?\s?(?:/|每|一|per |a )\s?(?:天|日|周|月|day|week|month)")


def read_volumes(folded: Folded, parsed: Parsed) -> tuple[Volume, ...]:
    """Each distinct volume once, in the order of the text."""
    volumes: dict[int, Volume] = {}
    about_data = contexts()[0].search(parsed.text) is not None
    for at, token in enumerate(parsed.tokens):
        if token.kind != "number" or at in parsed.used or not _counts(parsed.text, token):
            continue
        if (
            at + 1 < len(parsed.tokens)
            and parsed.tokens[at + 1].kind == "number"
            and parsed.tokens[at + 1].start == token.end
        ):
            continue
        following = parsed.tokens[at + 1] if at + 1 < len(parsed.tokens) else None
        end = following.end if _is_unit(parsed.text, token, following) and following is not None else token.end
        if _is_claimed(parsed.text, token, end > token.end, about_data):
            start, stop = folded.span(token.start, end)
            records = int(token.value)
            volumes.setdefault(records, Volume(records, folded.original[start:stop], start, stop))
    return tuple(volumes.values())


def _counts(text: str, token: Token) -> bool:
    if token.value < _LEAST or token.value != int(token.value):
        return False
    # 2024车主 is a year, unless it is written as a count.
    counted = token.scaled or "," in text[token.start : token.end] or text[token.end : token.end + 1] in "+条"
    return counted or not 1980 <= token.value <= 2035


def _is_unit(text: str, token: Token, following: Token | None) -> bool:
    return (
        following is not None
        and following.kind == "unit"
        and following.sense in ("record", "vehicle")
        and not text[token.end : following.start].strip("+多余来几 ")
    )


def _is_claimed(text: str, token: Token, unit: bool, about_data: bool) -> bool:
    before = text[max(0, token.start - 16) : token.start]
    if _NOT_HELD.search(before):
        return False
    if text[token.start : token.end].endswith("m"):
        # 100M is a line's speed as often as a million.
        return _GOODS_AFTER_LATIN.match(text, token.end) is not None
    if about_data and _HELD.search(before):
        return True
    if unit and token.value >= 10_000 and _GOODS_BEFORE.search(before):
        return True
    if _PERIOD_AFTER.match(text, token.end):
        return True
    return bool(_GOODS_AFTER.match(text, token.end) or _GOODS_AFTER_LATIN.match(text, token.end)) and (
        unit or token.scaled or token.value >= 1000
    )
