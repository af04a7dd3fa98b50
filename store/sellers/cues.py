"""Whose a handle in a text is, by the words that stand around it.

A writer gives his own handles; names a go-between or the site's own service ("中介走 @…", "站方客服QQ …"); or speaks of
somebody else ("… 不是我,骗了好几个", "货是 … 家的"). What stands farther away than the clause says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Role = Literal["own", "service", "foreign"]

_NEAR = 24
_BREAK = re.compile(r"[\n\r。!！?？;；|]")
# How a kind of handle is called, between the words that tell whose it is and the handle.
_NAMED = (
    r"(?:\s|[:：@＠#\"'“”「」『』()（）\[\]【】,，、-]|的|这个|那个|有个|叫|号|是|找|走|用|加|"
    r"微信|威信|薇信|卫星|绿色软件|绿泡泡|微|薇|vx|wx|wechat|weixin|v|扣扣|企鹅|扣|qq|电报|飞机|纸飞机|tg|telegram|t\.me/|https?://|"
    r"蝙蝠|土豆|手机|电话|邮箱|邮件|e?mail|whatsapp|wa|line|skype|signal)*$"
)
_SERVICE_BEFORE = re.compile(
    r"(?:中介|担保|擔保|中间人|中間人|仲裁|公证|公證|站方|站务|站務|官方|平台客服|平台服务|客服|版主|管理员|管理員|站长|站長|"
    r"投诉|投訴|举报机器人|escrow|guarantor|middle\s?man|garant|admin|moderator|support)" + _NAMED,
    re.IGNORECASE,
)
# What only follows a handle may as well stand before the next: a bracket or a verb must tie it to this one.
_SERVICE_AFTER = re.compile(
    r"^(?:\s*[(（\[【]\s*(?:中介|担保|擔保|客服|escrow|admin)|"
    r"\s*(?:做担保|作担保|做中介|为中介|為中介|为担保人|担任中介|as escrow))",
    re.IGNORECASE,
)
_FOREIGN_BEFORE = re.compile(
    r"(?:小心|警惕|当心|當心|提防|避雷|曝光|举报|舉報|骗子|騙子|(?<!谨防)(?<!谨防有人)(?<!防)(?:冒充|假冒|仿冒|冒牌)|上家|货源是|貨源是|"
    r"货是|貨是|别信|別信|别加|別加|不要加|勿加|不要信|别找|別找|不要找|勿找|被骗|被騙|被|拉黑|盗用|盜用|比|不像|楼上|樓上|推荐|推薦|"
    r"转自|轉自|转发自|轉發自|来源|來源|从|從|scammer|beware of|fwd from|forwarded from|"
    r"not|unlike|fake|stay away from)" + _NAMED,
    re.IGNORECASE,
)
_FOREIGN_AFTER = re.compile(
    r"^[\s)）\]】\"'”」』]*(?:这个|这个号|那个|此人|这人|這個|這人|的人|的|也|都|就|,|，)*\s*"
    r"(?:不是我|不是本人|非本人|与我无关|跟我无关|和我无关|與我無關|是骗|是騙|(?:骗|騙)(?!子?\s*(?:微|薇|v|q|扣|企鹅|电|飞机|tg|@|手机))|是假|假的|假冒|冒充|是冒|盗图|盜圖|盗我|跑路|收钱不|收錢不|"
    r"拿钱不|拿錢不|不发货|不靠谱|别加|別加|勿加|别信|別信|不要加|上当|上當|别找|別找|勿找|没关系|沒關係|已跑|卷款|卷钱|圈钱|黑心|套路|抄|盗文案|拉黑|"
    r"就?是我?的?(?:上家|同行|徒弟|二道贩子|二手贩子|中间商)|从我|都是从我|家同款|同款|家的|家货|家貨|他家|那边|那邊|那家|那里|那裡|"
    r"卖得|賣得|卖的(?:贵|假|二手)|is not me|not me|is a scam|scam|is fake|stole|steals)",
    re.IGNORECASE,
)


def read_role(text: str, start: int, end: int) -> Role:
    """Whose the handle at `[start, end)` is, in code points."""
    before = _level(_BREAK.split(text[max(0, start - _NEAR) : start])[-1])
    after = _level(_BREAK.split(text[end : end + _NEAR])[0])
    if _FOREIGN_AFTER.search(after) or _FOREIGN_BEFORE.search(before):
        return "foreign"
    if _SERVICE_BEFORE.search(before) or _SERVICE_AFTER.search(after):
        return "service"
    return "own"


def _level(text: str) -> str:
    shown = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", shown)
