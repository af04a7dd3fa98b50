"""Links by which a seller is reached: an invitation, or a shop said to be his own. Other links are no contacts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.shape import Hit, Kind
from classifier.offer.scene import contexts

_LINK = re.compile(
    r"(?:https?[:：][/／]{2}"
    r"|(?<![A-Za-z0-9_@.])www\.)[A-Za-z0-9][^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef<>\"'，。]{3,300}",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<![A-Za-z0-9_@./-])[a-z0-9][a-z0-9-]{1,40}(?:\.[a-z0-9-]{2,30}){0,2}\.(?:com|net|org|cn|cc|gg|top|xyz|shop"
    r"|vip|club"
    r"|icu|me|io|test|example|store)(?![A-Za-z0-9_.])(?:/[\w./?=&%-]{0,200})?",
    re.IGNORECASE,
)
# Hidden services, whose names are the digest of a key: nobody links to one by the way.
_HIDDEN = re.compile(
    r"(?:https?://)?(?:[a-z0-9-]+\.)?[a-z2-7]{16}(?:[a-z2-7]{40})?\.onion(?:/[\w./?=&%-]{0,200})?", re.IGNORECASE
)
_INVITES = re.compile(
    r"^(?:https?://)?(?:qm\.qq\.com|jq\.qq\.com|qun\.qq\.com|u\.wechat\.com|work\.weixin\.qq\.com"
    r"|weixin\.qq\.com|wpa\.qq\.com"
    r"|discord\.gg|m\.tb\.cn|ti\.qq\.com)/",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"(?:官网|官址|(?:加密|私密|交流|内部)?群|频道|进群|网(?=\s?[⇨→:：])|网站|网址|店铺|小店|商店|商城|下单|自助|发卡|平台|购买|官方|提货|进店|落地页|后台|登录|联系|地址"
    r"|开卡|演示|测试环境|手机端|电脑端|网盘|入口|下载|秒发|开通|打开|访问|浏览器|输入"
    r"|website|web site|shop|store|site|order at|order here|market"
    r"|buy at|visit|join|contact|demo|video on|login|sign up)\S{0,4}\s?[:：→⇨⇒➜👉是为]?\s?$",
    re.IGNORECASE,
)


# Addresses of others: news, pictures, what everybody uses.
_ELSEWHERE = re.compile(
    r"来源|新闻|报道|转自|原文|参考|出处|图片?[:：]|截图|教程|百科|source|news|via |(?:^|[/.])(?:baidu|qq|163"
    r"|sina|weibo|zhihu|github|youtube|youtu"
    r"|bilibili|imgur|wikipedia|google|sohu|toutiao|douyin|gov|t\.me|wa\.me|line\.me|telegram|whatsapp"
    r"|signal)\.?(?:[a-z]|/|$)",
    re.IGNORECASE,
)


def _find(text: str) -> Iterator[Hit]:
    if "." not in text and "/" not in text:
        return
    trade: bool | None = None
    for match in _HIDDEN.finditer(text) if "onion" in text.lower() else ():
        yield Hit("url", normalise(match.group()), match.start(), match.end(), True, led=True)
    for pattern in (_LINK, _BARE):
        for match in pattern.finditer(text):
            link = match.group().rstrip(".,;:!?)]}*、")
            invite = _INVITES.match(link)
            if _HIDDEN.match(link):
                continue
            own = bool(invite or _OWN.search(text, max(0, match.start() - 16), match.start()))
            if not own and pattern is _LINK and not _ELSEWHERE.search(text, max(0, match.start() - 12), match.end()):
                # Where data are sold an address is where one orders.
                trade = bool(contexts()[0].search(text.lower())) if trade is None else trade
                own = trade
            if own:
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
