"""Handles that an author gives only to say that they are false, lost or another's."""

from __future__ import annotations

import re

# What an author says of a handle that is not, or no longer, his.
_NOT_MINE_BEFORE = re.compile(
    r"(?:假的?(?:账?号|帐号)?|冒充(?:的|我的?)?(?:账?号)?|骗子(?:的|号)?|高仿号?|山寨号?|盗号|(?<![a-z])(?:原"
    r"|旧|老|之前的?|以前的?|丢了的?|被封的?|作废的?)(?:的)?(?:号|账号|qq|微信|飞机|电报|tg|群|vx|wx|[vw微薇威])号?"
    r"|你的(?:号|电话|微信|qq)?|别加|不要加|勿加|小心|当心|认准不是|不是|并非"
    r"|(?<![a-z])(?:fake|scammer|old|not|impostor|imposter|beware of)(?: (?:is|account|id|number|handle"
    r"|telegram|tg))?)(?:(?:qq|微信|vx|wx|tg|飞机|电报|电话)号?)?[\s:：，,“\"「@]{0,3}$"
)
_NOT_MINE_AFTER = re.compile(
    r"[\s_~—.…-]{0,5}(?:不对|[打写输]错|错了)了?[\s,，。是]"
    r"|[\s”\"」)）]{0,2}(?:[,，]?\s?(?:那个|这个|才)?(?:号)?(?:都|才)?(?:是|为)(?:冒充|骗子|假的?|仿冒|高仿|山寨"
    r"|盗)|(?:已经?|早就?)?(?:丢了?|被封|封了|停用|作废|弃用|不用了|没了|登不上|被盗)"
    r"|不是(?:我|本人|电话|手机|微信|号码)|(?:is|are) not (?:a )?(?:phone|tel|mobile|my)"
    r"|(?:千万)?(?:别|不要|勿)加|冒充我|(?:is|was) (?:dead|fake|a scam|banned|not me|not mine"
    r"|gone|an impostor))"
)


def is_disowned(lowered: str, start: int, end: int) -> bool:
    """Whether the author says of the handle at `[start, end)` that it is false, lost or another's."""
    return bool(
        _NOT_MINE_BEFORE.search(lowered, max(0, start - 18), start) or _NOT_MINE_AFTER.match(lowered, end, end + 20)
    )
