"""Contacts: every handle by which the author of a text can be reached, in its one normal form.

`CONTACTS` is the table of kinds, one file each. Handles are found in two ways: by themselves (`Kind.find`), or after
an alias of the market (`Kind.read`, `lexicon/aliases.tsv`). "同号" makes the handle before it one of another kind too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import ahocorasick

from classifier.fold import Folded
from classifier.lexicon import read_terms
from classifier.offer.contacts.batchat import BATCHAT
from classifier.offer.contacts.coins import CRYPTO
from classifier.offer.contacts.groups import QQ_GROUP
from classifier.offer.contacts.jabber import JABBER
from classifier.offer.contacts.landline import LANDLINE
from classifier.offer.contacts.line import LINE
from classifier.offer.contacts.links import URL
from classifier.offer.contacts.mail import EMAIL
from classifier.offer.contacts.others import OTHER
from classifier.offer.contacts.phone import PHONE
from classifier.offer.contacts.potato import POTATO
from classifier.offer.contacts.qq import QQ
from classifier.offer.contacts.shape import Hit, Kind
from classifier.offer.contacts.signalapp import SIGNAL
from classifier.offer.contacts.skype import SKYPE
from classifier.offer.contacts.telegram import TELEGRAM
from classifier.offer.contacts.wechat import WECHAT
from classifier.offer.contacts.whatsapp import WHATSAPP
from classifier.offer.tokens import lower
from domain.signals import Contact

# In the order of trust: where two kinds find the same characters, the earlier holds.
CONTACTS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        WHATSAPP, POTATO, LINE, SKYPE, SIGNAL, TELEGRAM, JABBER, EMAIL, CRYPTO, URL, WECHAT, QQ_GROUP, QQ, BATCHAT,
        OTHER, PHONE, LANDLINE,
    )
}  # fmt: skip


class _Alias(NamedTuple):
    kind: str
    strong: bool
    start: int
    end: int


@lru_cache(maxsize=1)
def _aliases() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for row in read_terms("aliases"):
        automaton.add_word(row["term"], (row["kind"], row["force"] == "strong", len(row["term"])))
    for row in read_terms("compounds"):
        for parts in product(row["heads"].split(" "), row["joints"].split(" "), row["tails"].split(" ")):
            term = "".join(part for part in parts if part != "-")
            if term not in automaton:
                automaton.add_word(term, (row["kind"], row["force"] == "strong", len(term)))
    automaton.make_automaton()
    return automaton


@lru_cache(maxsize=1)
def _alias_words() -> frozenset[str]:
    return frozenset(row["term"] for row in read_terms("aliases"))


def read_contacts(folded: Folded, victims: Iterable[Hit] = ()) -> tuple[Contact, ...]:
    """The contacts of a text, each distinct one once, in the order of the text. Never raises.

    `victims` are the handles that are not the author's (`classifier.offer.victims.find_personal`).
    """
    others = {(hit.start, hit.end) for hit in victims}
    lowered = lower(folded.text)
    hits = [
        hit
        for hit in find_hits(folded.text)
        if (hit.start, hit.end) not in others and not is_disowned(lowered, hit.start, hit.end)
    ]
    contacts = []
    seen = set()
    for hit in sorted(hits, key=lambda hit: (hit.start, hit.end)):
        if (hit.kind, hit.value) in seen:
            continue
        seen.add((hit.kind, hit.value))
        start, end = folded.span(hit.start, hit.end)
        contacts.append(Contact(hit.kind, hit.value, folded.original[start:end], start, end, hit.valid))
    return tuple(contacts)


# What an author says of a handle that is not, or no longer, his.
_NOT_MINE_BEFORE = re.compile(
    r"(?:假的?(?:账?号|帐号)?|冒充(?:的|我的?)?(?:账?号)?|骗子(?:的|号)?|高仿号?|山寨号?|盗号|(?<![a-z])(?:原"
    r"|旧|老|之前的?|以前的?|丢了的?|被封的?|作废的?)(?:的)?(?:号|账号|qq|微信|飞机|电报|tg|群|vx|wx|[vw微薇威])号?"
    r"|你的(?:号|电话|微信|qq)?|别加|不要加|勿加|小心|当心|认准不是|不是|并非"
    r"|(?<![a-z])(?:fake|scammer|old|not|impostor|imposter|beware of)(?: (?:is|account|id|number|handle"
    r"|telegram|tg))?)(?:(?:qq|微信|vx|wx|tg|飞机|电报|电话)号?)?[\s:：，,“\"「@]{0,3}$"
)
_NOT_MINE_AFTER = re.compile(
    r"[\s”\"」)）]{0,2}(?:[,，]?\s?(?:那个|这个|才)?(?:号)?(?:都|才)?(?:是|为)(?:冒充|骗子|假的?|仿冒|高仿|山寨"
    r"|盗)|(?:已经?|早就?)?(?:丢了?|被封|封了|停用|作废|弃用|不用了|没了|登不上|被盗)"
    r"|不是(?:我|本人)|(?:千万)?(?:别|不要|勿)加|冒充我|(?:is|was) (?:dead|fake|a scam|banned|not me|not mine"
    r"|gone|an impostor))"
)


def is_disowned(lowered: str, start: int, end: int) -> bool:
    """Whether the author says of the handle at `[start, end)` that it is false, lost or another's."""
    return bool(
        _NOT_MINE_BEFORE.search(lowered, max(0, start - 18), start) or _NOT_MINE_AFTER.match(lowered, end, end + 20)
    )


@lru_cache(maxsize=8)
def find_hits(text: str) -> tuple[Hit, ...]:
    """Every handle of a folded text, also those that turn out to be a victim's.

    Remembered for a few texts, since reading an offer and finding victims both start here.
    """
    lowered = lower(text)
    found: list[Hit] = []
    taken = bytearray(len(text))
    standing = {name: list(kind.find(text)) for name, kind in CONTACTS.items()}
    for name in ("whatsapp", "potato", "line", "skype", "signal", "telegram", "jabber", "crypto"):
        _add(found, taken, [hit for hit in standing[name] if hit.led])
    aliases = _find_aliases(lowered)
    for group in _chains(lowered, aliases):
        _add_group(found, taken, list(_read_after(text, lowered, group, found)))
    _add(found, taken, list(_read_glued(text, lowered)))
    for name in ("email", "url", "telegram", "phone", "landline"):
        _add(found, taken, [_lead(lowered, hit) for hit in standing[name] if not _is_order(lowered, hit)])
    _add(found, taken, list(_read_on(text)))
    _add(found, taken, list(_read_added(text, lowered)))
    _add(found, taken, list(_read_bracketed(text, lowered, aliases)))
    found += _share_handles(lowered, found, aliases)
    found += _share_above(lowered, found, aliases)
    return tuple(found)


def _add(found: list[Hit], taken: bytearray, hits: list[Hit]) -> None:
    for hit in hits:
        if 1 not in taken[hit.start : hit.end]:
            taken[hit.start : hit.end] = bytes([1]) * (hit.end - hit.start)
            found.append(hit)


def _add_group(found: list[Hit], taken: bytearray, hits: list[Hit]) -> None:
    """Several kinds of one handle (微信/QQ:123456) stand or fall together."""
    free = [hit for hit in hits if 1 not in taken[hit.start : hit.end]]
    for hit in free:
        taken[hit.start : hit.end] = bytes([1]) * (hit.end - hit.start)
    found += free


# Numbers of orders and the like, which have the length of telephones.
_ORDER = re.compile(
    r"(?:订单|单号|编号|查询码|验证码|流水号?|快递|运单|发票|税号|工单|货号|合同|案号|备案|许可证|执照|[邀激兑][请活换]码|序列号)"
    r"[^\n,，。;；]{0,6}$"
)


def _is_order(lowered: str, hit: Hit) -> bool:
    numeric = hit.kind in ("phone", "landline") and not hit.led
    return numeric and _ORDER.search(lowered, max(0, hit.start - 12), hit.start) is not None


_LEAD = re.compile(
    r"(?:联系|咨询|加我|找我|客服|热线|详询|详聊|详情|垂询|致电|来电|有意|需要|私聊|私信|商务|负责人|老板|经理"
    r"|小姐|先生|电联|合作|call|contact|text|add me|dm)"
    r"[^\d\n]{0,8}$"
)


def _lead(lowered: str, hit: Hit) -> Hit:
    if hit.led or not _LEAD.search(lowered, max(0, hit.start - 14), hit.start):
        return hit
    return Hit(hit.kind, hit.value, hit.start, hit.end, hit.valid, led=True)


# --- aliases ------------------------------------------------------------------------------------------------------


def _find_aliases(lowered: str) -> list[_Alias]:
    """Aliases, leftmost and longest first, without overlap."""
    found = []
    ends: set[int] = set()
    for last, (kind, strong, length) in _aliases().iter(lowered):
        start, end = last - length + 1, last + 1
        if _bounded(lowered, start, end, ends):
            ends.add(end)
            found.append(_Alias(kind, strong, start, end))
    found.sort(key=lambda alias: (alias.start, -alias.end))
    chosen: list[_Alias] = []
    for alias in found:
        if not chosen or alias.start >= chosen[-1].end:
            chosen.append(alias)
    return chosen


def _bounded(lowered: str, start: int, end: int, ends: set[int]) -> bool:
    first, last = lowered[start], lowered[end - 1]
    before, after = lowered[start - 1 : start], lowered[end : end + 1]
    if first.isascii() and first.isalnum() and before and before.isascii():
        if before.isalnum() or before in "_@.":
            return False
        # Inside a link or a handle (example.org/qq, data-v), but not in V/Q.
        if before in "/-" and start - 1 not in ends and _CODE.search(lowered, max(0, start - 6), start):
            return False
    return not (last.isascii() and last.isalpha() and after.isascii() and (after.isalpha() or after == "_") and after)


_CODE = re.compile(r"[a-z0-9.]{3}[/-]$")
_CHAIN = re.compile(r"\s{0,2}(?:[/／&、和或+跟与|,，=＝]|or|and|就是|也是|号|[(（]?同)?\s{0,2}")


def _chains(lowered: str, aliases: list[_Alias]) -> Iterator[list[_Alias]]:
    """Aliases that stand side by side and so name one handle: 微信/QQ, 电话微信."""
    chain: list[_Alias] = []
    for alias in aliases:
        if chain and not (alias.start - chain[-1].end <= 5 and _CHAIN.fullmatch(lowered, chain[-1].end, alias.start)):
            yield chain
            chain = []
        chain.append(alias)
    if chain:
        yield chain


_CONNECT = re.compile(
    r"(?P<same>\s?(?:同号|同步|同|通用|一样|都是)?)(?P<link>(?:\s|号码?|(?<![a-z])(?:id|no|number|user|username|handle|name|same|as"
    r"|me|us|is|on|at|only)(?![a-z0-9_])\.?|账号|帐号|账户|用户名|搜索?|联系|咨询|客服|官方|本人|唯一|(?<=扣)我"
    r"|[详细私]?聊|[详细]?谈|问|留言|找我?|[\u3105-\u3129]"
    r"|[(（][\u3400-\u9fff]{1,8}[)）](?=\s?[:：])|(?<![a-z])(?:karo|karein|kijiye|pe|par|to|through"
    r"|via)(?![a-z0-9_])|姓(?=[:：])|搜|我(?=[\s:：])|[1-9一二三](?=\s?[:：])|(?<=号)码|(?<=微信)信|揾|也是|也系|[系係]|就是|都得|都可以?|亦得|也行|也可以?加?|均可|身份证(?=\s?[:：→➜])"
    r"|\+(?!\d)|\.(?=\s?[:：])|[:：=＝☞\-—–➕→👉⬇↓是为加请【】〔〕〖〗｛｝{}\[\](（)）「」『』《》〈〉“”\"'<>@*~～·丶﹕∶|｜┊"
    r"|…丨:\u2190-\u2bff\U0001f300-\U0001faff]|❤️|[\ufe0e\ufe0f]){0,10})"
)
_LEAD_BEFORE = re.compile(
    r"(?:加|➕|\+|嘉|伽|珈|佳|夹|家|十|jia|联系|咨询|私|找|搜|客服|滴滴|[需想]?要的|有意的?|add|contact|on|my"
    r"|via|by)[\s:：我下个]{0,2}$"
)
_FIRM_LINK = re.compile(r"[:：=＝☞→➡👉➕@是为]|号|id|加|搜|联系|—|-")


def _read_after(text: str, lowered: str, chain: list[_Alias], found: Iterable[Hit]) -> Iterator[Hit]:
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


# 号 ⓪不开头 ➜, 🅾️不读零读圈 →: something short is said before the sign that points at the handle.
_POINTED = re.compile(r"[^\n,，。;；:：a-z0-9]{1,12}?(?:\ufe0f)?\s?[:：→➜➔⇒⇨▶►☞👉=＝]\ufe0f?\s{0,2}")
_GOODS = re.compile("资料|数据|名单|信息|客户|车主|价|条|单|元|块|毛|销|卡|费|查|套餐")


def _read_pointed(text: str, lowered: str, chain: list[_Alias]) -> Iterator[Hit]:
    pointed = _POINTED.match(lowered, chain[-1].end)
    if pointed is None or "不同" in pointed.group() or _GOODS.search(pointed.group()):
        return
    for alias in chain:
        hit = CONTACTS[alias.kind].read(text, pointed.end())
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


def _convincing(lowered: str, alias: _Alias, link: str, hit: Hit, strong: bool) -> bool:
    """Whether what stands after an alias is a handle, not the next word."""
    word = lowered[hit.start : hit.end].strip("@")
    if word in _SCHEMES or word in _alias_words() or (word.isascii() and word.isalpha() and word in _PLAIN_WORDS):
        return False
    numeric = any(letter.isdigit() or letter in "_.:" for letter in hit.value)
    if hit.kind == "line" and hit.value.isalpha() and _CHINESE.search(lowered, max(0, alias.start - 3), alias.start):
        return True
    if alias.end - alias.start == 1 and lowered[alias.start].isascii() and lowered[alias.end : alias.end + 1].isdigit():
        # V934418 is a handle; Q4 2024, V6 and Q7 are none.
        glued = _GLUED_NUMBER.match(lowered, alias.end)
        return glued is not None and not _DATE.fullmatch(glued.group()) and not _COUNTS.match(lowered, glued.end())
    led = bool(_LEAD_BEFORE.search(lowered, max(0, alias.start - 8), alias.start))
    firm = bool(_FIRM_LINK.search(link))
    if strong:
        chinese = "\u3400" <= lowered[alias.end - 1] <= "\u9fff"
        return numeric or firm or led or chinese or link.strip(" ") != link
    if len(lowered[alias.start : alias.end]) == 1 and alias.start and not (firm or led):
        # A single letter or character amid a word (微 of 稍微) is no alias.
        before = lowered[alias.start - 1]
        own = not lowered[alias.start].isascii() and ("_" in hit.value or (alias.kind == "qq_group" and numeric))
        long = numeric and hit.value.isdigit() and len(hit.value) >= 7 and before in _ASKS
        named = (
            lowered[alias.start] == "v" and not before.isascii() and hit.valid and hit.value[0].isalpha() and numeric
        )
        if before.isalnum() and not (own or long or named):
            return False
    counted = hit.value.isdigit() and _COUNTS.match(lowered, hit.end)
    return firm or led or (numeric and len(hit.value) >= 5 and not counted)


# An English word amid Chinese is the name of the place.
_CHINESE = re.compile("[\u3400-\u9fff][。，,；;：: ]{0,2}$")
_DATE = re.compile(r"20\d\d[01]\d[0-3]\d")
_SCHEMES = frozenset({"http", "https", "www"})
_GLUED_NUMBER = re.compile(r"\d{6,12}(?![\d.a-z])")
# Before a single character that stands for a place: 售后扣 1966203714, 总部企 …
_ASKS = frozenset("同也和跟后加下单购系询号问找的联我是管部服前")
_PLAIN_WORDS = frozenset(
    [
        "and",
        "the",
        "for",
        "with",
        "available",
        "only",
        "please",
        "contact",
        "support",
        "group",
        "channel",
        "here",
        "also",
        "number",
        "info",
        "data",
        "list",
        "price",
        "telegram",
        "whatsapp",
        "wechat",
        "email",
        "phone",
        "skype",
        "signal",
        "message",
        "chat",
        "user",
        "name",
        "account",
        "official",
        "service",
        *[
            "request",
            "dead",
            "down",
            "below",
            "above",
            "soon",
            "later",
            "first",
            "only",
            "again",
            "still",
            "now",
            "today",
            "ready",
            "open",
            "online",
            "offline",
            "closed",
            "banned",
        ],
        *[
            "fine",
            "works",
            "work",
            "okay",
            "good",
            "best",
            "better",
            "fast",
            "direct",
            "anytime",
            "always",
            "never",
            "welcome",
            "preferred",
            "accepted",
            "allowed",
        ],
        *[
            "same",
            "either",
            "instead",
            "please",
            "thanks",
            "thank",
            "seller",
            "buyer",
            "owner",
            "sample",
            "samples",
            "details",
            "detail",
            "more",
            "info",
            "serious",
        ],
        *[
            "karo",
            "bhai",
            "accha",
            "no",
            "not",
            "yes",
            "and",
            "also",
            "too",
            "but",
            "then",
            "they",
            "them",
            "theirs",
            "ours",
            "mine",
            "yours",
            "your",
            "our",
            "this",
            "that",
        ],
    ]
)
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


_ON = re.compile(
    r"(?<![A-Za-z0-9_@.])(?P<name>[A-Za-z][A-Za-z0-9_.]{3,31}) on (?P<kind>telegram|signal|skype|line|potato|wechat)"
    r"(?![A-Za-z])",
    re.IGNORECASE,
)


def _read_on(text: str) -> Iterator[Hit]:
    """ivanleads on Telegram: the place after the name."""
    for match in _ON.finditer(text):
        if match.group("name").lower() not in _PLAIN_WORDS and match.group("name").lower() not in _VERBS:
            kind = match.group("kind").lower()
            hit = CONTACTS[kind].read(match.group("name"), 0)
            if hit is not None and hit.end == len(match.group("name")):
                yield Hit(kind, hit.value, *match.span("name"), hit.valid, led=True)


_VERBS = frozenset(
    ["find", "here", "only", "write", "ping", "reach", "talk", "text", "call", "catch", "online", "also", "active"]
)
# 加vxlaowang88, 原wxcheliao66, 问价Vlaoma_88: the place is written together with the handle.
_GLUED = re.compile(
    r"(?P<before>[^a-z0-9_@./-]|^)(?P<place>vx|wx|v|tg|qq|q)(?P<sign>[:：号]?)(?P<it>[a-z][a-z0-9_-]{4,19}|\d{5,11})(?![a-z0-9_@.])"
)
_GLUED_KINDS = {"vx": "wechat", "wx": "wechat", "v": "wechat", "tg": "telegram", "qq": "qq", "q": "qq"}
_GLUED_LEAD = re.compile(
    r"(?:[加➕+嘉伽佳夹原旧新换老找私滴添戳扣联寻]|jia|问价|咨询|联系|详询|详聊|要的|下单|拿货|我)我?[\s:：]{0,2}$"
)


def _read_glued(text: str, lowered: str) -> Iterator[Hit]:
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


def _read_added(text: str, lowered: str) -> Iterator[Hit]:
    """加我 abc12345: no place is named, so it is the usual one: a name is WeChat's, a number QQ's."""
    for match in _ADDED.finditer(lowered):
        for kind in ("wechat", "qq") if match.group("firm") else ("wechat",):
            hit = CONTACTS[kind].read(text, match.end())
            if hit is None or not hit.valid or (kind == "qq") != hit.value.isdigit():
                continue
            if any(letter.isdigit() or letter == "_" for letter in hit.value) and not _COUNTS.match(lowered, hit.end):
                yield hit


# After a number that counts something: 加 10000 条.
_COUNTS = re.compile(r"\s?[条元块万个份人%u起天月年只颗款台辆次粉赞字版]")


_NUMERALS = "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖"
_NUMERALS = "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖"
_BEFORE_BRACKET = re.compile(
    rf"(?:^|[\s:：,，。;；、】是加➕+嘉我])(?P<it>@?[A-Za-z0-9_{_NUMERALS}][A-Za-z0-9_.{_NUMERALS} -]{{4,31}}?)\s?$"
)


def _read_bracketed(text: str, lowered: str, aliases: list[_Alias]) -> Iterator[Hit]:
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


# --- same number --------------------------------------------------------------------------------------------------

_SAME = re.compile(
    r"[\s)）\-—–]{0,4}[(（\[【,，、/;；]{0,2}\s?(?P<names>[^\d\n,，。;；]{0,16}?)\s?(?:号|ID)?(?:同号|同步|同名"
    r"|同微信号|同上|同|也是(?![\sa-z0-9:：]|它|这个?)|(?:也|都)(?:是|系)(?:它|他|这个?|此|呢个)号?|也可以?加?"
    r"|都是(?:这个|同)|一样|通用|就是(?:这|手机|电话|上面))"
)
_SAME_ENGLISH = re.compile(
    r"[\s)）\"'.,;]{0,3}(?:(?:same|\"same)(?: (?:number|id|handle|name|user))?\"?(?: is)?(?: on| for| in| at"
    r"| with)?|also (?:on|in|for)|and on"
    r"|(?:works|valid|use it) on) (?P<names>[a-z/&, ]{2,40})"
)
_SAME_AS = re.compile(r"[\s)）]{0,2}[(（\[【,，、/]{0,2}\s?同(?:步)?(?P<names>[^\d\n,，。;；)）]{1,10})")


def _share_handles(lowered: str, found: list[Hit], aliases: list[_Alias]) -> list[Hit]:
    shared = []
    placed = {(hit.kind, hit.start) for hit in found}
    for hit in found:
        match = _SAME.match(lowered, hit.end, hit.end + 30)
        named = _named(aliases, match) if match else []
        if not named:
            as_match = _SAME_AS.match(lowered, hit.end, hit.end + 20)
            named = _named(aliases, as_match) if as_match else []
        english = None if named else _SAME_ENGLISH.match(lowered, hit.end, hit.end + 70)
        if english:
            named = _named(aliases, english)
        if match and not named and match.group("names").strip() == "" and hit.kind == "phone":
            named = ["wechat"]
        after = max(match.end() if match else 0, english.end() if english else 0, hit.end)
        for kind in named:
            own = any((kind, place) in placed for place in range(after, after + _OWN))
            value = CONTACTS[kind].share(hit) if kind != hit.kind and not own else None
            if value:
                shared.append(Hit(kind, value, hit.start, hit.end, hit.valid, led=True))
    return shared


# QQ 同步 391750624: a place that is named with its own handle close behind shares none.
_OWN = 5
_ABOVE = re.compile(
    r"[\s:：=＝→☞,，(（]{0,4}(?:同上|同号|同步|一样|同一个|same(?: number| id| handle"
    r"| as above)?(?![a-z]))"
)
_LIKE = re.compile(r"(?:号|id)?\s?[同跟和与]\s?")
# How far back the handle may stand, among how many, and how close behind an alias its own.
_NEAR, _FEW, _CLOSE = 120, 6, 12


def _share_above(lowered: str, found: list[Hit], aliases: list[_Alias]) -> Iterator[Hit]:
    """Skype：同上: a place whose handle is the one before it; 微信同 LINE: or that of a place named behind it."""
    ends = sorted(found, key=lambda hit: (hit.end, hit.start))
    places = [hit.end for hit in ends]
    for alias, following in zip(aliases, [*aliases[1:], None], strict=False):
        like = following is not None and _LIKE.fullmatch(lowered, alias.end, following.start) is not None
        if not (like or _ABOVE.match(lowered, alias.end)):
            continue
        after = bisect_right(places, alias.end)
        if any(hit.kind == alias.kind and hit.start - alias.end < _CLOSE for hit in ends[after : after + 2]):
            continue
        earlier = [hit for hit in ends[max(0, after - _FEW) : after] if alias.start - hit.end <= _NEAR]
        if following is not None and like:
            earlier = [hit for hit in earlier if hit.kind == following.kind]
        elif any(hit.kind == alias.kind for hit in earlier):
            continue
        value = CONTACTS[alias.kind].share(earlier[-1]) if earlier and earlier[-1].kind != alias.kind else None
        if value:
            hit = earlier[-1]
            yield Hit(alias.kind, value, hit.start, hit.end, hit.valid, led=True)


def _named(aliases: list[_Alias], match: re.Match[str]) -> list[str]:
    start, end = match.span("names")
    return list(dict.fromkeys(alias.kind for alias in aliases if start <= alias.start and alias.end <= end))
