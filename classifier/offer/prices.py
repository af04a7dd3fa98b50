"""Prices: how much money buys how much of what, from how many. The values are CONTRACT.md's Price.

A small grammar over `tokens.py`: amounts and what each buys (`purchases.py`), floors and ceilings of quantity
(`limits.py`); here it is settled which of them are prices of the offer. docs/reading.md states the conventions.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from classifier.fold import Folded
from classifier.offer.codes import decode
from classifier.offer.limits import Limit, assign, read_limits
from classifier.offer.purchases import LOOSE, Purchase, read_purchases
from classifier.offer.scene import NO_DATA, WARES, Scene, close_enough, contexts
from classifier.offer.spelling import respell
from classifier.offer.spread import close_up
from classifier.offer.terms import read_slots
from classifier.offer.tokens import Token, lower, read_spoilt, read_tokens
from domain.signals import Price

# At or below this an amount is a placeholder that a form demanded.
PLACEHOLDER = 0.001
# Above this, per record, a number is not the price of a row in a list (DOMAIN.md 3.5 knows 0.005 to 10).
DEAREST_RECORD = 100.0
# Up to this (in yuan) an amount that stands by itself is the price of one record.
DEAR_ROW = 10.0
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
# How far around an amount its sentence is read.
_SENTENCE = 200
# How far around an amount without a unit data must be spoken of, in a longer text.
_NEARBY = 100


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
        wares=bool(WARES.search(text)),
        stops=[token.start for token in tokens if token.kind == "stop"],
    )
    limits = list(read_limits(scene))
    found = read_purchases(scene)
    purchases = [purchase for purchase in found if _stands(scene, purchase)]
    _settle_units(scene, purchases, limits)
    _settle_tiers(purchases)
    _settle_currency(scene, purchases)
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


# What takes a price back after it; an asker's or another's words in quotation marks before it.
_VOID = re.compile(
    r"[^\w\n]{0,3}(?:都?[太嫌]贵|都嫌|[？?] ?(?:错|不[是对卖！!，,。]|假|想多|(?:你?[在是])?做梦"
    r"|想得美|没有|哪|骗|扯|别[信想做]|no(?![a-z])|nope|wrong|not )"
    r"|的?(?:商品|链接|价)?(?:[都只就仅纯]?[是为]?)?(?:用来)?占位|都?不(?:预收|收|要|挣|赚|会收)|买的|买来|收的都?是"
    r"|这种价|那种价|是别人|是人家|是同行|no have|[^\d\n,;.]{0,12}not (?:offered|available|accepted)"
    r"|do(?:es)? not exist|已?作废|那是错|是错价|是原价|是假的|的?都?是骗"
    r"|is a (?:lie|scam)|的?(?:时代|日子|年代)|not possible|不可能)"
)
_SAID = re.compile(
    r"(?:别|不要|休)(?:[问想提信]|相信)[^,，。\n]{0,6}$|(?:占位|标价|挂价)[^,，。\n]{0,2}(?=0?\.0)$"
    r"|(?:同事|朋友|他|她|有人|客户|群友)[^,，。\n]{0,4}花了?$|(?:问|听说|号称|saying|says|said"
    r"|claiming)[^“”\"「」『』\n]{0,3}[“\"「『][^“”\"「」『』\n]*$"
)


def _stands(scene: Scene, purchase: Purchase) -> bool:
    """Not a placeholder, not a fine, a wage or a premium, not what somebody else paid."""
    if (purchase.low <= PLACEHOLDER and purchase.currency != "BTC") or purchase.high > 10**8:
        return False
    if _VOID.match(scene.text, purchase.end) or _SAID.search(scene.text, max(0, purchase.start - 40), purchase.start):
        return False
    for at in range(purchase.first - 1, max(-1, purchase.first - 7), -1):
        kind = scene.kind(at)
        if kind in ("stop", "comma") or purchase.start - scene.tokens[at].end > 8:
            break
        if kind in ("other", "not"):
            return False
        if kind == "sum" and purchase.low >= 10 and not _per_record(purchase):
            return scene.data and purchase.unit in ("month", "year", "minute")
    return True


def _per_record(purchase: Purchase) -> bool:
    return purchase.source == "said" and purchase.unit in ("record", "query")


def _settle_units(scene: Scene, purchases: list[Purchase], limits: list[Limit]) -> None:
    """Give the amounts that name no unit what their surroundings say, or leave them without."""
    said = [purchase.unit for purchase in purchases if purchase.unit in ("record", "query") and purchase.per == 1]
    beside = {limit.last: limit for limit in limits} | {limit.first - 1: limit for limit in limits}
    for purchase in purchases:
        if purchase.unit is None:
            limit = beside.get(purchase.first - 1) or beside.get(purchase.last)
            settled = _settle_unit(scene, purchase, said[0] if said else None, limit)
            if settled:
                purchase.per, purchase.unit, purchase.source = settled
    for purchase in purchases:
        sold_whole = purchase.unit == "package" or (purchase.unit == "set" and not _SYSTEM.search(scene.text))
        if sold_whole and purchase.source == "said" and purchase.per == 1:
            # 3,000 a file of 1.15 万人
            count = _count_near(scene, purchase, everywhere=False)
            if count is not None and count >= 100:
                purchase.per, purchase.unit = count, "record"
        one = purchase.unit in ("record", "set") and (purchase.per or 1) < 50
        if one and purchase.low >= 100 and (scene.goods or not scene.lookup) and _speaks_of_city(scene, purchase):
            purchase.unit = "city"
            continue
        if purchase.unit == "set" and purchase.low >= 500 and _SYSTEM.search(scene.text):
            continue
        # A row of a list costs less than a question.
        asks = one and purchase.low >= 2 * (purchase.per or 1) and _asks_of_one(scene, purchase)
        whole = one and purchase.source == "said" and purchase.low / (purchase.per or 1) > DEAREST_RECORD
        count = _count_near(scene, purchase) if whole and not asks and purchase.unit == "record" else None
        if count:
            # 一份两百，里面三千条
            purchase.per = count
        elif asks or (whole and purchase.unit == "record" and not scene.wares):
            purchase.unit = "query"


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


_CITY = re.compile(
    "(?:每|一|各|一个|省会|[一二三]线|地级|县级)(?:个)?(?:城市|城|市|省会)|城市价|[按分]城市|[大小单]城市"
)


def _speaks_of_city(scene: Scene, purchase: Purchase) -> bool:
    """一个城市打包1800，省会城市2600一个: what one gets is a city's list."""
    said = scene.text[purchase.start : purchase.end]
    at = bisect_left(scene.stops, purchase.start)
    left = max(scene.stops[at - 1] if at else 0, purchase.start - _NEARBY // 2)
    return "个" in said and _CITY.search(scene.text, left, purchase.start) is not None


# What is sold by the set, whatever it asks for.
_SYSTEM = re.compile("系统|平台|后台|软件|源码|代理|贴牌|设备|机器|dialler|dialer|software|sender|system")


def _settle_unit(
    scene: Scene, purchase: Purchase, said: str | None, limit: Limit | None
) -> tuple[int, str, str] | None:
    """`per`, unit and where it was learned, for an amount without a unit of its own."""
    before = purchase.first - 1
    after = purchase.last + 1
    if (
        scene.kind(after) == "period"
        and scene.tight(purchase.last, after)
        and scene.tokens[after].sense not in _PERIODS
    ):
        # 200 USDT monthly
        return 1, scene.tokens[after].sense, "lead"
    near = before >= 0 and close_enough(scene, before, purchase.first)
    kind = scene.kind(before) if near else ""
    headed = _headed_count(scene, purchase)
    if headed and kind != "lump":
        return headed, "record", "said"
    if kind == "period" and (scene.tokens[before].sense not in _PERIODS or purchase.low >= 50):
        return *_PERIODS.get(scene.tokens[before].sense, (1, scene.tokens[before].sense)), "lead"
    if kind != "lump" and _of_one_car(scene, purchase):
        return 1, "vehicle", "lead"
    if limit is not None and (near or not kind) and kind != "lump":
        whole = purchase.low > 50 and limit.low is not None and limit.low >= 100 and purchase.low < limit.low * 5
        return (limit.low or 1) if whole else 1, _of_pieces(limit) or said or "record", "tier"
    if _is_whole(scene, purchase, kind):
        if _SYSTEM.search(scene.text) and "套" in scene.text[purchase.start - 3 : purchase.end + 3]:
            # 后台 9800元整套转让
            return 1, "set", "lead"
        count = None if _uncounted(scene, purchase) else _count_near(scene, purchase)
        if count is None and purchase.high <= DEAR_ROW and scene.data:
            return 1, "record", "lead"
        if count is None and _asks_of_one(scene, purchase, dear=False):
            return 1, "query", "lead"
        return count or 1, "record" if count else "package", "lump"
    if kind == "age" and (said or scene.data):
        return 1, said or "record", "tier"
    term = scene.text[scene.tokens[before].start : scene.tokens[before].end] if near else ""
    if said and kind == "lead" and term not in LOOSE:
        return 1, said, "tier"
    return _default_unit(scene, purchase, said) if scene.data or scene.lookup or said else None


def _default_unit(scene: Scene, purchase: Purchase, said: str | None) -> tuple[int, str, str] | None:
    """What an amount buys in talk of data where nothing says so: small money one record, more the whole."""
    before = purchase.first - 1
    kind = scene.kind(before) if before >= 0 and scene.tight(before, purchase.first, 3) else ""
    if (kind == "surcharge" and scene.tight(before, purchase.first)) or (kind in ("min", "sum") and purchase.low >= 50):
        # 急件加500; 起投5000元 is how much to spend at least.
        return None
    explicit = any(scene.kind(i) == "amount" for i in range(purchase.first, purchase.last + 1))
    explicit = explicit or (kind == "lead" and scene.text[scene.tokens[before].end - 1] == "价")
    if explicit and said == "query" and scene.lookup and not scene.goods:
        return 1, "query", "lead"
    if purchase.high >= (5 if explicit else 15) and _asks_of_one(scene, purchase):
        return 1, "query", "lead"
    if not said and not _is_said_of_data(scene, purchase):
        return None
    if purchase.currency != "BTC" and purchase.high <= (
        DEAR_ROW if purchase.currency not in ("USD", "USDT") else DEAR_ROW / 5
    ):
        return 1, said or "record", "lead"
    if not explicit or (purchase.low < 50 and purchase.currency != "BTC") or scene.kind(purchase.last + 1) == "min":
        return None
    count = _count_near(scene, purchase)
    if not count and not scene.goods:
        return None
    return count or 1, "record" if count else "package", "lump"


def _is_said_of_data(scene: Scene, purchase: Purchase) -> bool:
    """Whether a long text speaks of data where it names an amount; points of a game (12分) are no money."""
    written = scene.text[purchase.start : purchase.end]
    if (written[-1] == "分" and purchase.first == purchase.last) or written in ("一块", "三元"):
        return False
    near = scene.text[max(0, purchase.start - _NEARBY) : purchase.end + _NEARBY]
    return len(scene.text) <= 2 * _NEARBY or bool(contexts()[0].search(NO_DATA.sub("", near)))


_HEAD = re.compile(
    r"(?:每|/|按)\s?(?P<count>百|千|万|100|1000|10000|1k|1w)\s?[条个份笔][^\d。；;\n]{0,4}[:：]"
    r"|(?<![a-z])per (?P<lot>1k|1,?000|10k|10,?000|100|thousand|hundred)(?: \w{3,8})?[)\]]?\s?[:：]"
)
_HEADS = {
    "10k": 10**4,
    "thousand": 1000,
    "hundred": 100,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "100": 100,
    "1000": 1000,
    "10000": 10**4,
    "1k": 1000,
    "1w": 10**4,
}


def _headed_count(scene: Scene, purchase: Purchase) -> int:
    """每千条：电话版 60 元，姓名版 90 元: what is said once for the prices of a sentence; 0 where nothing is."""
    at = bisect_left(scene.stops, purchase.start)
    start = max(scene.stops[at - 1] if at else 0, purchase.start - _SENTENCE)
    head = _HEAD.search(scene.text, start, purchase.start)
    return _HEADS[(head.group("count") or head.group("lot")).replace(",", "")] if head else 0


# Periods that the contract has no word for.
_PERIODS = {"quarter": (3, "month"), "half": (6, "month")}


def _of_pieces(limit: Limit) -> str:
    """What is counted by the piece in a limit (满十车): its price is for one of them."""
    return limit.unit if limit.unit in ("query", "vehicle", "city") else ""


def _of_one_car(scene: Scene, purchase: Purchase) -> bool:
    """Whether the clause speaks of one car before the amount: 一台车一个月的轨迹 700 元."""
    for at in range(purchase.first - 1, max(0, purchase.first - 8), -1):
        kind = scene.kind(at)
        if kind in ("stop", "amount") or (kind == "comma" and not _is_blank(scene, at)):
            return False
        if kind == "unit" and scene.tokens[at].sense == "vehicle" and scene.tight(at - 1, at):
            one = scene.kind(at - 1) == "number" and scene.tokens[at - 1].value == 1 and at - 1 not in scene.used
            return one and purchase.low >= 20
    return False


def _is_blank(scene: Scene, at: int) -> bool:
    token = scene.tokens[at]
    return not scene.text[token.start : token.end].strip()


def _is_whole(scene: Scene, purchase: Purchase, kind: str) -> bool:
    """打包3000, 打包价只要3000, 3000包圆, $1500 for the full DB."""
    before, after = purchase.first - 1, purchase.last + 1
    if kind == "lump" or (kind == "lead" and scene.kind(before - 1) == "lump"):
        return True
    if scene.kind(after) == "lead" and scene.kind(after + 1) == "lump" and scene.tight(after, after + 1, 5):
        return scene.tight(purchase.last, after)
    return scene.kind(after) == "lump" and scene.tight(purchase.last, after)


def _count_near(scene: Scene, purchase: Purchase, everywhere: bool = True) -> int | None:
    """The count of records in the same sentence: what 打包 packs. One before goes before one after.

    Where the sentence has none, it is the one large count of the text, if that may be looked for `everywhere`.
    """
    behind = range(purchase.first - 1, max(-1, purchase.first - 20), -1)
    ahead = range(purchase.last + 1, min(len(scene.tokens), purchase.last + 8))
    for places in (behind, ahead):
        counts = []
        for i in places:
            if scene.kind(i) == "stop":
                break
            count = _count_at(scene, i)
            if count:
                counts.append(count)
        if counts and (len(counts) == 1 or places is behind):
            # The nearest, unless another is the whole beside it.
            return counts[0] if max(counts) < 5 * counts[0] else max(counts)
        if counts:
            return None
    if not everywhere:
        return None
    far = {count for i in range(min(len(scene.tokens), 400)) if (count := _count_at(scene, i)) and count >= 200}
    return far.pop() if len(far) == 1 else None


_UNCOUNTED = re.compile("不[计分按数算论]笔?[数条量笔]|[条笔]数不[计限论]|没数过|没点过|not counted|uncounted")


def _uncounted(scene: Scene, purchase: Purchase) -> bool:
    """杂烩一包 350，条数不计: the whole of its sentence has no count."""
    at = bisect_left(scene.stops, purchase.start)
    left = max(scene.stops[at - 1] if at else 0, purchase.start - _SENTENCE)
    right = min(scene.stops[at] if at < len(scene.stops) else len(scene.text), purchase.end + _SENTENCE)
    return _UNCOUNTED.search(scene.text, left, right) is not None


# Counts that are no whole: what comes by the day, goes along, is tried or shown.
_NO_WHOLE = re.compile(
    r"(?:每天|每日|日均|每月|日产|送|测试?|样|抽|试|a day)[^,，。\d]{0,5}$"
    r"|(?:里程|行驶?|跑[了过]?|表显|mileage|odo|三者险?|第三人?|责任险?|保额|保障)[^,，。\d]{0,3}$"
)
# How far a car has gone.
_MILEAGE = re.compile(
    r"\s?[多余来]?[\d一二三四五六七八九]?\s?(?:公里|千米|km|miles?|mi(?![a-z])|[，,] ?(?:clean title|full service))"
)


def _count_at(scene: Scene, at: int) -> int | None:
    """The count of records whose unit, or whose bare scaled number (1.2万), stands at `at`."""
    if scene.kind(at) == "unit" and scene.tokens[at].sense in ("record", "vehicle") and scene.kind(at - 1) == "number":
        at -= 1
        if not scene.used.isdisjoint((at, at + 1)):
            return None
    elif scene.kind(at) != "number" or not scene.tokens[at].scaled or scene.kind(at + 1) in ("unit", "min", "over"):
        return None
    token = scene.tokens[at]
    if at in scene.used or token.value < 2 or _NO_WHOLE.search(scene.text, max(0, token.start - 10), token.start):
        return None
    return None if _MILEAGE.match(scene.text, token.end) else int(token.value)


_YUAN = re.compile("yuan|rmb|cny|kuai|元|人民币")
_DOLLAR = re.compile("dollar|usd|[$]|bucks")
# Words of Hong Kong, whose $ is its own dollar.
_CANTONESE = re.compile("[嘅唔嚟咗啲冇搵畀俾攞睇哋揸]|港车|港珠澳")


def _settle_currency(scene: Scene, purchases: list[Purchase]) -> None:
    """Money without a country's name is of the one country that the text names: HK$350, 三個以上每個300."""
    if _YUAN.search(scene.text) and not _DOLLAR.search(scene.text):
        for purchase in purchases:
            if purchase.currency == "USD" and "cent" in scene.text[purchase.start : purchase.end]:
                purchase.currency = "CNY"
    if _CANTONESE.search(scene.text):
        for purchase in purchases:
            if purchase.currency == "USD" and scene.text[purchase.start : purchase.end].count("$"):
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


def _asks_of_one(scene: Scene, purchase: Purchase, dear: bool = True) -> bool:
    """Whether what is bought is the answer to a question about one person or car, not a row of a list."""
    if not scene.lookup:
        return False
    at = bisect_left(scene.stops, purchase.start)
    left = max(scene.stops[at - 1] if at else 0, purchase.start - _SENTENCE)
    right = min(scene.stops[at] if at < len(scene.stops) else len(scene.text), purchase.end + _SENTENCE)
    if contexts()[1].search(scene.text, left, right) or not scene.goods:
        return True
    return dear and purchase.low >= 50


def _plausible(scene: Scene, purchase: Purchase, floors: bool) -> bool:
    """Against towels at 5元一条 and tyres at 380元一条: a price per record wants talk of data, or a minimum order."""
    per, unit = purchase.per or 1, purchase.unit
    if unit in ("month", "year", "minute", "city", "vehicle", "set", "package", "query"):
        return _plausible_service(scene, purchase)
    if purchase.high / per > DEAREST_RECORD:
        return False
    if WARES.search(scene.text[max(0, purchase.start - 12) : purchase.start + 1]):
        return False
    if scene.data or (floors and not scene.wares):
        return True
    said = scene.text[purchase.start : purchase.end]
    return purchase.high / per <= 10 and ("条" in said or per >= 100) and not scene.wares


def _plausible_service(scene: Scene, purchase: Purchase) -> bool:
    if purchase.unit in ("month", "year") and purchase.source == "lead":
        return True
    return scene.data or scene.lookup or (purchase.unit in ("month", "year", "minute") and purchase.source == "said")
