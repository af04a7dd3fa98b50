"""Amounts and what each buys, read from the tokens of a price."""

from __future__ import annotations

from dataclasses import dataclass, replace

from classifier.offer.scene import Scene, close_enough, is_word, share_scale


@dataclass(slots=True)
class Purchase:
    """An amount (or two, a range) and what it buys, at tokens `[first, last]`."""

    low: float
    high: float
    currency: str
    first: int
    last: int
    start: int
    end: int
    per: int | None = None
    unit: str | None = None
    # How the unit was learned: said (beside the amount), lump, tier (a limit or an age before it), lead, none.
    source: str = "none"
    min_qty: int | None = None
    max_qty: int | None = None


def read_purchases(scene: Scene) -> list[Purchase]:
    """Every amount of a text that buys something, left to right; their tokens become used."""
    purchases = []
    at = 0
    while at < len(scene.tokens):
        purchase = _read_purchase(scene, at) if at not in scene.used else None
        if purchase is None:
            at += 1
            continue
        scene.used.update(range(purchase.first, purchase.last + 1))
        purchases.append(purchase)
        at = max(at + 1, purchase.last + 1)
    return purchases


def _read_purchase(scene: Scene, at: int) -> Purchase | None:
    token = scene.tokens[at]
    if token.kind not in ("amount", "number"):
        return None
    purchase = _read_amount(scene, at)
    if purchase is None:
        return None
    explicit = any(scene.kind(i) == "amount" for i in range(purchase.first, purchase.last + 1))
    if _attach_unit(scene, purchase, explicit):
        return purchase
    return purchase if explicit or _announced(scene, purchase) else None


def _read_amount(scene: Scene, at: int) -> Purchase | None:
    """One amount, or the two of a range."""
    token = scene.tokens[at]
    other = scene.tokens[at + 2] if at + 2 < len(scene.tokens) else None
    ranged = (
        other is not None
        and scene.kind(at + 1) == "range"
        and other.kind in ("amount", "number")
        and at + 2 not in scene.used
        and scene.tight(at, at + 1)
        and scene.tight(at + 1, at + 2)
    )
    if not ranged or other is None:
        currency = token.sense or "CNY"
        return Purchase(token.value, token.value, currency, at, at, token.start, token.end)
    low, high = token.value, other.value
    currency = other.sense or token.sense or "CNY"
    if token.kind == "number" and other.kind == "amount":
        low = round(low * other.factor, 6)
        if other.scaled and not token.scaled and low < 1000 <= high:
            low, high = share_scale(replace(token, value=low), other)
    elif token.kind == "amount" and other.kind == "number":
        high = round(high * token.factor, 6)
    if low > high:
        # 一万-500: not a range of amounts, the dash joins a number and its price.
        return (
            None
            if token.kind == "number"
            else Purchase(token.value, token.value, currency, at, at, token.start, token.end)
        )
    return Purchase(low, high, currency, at, at + 2, token.start, other.end)


def _attach_unit(scene: Scene, purchase: Purchase, explicit: bool) -> bool:
    right = _unit_right(scene, purchase.last, explicit)
    left = _unit_left(scene, purchase.first, explicit)
    chosen = right or left
    if right is not None and left is not None:
        # A number on each side: an unclaimed count before wins over a count after, but not over "per one".
        chosen = right if right[0] == 1 or right[3] else left
        if chosen is right and left[0] >= 50 and left[1] == "record":
            # 1000条0.5元/条: the count before is the quantity for that price.
            purchase.min_qty = left[0]
            scene.used.update(range(left[2], purchase.first))
    if chosen is None:
        return False
    per, unit, edge, _ = chosen
    purchase.per, purchase.unit, purchase.source = per, unit, "said"
    if edge > purchase.last:
        purchase.last, purchase.end = edge, scene.tokens[edge].end
    else:
        purchase.first, purchase.start = edge, scene.tokens[edge].start
    return True


def _unit_right(scene: Scene, last: int, explicit: bool) -> tuple[int, str, int, bool] | None:
    """What stands after an amount: /条, 一条, 1000条, per 1000 records, /万. Answers per, unit, last token, slash."""
    at = last + 1
    slash = False
    while (
        scene.kind(at) in ("per", "lead")
        and scene.tight(at - 1, at)
        and (scene.kind(at) == "per" or is_word(scene, at, "for"))
    ):
        slash, at = True, at + 1
    if at >= len(scene.tokens) or at in scene.used or not scene.tight(at - 1, at):
        return _each(scene, last, at, slash)
    if scene.kind(at) == "number":
        count = scene.tokens[at].value
        if scene.kind(at + 1) == "unit" and scene.tight(at, at + 1):
            if at + 1 in scene.used or count != int(count) or count < 1:
                return None
            if not slash and (_opens_next(scene, last, at) or (count > 1 and not explicit)):
                return None
            return int(count), scene.tokens[at + 1].sense, at + 1, slash
        plain = count >= 100 and count == int(count) and (explicit or slash) and (slash or scene.tokens[at].scaled)
        if plain and scene.kind(at + 1) not in ("amount", "min", "over", "range"):
            return int(count), "record", at, slash
        return None
    if scene.kind(at) == "unit":
        term = scene.text[scene.tokens[at].start : scene.tokens[at].end]
        direct = explicit and term in ("条", "个", "份", "单", "条数据") and not scene.gap(last, at)
        if slash or direct:
            return 1, scene.tokens[at].sense, at, slash
    return _each(scene, last, at, slash)


def _opens_next(scene: Scene, last: int, at: int) -> bool:
    """In "包月3000 一个城市500" what follows the blank belongs to the next amount."""
    following = scene.kind(at + 2) in ("amount", "number") and scene.tight(at + 1, at + 2)
    counted = scene.kind(at + 3) == "unit" and scene.tight(at + 2, at + 3)
    return following and bool(scene.gap(last, at)) and not scene.gap(at + 1, at + 2) and not counted


def _each(scene: Scene, last: int, at: int, slash: bool) -> tuple[int, str, int, bool] | None:
    """ "1.5 yuan each": per one record."""
    if slash and scene.text[scene.tokens[at - 1].start : scene.tokens[at - 1].end] == "each":
        return 1, "record", at - 1, True
    return None


def _unit_left(scene: Scene, first: int, explicit: bool) -> tuple[int, str, int, bool] | None:
    """What stands before an amount: 每条, 一条, 1万条, 1.1万条，打包. Answers per, unit, first token, slash."""
    at = first - 1
    announced = False
    while scene.kind(at) in ("lead", "lump", "per", "comma", "range") and at not in scene.used:
        if scene.kind(at) == "per" and scene.kind(at - 1) not in ("unit", "number"):
            break
        announced = announced or scene.kind(at) in ("lead", "lump")
        at -= 1
    if at < 0 or at in scene.used or not close_enough(scene, at, first):
        return None
    comma = any(scene.kind(i) == "comma" for i in range(at + 1, first))
    if comma and not any(scene.kind(i) == "lump" for i in range(at + 1, first)):
        return None
    if (
        scene.kind(at) == "number"
        and at + 1 < first
        and explicit
        and scene.tokens[at].scaled
        and _joined(scene, at, first)
    ):
        count = scene.tokens[at].value
        return (int(count), "record", at, False) if count >= 100 else None
    if scene.kind(at) != "unit":
        return None
    return _counted_left(scene, at, first, explicit or announced)


def _joined(scene: Scene, at: int, first: int) -> bool:
    """10k - $300, 1万=500元."""
    return all(scene.kind(i) in ("range", "lead") for i in range(at + 1, first))


def _counted_left(scene: Scene, at: int, first: int, explicit: bool) -> tuple[int, str, int, bool] | None:
    unit = scene.tokens[at].sense
    number = scene.tokens[at - 1] if scene.kind(at - 1) == "number" and scene.tight(at - 1, at) else None
    if number is not None and at - 1 not in scene.used:
        if number.value != int(number.value) or number.value < 1:
            return None
        if number.value > 1 and not explicit:
            return None
        begin = at - 2 if scene.kind(at - 2) == "per" and scene.tight(at - 2, at - 1) else at - 1
        return int(number.value), unit, begin, False
    if scene.kind(at - 1) == "per" and scene.tight(at - 1, at):
        return 1, unit, at - 1, True
    return None


def _announced(scene: Scene, purchase: Purchase) -> bool:
    """Whether a bare number without a unit is a price all the same: 打包400, 隔天1, 5000条以上0.8, 包月3000."""
    before = purchase.first - 1
    kind = scene.kind(before)
    if not kind or not scene.tight(before, purchase.first):
        return False
    if scene.kind(purchase.last + 1) in ("unit", "number") and scene.tight(purchase.last, purchase.last + 1):
        return False
    if before in scene.used:
        return True
    return kind in ("age", "lump", "period", "lead")
