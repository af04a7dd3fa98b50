"""Prices: how much money buys how much of what, from how many. The values are CONTRACT.md's Price.

A small grammar over `tokens.py`. Three passes: find amounts and what each buys (`_read_purchases`), find floors and
ceilings of quantity (`_read_limits`), give every limit to its price (`_assign`). docs/reading.md states the conventions.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from classifier.fold import Folded
from classifier.lexicon import read_words
from classifier.offer.tokens import Token, lower, read_tokens
from domain.signals import Price

# At or below this an amount is a placeholder that a form demanded.
PLACEHOLDER = 0.001
# Above this, per record, a number is not the price of a row in a list (DOMAIN.md 3.5 knows 0.005 to 10).
DEAREST_RECORD = 100.0
# How far around an amount its sentence is read.
_SENTENCE = 200


@dataclass(slots=True)
class _Purchase:
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


@dataclass(slots=True)
class _Limit:
    """A floor or ceiling of quantity at tokens `[first, last]`. `firm`: a minimum order, not a tier."""

    low: int | None
    high: int | None
    firm: bool
    first: int
    last: int
    start: int
    end: int
    taken: bool = False


@dataclass(slots=True)
class _Scene:
    """One text on its way through the passes."""

    text: str
    tokens: list[Token]
    used: set[int] = field(default_factory=set)
    data: bool = False
    lookup: bool = False
    goods: bool = False
    wares: bool = False
    stops: list[int] = field(default_factory=list)

    def gap(self, left: int, right: int) -> str:
        """What stands between two tokens."""
        return self.text[self.tokens[left].end : self.tokens[right].start]

    def kind(self, at: int) -> str:
        """The kind of the token at `at`, "" outside the text."""
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def tight(self, left: int, right: int, room: int = 1) -> bool:
        """Whether two tokens stand together: at most `room` other characters, none of them a bracket's close."""
        return len(self.gap(left, right).strip(" :：=()（）*【】[]是为")) < room


@lru_cache(maxsize=1)
def _contexts() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    def compile_terms(role: str) -> re.Pattern[str]:
        terms = sorted(read_words("contexts", role=role), key=len, reverse=True)
        return re.compile(
            "|".join(rf"\b{re.escape(t)}" if t[0].isascii() and t[0].isalpha() else re.escape(t) for t in terms)
        )

    return compile_terms("data"), compile_terms("lookup"), compile_terms("goods")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The prices, and what the parse leaves for other readers: the text in lower case, its tokens, those it used."""

    prices: tuple[Price, ...]
    text: str
    tokens: list[Token]
    used: set[int]


def read_prices(folded: Folded) -> tuple[Price, ...]:
    """The prices of the offer, each distinct one once, in the order of the text. Never raises."""
    return parse_prices(folded).prices


def parse_prices(folded: Folded) -> Parsed:
    """The prices of a text with its tokens."""
    text = lower(folded.text)
    tokens = read_tokens(text)
    if not any(token.kind in ("amount", "number") for token in tokens):
        return Parsed((), text, tokens, set())
    data, lookup, goods = _contexts()
    scene = _Scene(
        text,
        tokens,
        data=bool(data.search(text)),
        lookup=bool(lookup.search(text)),
        goods=bool(goods.search(text)),
        wares=bool(_NOT_GOODS.search(text)),
        stops=[token.start for token in tokens if token.kind == "stop"],
    )
    limits = list(_read_limits(scene))
    purchases = [purchase for purchase in _read_purchases(scene, limits) if _stands(scene, purchase)]
    _settle_units(scene, purchases, limits)
    floors = any(limit.low is not None and limit.low >= 50 for limit in limits)
    purchases = [purchase for purchase in purchases if purchase.unit and _plausible(scene, purchase, floors)]
    _assign(scene, purchases, limits)
    prices = tuple(
        _distinct(_price(folded, purchase, amount) for purchase in purchases for amount in _amounts(purchase))
    )
    return Parsed(prices, text, tokens, scene.used)


def _amounts(purchase: _Purchase) -> tuple[float, ...]:
    return (purchase.low,) if purchase.low == purchase.high else (purchase.low, purchase.high)


def _price(folded: Folded, purchase: _Purchase, amount: float) -> Price:
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


# --- limits: floors and ceilings of quantity ----------------------------------------------------------------------


def _read_limits(scene: _Scene) -> Iterator[_Limit]:
    """1000条起售, 首次起订1000条, more than 5,000 pieces, 1000-5000条, 低于1000条不出."""
    at = 0
    while at < len(scene.tokens):
        limit = _read_limit(scene, at)
        if limit is None:
            at += 1
            continue
        scene.used.update(range(limit.first, limit.last + 1))
        yield limit
        at = limit.last + 1


def _read_limit(scene: _Scene, at: int) -> _Limit | None:
    opener = scene.kind(at) if scene.kind(at) in ("min", "over", "max") else ""
    first = at
    if opener:
        at += 1
        while scene.kind(at) in ("lead", "min", "range", "per") and scene.tight(at - 1, at, 5):
            at += 1
        if not scene.tight(at - 1, at, 5) if at < len(scene.tokens) else True:
            return None
    if scene.kind(at) != "number":
        return None
    low = high = scene.tokens[at].value
    last = at
    ranged = False
    if scene.kind(at + 1) == "range" and scene.kind(at + 2) == "number":
        low, high = _share_scale(scene.tokens[at], scene.tokens[at + 2])
        last, ranged = at + 2, True
    unit = ""
    if scene.kind(last + 1) == "unit" and scene.tight(last, last + 1):
        last += 1
        unit = scene.tokens[last].sense
    closer = _closer(scene, last)
    if closer:
        last += 1
    return _make_limit(scene, (first, last), (opener, closer, unit), (low, high), ranged)


def _closer(scene: _Scene, last: int) -> str:
    kind = scene.kind(last + 1)
    if kind not in ("min", "over", "max") or not scene.tight(last, last + 1, 4):
        return ""
    # "1000条 最低0.5": the word opens what follows.
    return "" if "," in scene.gap(last, last + 1) else kind


def _make_limit(
    scene: _Scene,
    place: tuple[int, int],
    words: tuple[str, str, str],
    numbers: tuple[float, float],
    ranged: bool,
) -> _Limit | None:
    first, last = place
    opener, closer, unit = words
    low, high = numbers
    word = closer or opener
    if unit in ("minute", "month", "year") or low != int(low) or high != int(high):
        return None
    if not word:
        if not (ranged and unit and high >= 50 and _followed_by_amount(scene, last)):
            return None
    elif not unit and not _countable(scene, first, last, low, opener, closer):
        return None
    refused = scene.kind(last + 1) == "refuse" and scene.tight(last, last + 1, 3)
    if word == "max" and refused:
        last += 1
        word = "min"
    start, end = scene.tokens[first].start, scene.tokens[last].end
    if ranged:
        return _Limit(int(low), int(high), False, first, last, start, end)
    if word == "max":
        return _Limit(None, int(low), False, first, last, start, end)
    return _Limit(int(low), None, word == "min", first, last, start, end)


def _countable(scene: _Scene, first: int, last: int, low: float, opener: str, closer: str) -> bool:
    """Whether a number without a unit counts records: not the 10 of "10块起", nor the 3 of "3起"."""
    word = scene.tokens[last if closer else first]
    term = scene.text[word.start : word.end]
    if scene.kind(last + 1) in ("amount",) and not scene.gap(last, last + 1).strip() and opener and not closer:
        return low >= 100
    if term in ("起", "+", "from", "first", "最低", "at least", "满", ">", "over", "up to", "under", "<", "不到"):
        return low >= 100 and (scene.data or scene.tokens[last].scaled or low >= 500)
    return low >= 10


def _followed_by_amount(scene: _Scene, last: int) -> bool:
    return any(
        scene.kind(last + step) in ("amount", "number") and scene.tight(last, last + step, 6)
        for step in (1, 2)
        if last + step < len(scene.tokens)
    )


def _share_scale(left: Token, right: Token) -> tuple[float, float]:
    """1-5万 is 10,000 to 50,000; 1000-5000 is what it says."""
    low, high = left.value, right.value
    if right.scaled and not left.scaled and low < 1000 and high >= 1000:
        for scale in (10**8, 10**4, 1000):
            if high >= scale and low * scale <= high:
                low *= scale
                break
    return low, high


# --- purchases: an amount and what it buys ------------------------------------------------------------------------


def _read_purchases(scene: _Scene, limits: list[_Limit]) -> list[_Purchase]:
    purchases = []
    at = 0
    while at < len(scene.tokens):
        purchase = _read_purchase(scene, at, limits) if at not in scene.used else None
        if purchase is None:
            at += 1
            continue
        scene.used.update(range(purchase.first, purchase.last + 1))
        purchases.append(purchase)
        at = max(at + 1, purchase.last + 1)
    return purchases


def _read_purchase(scene: _Scene, at: int, limits: list[_Limit]) -> _Purchase | None:
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


def _read_amount(scene: _Scene, at: int) -> _Purchase | None:
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
        return _Purchase(token.value, token.value, currency, at, at, token.start, token.end)
    low, high = token.value, other.value
    currency = other.sense or token.sense or "CNY"
    if token.kind == "number" and other.kind == "amount":
        low = round(low * other.factor, 6)
        if other.scaled and not token.scaled and low < 1000 <= high:
            low, high = _share_scale(replace(token, value=low), other)
    elif token.kind == "amount" and other.kind == "number":
        high = round(high * token.factor, 6)
    if low > high:
        # 一万-500: not a range of amounts, the dash joins a number and its price.
        return (
            None
            if token.kind == "number"
            else _Purchase(token.value, token.value, currency, at, at, token.start, token.end)
        )
    return _Purchase(low, high, currency, at, at + 2, token.start, other.end)


def _attach_unit(scene: _Scene, purchase: _Purchase, explicit: bool) -> bool:
    right = _unit_right(scene, purchase.last, explicit)
    left = _unit_left(scene, purchase.first, explicit)
    if right and left:
        # A number on each side: an unclaimed count before wins over a count after, but not over "per one".
        chosen = right if right[0] == 1 or right[3] else left
    else:
        chosen = right or left
    if chosen is None:
        return False
    per, unit, edge, _ = chosen
    purchase.per, purchase.unit, purchase.source = per, unit, "said"
    if edge > purchase.last:
        purchase.last, purchase.end = edge, scene.tokens[edge].end
    else:
        purchase.first, purchase.start = edge, scene.tokens[edge].start
    return True


def _unit_right(scene: _Scene, last: int, explicit: bool) -> tuple[int, str, int, bool] | None:
    """What stands after an amount: /条, 一条, 1000条, per 1000 records, /万. Answers per, unit, last token, slash."""
    at = last + 1
    slash = False
    while (
        scene.kind(at) in ("per", "lead")
        and scene.tight(at - 1, at)
        and (scene.kind(at) == "per" or _is_word(scene, at, "for"))
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
            return _counted(scene, int(count), at + 1, slash)
        plain = count >= 100 and count == int(count) and (explicit or slash) and (slash or scene.tokens[at].scaled)
        if plain and scene.kind(at + 1) not in ("amount", "min", "over", "range"):
            return int(count), "record", at, slash
        return None
    if scene.kind(at) == "unit":
        unit = scene.tokens[at].sense
        term = scene.text[scene.tokens[at].start : scene.tokens[at].end]
        direct = explicit and term in ("条", "个", "份", "单", "条数据") and not scene.gap(last, at)
        if slash or direct:
            return _counted(scene, 1, at, slash)
    return None


def _opens_next(scene: _Scene, last: int, at: int) -> bool:
    """In "包月3000 一个城市500" what follows the blank belongs to the next amount."""
    following = scene.kind(at + 2) in ("amount", "number") and scene.tight(at + 1, at + 2)
    counted = scene.kind(at + 3) == "unit" and scene.tight(at + 2, at + 3)
    return following and bool(scene.gap(last, at)) and not scene.gap(at + 1, at + 2) and not counted


def _each(scene: _Scene, last: int, at: int, slash: bool) -> tuple[int, str, int, bool] | None:
    """ "1.5 yuan each": per one record."""
    if slash and scene.text[scene.tokens[at - 1].start : scene.tokens[at - 1].end] == "each":
        return 1, "record", at - 1, True
    return None


def _counted(scene: _Scene, count: int, at: int, slash: bool) -> tuple[int, str, int, bool] | None:
    token = scene.tokens[at]
    after = scene.text[token.end : token.end + 2]
    term = scene.text[token.start : token.end]
    # 一条龙, 一个人情, 一单元 and the like are no units.
    if after and after[0] in _NOT_UNIT.get(term, ""):
        return None
    return count, token.sense, at, slash


_NOT_UNIT = {"条": "龙街路心线船狗裤鱼河腿巷", "单": "元位独身", "人": "民生家均", "名": "额牌誉", "车": "主库位险", "年": "轻前", "月": "底初",
             "个": "性体别屁鬼", "台": "湾风", "市": "场面", "户": "外", "号": "称", "包": "括含邮月年", "份": "额", "次": "数"}  # fmt: skip


def _is_word(scene: _Scene, at: int, word: str) -> bool:
    return scene.text[scene.tokens[at].start : scene.tokens[at].end] == word


def _unit_left(scene: _Scene, first: int, explicit: bool) -> tuple[int, str, int, bool] | None:
    """What stands before an amount: 每条, 一条, 1万条, 1.1万条，打包. Answers per, unit, first token, slash."""
    at = first - 1
    announced = False
    while scene.kind(at) in ("lead", "lump", "per", "comma", "range") and at not in scene.used:
        if scene.kind(at) == "per" and scene.kind(at - 1) not in ("unit", "number"):
            break
        announced = announced or scene.kind(at) in ("lead", "lump")
        at -= 1
    if at < 0 or at in scene.used or not _close_enough(scene, at, first):
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


def _joined(scene: _Scene, at: int, first: int) -> bool:
    """10k - $300, 1万=500元."""
    return all(scene.kind(i) in ("range", "lead") for i in range(at + 1, first))


def _close_enough(scene: _Scene, at: int, first: int) -> bool:
    between = "".join(scene.gap(i, i + 1) for i in range(at, first))
    return len(between.strip(" :：=()（）*【】是为就需要")) <= 2


def _counted_left(scene: _Scene, at: int, first: int, explicit: bool) -> tuple[int, str, int, bool] | None:
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


def _announced(scene: _Scene, purchase: _Purchase) -> bool:
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


# --- which purchases stand ----------------------------------------------------------------------------------------


def _stands(scene: _Scene, purchase: _Purchase) -> bool:
    """Not a placeholder, not a fine, a wage or a premium, not what somebody else paid."""
    if purchase.low <= PLACEHOLDER or purchase.high > 10**8:
        return False
    for at in range(purchase.first - 1, max(-1, purchase.first - 7), -1):
        kind = scene.kind(at)
        if kind in ("stop", "comma") or purchase.start - scene.tokens[at].end > 8:
            break
        if kind in ("other", "not"):
            return False
        if kind == "sum" and not _per_record(purchase):
            return False
    return True


def _per_record(purchase: _Purchase) -> bool:
    return purchase.source == "said" and purchase.unit in ("record", "query")


def _settle_units(scene: _Scene, purchases: list[_Purchase], limits: list[_Limit]) -> None:
    """Give the amounts that name no unit what their surroundings say, or leave them without."""
    said = [purchase for purchase in purchases if purchase.unit in ("record", "query") and purchase.per == 1]
    beside = {limit.last: limit for limit in limits} | {limit.first - 1: limit for limit in limits}
    for purchase in purchases:
        if purchase.unit is None:
            limit = beside.get(purchase.first - 1) or beside.get(purchase.last)
            _settle_unit(scene, purchase, bool(said), limit)
    for purchase in purchases:
        if purchase.unit in ("record", "set") and (purchase.per or 1) < 50 and _asks_of_one(scene, purchase):
            purchase.unit = "query"


def _settle_unit(scene: _Scene, purchase: _Purchase, said: bool, limit: _Limit | None) -> None:
    before = purchase.first - 1
    near = before >= 0 and _close_enough(scene, before, purchase.first)
    kind = scene.kind(before) if near else ""
    word = scene.text[scene.tokens[before].start : scene.tokens[before].end] if near else ""
    if kind == "period":
        purchase.per, purchase.unit, purchase.source = 1, scene.tokens[before].sense, "lead"
    elif kind == "lump" or (kind == "lead" and scene.kind(before - 1) == "lump"):
        count = _count_before(scene, before)
        purchase.per, purchase.unit, purchase.source = (count or 1), ("record" if count else "package"), "lump"
    elif limit is not None and (near or not kind):
        if purchase.low > 50 and limit.low and limit.low >= 100 and purchase.low < limit.low * 5:
            purchase.per = limit.low
        purchase.per, purchase.unit, purchase.source = purchase.per or 1, "record", "tier"
    elif (kind == "age" and (said or scene.data)) or (
        said and kind in ("lead",) and word not in ("出", "收", "is", "for", "at")
    ):
        purchase.per, purchase.unit, purchase.source = 1, "record", "tier"
    elif scene.data and purchase.high <= 10 and (kind == "lead" or _small_money(scene, purchase)):
        purchase.per, purchase.unit, purchase.source = 1, "record", "lead"


def _small_money(scene: _Scene, purchase: _Purchase) -> bool:
    """毛 and 分 are the coins of rows in a list."""
    return any(scene.tokens[i].factor < 1 for i in range(purchase.first, purchase.last + 1))


def _count_before(scene: _Scene, at: int) -> int | None:
    """The one count of records in the same sentence before `at`: what 打包 packs."""
    counts = []
    for i in range(at - 1, max(-1, at - 20), -1):
        if scene.kind(i) == "stop":
            break
        if scene.kind(i) == "unit" and scene.tokens[i].sense == "record" and scene.kind(i - 1) == "number":
            if i not in scene.used and scene.tokens[i - 1].value >= 2:
                counts.append(int(scene.tokens[i - 1].value))
    return counts[0] if len(counts) == 1 else None


def _asks_of_one(scene: _Scene, purchase: _Purchase) -> bool:
    """Whether what is bought is the answer to a question about one person or car, not a row of a list."""
    if not scene.lookup:
        return False
    at = bisect_left(scene.stops, purchase.start)
    left = max(scene.stops[at - 1] if at else 0, purchase.start - _SENTENCE)
    right = min(scene.stops[at] if at < len(scene.stops) else len(scene.text), purchase.end + _SENTENCE)
    return bool(_contexts()[1].search(scene.text, left, right)) or not scene.goods


def _plausible(scene: _Scene, purchase: _Purchase, floors: bool) -> bool:
    """Against towels at 5元一条 and tyres at 380元一条: a price per record wants talk of data, or a minimum order."""
    per, unit = purchase.per or 1, purchase.unit
    if unit in ("month", "year", "minute", "city", "vehicle", "set", "package", "query"):
        return _plausible_service(scene, purchase)
    if purchase.high / per > DEAREST_RECORD:
        return False
    if _NOT_GOODS.search(scene.text[max(0, purchase.start - 12) : purchase.start + 1]):
        return False
    if scene.data or floors:
        return True
    said = scene.text[purchase.start : purchase.end]
    return purchase.high / per <= 10 and ("条" in said or per >= 100) and not scene.wares


def _plausible_service(scene: _Scene, purchase: _Purchase) -> bool:
    if purchase.unit == "vehicle" and not (scene.data or scene.lookup):
        return False
    if purchase.unit in ("package", "set", "city") and not (scene.data or scene.lookup):
        return False
    return scene.data or scene.lookup or purchase.unit == "query" or purchase.source == "said"


_NOT_GOODS = re.compile(
    "轮胎|胎|香烟|条烟|裤|毛巾|围巾|领带|皮带|床单|鱼|狗|裙|短信|微博|评论|视频|文案|朋友圈|内裤|被子|毯|链|街|一条街|钢筋|软管|灯带|雨刮|脚垫"
)


# --- limits to purchases ------------------------------------------------------------------------------------------


def _assign(scene: _Scene, purchases: list[_Purchase], limits: list[_Limit]) -> None:
    """Give each limit to the price it belongs to; a lone minimum order holds for all prices per record."""
    takers = [p for p in purchases if p.unit in ("record", "query", "vehicle", "set", "package")]
    elements: list[_Purchase | _Limit] = sorted([*takers, *limits], key=lambda element: element.start)
    for at, element in enumerate(elements):
        if isinstance(element, _Limit):
            target = _target(scene, elements, at)
            if target is not None:
                _limit(target, element)
    firm = [limit for limit in limits if limit.firm]
    if len({limit.low for limit in firm}) == 1:
        _spread(scene, takers, limits, firm[0])


def _limit(purchase: _Purchase, limit: _Limit) -> None:
    purchase.min_qty = limit.low if limit.low is not None else purchase.min_qty
    purchase.max_qty = limit.high if limit.high is not None else purchase.max_qty
    limit.taken = True


def _target(scene: _Scene, elements: list[_Purchase | _Limit], at: int) -> _Purchase | None:
    limit = elements[at]
    before = elements[at - 1] if at else None
    after = elements[at + 1] if at + 1 < len(elements) else None
    previous = before if isinstance(before, _Purchase) else None
    following = after if isinstance(after, _Purchase) else None
    if previous is not None and following is not None:
        left, right = _distance(scene, previous.end, limit.start), _distance(scene, limit.end, following.start)
        if left != right:
            return previous if left < right else following
        return following if _limits_lead(elements, limit) else previous
    chosen = previous or following
    if chosen is None:
        return None
    gap = _distance(scene, *((chosen.end, limit.start) if chosen is previous else (limit.end, chosen.start)))
    return chosen if gap < 3 else None


def _limits_lead(elements: list[_Purchase | _Limit], limit: _Purchase | _Limit) -> bool:
    """Whether in this text the quantity comes first and its price after."""
    if isinstance(elements[0], _Limit):
        return True
    if isinstance(elements[-1], _Limit):
        return False
    return isinstance(limit, _Limit) and not limit.firm


def _distance(scene: _Scene, left: int, right: int) -> int:
    """0 side by side, 1 apart, 2 across a comma, 3 across the end of a sentence."""
    between = scene.text[left:right]
    if re.search(r"[。；;！!？?\n\r]|\.\s", between):
        return 3
    if re.search("[,，、]", between):
        return 2
    return 0 if len(between.strip()) <= 2 else 1


def _spread(scene: _Scene, takers: list[_Purchase], limits: list[_Limit], firm: _Limit) -> None:
    """A minimum order said once holds for every price per record that states no quantity of its own."""
    tiers = [limit for limit in limits if not limit.firm]
    for purchase in takers:
        free = purchase.min_qty is None and purchase.max_qty is None and purchase.per == 1 and purchase.unit == "record"
        if free and not tiers:
            purchase.min_qty = firm.low
        elif free and not firm.taken:
            purchase.min_qty, firm.taken = firm.low, True
