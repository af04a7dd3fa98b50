"""Handles after the name of their place: what links the two, and whether what follows is a handle at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from classifier.lexicon import read_terms
from classifier.offer.contacts.places import Alias, find_pointed, list_words
from classifier.offer.contacts.shape import Hit
from classifier.offer.contacts.table import CONTACTS
from classifier.offer.contacts.wechat import WECHAT

# After a number that counts something: 加 10000 条.
COUNTS = re.compile(r"\s?[条元块万个份人%u起天月年只颗款台辆次粉赞字版]")

_CONNECT = re.compile(
    r"(?P<same>\s?(?:同一个?|同号|同步|同名|同|通用|一样的?|一个(?=\s?(?:号|id|名))|都是(?:同?一个)?|相同|都[行能]|都可以?)?)(?P<link>(?:\s|号码?|(?<![a-z])(?:id|xin|hao|no|number|user|username|handle|messenger|name|same|as"
    r"|me|us|is|on|at|only|app|chat|acc|account|call|add|text|msg|message|ping)(?![a-z0-9_])\.?|账号|帐号|账户|用户名|使用者名?称?|搜索?|联系|咨询|客服|官方|本人|唯一|(?<=扣)我"
    r"|[详细私]?聊|[详细]?谈|问|留言|找我?|[\u3105-\u3129]"
    r"|[(（][\u3400-\u9fff]{1,8}[)）](?=\s?[:：])|(?<![a-z])(?:karo|karein|kijiye|pe|par|to|through"
    r"|via)(?![a-z0-9_])|姓(?=[:：])|搜|打|拨|发到?|认准|请|直接|添加|私信|发信|拼音|名字?|我(?=[\s:：])|\.(?=(?=[a-z_-]{0,20}[\d_])[a-z0-9_-]{5,20}(?![a-z0-9_.@/-]))|[1-9一二三](?=\s?[:：])|(?<=号)码|(?<=微信)信|揾|也是|也系|[系係]|就是|都得|都可以?|亦得|也行|也可以?加?|均可|身份证(?=\s?[:：→➜])"
    r"|\+(?!\d)|\.(?=\s?[:：])|[:：=＝☞\-—–➕→👉⬇↓登是为加请【】〔〕〖〗｛｝{}\[\](（)）「」『』《》〈〉“”\"'<>‹›@*~～·丶﹕∶|｜┊"
    r"|…丨:\u2190-\u2bff\U0001f300-\U0001faff]|❤️|[\ufe0e\ufe0f]){0,10})"
)
_LEAD_BEFORE = re.compile(
    r"(?:加|➕|\+|嘉|伽|珈|佳|夹|家|十|jia|联系|咨询|私|找|搜|客服|滴滴|[需想]?要的|有意的?|add|contact|on|my"
    r"|via|by)[\s:：我下个]{0,2}$"
)
_FIRM_LINK = re.compile(r"[:：=＝☞→➡👉➕@是为]|号|id|加|搜|联系|—|-")


def read_after(text: str, lowered: str, chain: list[Alias], found: Iterable[Hit]) -> Iterator[Hit]:
    """The handles that stand behind a chain of aliases: one for each kind of it, and more of the kind listed there."""
    connect = _CONNECT.match(lowered, chain[-1].end)
    assert connect is not None  # every part of it may be empty
    at = connect.end()
    link = connect.group("link")
    kinds = {alias.kind: alias.strong for alias in chain}
    if "qq_group" in kinds:
        kinds.pop("qq", None)
    # An @ or a bracket may be the handle's own: @name, 【car】【88】.
    places = [connect.start("link") + link.index("@")] if "@" in link else []
    places += [at - 1, at] if link[-1:] in ("【", "[", "(", "（", "+") else [at]
    hits = list(_read_backwards(lowered, chain[-1].end, kinds))
    for kind, strong in kinds.items() if not hits else ():
        if kind == "other" and "telegram" in kinds and "@" in link:
            continue  # Session or Telegram @name: the sign is Telegram's
        read = CONTACTS[kind].read
        hit = next(filter(None, (read(text, place) for place in places)), None)
        strong = strong or bool(connect.group("same").strip())
        if hit is None or not _convincing(lowered, chain[0], link, hit, strong):
            continue
        hits.append(hit)
        hits += _listed(text, kind, hit)
    hits = hits or list(_read_pointed(text, lowered, chain))
    if "wechat" in kinds and len(hits) == 1 and hits[0].kind == "whatsapp":
        # Wechat/Whatsapp: +86 138…: with the country's code only one of them could read it.
        hits.append(Hit("wechat", WECHAT.share(hits[0]) or "", hits[0].start, hits[0].end, hits[0].valid, led=True))
    if connect.group("same").strip() and len(hits) == 1:
        other = "phone" if hits[0].kind != "phone" else "wechat"
        shared = CONTACTS[other].share(hits[0])
        # 微信 abc123，手机同号138…: the other kind has its handle already.
        told = any(hit.kind == other and 0 <= chain[0].start - hit.end <= 3 for hit in found)
        if shared and not told:
            hits.append(Hit(other, shared, hits[0].start, hits[0].end, hits[0].valid, led=True))
    yield from hits


def _read_pointed(text: str, lowered: str, chain: list[Alias]) -> Iterator[Hit]:
    at = find_pointed(lowered, chain[-1].end)
    if at is None:
        return
    for alias in chain:
        hit = CONTACTS[alias.kind].read(text, at)
        if hit is not None and _convincing(lowered, alias, ":", hit, alias.strong):
            yield hit


_BACKWARDS = re.compile(
    r"[(（]?(?:号码?)?(?:反着|倒着|倒过来|反过来|反向|倒序"
    r"|从后往前)[看念读写加输来]?[)）]?[\s:：是]{0,3}(?P<word>[a-z0-9_.@-]{5,32})"
)


def _read_backwards(lowered: str, at: int, kinds: Iterable[str]) -> Iterator[Hit]:
    """微号反着看：1202nehc: the handle from its last letter to its first."""
    match = _BACKWARDS.match(lowered, at)
    if match is None:
        return
    word = match.group("word")[::-1]
    for kind in kinds:
        hit = CONTACTS[kind].read(word, 0)
        if hit is not None and hit.end == len(word):
            yield Hit(kind, hit.value, *match.span("word"), hit.valid, led=True)


def _convincing(lowered: str, alias: Alias, link: str, hit: Hit, strong: bool) -> bool:
    """Whether what stands after an alias is a handle, not the next word."""
    word = lowered[hit.start : hit.end].strip("@")
    if word in _SCHEMES or word in list_words() or (word.isascii() and word.isalpha() and word in list_plain()):
        return False
    numeric = any(letter.isdigit() or letter in "_.:" for letter in hit.value)
    if hit.kind == "line" and _NO_PLACE.search(lowered, max(0, alias.start - 9), alias.start):
        return False
    if hit.kind == "line" and hit.value.isalpha() and _CHINESE.search(lowered, max(0, alias.start - 3), alias.start):
        return True
    if alias.end - alias.start == 1 and lowered[alias.start].isascii() and lowered[alias.end : alias.end + 1].isdigit():
        # V934418 is a handle; Q4 2024, V6 and Q7 are none.
        glued = _GLUED_NUMBER.match(lowered, alias.end)
        return glued is not None and not _DATE.fullmatch(glued.group()) and not COUNTS.match(lowered, glued.end())
    led = bool(_LEAD_BEFORE.search(lowered, max(0, alias.start - 8), alias.start))
    firm = bool(_FIRM_LINK.search(link))
    if alias.faint:
        # A name of two characters and a telephone (韦欣：138…) are a person's.
        digits = hit.value.lstrip("+").isdigit()
        # Nobody writes a word of five letters apart, or a sign between two characters, by chance.
        spelt = alias.end - alias.start >= (_SPELT if lowered[alias.start].isascii() else _PARTED)
        linked = firm or led or (hit.start > alias.end and (spelt or not digits))
        return numeric and linked and (not digits or alias.kind in _NUMBERED)
    if strong:
        chinese = "\u3400" <= lowered[alias.end - 1] <= "\u9fff"
        return numeric or firm or led or chinese or link.strip(" ") != link
    if len(lowered[alias.start : alias.end]) == 1 and alias.start and not (firm or led):
        # A single letter or character amid a word (微 of 稍微) is no alias.
        before = lowered[alias.start - 1]
        own = not lowered[alias.start].isascii() and ("_" in hit.value or (alias.kind == "qq_group" and numeric))
        long = numeric and hit.value.isdigit() and len(hit.value) >= 7 and (before in _ASKS or not before.isascii())
        named = (
            lowered[alias.start] == "v" and not before.isascii() and hit.valid and hit.value[0].isalpha() and numeric
        )
        if before.isalnum() and not (own or long or named):
            return False
    counted = hit.value.isdigit() and COUNTS.match(lowered, hit.end)
    return firm or led or (numeric and len(hit.value) >= 5 and not counted)


# A line of a list, not the place.
_NO_PLACE = re.compile(r"(?<![a-z])(?:sample|example|data|each|per|one|this|first|next|land)[ -]$")
# Places whose handles are numbers.
_SPELT, _PARTED = 5, 3
_NUMBERED = frozenset({"qq", "whatsapp", "signal", "batchat"})
# An English word amid Chinese is the name of the place.
_CHINESE = re.compile("[\u3400-\u9fff][。，,；;：: ]{0,2}$")
_DATE = re.compile(r"20\d\d[01]\d[0-3]\d")
_SCHEMES = frozenset({"http", "https", "www"})
_GLUED_NUMBER = re.compile(r"\d{6,12}(?![\d.a-z])")
# Before a single character that stands for a place: 售后扣 1966203714, 总部企 …
_ASKS = frozenset("同也和跟后加下单购系询号问找的联我是管部服前")


@lru_cache(maxsize=1)
def list_plain() -> frozenset[str]:
    """English and Hindi words that stand where a handle could, and are none."""
    return frozenset(word for row in read_terms("nohandles") for word in row["words"].split())


_MOBILE = re.compile(r"1[3-9]\d{9}")
_ALSO = re.compile(r"\s?(?:[/／、|]|或者?|和)\s?")


def _listed(text: str, kind: str, first: Hit) -> Iterator[Hit]:
    """QQ 123456 / 234567: more handles of the kind, listed after the first."""
    hit = first
    for _ in range(4):
        link = _ALSO.match(text, hit.end)
        following = CONTACTS[kind].read(text, link.end()) if link else None
        if following is None or not any(letter.isdigit() for letter in following.value):
            return
        if kind == "wechat" and _MOBILE.fullmatch(following.value) and not first.value.isdigit():
            return  # weixin name / 138-1234-5670: his telephone
        after = text[following.end : following.end + 1]
        if after in ("条", "元", "万", "个", "块", "份") and after:
            return
        yield following
        hit = following
