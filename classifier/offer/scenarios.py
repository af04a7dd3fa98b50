"""What the claims of an offer would come to before the law, were they true: thresholds and orders, never a verdict.

The numbers are those of 法释〔2017〕10号 articles 4 to 6 and of the interpretation of 2019 on Criminal Law 287-1, and
stand in `lexicon/thresholds.toml`. Software does not decide which class a list of car owners is in: every class that
the claims could raise is given, each with how well the reading is supported.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from classifier.offer.law import Law, Threshold
from domain.signals import Offer, Price


@dataclass(frozen=True)
class Order:
    """The smallest order a price allows: how many records, for how many yuan; None where the text does not tell.

    With `needed`, how many such orders reach a threshold (2.5 is two and a half).
    """

    records: int | None
    yuan: float | None
    needed: float | None = None


@dataclass(frozen=True)
class Scenario:
    """One threshold that the claims may come to.

    `claimed` is how many of `unit` the post itself claims (records) or counts as (posts, members). `orders` are the
    orders the prices allow, smallest first, with how many of each reach the threshold; `orders_needed` is that of the
    smallest in whole orders. `grade` is serious or especially_serious (情节严重, 情节特别严重). `if_insider`: only
    where the seller himself obtained the data in performing duties or providing services.
    """

    data_class: str
    names: Mapping[str, str]
    unit: str
    threshold: int
    grade: str
    basis: str
    confidence: str
    if_insider: bool
    claimed: int | None
    orders_needed: int | None
    orders: tuple[Order, ...]


@dataclass(frozen=True)
class Claims:
    """What one post claims. `text` is folded; `on` the day it was posted, or else found."""

    label: str
    offer: Offer
    text: str
    on: date
    members: int | None = None


def list_scenarios(claims: Claims, law: Law) -> tuple[Scenario, ...]:
    """The thresholds that a post's claims may come to, in the order of the table; none for labels it does not name."""
    orders = list_orders(claims.offer)
    insider = claims.offer.channel == "insider" or claims.label == "insider_recruitment"
    return tuple(
        scenario
        for threshold in law.thresholds
        if _concerns(threshold, claims)
        for scenario in _weigh(threshold, claims, orders, insider)
    )


def weigh_counts(counts: Mapping[str, int], labels: Collection[str], on: date, law: Law) -> tuple[Scenario, ...]:
    """The thresholds of what is counted over several posts: `counts` by unit "
    "(posts, members), of posts of `labels`."""
    return tuple(
        Scenario(
            data_class=threshold.data_class, names={"zh": threshold.zh, "en": threshold.en}, unit=threshold.unit,
            threshold=threshold.amount, grade="serious", basis=threshold.basis, confidence=threshold.confidence,
            if_insider=False, claimed=counts[threshold.unit], orders_needed=None, orders=(),
        )
        for threshold in law.thresholds
        if threshold.unit in counts and not set(labels).isdisjoint(threshold.labels) and _holds(threshold, on)
    )  # fmt: skip


def list_orders(offer: Offer) -> tuple[Order, ...]:
    """The orders that an offer's prices allow, smallest first, each once.

    A price per record without a minimum order makes none: nothing says how many are bought at once. Money other than
    yuan is not converted.
    """
    found = {order for price in offer.prices if (order := _smallest_order(price)) is not None}
    return tuple(sorted(found, key=lambda order: (order.records or math.inf, order.yuan or math.inf)))


def _smallest_order(price: Price) -> Order | None:
    yuan = price.amount if price.currency == "CNY" else None
    if price.unit == "record":
        if price.min_qty is None and price.per == 1:
            return None
        records = max(price.min_qty or 0, price.per)
        return Order(records, None if yuan is None else round(yuan * records / price.per, 2))
    if price.unit in ("query", "vehicle"):
        count = max(price.min_qty or 1, price.per)
        return Order(count, None if yuan is None else round(yuan * count / price.per, 2))
    if price.unit == "minute" or yuan is None:
        return None
    return Order(None, yuan)


def _concerns(threshold: Threshold, claims: Claims) -> bool:
    if claims.label not in threshold.labels or not _holds(threshold, claims.on):
        return False
    if threshold.unit == "members" and claims.members is None:
        return False
    if not (threshold.goods or threshold.fields or threshold.words):
        return True
    text = claims.text.lower()
    return (
        not set(threshold.goods).isdisjoint(claims.offer.goods)
        or not set(threshold.fields).isdisjoint(claims.offer.fields)
        or any(word in text for word in threshold.words)
    )


def _holds(threshold: Threshold, on: date) -> bool:
    return threshold.since <= on and (threshold.until is None or on < threshold.until)


def _weigh(threshold: Threshold, claims: Claims, orders: tuple[Order, ...], insider: bool) -> Iterator[Scenario]:
    """The threshold itself, halved where an insider is claimed, and both as often as makes it especially serious."""
    claimed = _count_claimed(threshold.unit, claims)
    halves = [(1.0, threshold.basis, False)]
    if insider and threshold.insider is not None:
        halves.append((threshold.insider, threshold.insider_basis, True))
    grades = [(1, "serious", "")]
    if threshold.grave is not None:
        grades.append((threshold.grave, "especially_serious", threshold.grave_basis))
    for share, basis, halved in halves:
        for times, grade, graver in grades:
            amount = math.ceil(threshold.amount * share * times)
            weighed = tuple(_weigh_order(order, threshold.unit, amount) for order in orders)
            needed = next((order.needed for order in weighed if order.needed is not None), None)
            yield Scenario(
                data_class=threshold.data_class,
                names={"zh": threshold.zh, "en": threshold.en},
                unit=threshold.unit,
                threshold=amount,
                grade=grade,
                basis="、".join(filter(None, (basis, graver))),
                confidence=threshold.confidence,
                if_insider=halved,
                claimed=claimed,
                orders_needed=None if needed is None else math.ceil(needed),
                orders=tuple(order for order in weighed if order.needed is not None),
            )


def _weigh_order(order: Order, unit: str, amount: int) -> Order:
    size = {"records": order.records, "yuan": order.yuan}.get(unit)
    return Order(order.records, order.yuan, round(amount / size, 4) if size else None)


def _count_claimed(unit: str, claims: Claims) -> int | None:
    if unit == "records":
        return max((volume.records for volume in claims.offer.volumes), default=None)
    return {"posts": 1, "members": claims.members}.get(unit)


def plain_scenario(scenario: Scenario) -> dict[str, Any]:
    """A scenario as JSON data: class, threshold, unit, grade, basis, confidence, if_insider, claimed, orders."""
    return {
        "class": scenario.data_class,
        "threshold": scenario.threshold,
        "unit": scenario.unit,
        "grade": scenario.grade,
        "basis": scenario.basis,
        "confidence": scenario.confidence,
        "if_insider": scenario.if_insider,
        "claimed": scenario.claimed,
        "orders_needed": scenario.orders_needed,
        "orders": [{"records": order.records, "yuan": order.yuan, "needed": order.needed} for order in scenario.orders],
    }
