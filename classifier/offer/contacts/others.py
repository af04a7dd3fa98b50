"""Places without a kind of their own "
"(钉钉, 闲鱼, Session, ICQ, …): names and numbers as they stand, in lower case."""

from __future__ import annotations

import re

from classifier.offer.contacts.digits import read_run, take_number
from classifier.offer.contacts.shape import Hit, Kind, read_word

_FREE = re.compile(r"@?[A-Za-z0-9_][A-Za-z0-9_.#-]{3,75}(?![A-Za-z0-9_@])")
# Session's ids, Matrix's names with their server.
_LONG = re.compile(r"05[0-9A-Fa-f]{64}|@?[A-Za-z0-9._=-]{2,40}:[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,40}){1,3}")
_DIGITS = re.compile(r"\d+")
# Shops and accounts with Chinese names.
_NAMING = re.compile(
    "(?:[闲咸]鱼|旺旺|转转|淘宝|拼多多|微博|抖音|快手|小红[书薯]|贴吧|b站|公众号|视频号)"
    '(?:号|[老新大小]?店铺?名?|id|昵称|账号|帐号|名字?|私信|[搜找叫]){0,2}(?P<sign>[\\s:：@“”"「『《【]{0,3})$',
    re.IGNORECASE,
)
_CHINESE = re.compile(
    '(?=[A-Za-z0-9_]{0,8}[\u3400-\u9fff]{2})[\u3400-\u9fffA-Za-z0-9_]{3,15}(?=[\\s,，。;；!！、)）”"」』》】]|$)'
)
_PLACES = ("鱼", "宝", "多", "博", "音", "手", "书", "薯", "吧", "站", "转")
_NO_NAME = re.compile("资料|数据|名单|车主|[价条元块毛销卡]|联系|咨询|私聊|下单|找我|[的了吗呢]$")


def read_free(kind: str, text: str, at: int) -> Hit | None:
    """A handle whose rules nobody has published."""
    known = _LONG.match(text, at)
    if known:
        return Hit(kind, known.group().lower(), at, known.end(), True, led=True)
    number = take_number(read_run(text, at), 5, 15)
    word = read_word(text, at, _FREE)
    if number is not None and (word is None or number.end >= word[1]):
        return Hit(kind, number.digits, number.start, number.end, True, led=True)
    if word is None or (_DIGITS.fullmatch(word[0]) and len(word[0]) < 5):
        return None
    value = word[0].lstrip("@").rstrip(".-#").lower()
    return Hit(kind, value, at, word[1] - (len(word[0].lstrip("@")) - len(value)), True, led=True)


def share_free(hit: Hit) -> str | None:
    """Such places take any handle."""
    return hit.value.removeprefix("+86").lower()


def _read(text: str, at: int) -> Hit | None:
    naming = _NAMING.search(text, max(0, at - 14), at)
    named = _CHINESE.match(text, at) if naming and not naming.group().endswith(_PLACES) else None
    if named and naming and (naming.group("sign").strip(" :：") or not _NO_NAME.search(named.group())):
        return Hit("other", named.group().lower(), at, named.end(), True, led=True)
    return read_free("other", text, at)


OTHER = Kind("other", read=_read, share=share_free)
