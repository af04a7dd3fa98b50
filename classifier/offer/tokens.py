"""The words of a price, found in a folded text: amounts, numerals, units, floors and ceilings, tiers, stops.

Two passes, each linear: a regular expression for what has digits, an automaton for the words of
`lexicon/pricing.tsv`; where they overlap the one that begins first, then the longer, holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import ahocorasick

from classifier.lexicon import read_terms, spread_term
from classifier.offer.numerals import CHINESE, DIGITS, RINGED, SCALES, read_numeral


class Token(NamedTuple):
    """One word of a price at `[start, end)` of the folded text.

    Kinds: amount (`value` in `sense`, a currency), number, range, per, unit (`sense`: the unit), the roles of
    pricing.tsv, stop (ends a sentence), comma, skip (a date, a percentage: no part of a price).
    """

    kind: str
    start: int
    end: int
    value: float = 0.0
    sense: str = ""
    # A number written with 万, k and the like; a money word worth less than its currency (毛, 分); money by a word that
    # is mostly something else (米, 张, 一块), or by one that any country's money goes by (元, 块, $).
    scaled: bool = False
    factor: float = 1.0
    slang: bool = False
    common: bool = False


# 10k $40: the sign is of the number behind it.
_UNLESS_BEFORE = dict.fromkeys(("$", "₹", "¥", "￥", "₿", "hk$", "¢"), r"(?!\s?\d)")
_ASCII_WORD = re.compile(r"[a-z0-9]", re.ASCII)


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[
    ahocorasick.Automaton, dict[str, tuple[str, float]], dict[str, tuple[str, float]], frozenset[str]
]:
    automaton = ahocorasick.Automaton()
    after: dict[str, tuple[str, float]] = {}
    before: dict[str, tuple[str, float]] = {}
    units = set()
    for term, role, value in (
        (term, row["role"], row["value"]) for row in read_terms("pricing") for term in spread_term(row["term"].lower())
    ):
        if role in ("after", "before", "slang"):
            currency, factor = value.split(":")
            (before if role == "before" else after)[term] = (currency, float(factor))
        else:
            # The same word may open and close (最低, 起订): the grammar tells which; only one sense is kept.
            latin = term[0].isascii() or term[-1].isascii()
            automaton.add_word(term, (role, value, len(term), latin))
            if role == "unit":
                units.add(term[0])
    automaton.make_automaton()
    return automaton, after, before, frozenset(units - set("abcdefghijklmnopqrstuvwxyz"))


@lru_cache(maxsize=1)
def _numbers() -> re.Pattern[str]:
    _, after, before, letters = _vocabulary()
    units = "".join(sorted(letters))
    # Their money sense needs more than a number before them: no word that goes on (三分钟), or, for slang, a unit after
    # (5米一单) or nothing (一单两张).
    slang = "".join(row["term"] for row in read_terms("pricing") if row["role"] == "slang")
    careful = {"分", "毫", "蚊", "圆", "块", "毛", "角", *slang}
    plain = "|".join(
        re.escape(term)
        + (r"(?![a-z0-9])" if term[-1].isascii() and term[-1].isalpha() else _UNLESS_BEFORE.get(term, ""))
        for term in sorted(after.keys() - careful, key=len, reverse=True)
    )
    lead = "|".join(
        (r"(?<![a-z])" if term[0].isascii() and term[0].isalpha() else "") + re.escape(term)
        for term in sorted(before, key=len, reverse=True)
    )
    ones = "".join(digit for digit, value in DIGITS.items() if value)
    chinese = f"[{CHINESE}]"
    coins = (
        rf"{plain}|块(?!儿)|[毛角]|毫(?![米升克安秒无不])"
        rf"|分(?!\s?的?罚)(?![钟之析类享期组店公别为数红手秒级校辨米布部队])"
        rf"|[{slang}](?=\s?(?:[/／每]|per|[一1]\s?[{units}]|[{ones}\d十百千万]+[{units}])|\W|$)|圆|蚊"
    )
    # 一百元整, but 一百元整包.
    even = "(?:整(?![包份套个体库张本册批条盘车千万百]))?"
    # 3块台币: the country's name after any word of money.
    exact = r"(?:\s?(?P<{}>台币|新台币|台票|港币|港纸|美金|人民币))?"
    number = (
        rf"(?:(?<![\d.])0 ?\. ?\d{{1,2}}(?!\d)|(?<![\d ])\d(?: \d){{2,6}}(?=\s?(?:[条笔个份元块起]))"
        rf"|\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+)"
        rf"(?:(?:\s|[多余来几])?(?:[万千仟百佰亿](?:[{ones}1-9](?=一[{units}])|[{ones}1-9](?![{ones}0-9.{units}毛角分块元千百])"
        rf"|(?:[{ones}]|\d{{1,3}})[千百仟佰])?"
        rf"|[wkm](?![a-z0-9]))|\s?(?:lakhs?|lacs?|crores?|million|mil|thousand)(?![a-z]))?"
    )
    # Not the 一 of 统一; with the "some" of 四千几个.
    spoken = rf"(?<!(?<!系)统){chinese}+(?:[多余来几](?=[{units}])|[wk](?![a-z0-9]))?"
    fifth = (
        rf"(?:[0零][1-9{ones}](?![{CHINESE}\d](?<!一))"
        rf"|(?:[{ones[1:]}1-9半]|一(?![\u3400-\u9fff]))(?![{units}{CHINESE}0-9.毛角天周]|\s?(?:[{units}跳]|tiao|ci(?![a-z])))"
        rf"|[{ones}半](?=[一1壹]\s?(?:[{units}]|tiao)|台[票币])|[1-9](?=一(?:[{units}]|\s?tiao)|1[条笔个份次台](?![\d起])|台[票币]))"
    )
    return re.compile(
        "|".join(
            (
                r"(?P<skip>(?<=[a-z])[/.](?:[a-z0-9.?=&_-]*/)+[a-z0-9.?=&_-]*|百分[百之]|(?<=[长珠])三角|三角(?=[洲形债恋函])|四角(?=坐标|标注|点|落)|(?<=[身框])四角|八角(?=[两和茴桂粒颗]|、桂)"
                r"|(?:19|20)\d\d ?(?:[-~—–到至]|to) ?(?:19|20)\d\d(?![\d条个份元块.])|[买卖]\s?[1一]\s?[送赠得]\s?[1一]"
                r"|\d{1,3} (?:years?|months?|weeks?|days?|hours?|minutes?) (?:old(?! data)|ago|later|left|long)"
                r"|一?\s?张\s?(?:[=＝]|就?是|等于|[即指算])\s?(?:一百|100|百)\s?[块元]?|(?:19|20)\d\d\s?年(?:度|款|\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号])?)?"
                r"|(?<!\d)\d{1,2}月\d{1,2}[日号]|(?<![\d.])(?:1[0-2]|[1-9]) ?月(?:份|底|初|中旬|到期"
                r"|的(?=[^\d一二两三四五六七八九]))"
                r"|(?<![\d.])(?:19|20)\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?![\d元块毛])"
                r"|(?<!\d)\d{1,2}[:：]\d\d(?![\d元])"
                r"|\d+(?:\.\d+)?\s?(?:%|％|小时|岁|折|公里|km|千米|厘米|cm|mm|kg|gb?|mb|tb|号线|路车|楼|层|期|倍"
                r"|座|缸|匹)(?![a-z])"
                r"|(?<![a-z0-9_@.-])(?!@\d)(?!(?:usdt?|rmb|cny|hkd|ntd?|twd|inr|btc|rs|moq|min|max|from|only"
                r"|at)\d|t\d{1,2}(?![a-z0-9_-]))[a-z_@][a-z_@.-]*+\d[a-z0-9_-]*+"
                r"|[£€]\s?\d[\d,.]*k?|(?<![\d.,])\d[\d,.]{0,12}\s?(?:£|€|欧元|英镑|澳元|令吉|马币|泰铢|(?:eur"
                r"|euros?|gbp|pounds?|aed|rm|thb|aud)(?![a-z]))"
                r"|(?:eur|gbp|aed|rm|thb|aud) ?\d[\d,.]*"
                r"|\d{8,}(?!\.?\d*\s?(?:元|块))|(?<!\d)\d{1,6}(?!(?:yuan|usdt?|rmb|cny|pcs|pieces?|rec|u[^a-z]"
                r"|inr|rs|hkd|twd|ntd|btc|per|mao))[a-jln-vxyz][a-z0-9]++)",
                rf"(?P<age>(?:\d{{1,3}}|[{ones}十半]{{1,3}})个?(?:月|天|周|星期|年|小时|日)(?:之?内|以内|前"
                rf"|以前|左右|的(?=\s?[\d{CHINESE}]))"
                r"|\d{1,2}-\d{1,2}天"
                r"|(?:within )?\d{1,3}\+?(?: |-)?(?:days?|weeks?)(?![a-z])(?! (?:minimum|subscription|plan|access)))",
                rf"(?P<compound>(?P<whole>{number}|{spoken}|(?<![这那一每整大小方板地几哪成])(?=[块蚊])"
                rf"|(?<=量大)(?=块))(?P<base>[块蚊元米]|张(?=半))(?P<tenth>{fifth})){exact.format('exact3')}",
                rf"(?P<dimes>(?<![长珠])(?P<mao>{number}|[{CHINESE}])[毛角](?P<fen>[{ones}1-9](?=分)|{fifth})分?)",
                rf"(?P<cents>(?P<fen2>[{ones}1-9])分(?P<li>[{ones}1-9])(?:厘|(?=\s?(?:[一1]\s?(?:[条个份笔]|分钟)|[/／每]))))",
                rf"(?P<yuanmao>(?P<yuan>{number}|{spoken})[元块圆](?:(?P<jiao>[{ones}1-9])[毛角])?零?(?P<cent>[{ones}1-9](?:(?=分(?!钟))|(?<=[毛角][{ones[1:]}2-9])(?=一?[{units}/／每,，。\s])))?(?<![元块圆])分?)",
                r"(?P<half>半(?P<coin>[块毛元])|half (?:an? )?(?:yuan|kuai|rmb))",
                r"(?P<round>整[万千百](?=[走出起卖发拿]))",
                rf"(?P<before>{lead})[^\S\r\n]?(?P<lead>(?>{number}|{spoken}))(?!\s?[块毛角毫蚊]|\s?分(?!钟)|[a-z0-9]{6}|[a-z][a-z0-9]{5})(?:[^\S\r\n]?(?P<tail>{plain}))?",
                rf"(?P<digits>{number})[^\S\r\n]?(?P<money>{coins}){even}{exact.format('exact')}",
                rf"(?P<cjk>{spoken})(?:\s(?=[元块毛角]))?(?P<coin2>{coins}){even}{exact.format('exact2')}",
                rf"(?P<number>{number})",
                rf"(?P<numeral>{spoken})",
                r"(?P<bulk>(?<=[/／每])[wk](?![a-z0-9]))",
                r"(?P<range>[-~～—–至到]+|to(?![a-z]))",
                r"(?P<per>[/／]|每(?:一)?|(?<![a-z])(?:per|each|every|an?|one(?= ?(?:[,.;]|[a-z]|$))|yi(?= ?tiao))"
                r"(?![a-z])|[按单](?=[条份个次套笔台车辆]))",
                r"(?P<stop>[。；;！!？?\n\r|┊┆┃▎▪❗💥]|\.(?=\s|$))",
                r"(?P<comma>[,，、]|(?<=\S)\s{2,})",
            )
        )
    )


@lru_cache(maxsize=1)
def _starts() -> re.Pattern[str]:
    """Where something of `_numbers` can begin at all: one cheap look at each character instead of twenty.

    Marks begin nothing else, and are tokens already.
    """
    leads = "".join({term[0] for term in _vocabulary()[2]} - set("abcdefghijklmnopqrstuvwxyz"))
    signs = re.escape(leads + ".£€-~～—–/／_@")
    return re.compile(
        rf"(?P<stop>[。；;！!？?\n\r|┊┆┃▎▪❗💥])|(?P<comma>[,，、])|[\d{CHINESE}块蚊张整至到买卖每按单{signs}]|\s(?=\s)"
        r"|[a-z](?<![a-z][a-z])|(?:eur|gbp|aed|rm|thb|aud) ?\d|to(?![a-z])"
    )


def _find_numbers(text: str) -> Iterator[re.Match[str]]:
    """What `_numbers().finditer` finds, tried only where it can begin."""
    pattern, end = _numbers(), 0
    for start in _starts().finditer(text):
        at = start.start()
        if at >= end:
            match = start if start.lastgroup else pattern.match(text, at)
            if match is not None:
                end = match.end()
                yield match


def lower(text: str) -> str:
    """`text` in lower case, letter for letter: its length never changes."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


# What spoils a number, and what it stands for: 2O, ¥l.5, 0。5元, 0点5, 零.五, ③毛⑤, 伍佰比. First the letters without
# which there is nothing to undo.
_RING = f"[{''.join(RINGED)}]"
_DIGIT_WORDS = "零一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾百佰千仟万"
_SPOILT: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    ("o", re.compile(r"(?<=[\d.,])o{1,3}(?![a-z])"), lambda match: "0" * len(match.group())),
    ("l", re.compile(r"(?<![a-z0-9])l(?=[0o]{2,}(?![a-z0-9]))"), lambda match: "1"),
    ("o", re.compile(r"(?<=1)o{2,}(?![a-z0-9])"), lambda match: "0" * len(match.group())),
    (".", re.compile(r"(?<![a-z0-9])[lo](?=\.\d)"), lambda match: "1" if match.group() == "l" else "0"),
    ("0", re.compile(r"(?<![\d.])0[。·,，点丶､、'’](?=\d{1,2}(?!\d))"), lambda match: "0."),
    ("猫貓冒", re.compile(rf"(?<=[\d{_DIGIT_WORDS}])[猫貓冒](?=[\d{_DIGIT_WORDS}/／每,，])"), lambda match: "毛"),
    ("快筷駃", re.compile(rf"(?<=[\d{_DIGIT_WORDS}])[快筷駃](?=[\d{_DIGIT_WORDS}/／每])"), lambda match: "块"),
    ("員员", re.compile(r"(?<=\d)[員员](?=[/／每一])"), lambda match: "元"),
    ("零〇", re.compile(r"(?<=[零〇])[.。·](?=[一二两三四五六七八九])"), lambda match: "点"),
    (
        "".join(RINGED),
        re.compile(
            rf"{_RING}(?=\s?(?:[毛元块圆角分仟千佰百万wk条笔点.💰]|[rum米]\s?[/／每]|{_RING}|0(?!\.)))|(?<=[毛元块角分.\d点]){_RING}"
            rf"|{_RING}(?=\s?[次台个份辆](?![\u3400-\u9fff](?<!起)))"
        ),
        lambda match: RINGED[match.group()],
    ),
    ("零〇", re.compile(r"[零〇]点(?=\d)"), lambda match: "0."),
    ("○●", re.compile(r"(?<=\d)[○●](?=\s?[\d○●元块毛/／一])"), lambda match: "0"),
    ("•", re.compile(r"(?<=\d)•(?=\d)"), lambda match: "."),
    ("．.·", re.compile(rf"(?<=[{_DIGIT_WORDS}])[．.·](?=[{_DIGIT_WORDS}]{{1,2}}[元块毛💰米r])"), lambda match: "点"),
    ("點", re.compile(r"(?<=\d)點(?=\d)"), lambda match: "."),
    (
        "点",
        re.compile(r"(?<![\d:.])\d点(?=\d{1,2}\s?[元块亓一/／]|\d(?![\d分点刻半]|个小时|小时))"),
        lambda match: f"{match.group()[0]}.",
    ),
    ("満🈵", re.compile("[満🈵]"), lambda match: "满"),
    ("茨茦", re.compile(rf"(?<=[\d每/／{_DIGIT_WORDS}])[茨茦]|(?<=[/／每] )[茨茦]"), lambda match: "次"),
    ("伯", re.compile(r"(?<=[壹贰叁肆伍陆柒捌玖一二两三四五六七八九\d])伯(?![乐父母爵])"), lambda match: "百"),
    ("参", re.compile(r"参(?=[拾佰仟万百千元圆块毛角])"), lambda match: "叁"),
    ("➜➡➔⇒", re.compile("[➜➡➔⇒]"), lambda match: "→"),
    (
        "1",
        re.compile(r"(?:m1n|p1eces?|un1ts?)(?![a-z0-9])"),
        lambda match: match.group().replace("1", "i"),
    ),
    (
        "0",
        re.compile(r"(?:r0ws?|rec0rds?|m0nth|0wners?)(?![a-z0-9])"),
        lambda match: match.group().replace("0", "o"),
    ),
    ("0", re.compile(r"(?<![\d.])0(?=点[一二三四五六七八九])"), lambda match: "零"),
    ("启旗琪骑", re.compile(r"(?<=[条笔个份张])[启旗琪骑](?=$|[\W_])"), lambda match: "起"),
    ("卐卍", re.compile(rf"(?<=[\d{_DIGIT_WORDS}])[卐卍]"), lambda match: "万"),
    ("＝", re.compile("＝"), lambda match: "="),
    # Rs.2/- per record
    ("-", re.compile(r"(?<=\d)/-(?![\w-])"), lambda match: "  "),
    ("干", re.compile(r"(?<=[\d一二三四五六七八九])干(?=[条个份笔起])"), lambda match: "千"),
    ("亓", re.compile(r"(?<=[\d零一二两三四五六七八九十百千万])亓"), lambda match: "元"),
    ("调", re.compile(r"(?<=[\d一每百千万/])调(?=[起\W\d]|$)"), lambda match: "条"),
    ("比", re.compile(r"(?<=[壹一佰仟百千])比(?=[起壹贰叁肆伍陆柒捌玖两二三四五六七八九\d])"), lambda match: "笔"),
)


def read_spoilt(text: str) -> str:
    """`text` (in lower case) with numbers of amounts as they are meant; its length never changes."""
    letters = set(text)
    for signs, pattern, meant in _SPOILT:
        if not letters.isdisjoint(signs):
            changed = pattern.sub(meant, text)
            if changed != text:
                text, letters = changed, set(changed)
    return text


def read_tokens(text: str) -> list[Token]:
    """The tokens of a folded text in lower case, in order, without overlap. Linear in the text."""
    automaton, after, before, units = _vocabulary()
    found = []
    for match in _find_numbers(text):
        token = _read_number(match, after, before, units)
        if token is not None:
            found.append(token)
            if token.end < match.end():
                found.append(Token("number", token.end, match.end(), 1.0))
    for last, (role, value, length, latin) in automaton.iter(text):
        start = last - length + 1
        if role == "period" and text[start] in "年月季" and text[start - 1 : start] in _NUMERALS:
            # 三年套餐: three years, not a price by the year.
            continue
        if not latin or _stands_free(text, start, last + 1):
            found.append(Token(role, start, last + 1, 0.0, value))
    found.sort(key=_order)
    tokens: list[Token] = []
    at = 0
    for token in found:
        if token.start >= at:
            at = token.end
            _append(text, tokens, token)
    return tokens


_NUMERALS = frozenset(CHINESE + "0123456789")


def _order(token: Token) -> int:
    """By the beginning, then the longer first; one number, since it is asked of every token."""
    return (token.start << 20) + token.start - token.end


def _append(text: str, tokens: list[Token], token: Token) -> None:
    """Put a token at the end, or into the one before it."""
    last = tokens[-1] if tokens else None
    if last is not None and token.kind == "amount" and last.kind == "idiom" and text[last.start : last.end] == "每次":
        # 每次九十: what is paid each time, not 每次 at least so many.
        tokens[-1:] = [
            Token("per", last.start, last.start + 1),
            Token("unit", last.start + 1, last.end, 0.0, "query"),
        ]
    if last is not None and last.kind == token.kind == "amount" and _is_said_twice(text, last, token):
        tokens[-1] = token._replace(start=last.start, sense=last.sense if token.common else token.sense)
        return
    if token.kind == "unit":
        term = text[token.start : token.end]
        # 一条龙, 一个人情, 一单元 and the like are no units.
        if text[token.end : token.end + 1] in _NOT_UNIT.get(term, ()):
            return
        if term == "包" and last is not None and last.kind == "unit" and last.end == token.start:
            # 十次包15000
            tokens.append(token._replace(kind="lump"))
            return
        if term == "台" and text[token.start - 1 : token.start] in _PLATFORMS:
            return
        if term in _WORDY and not _is_counted(text, last, token.start):
            return
        # "car owner records" is one unit, its last word.
        apart = last is None or last.kind != "unit" or text[last.end : token.start] != " "
        if last is not None and not apart and term.isascii() and term != "min":
            tokens[-1] = token._replace(start=last.start)
            return
    if last is not None and token.kind == "unit" and text[token.start : token.end] == "min":
        # 200 leads min, 100 min: nobody is charged for so many minutes.
        rows = last.kind == "unit" and last.sense in ("record", "query")
        if (rows or (last.kind == "number" and last.value >= 60)) and len(text[last.end : token.start]) <= 1:
            token = token._replace(kind="min", sense="close")
    minimum = last is not None and last.kind in ("unit", "min") and text[last.start : last.end] == "min"
    if last is not None and token.kind == "number" and minimum and not text[last.end : token.start].strip(" :."):
        tokens[-1] = last._replace(kind="min", sense="")
    tokens.append(token)


def _is_said_twice(text: str, last: Token, token: Token) -> bool:
    """八毫子（港纸0.8）: the same amount in other words."""
    return last.value == token.value and text[last.end : token.start].strip() in ("(", "（", "=", "即")


# Units that are parts of other words too (提车, 批次, 过户, 单位, 库存): they count behind a number, a coin or 每.
_WORDY = frozenset("车库户名位组部件市城号年人单次件宗查季只分枚颗粒亽票例")


def _is_counted(text: str, last: Token | None, start: int) -> bool:
    """Whether a unit stands where one can: behind a number or a coin, or with nothing of a word before it."""
    before = text[start - 1 : start]
    if text[start] in "查分":
        # 45U 一查, but 充100元查10次.
        kinds = ("number", "per") if text[start] == "查" else ("per",)
        return last is not None and last.kind in kinds and last.end == start
    if last is not None and last.kind in ("number", "amount", "per", "unit", "period", "lump", "min"):
        return not text[last.end : start].strip() or before in _COUNTERS
    return before in _COUNTERS or not before.isalnum()


_COUNTERS = frozenset("按单每整大小几个台辆")
# 后台, 平台, 前台.
_PLATFORMS = frozenset("后平前柜站电舞")
_NOT_UNIT = {term: frozenset(after) for term, after in (
    ("条", "龙街路心线船狗裤鱼河腿巷"), ("单", "元位独身"), ("人", "民生家均"), ("名", "额牌誉"),
    ("车", "主库位险牌架型系"), ("年", "轻前"), ("月", "底初"), ("个", "性体别屁鬼区县省小"), ("台", "湾风"),
    ("市", "场面"), ("户", "外"), ("号", "称"), ("包", "括含邮月年"), ("份", "额"), ("次", "数"), ("例", "如子外"),
    ("查", "车档人询到不得看名手证户电号成"), ("票", "据"), ("季", "节军后"),
    ("只", "要收卖有需能做接是出走给发换限剩为看认谈用说想在差花付租"),
)}  # fmt: skip


def _stands_free(text: str, start: int, end: int) -> bool:
    """Latin words are whole words; words in Chinese stand anywhere."""
    if (
        text[start].isascii()
        and text[start].isalpha()
        and start
        and text[start - 1].isascii()
        and text[start - 1].isalpha()
    ):
        return False
    last = text[end - 1]
    return not (last.isascii() and last.isalpha() and end < len(text) and text[end].isascii() and text[end].isalnum())


def _read_number(
    match: re.Match[str],
    after: dict[str, tuple[str, float]],
    before: dict[str, tuple[str, float]],
    units: frozenset[str],
) -> Token | None:
    kind, (start, end) = match.lastgroup, match.span()
    if kind in _PLAIN:
        return Token(str(kind), start, end)
    group = match.group
    if kind in ("number", "numeral"):
        return _bare(group(), start, units, match.string)
    if group("compound"):
        whole = read_numeral(group("whole")) if group("whole") else 1.0
        base = group("base")
        factor = after.get(base, ("CNY", 1.0))[1]
        return _amount(start, end, whole, factor, _tenth(group("tenth")), _exact(match, base), coin=base)
    if group("dimes"):
        return _amount(start, end, read_numeral(group("mao")), 0.1, _tenth(group("fen")), "CNY", coin="毛")
    if group("cents"):
        return _amount(
            start, end, read_numeral(group("fen2")), 0.01, (read_numeral(group("li")) or 0.0) / 10, "CNY", coin="分"
        )
    if group("yuanmao"):
        tenths = _tenth(group("jiao")) if group("jiao") else 0.0
        cents = (read_numeral(group("cent")) or 0.0) / 100 if group("cent") else 0.0
        return _amount(start, end, read_numeral(group("yuan")), 1.0, tenths + cents, "CNY", coin="元")
    if group("round"):
        return Token("round", start, end, float(SCALES[group("round")[1]]))
    if group("half"):
        return _amount(start, end, 0.5, 0.1 if group("coin") == "毛" else 1.0, 0.0, "CNY")
    if group("before"):
        currency, factor = before[group("before")]
        if (
            not group("before").isascii()
            and match.string[end : end + 1] in tuple("条笔个份")
            and group("lead")[-1] in "万千百"
        ):
            # 人民币 1万笔=550: the country of the money, and a count.
            return _bare(group("lead"), match.start("lead"), units, match.string)
        tail = after.get(group("tail") or "")
        currency = tail[0] if tail and currency in ("USD", "CNY") and group("before") in ("$", "💰") else currency
        return _amount(start, end, read_numeral(group("lead")), factor, 0.0, currency, group("lead"), group("before"))
    numeral, money = (group("digits"), group("money")) if group("digits") else (group("cjk"), group("coin2"))
    if money:
        _, factor = after.get(money) or ("CNY", 1.0)
        token = _amount(start, end, read_numeral(numeral), factor, 0.0, _exact(match, money), numeral, money)
        together = (
            numeral == "一"
            and money == "块"
            and (match.string[end : end + 1].isalpha() or match.string[end : end + 1] in (":", "："))
        )
        return token._replace(slang=True) if token and together else token
    return _bare(group(), start, units, match.string)


# What is a token as it stands.
_PLAIN = frozenset({"skip", "age", "range", "per", "stop", "comma"})


def _exact(match: re.Match[str], money: str) -> str:
    """The currency of a word of money, which the country's name after it settles."""
    after = _vocabulary()[1]
    named = match.group("exact") or match.group("exact2") or match.group("exact3") or money
    return after.get(named, ("CNY", 1.0))[0]


_SCALED = re.compile("[万千亿wk]|[a-z]{3}")
_SCALED_COUNT = re.compile("[万千百亿wkm]|[a-z]{3}")
# Money of any country by these names; its own is said elsewhere in the text.
_SLANG = frozenset("米园张油厘")
_COMMON = frozenset({"元", "块", "块钱", "元钱", "圆", "毛", "角", "毛钱", "$", "蚊"})


def _tenth(digit: str) -> float:
    if digit[0] in "0零":
        return (read_numeral(digit[1:]) or 0.0) / 100
    return 0.5 if digit == "半" else (read_numeral(digit) or 0.0) / 10


def _amount(
    start: int,
    end: int,
    value: float | None,
    factor: float,
    tenth: float,
    currency: str,
    written: str = "",
    coin: str = "",
) -> Token | None:
    if value is None:
        return None
    scaled = bool(_SCALED.search(written))
    return Token(
        "amount",
        start,
        end,
        round((value + tenth) * factor, 6),
        currency,
        scaled,
        factor,
        coin in _SLANG,
        coin in _COMMON and (currency == "CNY" or coin == "$"),
    )


def _bare(numeral: str, start: int, units: frozenset[str], text: str) -> Token | None:
    # 三百一条 is "300, one 条", not 301: a last 一 before a unit belongs to the unit; 十一月 is November.
    end = start + len(numeral)
    if len(numeral) > 1 and numeral[-1] == "一" and text[end : end + 1] in units - {"月", "年", "号", ""}:
        numeral, end = numeral[:-1], end - 1
    value = read_numeral(numeral)
    if value is None:
        return None
    return Token("number", start, end, value, scaled=bool(_SCALED_COUNT.search(numeral)))
