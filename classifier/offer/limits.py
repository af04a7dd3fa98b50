"""Floors and ceilings of quantity, and to which price each belongs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from classifier.offer.purchases import Purchase
from classifier.offer.scene import Scene, share_scale


@dataclass(slots=True)
class Limit:
    """A floor or ceiling of quantity at tokens `[first, last]`. `firm`: a minimum order, not a tier."""

    low: int | None
    high: int | None
    firm: bool
    first: int
    last: int
    start: int
    end: int
    unit: str = ""
    taken: bool = False


_BEGINS = frozenset({"min", "over", "max", "number", "round"})


def read_limits(scene: Scene) -> Iterator[Limit]:
    """1000条起售, 首次起订1000条, more than 5,000 pieces, 1000-5000条, 低于1000条不出."""
    at = 0
    while at < len(scene.tokens):
        limit = _read_limit(scene, at) if scene.tokens[at].kind in _BEGINS else None
        if limit is None:
            at += 1
            continue
        scene.used.update(range(limit.first, limit.last + 1))
        yield limit
        at = limit.last + 1


def _read_limit(scene: Scene, at: int) -> Limit | None:
    opens = scene.kind(at) in ("min", "over", "max") and (
        scene.tokens[at].sense != "close" or _begins_clause(scene, at)
    )
    opener = scene.kind(at) if opens else ""
    first = at
    if opener:
        at += 1
        while scene.kind(at) in ("lead", "min", "over", "range", "per") and scene.tight(at - 1, at, 5):
            at += 1
        if not scene.tight(at - 1, at, 5) if at < len(scene.tokens) else True:
            return None
    if scene.kind(at) == "round":
        return _round_limit(scene, first, at)
    if scene.kind(at) != "number":
        return None
    low = high = scene.tokens[at].value
    last = at
    ranged = False
    if scene.kind(at + 1) == "unit" and scene.kind(at + 2) == "range" and scene.kind(at + 3) == "number":
        # 300笔～999笔
        at += 1
    if scene.kind(at + 1) == "range" and scene.kind(at + 2) == "number":
        left = at if scene.kind(at) == "number" else at - 1
        low, high = share_scale(scene.tokens[left], scene.tokens[at + 2])
        last, ranged = at + 2, True
    unit = ""
    if scene.kind(last + 1) == "unit" and scene.tight(last, last + 1):
        last += 1
        unit = scene.tokens[last].sense
    at = _closer(scene, last)
    closer = ""
    if at:
        closer, last = scene.kind(at), at
    return _make_limit(scene, (first, last), (opener, closer, unit), (low, high), ranged)


_CLAUSE = re.compile(r"(?:^|[,，;；、:：┃|｜(（/\n→➜>=＝@])\s*$")


def _begins_clause(scene: Scene, at: int) -> bool:
    """起1000, 起：三千: a word that closes a number opens one where nothing stands before it."""
    token = scene.tokens[at]
    before = scene.text[max(0, token.start - 3) : token.start]
    return scene.text[token.start : token.end] == "起" and _CLAUSE.search(before) is not None


def _round_limit(scene: Scene, first: int, at: int) -> Limit:
    """整万走: sold by the ten thousand; 整千走3.2/条: a tier."""
    token = scene.tokens[at]
    priced = any(
        scene.kind(i) in ("amount", "number") and scene.tight(at, i, 2)
        for i in (at + 1, at + 2)
        if i < len(scene.tokens)
    )
    return Limit(int(token.value), None, not priced, first, at, scene.tokens[first].start, token.end)


_A_DAY = re.compile(r"\s?[/／每]?\s?(?:天|日|day)\s?")


def _closer(scene: Scene, last: int) -> int:
    """The place of the word that closes a limit, also after a day (500条/天起); 0 where none does."""
    at = last + 1
    if scene.kind(at) == "per":
        at += 1
    if scene.kind(at) not in ("min", "over", "max") or scene.tokens[at].sense == "open":
        return 0
    between = scene.text[scene.tokens[last].end : scene.tokens[at].start]
    if between.strip() and scene.text[scene.tokens[at].start] == "+":
        # 5 lines) + 50,000 rows
        return 0
    if _A_DAY.fullmatch(between):
        return at
    return at if at == last + 1 and scene.tight(last, at, 4) and "," not in between else 0


def _make_limit(
    scene: Scene,
    place: tuple[int, int],
    words: tuple[str, str, str],
    numbers: tuple[float, float],
    ranged: bool,
) -> Limit | None:
    first, last = place
    opener, closer, unit = words
    low, high = numbers
    # 满10万条起 is a tier, 最低1000条起 a minimum.
    word = opener if opener == "over" else closer or opener
    if unit == "minute" or (unit in ("month", "year") and closer != "min") or low != int(low) or high != int(high):
        return None
    if not word:
        tier = not ranged and unit == "record" and low >= 500 and _followed_by_row_price(scene, last, low)
        counted = unit or (scene.tokens[last].scaled and high >= 1000) or (low >= 100 and high >= 500)
        placed = ranged and counted and high >= 50
        if not tier and not (placed and (_followed_by_amount(scene, last, bool(unit)) or _behind_rate(scene, first))):
            return None
    elif not unit and not _countable(scene, first, last, low, opener, closer):
        return None
    if (low <= 1 and not (ranged and high >= 50)) or _SPEAKS_OF.search(
        scene.text, max(0, scene.tokens[first].start - 6), scene.tokens[first].start
    ):
        return None
    if _GIVES.match(scene.text, scene.tokens[last].end - scene.word(last).endswith("的")):
        return None
    refused = scene.kind(last + 1) == "refuse" and scene.tight(last, last + 1, 3)
    if word == "max" and refused:
        last += 1
        word = "min"
    elif word == "max" and scene.text[scene.tokens[first].start : scene.tokens[first].end] in ("没", "没有"):
        return None
    start, end = scene.tokens[first].start, scene.tokens[last].end
    if ranged:
        return Limit(int(low), int(high), False, first, last, start, end, unit)
    if word == "max":
        return Limit(None, int(low), False, first, last, start, end, unit)
    # $3 per record, $2 per record from 200: a tier.
    tier = scene.kind(first - 1) in ("unit", "amount") and scene.text.startswith("from", scene.tokens[first].start)
    return Limit(int(low), None, word == "min" and not tier, first, last, start, end, unit)


# What is no quantity of records, before the number; after it, what a quantity gets besides a price.
_SPEAKS_OF = re.compile(
    r"(?:车价|房价|价值|客单价?|均价|资产|身价|薪|保费|收入|存款|月缴|缴存|额度|消费|充值过?|流水|车龄|年龄|贷款|公里)[^\d,，]{0,2}$"
)
_GIVES = re.compile(
    r"的?\s?(?:打?[\d一二三四五六七八九.]{1,3}折|另|立?减|再[谈议说]|面[谈议]|可[谈议]|可?试|有?优惠|送|价格?(?:可|另|再|私|面|详|好)"
    r"|的(?![单量货来再才拿找要不别勿免\d一二三四五六七八九两按每]))"
)


def _countable(scene: Scene, first: int, last: int, low: float, opener: str, closer: str) -> bool:
    """Whether a number without a unit counts records: not the 10 of "10块起", nor the 3 of "3起"."""
    word = scene.tokens[last if closer else first]
    term = scene.text[word.start : word.end]
    if scene.lookup and opener and term in ("min", "moq", "minimum", "最少", "最低", "至少", "at least"):
        return low >= 2
    if closer and low >= 10 and scene.kind(last + 1) == "amount":
        return True
    if scene.kind(last + 1) == "amount" and not scene.gap(last, last + 1).strip() and opener and not closer:
        return low >= 100
    if term in ("起", "+", "from", "first", "最低", "at least", "满", ">", "over", "up to", "under", "<", "不到"):
        return low >= 100 and (scene.data or scene.tokens[last].scaled or low >= 500)
    return low >= 10


# $0.18/record (1k-10k), 0.20 USDT/lead for orders 1k–5k.
_BEHIND = re.compile(r"\s?(?:[(（:：,，]|for(?: orders)?|from|between|on|at)?\s?(?:orders?|of)?\s?")


def _behind_rate(scene: Scene, first: int) -> bool:
    """Whether a range of quantities stands right behind the price of one."""
    rated = scene.kind(first - 1) == "lead" and scene.kind(first - 2) == "unit"
    at = first - 2 if rated else first - 1
    counted = scene.tokens[first].scaled or scene.kind(first + 3) == "unit"
    if scene.kind(at) == "comma":
        at -= 1
    if scene.kind(at) != "unit" or scene.kind(at - 1) not in ("per", "number") or not counted:
        return False
    return _BEHIND.fullmatch(scene.text, scene.tokens[at].end, scene.tokens[first].start) is not None


def _followed_by_amount(scene: Scene, last: int, counted: bool) -> bool:
    """1000-4999笔:每笔2.2元, 5,000 to 19,999 at 0.11 USD: what a range of quantities costs comes right behind it."""
    at = last + 1
    while scene.kind(at) in ("lead", "per", "unit", "range") and at <= last + 4:
        at += 1
    priced = scene.kind(at) == "amount" or (counted and scene.kind(at) == "number")
    return priced and len(scene.text[scene.tokens[last].end : scene.tokens[at].start].strip()) <= 8


def _followed_by_row_price(scene: Scene, last: int, count: float) -> bool:
    """3000条1.6: what follows a count can only be the price of one."""
    if scene.kind(last + 1) not in ("amount", "number") or not scene.tight(last, last + 1):
        return False
    if str(int(count)).rstrip("0") not in ("1", "2", "3", "5"):
        # 12,400条 3元: so many there are.
        return False
    value = scene.tokens[last + 1].value
    return 0.01 <= value < 10 and value / count < 0.004 and scene.kind(last + 2) not in ("unit", "number", "range")


def assign(scene: Scene, purchases: list[Purchase], limits: list[Limit]) -> None:
    """Give each limit to the price it belongs to; a lone minimum order holds for all prices per record."""
    takers = [p for p in purchases if p.unit != "minute"]
    elements: list[Purchase | Limit] = sorted([*takers, *limits], key=lambda element: element.start)
    for at, element in enumerate(elements):
        if isinstance(element, Limit):
            target = _target(scene, elements, at)
            settled = target is not None and target.min_qty is not None and element.firm
            if target is not None and not settled and _fits(target, element):
                _limit(target, element)
                _loosen(scene, elements, at, target)
    if (
        takers
        and len(limits) == 1
        and not limits[0].taken
        and _LEAST_MINIMUM <= (limits[0].low or 0) <= _LARGEST_MINIMUM
        and limits[0].high is None
    ):
        # 2.5分/条。只接2万条以上的单: the one quantity of the text is no tier.
        limits[0].firm = True
    firm = [limit for limit in limits if limit.firm]
    if len({limit.low for limit in firm}) == 1:
        _spread(scene, takers, limits, firm[0])


def _loosen(scene: Scene, elements: list[Purchase | Limit], at: int, target: Purchase) -> None:
    """散买4元, 一千条起2.8元: what a minimum right before a lower price opens is a tier."""
    limit, before = elements[at], elements[at - 1] if at else None
    if not isinstance(limit, Limit) or not isinstance(before, Purchase) or before.unit != target.unit:
        return
    if limit.firm and target.start >= limit.end and target.high < before.low and target.per == before.per:
        limit.firm = scene.sentence(before.start) != scene.sentence(target.start)


# A minimum of less is one of questions (三条起做).
_FEW = 50
# Of a lone quantity: above this it is what there is (50w+), below none of records (10 min).
_LEAST_MINIMUM, _LARGEST_MINIMUM = 100, 100_000


def _fits(purchase: Purchase, limit: Limit) -> bool:
    """成交过三次以上 is no quantity of records; a price for the whole has no tiers."""
    if purchase.unit == "city" and limit.unit != "city":
        return False
    if limit.unit not in ("", "record") and limit.unit != purchase.unit:
        return purchase.unit in ("query", "vehicle") and limit.unit in ("query", "vehicle")
    if purchase.unit in ("month", "year") and limit.unit != purchase.unit:
        return False
    return purchase.source != "lump" or limit.firm


def _limit(purchase: Purchase, limit: Limit) -> None:
    purchase.min_qty = limit.low if limit.low is not None else purchase.min_qty
    purchase.max_qty = limit.high if limit.high is not None else purchase.max_qty
    limit.taken = True


def _target(scene: Scene, elements: list[Purchase | Limit], at: int) -> Purchase | None:
    limit = elements[at]
    before = _before(elements, at)
    after = elements[at + 1] if at + 1 < len(elements) else None
    previous = before if isinstance(before, Purchase) else None
    following = after if isinstance(after, Purchase) else None
    if previous is not None and following is not None:
        left, right = _distance(scene, previous.end, limit.start), _distance(scene, limit.end, following.start)
        if left != right:
            return previous if left < right else following
        if isinstance(limit, Limit) and limit.firm and limit.end == following.start and previous.end < limit.start:
            # 60/单 10单起50/单
            return following
        return following if _limits_lead(elements, limit) else previous
    chosen = previous or following
    if chosen is None:
        return None
    gap = _distance(scene, *((chosen.end, limit.start) if chosen is previous else (limit.end, chosen.start)))
    return chosen if gap < _SENTENCE else None


def _before(elements: list[Purchase | Limit], at: int) -> Purchase | Limit | None:
    """What stands before a limit: the price also where its other bound stands between (0.33/条,一万条封顶,最少1000)."""
    before, limit = elements[at - 1] if at else None, elements[at]
    if (
        not (isinstance(before, Limit) and isinstance(limit, Limit))
        or at < 2
        or (before.low is None) == (limit.low is None)
    ):
        return before
    return elements[at - 2] if before.high is None or limit.high is None else before


def _limits_lead(elements: list[Purchase | Limit], limit: Purchase | Limit) -> bool:
    """Whether in this text the quantity comes first and its price after."""
    if isinstance(elements[0], Limit):
        return True
    if isinstance(elements[-1], Limit):
        return False
    return isinstance(limit, Limit) and not limit.firm


def _distance(scene: Scene, left: int, right: int) -> int:
    """0 side by side, 1 apart, 2 across a comma, 3 across a mark between items, 4 across the end of a sentence."""
    between = scene.text[left:right]
    if re.search(r"[。；;！!？?\n\r]|\.\s", between):
        return _SENTENCE
    if _MARK.search(between):
        return 3
    if re.search("[,，、]", between):
        return 2
    return 0 if len(_FILLING.sub("", between)) <= 2 else 1


_SENTENCE = 4
# What stands between the items of a list of prices, but for arrows.
_MARK = re.compile(r"[※◆◇●■★☆|｜┃❘‖\u2600-\u2793\U0001f000-\U0001faff\ua490-\uabff\u0370-\u03ff]|\s//\s")
# Between a quantity and its price: 每条, 单价, arrows and brackets.
_FILLING = re.compile(r"[每一单][条笔个份价]|条价|价格?|[是为算就]|[^\w]|price|each|at|for")


_THEN = re.compile(
    r"(?:另算|另计|之后|后续|以后|其后|量大|量多|超出|续订|复购|再来|then|thereafter|afterwards)[^,，。;；\d]{0,6}$"
)


# Said of a whole list: 都是1000条起, 均2000条起.
_OF_ALL = re.compile(
    r"(?:都|均|全|一律|统一|不管|all|always|元\s?[/／]\s?条)[^,，。\d]{0,4}$|[(（]\s?元\s?[/／]\s?条[,，]\s?$"
)


def _spread(scene: Scene, takers: list[Purchase], limits: list[Limit], firm: Limit) -> None:
    """A minimum order said for a whole list holds for every price per record that states no quantity of its own."""
    if any(not limit.firm and limit.taken for limit in limits):
        if not firm.taken and takers:
            free = next((purchase for purchase in takers if _is_free(scene, purchase)), None)
            if free is not None:
                free.min_qty, firm.taken = firm.low, True
        return
    for purchase in _ruled(scene, takers, firm):
        few = (firm.low or 0) < _FEW and (
            not firm.taken or scene.sentence(purchase.start) == scene.sentence(firm.start)
        )
        if _is_free(scene, purchase, "" if firm.taken else firm.unit, few):
            purchase.min_qty = firm.low


def _is_free(scene: Scene, purchase: Purchase, unit: str = "", few: bool = False) -> bool:
    """Whether a price per record, or per `unit` that is asked for by the piece, states no quantity of its own."""
    stated = purchase.min_qty is not None or purchase.max_qty is not None
    wanted = unit if unit in ("query", "vehicle", "city") else "record"
    if few and purchase.unit == "query":
        wanted = "query"
    if stated or not (purchase.per == 1 or purchase.rate) or purchase.unit != wanted:
        return False
    return not _THEN.search(scene.text, max(0, purchase.start - 16), purchase.start)


def _ruled(scene: Scene, takers: list[Purchase], firm: Limit) -> list[Purchase]:
    """The prices a minimum order rules: all, if it stands by itself or first; else those before it in its sentence."""
    at = bisect_left(scene.stops, firm.start)
    mates = [purchase for purchase in takers if bisect_left(scene.stops, purchase.start) == at]
    before = [purchase for purchase in mates if purchase.end <= firm.start]
    if not before or _OF_ALL.search(scene.text, max(0, firm.start - 10), firm.start):
        return takers if before or not mates or mates[0] is takers[0] else mates
    first = before[0] is takers[0]
    return before if len(before) < len(takers) and (first or len(mates) < len(takers)) else takers
