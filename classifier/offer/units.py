"""What an amount buys where nothing beside it says so, or less than the sentence does.

A list of readers (`_READERS`) is asked in turn, from what stands next to the amount to what the whole text is about;
the first that knows wins.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from classifier.offer.limits import Limit
from classifier.offer.purchases import LOOSE, PERIODS, Purchase
from classifier.offer.scene import NO_DATA, Scene, close_enough, contexts
from classifier.offer.standing import LITTLE, weigh_against

# Above this, per record, a number is not the price of a row in a list (DOMAIN.md 3.5 knows 0.005 to 10).
DEAREST_RECORD = 100.0
# Up to this (in yuan) an amount that stands by itself is the price of one record.
DEAR_ROW = 10.0
# Below this nothing is money but the price of a row.
_SMALL_MONEY = 2.0
# A minimum order of so many is one of rows.
BULK_ORDER = 100
# What a system costs at least; what rows of a list cost at most.
_DEAR_SET, _DEAR_ROWS = 500, 20
# So near an amount stands what it is handed over in.
_BESIDE = 12
# How far around an amount its sentence is read.
_SENTENCE = 200
# How far around an amount without a unit data must be spoken of, in a longer text.
_NEARBY = 100


class Around(NamedTuple):
    """What stands around an amount without a unit.

    `kind`: of the token right before it, "" where none is near; `limit`: the quantity beside it; `said`: what the
    first price of the text buys by one; `mate`: the price before it in its sentence; `sure`: rows are sold here by
    the hundred.
    """

    kind: str
    near: bool
    limit: Limit | None
    said: str | None
    mate: Purchase | None
    sure: bool


# `per`, the unit, and where it was learned.
Sold = tuple[int, str, str]


def settle_units(scene: Scene, purchases: list[Purchase], limits: list[Limit]) -> None:
    """Give the amounts that name no unit what their surroundings say, or leave them without; mend the others."""
    said = next((p.unit for p in purchases if p.unit in ("record", "query") and p.per == 1), None)
    sure = any(limit.unit in ("", "record") and (limit.low or 0) >= BULK_ORDER for limit in limits)
    beside = {limit.last: limit for limit in limits} | {limit.first - 1: limit for limit in limits}
    last: Purchase | None = None
    for purchase in purchases:
        if purchase.unit is None and not (said and weigh_against(scene, purchase) >= LITTLE):
            before = purchase.first - 1
            near = before >= 0 and close_enough(scene, before, purchase.first)
            mate = last if last is not None and scene.sentence(last.start) == scene.sentence(purchase.start) else None
            limit = beside.get(before) or beside.get(purchase.last)
            around = Around(scene.kind(before) if near else "", near, limit, said, mate, sure)
            settled = next((sold for reader in _READERS if (sold := reader(scene, purchase, around))), None)
            if settled:
                purchase.per, purchase.unit, purchase.source = settled
        if purchase.unit is not None:
            last = purchase
    for purchase in purchases:
        if purchase.unit in ("record", "set", "package", "vehicle"):
            _mend_unit(scene, purchase, sure)


# --- without a unit -----------------------------------------------------------------------------------------------


def _by_period_behind(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """200 USDT monthly."""
    after = purchase.last + 1
    stands = scene.kind(after) == "period" and scene.tight(purchase.last, after)
    if not stands or scene.tokens[after].sense in PERIODS:
        return None
    return 1, scene.tokens[after].sense, "lead"


def _by_head(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """每千条：电话版 60 元."""
    headed = _headed_count(scene, purchase)
    return (headed, "record", "said") if headed and around.kind != "lump" else None


def _by_period(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """包月3000, 月2800 年26000; a month costs more than a row."""
    before = purchase.first - 1
    if around.kind == "period":
        sense = scene.tokens[before].sense
        least = 0 if sense == "minute" or purchase.currency != "CNY" else 50 if sense in PERIODS else 10
    elif around.kind == "unit" and scene.tokens[before].sense in ("month", "year", "quarter"):
        sense, least = scene.tokens[before].sense, 50
        if scene.kind(before - 1) == "number" or not scene.tight(before, purchase.first):
            return None
    else:
        return None
    return (*PERIODS.get(sense, (1, sense)), "lead") if purchase.low >= least else None


def _by_car(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    return (1, "vehicle", "lead") if around.kind != "lump" and _of_one_car(scene, purchase) else None


def _by_limit(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """5000条以上0.8."""
    limit = around.limit
    if limit is None or not (around.near or not around.kind) or around.kind == "lump":
        return None
    low = limit.low
    whole = purchase.low > 50 and low is not None and low >= 100 and purchase.low < low * 5
    return (low or 1) if whole else 1, _of_pieces(limit) or around.said or "record", "tier"


def _by_whole(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """打包3000."""
    if not _is_whole(scene, purchase, around.kind):
        return None
    if _SYSTEM.search(scene.text) and "套" in scene.text[purchase.start - 3 : purchase.end + 3]:
        # 后台 9800元整套转让
        return 1, "set", "lead"
    count = None if _uncounted(scene, purchase) else _count_near(scene, purchase)
    if count is None and purchase.high <= DEAR_ROW and scene.data:
        return 1, "record", "lead"
    if count is None and _asks_of_one(scene, purchase, dear=False):
        return 1, "query", "lead"
    return count or 1, "record" if count else "package", "lump"


def _by_age(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """隔天1, 实时1.5."""
    return (1, around.said or "record", "tier") if around.kind == "age" and (around.said or scene.data) else None


def _by_lead(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """特价0.4 beside a price that says its unit."""
    term = scene.word(purchase.first - 1) if around.near else ""
    return (1, around.said, "tier") if around.said and around.kind == "lead" and term not in LOOSE else None


def _by_heading(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """按台算：7天280，30天660; 都是元/城市."""
    if scene.heading is None or (scene.heading != "record" and purchase.low < DEAR_ROW):
        return None
    return 1, scene.heading, "lead"


def _by_mate(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """一台车查7天1600元，查30天4200元: clauses side by side speak of the same."""
    mate = around.mate
    if mate is None or mate.unit not in ("query", "vehicle", "city") or mate.per != 1 or around.kind == "surcharge":
        return None
    alike = mate.low / 8 <= purchase.low <= mate.low * 8
    return (1, mate.unit, "lead") if alike and scene.priced(purchase) else None


def _by_default(scene: Scene, purchase: Purchase, around: Around) -> Sold | None:
    """What an amount buys in talk of data where nothing says so: small money one record, more the whole."""
    said, explicit = around.said, scene.priced(purchase)
    if not (scene.data or scene.lookup or said):
        return None
    before = purchase.first - 1
    kind = scene.kind(before) if before >= 0 and scene.tight(before, purchase.first, 3) else ""
    if (kind == "surcharge" and scene.tight(before, purchase.first)) or (kind in ("min", "sum") and purchase.low >= 50):
        # 急件加500; 起投5000元 is how much to spend at least.
        return None
    explicit = explicit or (kind == "lead" and scene.text[scene.tokens[before].end - 1] == "价")
    if explicit and said == "query" and scene.lookup and not scene.goods:
        return 1, "query", "lead"
    if purchase.high >= (5 if explicit else 15) and _asks_of_one(scene, purchase):
        return 1, "query", "lead"
    if not (said or (around.sure and purchase.high < _SMALL_MONEY)) and not _is_said_of_data(scene, purchase):
        return None
    foreign = purchase.currency in ("USD", "USDT")
    if purchase.currency != "BTC" and purchase.high <= (DEAR_ROW / 5 if foreign else DEAR_ROW):
        return 1, said or "record", "lead"
    return _by_count(scene, purchase, around, explicit or kind == "lead")


def _by_count(scene: Scene, purchase: Purchase, around: Around, paid: bool) -> Sold | None:
    """The one count of the text for what is too dear for a row, else a package."""
    if not paid or (purchase.low < 50 and purchase.currency != "BTC") or scene.kind(purchase.last + 1) == "min":
        return None
    explicit = scene.priced(purchase)
    count = _count_near(scene, purchase, everywhere=explicit)
    if count is None and (not explicit or (not scene.goods and (around.sure or around.said or not _abroad(purchase)))):
        # Beside prices of rows an amount of nothing is the price of something else.
        return None
    return count or 1, "record" if count else "package", "lump"


def _abroad(purchase: Purchase) -> bool:
    return purchase.currency != "CNY"


_READERS = (
    _by_period_behind, _by_head, _by_period, _by_car, _by_limit, _by_whole, _by_age, _by_lead, _by_heading, _by_mate,
    _by_default,
)  # fmt: skip

# --- with a unit that the sentence mends --------------------------------------------------------------------------


def _clause(scene: Scene, purchase: Purchase) -> tuple[int, int]:
    start, end = scene.clause(purchase.start, purchase.end)
    return max(start, purchase.start - _NEARBY), min(end, purchase.end + _NEARBY)


def _mend_unit(scene: Scene, purchase: Purchase, sure: bool) -> None:
    """条 that are questions, a 份 or 套 that is a whole list, a city's list; what was said so is settled else."""
    per, said = purchase.per or 1, purchase.source == "said"
    dear = purchase.low >= _DEAR_SET
    if purchase.unit == "vehicle":
        if dear and _MACHINE.search(scene.text, *_clause(scene, purchase)):
            purchase.unit = "set"
        return
    if said and per == 1 and (purchase.unit == "package" or (purchase.unit == "set" and not dear)):
        # 3,000 a file of 1.15 万人
        count = _count_near(scene, purchase, everywhere=False)
        if count is not None and count >= BULK_ORDER and not _SYSTEM.search(scene.text):
            purchase.per, purchase.unit = count, "record"
            return
    if purchase.unit == "package" or per >= 50:
        return
    if purchase.low >= 100 and (scene.goods or not scene.lookup) and _speaks_of_city(scene, purchase):
        purchase.unit = "city"
        return
    if purchase.unit == "set" and dear:
        return
    # A row of a list costs less than a question, and nobody asks a hundred at least.
    rows = sure and purchase.low < _DEAR_ROWS and not contexts()[1].search(scene.text, *_clause(scene, purchase))
    asks = purchase.low >= 2 * per and not rows and _asks_of_one(scene, purchase)
    whole = said and purchase.unit == "record" and purchase.low / per > DEAREST_RECORD
    count = _count_near(scene, purchase) if whole and not asks else None
    if count:
        # 一份两百，里面三千条
        purchase.per = count
    elif whole and not asks and _MEDIUM.search(scene.text, purchase.start - _BESIDE, purchase.end + _BESIDE):
        purchase.unit = "package"
    elif asks or (whole and not scene.wares):
        purchase.unit = "query"


# What a whole list is handed over in.
_MEDIUM = re.compile("[u优网硬云]盘|移动硬盘|压缩包|文件夹|光盘|zip")
# What is sold by the 台 and is no car.
_MACHINE = re.compile("一体机|[拨话]号?机|机器|盒子|设备|硬盘|主机")
_CITY = re.compile(
    "(?:每|一|各|一个|省会|[一二三]线|地级|县级)(?:个)?(?:城市|城|市|省会)|城市价|[按分]城市|[大小单]城市|一城"
)


def _speaks_of_city(scene: Scene, purchase: Purchase) -> bool:
    """一个城市打包1800，省会城市2600一个: what one gets is a city's list."""
    said = scene.text[purchase.start : purchase.end]
    at = bisect_left(scene.stops, purchase.start)
    left = max(scene.stops[at - 1] if at else 0, purchase.start - _NEARBY // 2)
    return "个" in said and _CITY.search(scene.text, left, purchase.start) is not None


# What is sold by the set, whatever it asks for.
_SYSTEM = re.compile("系统|平台|后台|软件|源码|代理|贴牌|设备|机器|dialler|dialer|software|sender|system")


def _is_said_of_data(scene: Scene, purchase: Purchase) -> bool:
    """Whether a long text speaks of data where it names an amount; points of a game (12分) are no money."""
    written = scene.text[purchase.start : purchase.end]
    if written in ("一块", "三元") or (written[-1] == "分" and purchase.first == purchase.last):
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


def _of_pieces(limit: Limit) -> str:
    """What is counted by the piece in a limit (满十车): its price is for one of them."""
    return limit.unit if limit.unit in ("query", "vehicle", "city", "set", "package") else ""


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
