"""Amounts and what each buys, read from the tokens of a price."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

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
    # Said as a rate (每千条 60, 30 per 1,000), not as the price of a lot.
    rate: bool = False
    min_qty: int | None = None
    max_qty: int | None = None


def read_purchases(scene: Scene) -> list[Purchase]:
    """Every amount of a text that buys something, left to right; their tokens become used."""
    purchases = []
    at = 0
    while at < len(scene.tokens):
        paid = scene.tokens[at].kind in ("amount", "number") and at not in scene.used
        purchase = _read_purchase(scene, at) if paid else None
        if purchase is None:
            at += 1
            continue
        scene.used.update(range(purchase.first, purchase.last + 1))
        purchases.append(purchase)
        at = max(at + 1, purchase.last + 1)
    return _drop_lengths(scene, purchases)


# What slang is worth, as told: 一张=100, 张就是百元.
_TOLD = re.compile(r"张\s?(?:[=＝]|就?是|等于|[即指算])\s?(?:一百|100|百)")


def _drop_lengths(scene: Scene, purchases: list[Purchase]) -> list[Purchase]:
    """Without 5米, a length: 米 and 张 are money in a text that says once what they buy (5米一单), or their worth."""
    vague = [
        p
        for p in purchases
        if p.unit is None and scene.tokens[p.last].slang and scene.kind(p.first - 1) not in _LIMITED
    ]
    if not vague:
        return purchases
    sure = [p for p in purchases if p.unit is not None and any(t.slang for t in scene.tokens[p.first : p.last + 1])]
    meant = {word for purchase in sure for word in _slang_in(scene, purchase)}
    if _TOLD.search(scene.text):
        meant.add("张")
    lengths = [purchase for purchase in vague if meant.isdisjoint(_slang_in(scene, purchase))]
    for purchase in lengths:
        scene.used.difference_update(range(purchase.first, purchase.last + 1))
    return [purchase for purchase in purchases if purchase not in lengths]


# Behind these an amount can only be money: 满1万条三角, 打包5张, 隔天一角.
_LIMITED = frozenset({"age", "lump", "over", "min", "max", "period"})


def _slang_in(scene: Scene, purchase: Purchase) -> set[str]:
    return set(scene.text[purchase.start : purchase.end]) & set("米园张油厘")


def _read_purchase(scene: Scene, at: int) -> Purchase | None:
    purchase = _read_amount(scene, at)
    if purchase is None:
        return None
    explicit = any(scene.kind(i) == "amount" for i in range(purchase.first, purchase.last + 1))
    if _attach_unit(scene, purchase, explicit):
        return purchase
    return purchase if explicit or _announced(scene, purchase) or _stands_alone(scene, purchase) else None


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
            low, high = share_scale(token._replace(value=low), other)
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


# Periods that the contract has no word for.
PERIODS = {"quarter": (3, "month"), "half": (6, "month")}


# So many of anything are a count of it, whatever stands before them.
_CROWD = 1000


class _Unit(NamedTuple):
    """What an amount buys, as said beside it, up to token `edge`. `firm`: with a slash, 每 or per."""

    per: int
    unit: str
    edge: int
    firm: bool


def _attach_unit(scene: Scene, purchase: Purchase, explicit: bool) -> bool:
    if not explicit and _is_crowd(scene, purchase):
        return False
    bounded = explicit or _bounded(scene, purchase)
    right = _unit_right(scene, purchase.last, explicit)
    left = _unit_left(scene, purchase.first, explicit, bounded)
    chosen = right or left
    if right is not None and left is not None:
        # A number on each side: an unclaimed count before wins over a count after, but not over "per one".
        chosen = right if right.per == 1 or (right.firm and not _is_listed(scene, purchase, explicit)) else left
    if chosen is None:
        return False
    times, unit = PERIODS.get(chosen.unit, (1, chosen.unit))
    purchase.per, purchase.unit, purchase.source = chosen.per * times, unit, "said"
    purchase.rate = chosen.firm
    if chosen.edge > purchase.last:
        purchase.last, purchase.end = chosen.edge, scene.tokens[chosen.edge].end
    else:
        purchase.first, purchase.start = chosen.edge, scene.tokens[chosen.edge].start
    if chosen.per == 1 and chosen.unit == "record":
        _take_quantity(scene, purchase)
    return True


def _is_crowd(scene: Scene, purchase: Purchase) -> bool:
    """一共八万六千多条, 出了一单: a number and what it counts is no amount."""
    number, after = scene.tokens[purchase.last], purchase.last + 1
    counts = scene.kind(after) == "unit" and scene.tokens[after].sense in ("record", "vehicle")
    crowd = number.value >= _CROWD or (number.value == 1 and scene.word(purchase.last) == "一")
    return counts and crowd and scene.tokens[after].start == number.end


def _is_listed(scene: Scene, purchase: Purchase, explicit: bool) -> bool:
    """1万条 699 / 5万条 2999: a stroke between the items of a list, not before what is bought."""
    at = purchase.last + 1
    if scene.kind(at) != "per" or scene.kind(at + 2) != "unit" or scene.kind(at + 3) not in ("number", "amount"):
        return False
    if scene.kind(at + 3) == "amount" and scene.tight(at + 2, at + 3):
        # 500条 300块 / 5000条 2000块
        return True
    left, right = scene.tokens[at].start - 1, scene.tokens[at].end
    return not explicit and scene.text[left] == " " == scene.text[right : right + 1]


def _take_quantity(scene: Scene, purchase: Purchase) -> None:
    """1000条0.5元/条, 五百条一条三块: a count right before the price of one is the quantity for that price."""
    at = purchase.first - 1
    while scene.kind(at) in ("lead", "age", "lump") and at not in scene.used:
        at -= 1
    counted = scene.kind(at) == "unit" and scene.tokens[at].sense == "record" and scene.kind(at - 1) == "number"
    if not counted or not scene.used.isdisjoint((at, at - 1)) or not close_enough(scene, at, purchase.first):
        return
    count = scene.tokens[at - 1].value
    # A crooked count is what there is, not what one must take.
    if count >= 50 and count % 10 == 0 and scene.tight(at - 1, at):
        purchase.min_qty = int(count)
        scene.used.update((at - 1, at))


# What may follow a bare number that is a price: not a word that makes it a count or a date of something.
_GOES_ON = re.compile(
    r"\s*(?:$|[^\w\s]|[\s](?=\D)|收|甩|清|卖|起|以|左右|整(?![\u3400-\u9fff])|给你|发你|一|每|不|带|包|全|走|拿|打|出|可|要|送|含|另|任|随|算|，|per|each)"
)


def _bounded(scene: Scene, purchase: Purchase) -> bool:
    token = scene.tokens[purchase.last]
    written = scene.text[token.start : token.end]
    if len(written) == 1 and not written.isascii():
        return False
    return _GOES_ON.match(scene.text, token.end) is not None


# What links an amount and what it gets: 300元得1000条, 20元=100条, $200 for 1,000.
_GETS = re.compile(
    r"[\s:：=(（]*(?:得|[可能]?查|🉐|买|给|拿|换|能买|可买|可得|含|包含|gets? ?(?:you|u)?"
    r"|buys? ?(?:you|u)?|covers|includes|is|拿走|提走)?[\s:：=]*"
)


_GOT = frozenset({"得", "拿", "买", "换", "查", "拿走", "可买", "可得", "能买", "可查", "能查"})


def _unit_right(scene: Scene, last: int, explicit: bool) -> _Unit | None:
    """What stands after an amount: /条, 一条, 1000条, per 1000 records, /万, each."""
    at = last + 1
    firm = each = False
    if _opens_up(scene, at) and scene.tight(last, at):
        at += 1
    if scene.kind(at) == "seat" and scene.tight(last, at):
        # $149 per seat per month
        if scene.kind(at + 1) not in ("per", "unit"):
            if any(scene.kind(i) == "period" for i in range(last - 2, last)):
                return None
            return _Unit(1, "package", at, True)
        at += 1
    while scene.kind(at) in ("per", "lead") and scene.tight(at - 1, at):
        if scene.kind(at) == "lead" and not any(is_word(scene, at, word) for word in ("for", "=", "给")):
            break
        each = each or is_word(scene, at, "each") or is_word(scene, at, "one")
        firm = firm or not is_word(scene, at, "=")
        at += 1
    unit = _unit_at(scene, last, at, explicit, firm) if at < len(scene.tokens) and at not in scene.used else None
    if unit is not None and not explicit and unit.unit in ("month", "year") and _comes_by(scene, last + 1):
        return None
    if unit is None and each:
        edge = next(i for i in range(last + 1, at) if is_word(scene, i, "each") or is_word(scene, i, "one"))
        return _Unit(1, "record", edge, True)
    return unit


def _comes_by(scene: Scene, at: int) -> bool:
    """15,000 a month, 12k every month: so many come."""
    return scene.kind(at) == "per" and scene.text[scene.tokens[at].start] in "ae"


def _opens_up(scene: Scene, at: int) -> bool:
    """2000元起一单, 150起/次: the floor of a price, not of a quantity."""
    if scene.kind(at) not in ("min", "over") or scene.tokens[at].sense == "open":
        return False
    after = scene.kind(at + 1)
    return after == "per" or (after == "number" and scene.tokens[at + 1].value == 1 and scene.kind(at + 2) == "unit")


def _unit_at(scene: Scene, last: int, at: int, explicit: bool, firm: bool) -> _Unit | None:
    got = scene.gap(at - 1, at).strip()
    if not scene.tight(at - 1, at) and not ((explicit or got in _GOT) and _GETS.fullmatch(got)):
        return None
    if scene.kind(at) == "number":
        return _count_at(scene, last, at, explicit, firm)
    if scene.kind(at) == "unit":
        term = scene.text[scene.tokens[at].start : scene.tokens[at].end]
        direct = explicit and term in ("条", "个", "份", "单", "条数据") and not scene.gap(last, at)
        if firm or direct:
            return _Unit(1, scene.tokens[at].sense, at, firm)
    return None


def _count_at(scene: Scene, last: int, at: int, explicit: bool, firm: bool) -> _Unit | None:
    count = scene.tokens[at].value
    if count != int(count) or count < 1:
        return None
    if scene.kind(at + 1) == "unit" and scene.tight(at, at + 1):
        got = scene.gap(at - 1, at).strip() in _GOT or (is_word(scene, at - 1, "=") and count >= 100)
        # 2000一个月，5000三个月
        term = scene.tokens[at + 1].sense in ("month", "year") and scene.tokens[last].value >= 100
        bare = not firm and (_opens_next(scene, last, at) or (count > 1 and not (explicit or got or term)))
        if at + 1 in scene.used or (bare and (explicit or not _is_lot(scene, last, at))):
            return None
        return _Unit(int(count), scene.tokens[at + 1].sense, at + 1, firm)
    got = (
        explicit
        and not firm
        and count >= 100
        and re.search("[得买拿换]|get|buy|cover", scene.gap(at - 1, at)) is not None
    )
    plain = got or (
        (count >= 100 or (count >= 10 and explicit and is_word(scene, at - 1, "for")))
        and (explicit or (firm and scene.tokens[at].scaled))
        and (firm or scene.tokens[at].scaled)
    )
    plain = plain or _is_scale(scene, last, at)
    if plain and scene.kind(at + 1) not in ("amount", "min", "over", "range"):
        return _Unit(int(count), "record", at, firm)
    return None


def _is_lot(scene: Scene, last: int, at: int) -> bool:
    """600一万条: a bare number that opens its clause, and the thousands of records which so much money buys."""
    count, paid = scene.tokens[at].value, scene.tokens[last].value
    opens = scene.kind(last - 1) in ("", "stop", "comma") and not scene.gap(last, at)
    return bool(opens and count >= 1000 and 20 <= paid < count and paid * 200 >= count and scene.data)


def _is_scale(scene: Scene, last: int, at: int) -> bool:
    """150一万, 80块1千: one of a scale, right behind what it costs."""
    count, paid = scene.tokens[at], scene.tokens[last]
    written = scene.text[count.start : count.end]
    one = written[0] in "一1" and count.value in (100, 1000, 10**4, 10**5)
    return one and scene.data and not scene.gap(last, at) and 3 <= paid.value < count.value


def _opens_next(scene: Scene, last: int, at: int) -> bool:
    """In "包月3000 一个城市500" what follows the blank belongs to the next amount."""
    following = scene.kind(at + 2) in ("amount", "number") and scene.tight(at + 1, at + 2)
    counted = scene.kind(at + 3) == "unit" and scene.tight(at + 2, at + 3)
    return following and bool(scene.gap(last, at)) and not scene.gap(at + 1, at + 2) and not counted


def _unit_left(scene: Scene, first: int, explicit: bool, bounded: bool) -> _Unit | None:
    """What stands before an amount: 每条, 一条, 1万条, 1.1万条，打包."""
    at = first - 1
    kinds = set()
    while scene.kind(at) in ("lead", "lump", "per", "comma", "range") and at not in scene.used:
        if scene.kind(at) == "per" and scene.kind(at - 1) not in ("unit", "number"):
            break
        kinds.add(scene.kind(at))
        at -= 1
    if at < 0 or at in scene.used or not close_enough(scene, at, first):
        return None
    if "comma" in kinds and "lump" not in kinds:
        return None
    token = scene.tokens[at]
    said = explicit or (bounded and is_word(scene, first - 1, "ka"))
    bare = not kinds and at == first - 1 and scene.tight(at, first) and scene.tokens[first].value * 200 >= token.value
    if token.kind == "number" and explicit and kinds == {"lead"} and is_word(scene, first - 1, "for"):
        # $20 each, 10 for $150
        return _Unit(int(token.value), "record", at, False) if token.value == int(token.value) >= 2 else None
    if token.kind == "number" and token.scaled and said and kinds <= {"range", "lead"} and (kinds or bare):
        # 10k - $300, 1万=500元
        return _Unit(int(token.value), "record", at, False) if token.value >= 100 else None
    if token.kind != "unit":
        return None
    return _counted_left(scene, at, explicit, explicit or bool(kinds & {"lead", "lump"}), bounded)


# 近三个月轨迹 600: how far back, not how long.
_LOOKS_BACK = re.compile(r"(?:[近前]|过去)\s?$")
# 买三万条送一万条，一共2400: what is given away is not what is paid for.
_GIVEN = re.compile("[送赠]你?$")


def _counted_left(scene: Scene, at: int, explicit: bool, announced: bool, bounded: bool) -> _Unit | None:
    unit = scene.tokens[at].sense
    announced = announced or scene.kind(at - 2) == "period"
    number = scene.tokens[at - 1] if scene.kind(at - 1) == "number" and scene.tight(at - 1, at) else None
    if number is not None and "】" in scene.gap(at - 1, at):
        # 【商品1】车主
        return None
    if number is not None and at - 1 not in scene.used:
        if number.value != int(number.value) or number.value < 1:
            return None
        if _GIVEN.search(scene.text, max(0, scene.tokens[at - 1].start - 3), scene.tokens[at - 1].start):
            return None
        whole = _held_by(scene, at - 1) if number.value == 1 and unit in ("record", "set", "package") else None
        if whole is not None:
            return _Unit(whole, "record", at - 3, False)
        if number.value >= 500 and number.value % 100 == 0 and _is_row_price(scene, at + 1, number.value):
            # 3000条1.6: a tier.
            return None
        if unit == "city" and number.value > 1 and announced and not (explicit and scene.tight(at, at + 1)):
            return None
        # 1000条 500 is a price for what is sold by lots; 3条 5 is not.
        sets = unit in ("set", "package") and scene.tokens[at + 1].value >= 100
        if number.value > 1 and not announced and not (bounded and (number.value >= 20 or scene.lookup or sets)):
            return None
        if unit in ("month", "year") and _LOOKS_BACK.search(scene.text, max(0, number.start - 3), number.start):
            return None
        if (number.value == 1 and not bounded) or (unit in ("month", "year") and number.value > 1 and not announced):
            return None
        rate = scene.kind(at - 2) == "per" and scene.tight(at - 2, at - 1)
        return _Unit(int(number.value), unit, at - 2 if rate else at - 1, rate)
    if (
        bounded
        and scene.kind(at - 1) == "per"
        and scene.tight(at - 1, at)
        and not (is_word(scene, at - 1, "one") and unit in ("month", "year"))
    ):
        return _Unit(1, unit, at - 1, True)
    return None


def _held_by(scene: Scene, at: int) -> int | None:
    """6000条一份 2400: what one 份 or 包 holds, where the count stands right before it; None where none does."""
    counted = scene.kind(at - 1) == "unit" and scene.tokens[at - 1].sense == "record" and scene.kind(at - 2) == "number"
    if not counted or not scene.tight(at - 1, at, 2) or not scene.tight(at - 2, at - 1) or is_word(scene, at + 1, "条"):
        return None
    count = scene.tokens[at - 2].value
    return int(count) if count >= 50 and count == int(count) else None


def _is_row_price(scene: Scene, at: int, count: float) -> bool:
    """Whether the amount at `at` can only be the price of one, not of `count`."""
    token = scene.tokens[at] if scene.kind(at) in ("number", "amount") else None
    return token is not None and token.value < 10 and token.value / count < 0.004


# ?page=7 of an address.
_QUERY = re.compile(r"[?&][a-z_]{1,10}=$")


def _announced(scene: Scene, purchase: Purchase) -> bool:
    """Whether a bare number without a unit is a price all the same: 打包400, 隔天1, 5000条以上0.8, 包月3000."""
    before, after = purchase.first - 1, purchase.last + 1
    if scene.kind(after) == "lump" and scene.kind(after + 1) in ("amount", "number"):
        # 10w 打包 800: the count, not the price.
        return False
    if scene.kind(after) == "lump" and scene.tight(purchase.last, after) and purchase.low >= 50:
        return True
    kind = scene.kind(before)
    if (
        kind == "lump"
        and scene.word(before) in _TOTALS
        and scene.tokens[purchase.first].scaled
        and purchase.low >= _MANY
    ):
        return False
    if purchase.low >= 1000 and _counts_goods(scene, purchase, before):
        return False
    if _opens_if(scene, after) and after in scene.used:
        return True
    if scene.kind(after) == "over" and scene.tokens[after].start == purchase.end:
        return False
    if _QUERY.search(scene.text, max(0, purchase.start - 12), purchase.start):
        return False
    if purchase.low >= 50 and scene.data and _TAKEN.match(scene.text, purchase.end) and _bounded(scene, purchase):
        return True
    if not kind or not scene.tight(before, purchase.first) or not _bounded(scene, purchase):
        return False
    if scene.kind(after) in ("unit", "number") and scene.tight(purchase.last, after):
        return False
    return before in scene.used or kind in ("age", "lump", "period", "lead")


# 共计66万: so many there are, unless money is named.
_TOTALS, _MANY = frozenset({"共计", "总共", "一共", "合计"}), 50_000
# 四千六收: so much is taken.
_TAKEN = re.compile(r"\s?(?:收|出|甩|清|卖)(?![\u3400-\u9fff\d])")


def _counts_goods(scene: Scene, purchase: Purchase, before: int) -> bool:
    """出 98K 车主; $400 the whole 2.05M: a scaled number that says how many there are."""
    if (
        scene.kind(before) == "lump"
        and "amount" in (scene.kind(before - 1), scene.kind(before - 2))
        and scene.kind(before - 1) != "comma"
    ):
        return True
    loose = scene.kind(before) == "lead" and scene.text[scene.tokens[before].start : scene.tokens[before].end] in LOOSE
    return loose and _GOODS.match(scene.text, purchase.end) is not None


# These lead in much else besides a price.
LOOSE = frozenset({"出", "收", "is", "for", "at", "卖", "offer", "offering"})
_GOODS = re.compile(
    r"\s?(?:新|老|精准|一手|最新)?(?:车主|数据|客户|名单|资料|线索|号码|料|条|个|车险|保单|业主"
    r"|[a-z-]{0,12} ?(?:owner|lead|record|row|data))"
)


def _opens_if(scene: Scene, at: int) -> bool:
    """sixty if you send five or more: a quantity that opens with its condition stands behind the price."""
    return scene.kind(at) == "over" and scene.text.startswith("if ", scene.tokens[at].start)


# 这号是 147: a number that is no price.
_NUMBERED = frozenset("是号第码")
# 15 天: what a number counts by days and the like.
_A_SPAN = re.compile(r"\s?(?:天|日|小时|分钟|秒|周|岁|[个家]|路|位)")
# What ends an item of a list of prices.
_ITEM_ENDS = re.compile(r"(?:之间|左右|不等|上下)?\s*(?:[→➜,，、;；。|｜┃│┆▪/／\n\r]|$)|\s+(?=[^\d\s])")
_ITEM_BEGINS = re.compile(r"(?:[\u3400-\u9fff)）】:：=→➡️|｜┃│┆]|[\u3400-\u9fff][a-z](?=\s))[^\S\n]*[:：=→➡️-]*[^\S\n]*$")


def _stands_alone(scene: Scene, purchase: Purchase) -> bool:
    """Whether a bare number is a price by its shape: 0.4~0.6 in talk of lists; 车辆档案 350 in a list of lookups."""
    after = purchase.last + 1
    if scene.kind(after) in ("unit", "number", "amount") and scene.tokens[after].start == purchase.end:
        return False
    if (
        scene.kind(after) == "unit"
        and scene.text[scene.tokens[after].start] in "次条个份台天"
        and scene.tight(after - 1, after)
    ):
        # 2000 次, 15 天
        return False
    if _A_SPAN.match(scene.text, purchase.end) or scene.kind(purchase.first - 1) == "max":
        return False
    written = scene.text[scene.tokens[purchase.last].start : scene.tokens[purchase.last].end]
    if not written.isascii() or scene.tokens[purchase.last].scaled:
        return False
    alone = _ITEM_ENDS.match(scene.text, purchase.end) is not None
    if "." not in written and (
        scene.text[purchase.start - 1 : purchase.start].strip() in _NUMBERED
        or scene.text[max(0, purchase.start - 2) : purchase.start - 1] in _NUMBERED
    ):
        return False
    listed = _ITEM_BEGINS.search(scene.text, max(0, purchase.start - 6), purchase.start)
    if scene.data and purchase.high < 10 and "." in written:
        alone = alone or scene.text[purchase.end : purchase.end + 1] in ("（", "(")
        floor = scene.kind(purchase.last + 1) == "min" and scene.tight(purchase.last, purchase.last + 1)
        return floor or bool(alone and (listed or purchase.low < 1 or purchase.first != purchase.last))
    asked = scene.lookup or scene.heading in ("vehicle", "city", "query")
    return bool(asked and alone and listed and written.isdigit() and 15 <= purchase.high <= 20000)
