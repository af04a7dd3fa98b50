"""Handles whose place is named behind them, written together with them, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.announced import COUNTS, list_plain
from classifier.offer.contacts.places import Alias
from classifier.offer.contacts.shape import Hit
from classifier.offer.contacts.table import CONTACTS

_ON = re.compile(
    r"(?<![A-Za-z0-9_@.])(?P<name>[A-Za-z][A-Za-z0-9_.]{3,31}) on (?P<kind>telegram|signal|skype|line|potato|wechat)"
    r"(?![A-Za-z])",
    re.IGNORECASE,
)


def read_on(text: str) -> Iterator[Hit]:
    """ivanleads on Telegram: the place after the name."""
    for match in _ON.finditer(text):
        if match.group("name").lower() not in list_plain():
            kind = match.group("kind").lower()
            hit = CONTACTS[kind].read(match.group("name"), 0)
            if hit is not None and hit.end == len(match.group("name")):
                yield Hit(kind, hit.value, *match.span("name"), hit.valid, led=True)


# 加vxlaowang88, 原wxcheliao66, 问价Vlaoma_88: the place is written together with the handle.
_GLUED = re.compile(
    r"(?P<before>[^a-z0-9_@./-]|^)(?P<place>vx|wx|v|tg|qq|q)(?P<sign>[:：号]?)(?P<it>[a-z][a-z0-9_-]{4,19}|\d{5,11})(?![a-z0-9_@.])"
)
_GLUED_KINDS = {"vx": "wechat", "wx": "wechat", "v": "wechat", "tg": "telegram", "qq": "qq", "q": "qq"}
_GLUED_LEAD = re.compile(
    r"(?:[加➕+嘉伽佳夹原旧新换老找私滴添戳扣联寻]|jia|问价|咨询|联系|详询|详聊|要的|下单|拿货|我)我?[\s:：]{0,2}$"
)


def read_glued(text: str, lowered: str) -> Iterator[Hit]:
    """加vxlaowang88: the place written together with the handle."""
    for match in _GLUED.finditer(lowered):
        start, place = match.start("place"), match.group("place")
        capital = text[start : start + len(place)].isupper() and text[match.start("it")].islower()
        led = _GLUED_LEAD.search(lowered, max(0, start - 6), start)
        if not led or (len(place) == 1 and not (capital or lowered[start - 1] in "加➕+嘉")):
            continue
        kind = _GLUED_KINDS[place]
        hit = CONTACTS[kind].read(text, match.start("it"))
        if hit is not None and hit.valid and hit.end == match.end("it") and not match.group("it").isalpha():
            yield hit


_ADDED = re.compile(
    r"(?P<firm>加我|加好友|添加|➕我?|加一?下|加|嘉|珈|伽|jia)\s{0,2}[:：]?\s{0,2}(?=[a-z0-9_])"
    r"|(?:联系|找我|滴滴?我?|私我|戳我?|咨询|详询|详谈|详聊|有意|需要的?)\s{0,2}[:：]?\s{0,2}(?=[a-z_])"
)


def read_added(text: str, lowered: str) -> Iterator[Hit]:
    """加我 abc12345: no place is named, so it is the usual one: a name is WeChat's, a number QQ's."""
    for match in _ADDED.finditer(lowered):
        for kind in ("wechat", "qq") if match.group("firm") else ("wechat",):
            hit = CONTACTS[kind].read(text, match.end())
            if hit is None or not hit.valid or (kind == "qq") != hit.value.isdigit():
                continue
            if any(letter.isdigit() or letter == "_" for letter in hit.value) and not COUNTS.match(lowered, hit.end):
                yield hit


_NUMERALS = "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖"
_BEFORE_BRACKET = re.compile(
    rf"(?:^|[\s:：,，。;；、】是加➕+嘉我])(?P<it>@?[A-Za-z0-9_{_NUMERALS}][A-Za-z0-9_.{_NUMERALS} -]{{4,31}}?)\s?$"
)


def read_bracketed(text: str, lowered: str, aliases: list[Alias]) -> Iterator[Hit]:
    """car_88（飞机）, 54209416（扣扣）: the place in brackets behind the handle."""
    for alias in aliases:
        if text[alias.start - 1 : alias.start] not in ("(", "（", "【", "[") or not alias.start:
            continue
        if text[alias.end : alias.end + 1] not in (")", "）", "】", "]"):
            continue
        handle = _BEFORE_BRACKET.search(text, max(0, alias.start - 40), alias.start - 1)
        hit = CONTACTS[alias.kind].read(text, handle.start("it")) if handle else None
        if (
            hit is not None
            and handle is not None
            and hit.end == handle.end("it")
            and not lowered[hit.start : hit.end].isalpha()
        ):
            yield Hit(hit.kind, hit.value, hit.start, hit.end, hit.valid, led=True)
