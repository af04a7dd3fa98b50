"""Links by which a seller is reached: an invitation, or a shop said to be his own. Other links are no contacts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.shape import Hit, Kind

_LINK = re.compile(
    r"(?:https?[:：][/／]{2}|(?<![A-Za-z0-9_@.])www\.)[A-Za-z0-9][^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef<>\"'，。]{3,300}",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<![A-Za-z0-9_@./-])[a-z0-9][a-z0-9-]{1,40}(?:\.[a-z0-9-]{2,30}){0,2}\.(?:com|net|org|cn|cc|top|xyz|shop|vip|club"
    r"|icu|me|io|test|example|store)(?![A-Za-z0-9_.])(?:/[\w./?=&%-]{0,200})?",
    re.IGNORECASE,
)
_INVITES = re.compile(
    r"^(?:https?://)?(?:qm\.qq\.com|jq\.qq\.com|qun\.qq\.com|u\.wechat\.com|work\.weixin\.qq\.com"
    r"|weixin\.qq\.com|wpa\.qq\.com"
    r"|discord\.gg|m\.tb\.cn|ti\.qq\.com)/",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"(?:官网|网站|网址|店铺|小店|商店|商城|下单|自助|发卡|平台|购买|官方|提货|进店|落地页|后台|登录|联系|地址|开卡|演示站|测试环境|手机端|电脑端|网盘|入口|下载|秒发|开通"
    r"|website|web site|shop|store|site|order at|order here|market"
    r"|buy at|visit|join|contact|demo|video on|login|sign up)\S{0,4}\s?[:：→👉是为]?\s?$",
    re.IGNORECASE,
)


def _find(text: str) -> Iterator[Hit]:
    if "." not in text and "/" not in text:
        return
    for pattern in (_LINK, _BARE):
        for match in pattern.finditer(text):
            link = match.group().rstrip(".,;:!?)]}*、")
            invite = _INVITES.match(link)
            if invite or _OWN.search(text, max(0, match.start() - 16), match.start()):
                yield Hit("url", normalise(link), match.start(), match.start() + len(link), True, led=True)


def normalise(link: str) -> str:
    """Scheme and host in lower case, no trailing slash and no fragment."""
    bare, _, _ = re.sub(r"^(https?)[:：][/／]{2}", r"\1://", link, flags=re.IGNORECASE).partition("#")
    match = re.match(r"(https?://)?([^/?]+)(.*)", bare, re.IGNORECASE | re.DOTALL)
    if match is None:
        return link.lower()
    scheme, host, rest = match.groups()
    return f"{(scheme or '').lower()}{host.lower()}{rest.rstrip('/')}"


URL = Kind("url", find=_find)
