"""The currency of money that goes by a name of many countries: 元, 块, 毛, $ and bare numbers."""

from __future__ import annotations

import re

from classifier.offer.purchases import Purchase
from classifier.offer.scene import Scene

_YUAN = re.compile("yuan|rmb|cny|kuai|元|人民币")
_DOLLAR = re.compile("dollar|usd|[$]|bucks")
# Words of Hong Kong, whose $ is its own dollar.
_CANTONESE = re.compile("[嘅唔嚟咗啲冇搵畀俾攞睇哋揸]|港车|港珠澳")


def settle_currency(scene: Scene, purchases: list[Purchase]) -> None:
    """Money without a country's name is of the one country that the text names: HK$350, 三個以上每個300."""
    if _YUAN.search(scene.text) and not _DOLLAR.search(scene.text):
        for purchase in purchases:
            if purchase.currency == "USD" and "cent" in scene.text[purchase.start : purchase.end]:
                purchase.currency = "CNY"
    if _CANTONESE.search(scene.text):
        for purchase in purchases:
            written = scene.text[purchase.start : purchase.end]
            if purchase.currency == "USD" and "$" in written and "us" not in written:
                purchase.currency = "HKD"
    named = {p.currency for p in purchases} - {"CNY"} or _named_apart(scene)
    if len(named) != 1:
        return
    country = named.pop()
    for purchase in purchases:
        money = [scene.tokens[i] for i in range(purchase.first, purchase.last + 1) if scene.kind(i) == "amount"]
        common = all(token.common for token in money) if country in ("HKD", "TWD") else not money
        if purchase.currency == "CNY" and common:
            purchase.currency = country


_APART = (("TWD", ("台币", "台票", "ntd", "nt$")), ("HKD", ("港币", "港纸", "港元", "hkd", "hk$")))


_IN_USDT = re.compile(r"(?:in|only|单位|均为|都是|一律|全部|以)\s?[:：]?\s?(?:usdt|u(?![a-z0-9]))|usdt only")


def _named_apart(scene: Scene) -> set[str]:
    """The currency that is named beside no amount: 拾元三条 … 新台币."""
    if any(word in scene.text for word in ("人民币", "rmb", "cny")):
        return set()
    if _IN_USDT.search(scene.text):
        return {"USDT"}
    return {currency for currency, words in _APART if any(word in scene.text for word in words)}
