"""Volumes: how many records the seller claims to hold, or to put out per period. No lots, minimums or samples.

Each count of the text (`counts.py`) is asked in turn: what speaks against it (a minimum, a gift, a test, money, a
year), what says that it is held or comes in per period, and else what it looks like. docs/reading.md has the rule.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from classifier.fold import Folded
from classifier.offer.counts import LEAST, Count, find_counts
from classifier.offer.prices import Parsed
from classifier.offer.scene import contexts
from domain.signals import Price, Volume

# How far back and (half as far) ahead a sentence is read.
_SENTENCE = 120
# How much of the text before a count is looked at.
_REACH = 24
_END = "。；;！!？?\n"

# --- what speaks against ------------------------------------------------------------------------------------------

# Before a count: a minimum, a ceiling, a test, a purchase, money, what is no stock.
_NOT_BEFORE = re.compile(
    r"(?:补|测试?|试(?:用|打|拿)?|样[本例品]?|抽[查样]?|免费|预览|先(?:拿|给|打|来|发)?|买(?:够|满|了|的|他"
    r"|过|到)?|要|需|求|收(?:购)?|低于"
    r"|不足|少于|不到|至少|最少|最低|起步|起订|起售|首(?:次|单|批|月|期)|一次|单次"
    r"|每[次单份包组条套个批席人]|单日限|日限|上限|限"
    r"|最多|至多|不超过?|[一每]份|编号|单号|工号|车龄|满|拿|走|整|按|打|拨|呼|跑|领|导|换|充|(?<![库总现])存|押|花"
    r"|烧|赚|罚|判|赔|抵|凭|超过|过"
    r"|欠款?|余额|保底|保证|承诺|[=＝]|保额|三者险?|资产|存款|入金|薪|收入|贷款?|额度|车价|价值|房价|身价|消费"
    r"|流水|行驶|跑了|保费都?在?|台币|港币|人民币|美金|人民幣|拿到|起手|门槛|起码|凑够"
    r"|(?<![a-z])(?:min|minimum|moq|first|sample|test|trial|floor(?: is)?|abv|buy"
    r"|need|sell|over|above|than|under|below|up to"
    r"|at least|from|lots? of"
    r"|order|take|get free|each|every|per|max|limit|rs\.?|usd|inr|aed|php|thb|myr))"
    r"[\s:：了的个有为是约大概]{0,3}(?:about |around |roughly )?$"
)
# In its sentence: what is reported, what the law counts, what somebody wants to buy.
_OTHERS = re.compile(
    r"查获|查扣|扣押|扣得|涉案|嫌疑人|判处|获刑|法院|民警|警方|检方|检察|起诉|刑法|司法解释|情节严重"
    r"|违法所得|入罪|不法所得|召回|封禁|受害人|被告"
    r"|记者|[需要想求]采购|采购需求|求购|诚收|需求量|(?<![a-z])(?:police|arrested|court|sentenced|prosecut|regulator|budget|wtb"
    r"|want to buy|looking to buy"
    r"|i need|we need)"
)
# What something is worth, also in a row: 保额（100万、200万）, 预算（比如15-20万）, average value 320k.
_WORTH = re.compile(
    r"(?:预算|保额|报价|估值|估价|注册资[本金]|资金|身家|欠我?|骗了?客?户?|损失|奖金|房产|value|worth|budget|salary|income)"
    r"[^。；;！!？?\n\d]{0,6}(?:[\d.]+[万wk千]?\s?[、,，/~-]\s?)*$"
)
# What comes along with something else, and who reads a channel.
_MONEY_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:only|just|price|cost|pay|at|for|rate)|价格?|费用?|预算|[贷借]款?|要)[\s:：约大概是]{0,3}$"
)
_GIFT = re.compile(
    r"(?:(?<![推发派递传日])送(?!水|货|餐|件|达|修|检|审|到|快递)|赠|附带|bonus|gift)[^\d。；;！!？?\n，,]{0,12}$"
)
_FOLLOWERS = re.compile(
    r"(?:粉丝|关注|阅读|浏览|播放|好友|群?成员)[^\d，,。\n]{0,4}$|\.(?:xlsx?|csv|zip|rar|mdb|sql|txt|db)\s?$"
)
# A large stock may be said so too (库存超过50万条): that it is held must then be said before.
_OPENS = re.compile(r"(?:超过|过|over|above|than)\s?$")
# After a count: a minimum or tier, a test, money, another measure than records.
_NOT_AFTER = re.compile(
    r" ?(?:打?[\d一二三四五六七八九.]{1,3}折|[+＋]?\s?(?:起|包邮|打底|保底|成交|以内|以下|之内|封顶|另[谈议]"
    r"|面[谈议]|试|测|样|免费|送|的话"
    r"|以上(?:的?(?:车|豪|元|存款|客户)|再|另|可|面|有|送|[五六七八九\d])|左右的?车|/?[天日]起|不出|不卖"
    r"|不接|不做|，?可[面小]?[议谈刀])"
    r"|元|块|毛|角|分[钱/]|刀|米一|港币|港纸|蚊|美金|美元|人民币|台币|欧|usdt?(?![a-z])|u(?![a-z])|rmb|yuan"
    r"|cny|inr|r(?![a-z])|油|大洋|￥|¥"
    r"|公里|千米|km|平米?|平方|度|斤|吨|天|年|月|日(?!活)|号|点|分钟|小时|秒|次|通|页|字|岁|家|层|座|期|届"
    r"|倍|折|%|％|mb|gb|g(?![a-z])"
    r"|(?:minimum|min|free|sample|test|at |for \$|for rs|a ?piece|per (?!day|week|month)|miles?(?![a-z])|usd"
    r"|dollars?|views|followers|words|hours)"
    r"|个?(?:城市|城|区县|县|区|省|地[区市级]|行业|词|品牌|群|店|网点|月|小时|工作日|团队|坐席|座席|席位"
    r"|楼盘|盘|字|积分|分类|点击|赞|粉丝|好友位|马力)"
    r"|人(?:的)?(?:大?群|团队|公司|车友群|微信群)|名额|电话(?!号|名|数|资)|客服|热线|开头)"
)
# A price right behind a count: a lot or a tier. What a record costs makes a tier of small counts only (45万 两毛 is a
# stock), and crooked counts are what there is (12,400条 3元).
_PRICED = re.compile(
    r"\s?(?:以上|[+＋])?\s?的?[\s:：按每=→|｜—-]{0,3}(?:[¥￥$€£]\s?\d|\d+(?:\.\d+)?\s?(?:[元块刀/]"
    r"|[ur](?![a-z])|usdt?|[wk](?![a-z])"
    r"|yuan|rmb)|\d{2,6}(?![\d条个万%]))"
)
_TIERED = re.compile(r"\s?(?:以上|[+＋])?\s?的?[\s:：按每]{0,2}(?:0?\.\d|[\d一二两三四五六七八九][毛角块元])")
_LARGE, _SOME = 100_000, 500
_TIER = re.compile(r" ?及?以上")
# 12万条，打包3000: the price is of all there is, not of a lot.
_CHINESE = re.compile("[\u3400-\u9fff]")
_PARTED = re.compile(r" ?[，,；;]")

# --- what speaks for ----------------------------------------------------------------------------------------------

_HELD = re.compile(
    r"(?:手[里上头边]|整[份库]|全[站库份]|合?共|[库仓盘][里内中]|(?<![\u3400-\u9fff])存|库存|总存|仓存|现货|存量|现有|现存|拥有|存有|已有|共有|在库|入库|总量|总数|总计|总共|一共|累计"
    r"|合计|共计|共|数据量|数据总量"
    r"|收录|沉淀|积累|储备|攒了|存了|存着|剩余?|还剩|留了|囤|覆盖|包含|涵盖|内置|内含|内建|预装|灌好|导入"
    r"|整理(?:了|出|好)|规模|体量|数量|条数|行数"
    r"|记录数|量级|(?<![没只还所])有|握有|掌握|备有"
    r"|(?<![a-z])(?:total(?:ling)?|in stock|holding|hold|holds|have|has|got|database (?:of|with)|volume"
    r"|preloaded(?: with)?"
    r"|pre-loaded|stock|size|quantity|qty|count|contains?|containing|includes?|including|list of|file of"
    r"|we are holding))"
    r"[^\d。；;！!？?\n，,、]{0,10}[\s:：]*$"
)
_ABOUT = re.compile(
    r"(?:约有?|大约|大概|差不多|将近|接近|近|逾|超|上|达|(?<![a-z])(?:about|around|approx(?:imately)?"
    r"|roughly|some|nearly))\s?$"
)
_LABELLED = re.compile(
    r"(?:数据量|数据总量|总量|数量|(?<![\u3400-\u9fff])量|库存|存量|规模|体量|条数|行数|总数|记录数|存货|总条数"
    r"|量级|现货|volume"
    r"|records|rows|total|stock|size|count"
    r"|quantity|qty|in stock)\s?[:：=]\s?(?:约|近|超|大约|about|over|approx\.?|~)?\s?$"
)
# By the day without a unit only in these words (日量5000): 一个月260 and 300/天 are money.
_DAILY = re.compile(
    r"(?:日[量出更产供均增推]|(?<![个本上])[月周][产出供](?!单)|日更新|日新增|每[天日](?:新增|更新|入库|新进|出)|每?[周月][补更增]|每[周月](?:新增|新进|入库|更新|出)|daily"
    r"|(?:monthly|weekly) (?:adds?|new|plus))(?:[^\d。；;！!？?\n，,、]{0,4})$"
)
_PERIOD = re.compile(
    r"(?:(?<![今昨当])日[量出更产供均活增推抓入进]|单日|每[天日]|一天|天天|日更新|日新增|(?<![首本当上下满])月[量出更产均增]"
    r"|每个?月|一个月|每周|周[更增出]|每星期|每季度?|每年|年更|(?<![a-z])(?:daily"
    r"|per day|a day|each day|every day|monthly|each month|every month|per month|weekly|every week|each week))"
    r"[^\d。；;！!？?\n，,、]{0,10}[\s:：]*$"
)
# Said before a count that opens no tier either: 日更2000+, 库存10万以上.
_HOLDS = re.compile(f"(?:{_PERIOD.pattern})|(?:{_HELD.pattern})")
_PERIOD_AFTER = re.compile(
    r"\s?(?:/|每|一|per |a |each |every )\s?(?:天|日|周|星期|月|年|day|week|month)(?!.{0,2}起| begin| start| min)"
    r"|\s?(?:daily|weekly|monthly)(?![a-z])"
)
# No stock comes so: what one may do in a day.
_NO_PERIOD = re.compile(r"(?:打|拨|呼|限|最多|上限|查|接待?|能跑|可跑|看|导出?|领|调|下载)[^\d，,]{0,4}$")
_GOODS = (
    "车主|有车|数据|资料|名单|信息|客户|客人|客资|线索|保单|号码|用户|会员|料|存货|库存|名录|资源|档案|司机"
    "|业主|股民|家长|宝妈|老板|法人|学员|学生"
    "|通讯录|名册|手机号|联系方式|投保人|车友|保户|人群|底档|访客|记录|电话"
)
_GOODS_AFTER = re.compile(
    rf"(?!的那)(?:的|全国|各地|最新|真实|精准|一手|实时|有效|优质)*(?:[\u3400-\u9fffa-z0-9]{{0,8}}?)(?:{_GOODS})"
)
_GOODS_BEFORE = re.compile(
    rf"(?:{_GOODS}|表格?|清单|dump|database|owners?|leads?|list|data|records|holders|users|phones?|emails?|names|db)"
    r"[\s:：,，|｜\-—·（(【有共约计近达超大概整一全]{0,6}$"
)
_FIELDS_AFTER = re.compile(
    r"[\s，,、:：（(.]{0,3}(?:都|全|均|带|含|有|包括|包含|with|incl|fields)?[^\d。；;！!？?\n]{0,6}?"
    r"(?:姓名|名字|电话|手机|车牌|车型|号码|到期|字段|车架|证件|身份证|name|phone|mobile|plate|email|vin|fields)"
)
_LUMP_AFTER = re.compile(
    r"[\s，,、:：]{0,3}[^\d。；;！!？?\n]{0,6}?(?:打包|清仓|全要|一口价|一共|全部|整份|全拿|包圆|一起|拿走|all for"
    r"|whole|takes? all)"
)
_ROWS = frozenset({"行", "row", "rows", "line", "lines"})
# What is sold by the piece is not told by it: pieces count only where they are held.
_SOLD_BY = frozenset({"piece", "pieces", "pcs", "strip", "strips", "set", "sets", "cars", "car", "vehicle", "vehicles"})
_EDGE = re.compile(r"[\s，,、。；;.!！|｜/）)】\]（(：:·+＋-]|$|带|含|都|全|现货|秒|条|数据|车主")
# Before a number by itself: a blank, a mark, a place; but no word of money.
_EDGE_BEFORE = re.compile(r"(?:^|[\s，,、。；;.!！|｜（(【\[：:·-]|(?![价费金卡版代收元块款薪费])[\u3400-\u9fff])$")
_PLACE_BEFORE = re.compile(
    r"(?:全[省市国区州台港]|[各本]省|[省市县州海京津庆东西南北川江建林宁夏]|按揭|到期)\s?(?:约|共|有|大概)?$"
)
_TALK = re.compile(r"车牌|手机号?|电话|姓名|字段|登记的|plates?(?![a-z])|mobile|phone")
# In talk of cars for sale a number by itself is a price or a mileage.
_CARS = re.compile(r"公里|车况|里程|可贷款|裸车|落地|首付|mileage|miles|odometer")
# 芜湖九千，蚌埠七千多: the next of a list.
_NEXT = re.compile(r"(?:左右|上下)?\s?[，,、；;/|\s]{1,2}[\u3400-\u9fff]{2,4}\s?(?:[:：]|有|约|大概|共)?\s?")


def read_volumes(folded: Folded, parsed: Parsed) -> tuple[Volume, ...]:
    """Each distinct volume once, in the order of the text."""
    text = parsed.text
    counts = list(find_counts(text))
    if not counts:
        return ()
    volumes: dict[int, Volume] = {}
    sold = bool(parsed.prices)
    about_data = sold or bool(contexts()[0].search(text) or _TALK.search(text))
    starts = [token.start for token in parsed.tokens]
    last: Count | None = None
    lots = _find_lots(parsed, folded.original)
    for count in counts:
        at = bisect_left(starts, count.start)
        priced = at < len(starts) and starts[at] < count.number and at in parsed.used
        counted = count.unit or count.scaled or (count.about and not _CHINESE.match(text, count.start))
        priced = priced and not (counted and (_PARTED.match(text, count.end) or _is_crooked(count)))
        begin, end = folded.span(count.start, count.end)
        bought = any(lot.start <= end + _BESIDE and begin < lot.end for lot in lots.get(count.records, ()))
        bound = at in parsed.bounds and starts[at] < count.number
        if bought or (bound and not _HOLDS.search(text, max(0, count.start - _REACH), count.start)):
            continue
        follows = last is not None and not priced and bool(_NEXT.fullmatch(text, last.end, count.start))
        if _is_claimed(text, count, priced, about_data, follows) and not _is_told(text, count):
            last = count
            start, stop = folded.span(count.start, count.number if count.latin else count.end)
            volumes.setdefault(count.records, Volume(count.records, folded.original[start:stop], start, stop))
    return tuple(volumes.values())


# A price for all there is.
_WHOLE = re.compile("[全整总]|一共|一起|打包|一口|清|包圆|拿走|带走|whole|all|entire|everything|total|full")


def _find_lots(parsed: Parsed, original: str) -> dict[int, list[Price]]:
    """By their size the lots: 100元1万条; 3k条1200, 9k条3000. One count before its price may be all there is."""
    lots = [price for price in parsed.prices if price.unit == "record" and price.per >= LEAST]
    lots = [price for price in lots if not _WHOLE.search(_line_around(original, price).lower())]
    several = len({price.per for price in lots}) > 1
    sizes: dict[int, list[Price]] = {}
    for price in lots:
        if several or _PAID_FIRST.match(price.text.lower()):
            sizes.setdefault(price.per, []).append(price)
    return sizes


def _line_around(original: str, price: Price) -> str:
    """A price with a few characters of its line on both sides."""
    before = original[max(0, price.start - _NEAR) : price.start].rpartition("\n")[2]
    return before + price.text + original[price.end : price.end + _NEAR].partition("\n")[0]


# How far around a price a word for the whole is looked for.
_NEAR = 5
# 40k contacts, $350: so near a price.
_BESIDE = 3
_PAID_FIRST = re.compile(
    r"(?:[¥￥$₹]|usdt?|inr|rs\.?|hk\$|nt\$|btc|rmb|cny)\s?\d|[\d.,一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟万]+\s?(?:[元块圆¥毛u]|usdt?|btc|yuan|rmb)"
)


def _is_claimed(text: str, count: Count, priced: bool, about_data: bool, follows: bool) -> bool:
    """Whether a count is of records held, or put out per period. `follows`: it is the next of a list of volumes."""
    before = text[max(0, count.start - _REACH) : count.start]
    labelled = bool(_LABELLED.search(before))
    if (priced and not (count.unit or labelled)) or _measures_else(text, count):
        return False
    if _GIFT.search(before) or _FOLLOWERS.search(before):
        return bool(_PERIOD.search(before)) and about_data and bool(count.unit)
    if _PERIOD.search(before) or _PERIOD_AFTER.match(text, count.end):
        return about_data and _comes_in(text, count, before, priced)
    if labelled:
        return about_data or bool(count.unit)
    held = bool(_HELD.search(before))
    if not held and (priced or _is_lot(text, count) or _TIER.match(text, count.end)):
        return False
    if not (count.unit or count.latin) and (_MONEY_BEFORE.search(before) or _WORTH.search(before)):
        return False
    if _NOT_BEFORE.search(before) and not (held and _OPENS.search(before) and (count.unit or count.scaled)):
        return False
    if follows:
        return True
    said = bool(count.unit) and (held or bool(_ABOUT.search(before)))
    if count.latin:
        return _is_listed(count, said)
    if (said or (held and (count.scaled or count.records >= 1000))) and (about_data or count.unit):
        return True
    return _looks_held(text, count, before) if about_data else _names_goods(text, count, before)


def _is_told(text: str, count: Count) -> bool:
    """Whether its sentence is about what others had, what the law counts, or what the author wants to buy."""
    start = max(text.rfind(stop, max(0, count.start - _SENTENCE), count.start) for stop in _END) + 1
    return bool(_OTHERS.search(text, max(start, count.start - _SENTENCE), count.start + _SENTENCE // 2))


def _measures_else(text: str, count: Count) -> bool:
    """Whether it is a year, a handle, a minimum, money or another measure than records."""
    return bool(_is_number(count) or _NOT_AFTER.match(text, count.end) or _NOT_AFTER.match(text, count.number))


def _is_number(count: Count) -> bool:
    """2024 is a year and 2873650914 a handle, unless they are written as counts."""
    if count.scaled or count.about:
        return False
    if count.latin:
        return 2010 <= count.records <= 2035
    return not count.unit and (1980 <= count.records <= 2035 or count.records >= 10**7)


def _comes_in(text: str, count: Count, before: str, priced: bool) -> bool:
    """Of a count by the day or month: whether it is put out, not paid, and not what one may take."""
    if _NO_PERIOD.search(before) or (priced and not count.unit):
        return False
    told = _PERIOD_AFTER.match(text, count.end) or _GOODS_AFTER.match(text, count.end) or _ABOUT.search(before)
    if not (count.unit or ((count.scaled or count.about) and told)):
        return bool(_DAILY.search(before) or (_PERIOD_AFTER.match(text, count.end) and _GOODS_BEFORE.search(before)))
    return not _NOT_BEFORE.search(before)


def _is_crooked(count: Count) -> bool:
    """12,400 or 9,100: so many there are; 1,000, 2,500 and 30,000 are lots."""
    digits = str(count.records).rstrip("0")
    return len(digits) > 2 or digits[1:] not in ("", "5")


def _is_lot(text: str, count: Count) -> bool:
    """一万条699, 2000-1万 4角: what a price buys. Crooked counts are what there is."""
    if _is_crooked(count):
        return False
    return bool(_PRICED.match(text, count.end) or (count.records < _LARGE and _TIERED.match(text, count.end)))


def _is_listed(count: Count, held: bool) -> bool:
    """Records, rows, owners; pieces only where they are held."""
    noun = count.unit.rsplit(" ", 1)[-1]
    if noun in _SOLD_BY and count.scaled and count.records >= _LARGE:
        return True
    return held or (noun not in _SOLD_BY and (count.scaled or count.records >= 1000 or noun in _ROWS))


def _looks_held(text: str, count: Count, before: str) -> bool:
    """In talk of data: a count of rows, some hundreds of people, tens of thousands of records, or one beside goods."""
    if count.unit in _ROWS or (count.unit and (count.about or count.scaled)):
        return True
    if count.unit and count.records >= _SOME and _is_crooked(count):
        return True
    if count.unit and (_LUMP_AFTER.match(text, count.end) or _FIELDS_AFTER.match(text, count.end)):
        return True
    if _names_goods(text, count, before):
        return True
    if count.unit or not (_EDGE.match(text, count.end) and _EDGE_BEFORE.search(before)):
        return False
    written = text[count.start : count.number]
    if count.scaled and (_ABOUT.search(before) or _PLACE_BEFORE.search(before)):
        return True
    if count.about:
        return count.records >= 1000 and bool(_GOODS_BEFORE.search(before))
    if count.records < 10_000 or _CARS.search(text) or not written[0].isdigit():
        return False
    return written[-1] in "wk万亿n" or (written[-1] == "m" and bool(_GOODS_BEFORE.search(before)))


def _names_goods(text: str, count: Count, before: str) -> bool:
    """一万三千多个车主, 车主45万, 名单：186,000."""
    if count.unit or count.scaled or count.about or count.records >= 1000:
        if _GOODS_AFTER.match(text, count.end):
            return True
        return bool(_GOODS_BEFORE.search(before)) and (count.scaled or bool(count.unit) or count.about)
    return False
