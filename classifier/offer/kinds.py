"""The kind of an offer (CONTRACT.md): a list, live capture, a lookup, or a system that comes with leads."""

from __future__ import annotations

import re

from domain.signals import Offer

_SYSTEM = re.compile(r"系统|软件|机器人|外呼|crm|拨号|scrm|群呼|dialer|call system|calling system|software")
_GIFT = re.compile(
    r"赠送|免费送|附送|白送|送数据|送客资|送资源|送线索|送获客|买.{0,6}送|自带(?:数据|客资|资源|线索)|附带"
    r"|内置(?:数据|客资)|含数据|带数据|提供数据|配数据|free leads|leads included|comes with|included|give away"
    r"|gives away|bundled|for free"
)
_LEADS = re.compile(r"数据|客资|资源|线索|名单|客户|车主|获客|leads|data|owners|customers")
_LOOKUP = re.compile(
    r"查档|查车主|代查|社工库|开盒|猎魔|查机主|查人|查车辆|查车|查户籍|查轨迹|查定位|(?:车牌|车架号|vin|身份证"
    r"|手机号)[号码]?\S{0,4}(?:查|出|反查)|(?:报|发|给|提供|凭|输入)车牌|lookup|look up|plate to owner"
    r"|vin to owner|find the owner|owner search"
)
_CAPTURE = re.compile(
    r"抓取|截流|截取|拦截|dpi|sdk|劫持|渗透|运营商|三网|爬虫|采集|实时(?:获取|推送|捕获|出单|截)|访客|嗅探"
    r"|短信料|通话建模|capture|intercept|scrap|real-time data from"
)


def read_kind_of(text: str, offer: Offer) -> str | None:
    """The kind, from a folded text in lower case and what was read from it; None where nothing tells."""
    units = [price.unit for price in offer.prices]
    if _SYSTEM.search(text) and _GIFT.search(text) and _LEADS.search(text):
        return "bundled_lead_system"
    lookup, capture = bool(_LOOKUP.search(text)), bool(_CAPTURE.search(text))
    if units and set(units) <= {"query", "vehicle"}:
        return "lookup_service"
    if lookup and (units.count("query") + units.count("vehicle") >= units.count("record")) and not _has_minimum(offer):
        return "lookup_service"
    if (
        capture
        or (offer.channel in ("captured", "carrier"))
        or ("实时" in text and "当天" not in text and not lookup and offer.freshness == "realtime")
    ):
        return "realtime_capture"
    if lookup and not offer.prices and not offer.volumes:
        return "lookup_service"
    return "list_sale" if offer.goods or offer.prices or offer.volumes or _LEADS.search(text) else None


def _has_minimum(offer: Offer) -> bool:
    return any(price.min_qty is not None and price.min_qty >= 100 for price in offer.prices)
