"""Prices: how much money buys how much of what, from how many. The values are CONTRACT.md's Price.

A small grammar over `tokens.py`: amounts and what each buys (`purchases.py`), floors and ceilings of quantity
(`limits.py`); here it is settled which of them are prices of the offer. docs/reading.md states the conventions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from classifier.fold import Folded
from classifier.offer.codes import decode
from classifier.offer.currencies import settle_currency
from classifier.offer.limits import assign, read_limits
from classifier.offer.purchases import Purchase, read_purchases
from classifier.offer.scene import NO_DATA, WARES, Scene, contexts, read_heading
from classifier.offer.spelling import respell
from classifier.offer.spoilt import read_spoilt
from classifier.offer.spread import close_up
from classifier.offer.standing import stands
from classifier.offer.terms import read_slots
from classifier.offer.tokens import lower, read_tokens
from classifier.offer.units import BULK_ORDER, DEAR_ROW, DEAREST_RECORD, settle_units
from classifier.offer.vocabulary import Token
from domain.signals import Price

# Nobody sells a record for less.
LEAST_RECORD = 0.004
# A unit of price said for a whole table: （单位：元/条）, 以上均为元每条.
_HEADED = re.compile(
    "(?:以上|都是|均是|均为|单位)[^，,。\\n]{0,3}[每一]?条的?价|单位[：:]?条|条价|散条|字段[：:]|栏位[：:]"
    "|(?<![\\d零一二两三四五六七八九十百千万半])[元块毛] ?(?:[/／每]|一) ?[条个份笔]"
)
# What nobody says of other wares: records by the thousand at least, or their trade's own words.
_BULK = re.compile(
    "[\\d百千万佰仟萬kw] ?[条个份] ?(?:起[售发批卖步订拿]?|以上|打底)|料[价费：:]"
    "|(?:最[低少]|至少|起码) ?[\\d一二三四五六七八九十百千万]+ ?条"
    "|[出卖][\u3400-\u9fff]{0,4}料(?![理酒])|到期的有|每条[0-9一二两三四五六七八九]|/条"
    "|一条[0-9一二两三四五六七八九.]"
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The prices, and what the parse leaves for other readers: the text in lower case, its tokens, those it used."""

    prices: tuple[Price, ...]
    text: str
    tokens: list[Token]
    used: set[int]
    # Tokens of minimums, ceilings and tiers.
    bounds: set[int] = field(default_factory=set)


def read_prices(folded: Folded) -> tuple[Price, ...]:
    """The prices of the offer, each distinct one once, in the order of the text. Never raises."""
    counted = decode(respell(close_up(folded)))
    return parse_prices(counted, read_slots(lower(counted.text))).prices


def parse_prices(folded: Folded, slots: Mapping[str, tuple[str, ...]], people: bool = False) -> Parsed:
    """The prices of a text with its tokens.

    `slots`: the words of the offer that `terms.py` reads from it; `people`: it shows data on people as samples.
    """
    text = read_spoilt(lower(folded.text))
    tokens = read_tokens(text)
    if not any(token.kind in ("amount", "number") for token in tokens):
        return Parsed((), text, tokens, set())
    data, lookup, goods = contexts()
    scene = Scene(
        text,
        tokens,
        data=bool(
            data.search(NO_DATA.sub("", text))
            or _HEADED.search(text)
            or (_BULK.search(text) and not WARES.search(text))
            or people
            or _lists_people(text, slots)
        ),
        lookup=bool(lookup.search(text)),
        goods=bool(goods.search(text)),
        heading=read_heading(text),
        wares=bool(WARES.search(text)),
        stops=[token.start for token in tokens if token.kind == "stop"],
        breaks=[token.start for token in tokens if token.kind in ("stop", "comma")],
    )
    limits = list(read_limits(scene))
    # Whoever sells from so many 条 on sells rows of a list, whatever he calls them.
    bulk = any(limit.unit == "record" and (limit.low or 0) >= BULK_ORDER for limit in limits)
    scene.data = scene.data or (bulk and not scene.wares)
    found = read_purchases(scene)
    purchases = [purchase for purchase in found if stands(scene, purchase)]
    settle_units(scene, purchases, limits)
    _settle_tiers(purchases)
    settle_currency(scene, purchases)
    floors = any(limit.low is not None and limit.low >= 50 for limit in limits)
    purchases = [purchase for purchase in purchases if purchase.unit and _plausible(scene, purchase, floors)]
    assign(scene, purchases, limits)
    prices = tuple(
        _distinct(_price(folded, purchase, amount) for purchase in purchases for amount in _amounts(purchase))
    )
    # Numbers that turned out to be no price, and tiers without one, may still be counts of something.
    kept = {id(purchase) for purchase in purchases}
    dropped = [purchase for purchase in found if id(purchase) not in kept]
    idle = [limit for limit in limits if not (limit.taken or limit.firm)]
    spans = [(p.first, p.last) for p in dropped] + [(limit.first, limit.last) for limit in idle]
    free = {at for first, last in spans for at in range(first, last + 1)}
    bounds = {at for limit in limits if limit.taken or limit.firm for at in range(limit.first, limit.last + 1)}
    return Parsed(prices, text, tokens, scene.used - free, bounds)


# Fields that tell of persons: two of a row are a list of people, though no word says data.
_PERSONAL = frozenset({"name", "phone", "plate", "vin", "id", "address"})
# Whose data one sells by the record.
_PEOPLE = frozenset({"owner_list", "insurance_list", "new_car_list", "dealer_leads", "other_pii", "loan_list"})


def _lists_people(text: str, slots: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the words of an offer make it one of data: a row of fields, or people beside a word of this trade."""
    if len(_PERSONAL.intersection(slots["fields"])) >= 2:
        return True
    return not _PEOPLE.isdisjoint(slots["goods"]) and _TRADE.search(text) is not None


_TRADE = re.compile("库存|现货|货[盘源]|出货|[日周月]更|批次|单条|散单|[千万]条|条起|[个条]?打底|到期的|表单")


def _amounts(purchase: Purchase) -> tuple[float, ...]:
    return (purchase.low,) if purchase.low == purchase.high else (purchase.low, purchase.high)


def _price(folded: Folded, purchase: Purchase, amount: float) -> Price:
    start, end = folded.span(purchase.start, purchase.end)
    return Price(
        amount=amount,
        currency=purchase.currency,
        per=purchase.per or 1,
        unit=purchase.unit or "record",
        min_qty=purchase.min_qty,
        max_qty=purchase.max_qty,
        text=folded.original[start:end],
        start=start,
        end=end,
    )


def _distinct(prices: Iterator[Price]) -> Iterator[Price]:
    seen = set()
    for price in prices:
        key = (price.amount, price.currency, price.per, price.unit, price.min_qty, price.max_qty)
        if key not in seen:
            seen.add(key)
            yield price


# --- which purchases stand ----------------------------------------------------------------------------------------


def _settle_tiers(purchases: list[Purchase]) -> None:
    """0.5 per record, 0.4 for 5k: beside a price per record what is as small is the next tier's, not of so many."""
    if not any(purchase.unit == "record" and purchase.per == 1 for purchase in purchases):
        return
    for purchase in purchases:
        per = purchase.per or 1
        if (
            purchase.currency != "BTC"
            and purchase.unit == "record"
            and per >= 500
            and purchase.high < DEAR_ROW
            and purchase.high / per < LEAST_RECORD
        ):
            purchase.per, purchase.min_qty = 1, per


def _plausible(scene: Scene, purchase: Purchase, floors: bool) -> bool:
    """Against towels at 5元一条 and tyres at 380元一条: a price per record wants talk of data, or a minimum order."""
    per, unit = purchase.per or 1, purchase.unit
    if unit in ("month", "year", "minute", "city", "vehicle", "set", "package", "query"):
        return _plausible_service(scene, purchase)
    if purchase.high / per > DEAREST_RECORD:
        return False
    if WARES.search(
        scene.text, max(scene.clause(purchase.start, purchase.end)[0], purchase.start - 12), purchase.start + 1
    ):
        return False
    if scene.data or (floors and not scene.wares):
        return True
    said = scene.text[purchase.start : purchase.end]
    return purchase.high / per <= 10 and ("条" in said or per >= 100) and not scene.wares


def _plausible_service(scene: Scene, purchase: Purchase) -> bool:
    if purchase.unit in ("month", "year") and purchase.source == "lead":
        return True
    return scene.data or scene.lookup or (purchase.unit in ("month", "year", "minute") and purchase.source == "said")
