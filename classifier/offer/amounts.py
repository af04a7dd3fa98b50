"""Numbers, amounts of money and what stands where a number could, by their shapes.

Each place where a shape can begin is looked at once: its first character tells which shapes to try. A number is read
first and then what follows it, so that no numeral is read twice: its tails are the ways to go on (块五, 毛五, 元三角,
usdt). What is no price (a date, a size, a handle, an address) has shapes of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from classifier.offer.numerals import CHINESE, DIGITS, SCALES, read_numeral
from classifier.offer.vocabulary import Token, read_vocabulary

_ONES = "".join(digit for digit, value in DIGITS.items() if value)
_OTHER_ONES = _ONES[1:]  # without 一, which mostly is "one of" what comes

# --- what is no price ---------------------------------------------------------------------------------------------

_FOREIGN = "eur|gbp|aed|rm|thb|aud"
# A year or a span of years, a day, an hour; how long ago; a share, a size, a place; other money; serials and codes.
_SKIP_DIGITS = (
    r"(?:19|20)\d\d ?(?:[-~—–到至]|to) ?(?:19|20)\d\d(?![\d条个份元块.])",
    r"\d{1,3} (?:years?|months?|weeks?|days?|hours?|minutes?) (?:old(?! data)|ago|later|left|long)",
    r"(?:19|20)\d\d\s?年(?:度|款|\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号])?)?",
    r"(?<!\d)\d{1,2}月\d{1,2}[日号]",
    r"(?<![\d.])(?:1[0-2]|[1-9]) ?月(?:份|底|初|中旬|到期|的(?=[^\d一二两三四五六七八九]))",
    r"(?<![\d.])(?:19|20)\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?![\d元块毛])",
    r"(?<!\d)\d{1,2}[:：]\d\d(?![\d元])",
    r"\d+(?:\.\d+)?\s?(?:%|％|小时|岁|折|公里|km|千米|厘米|cm|mm|kg|gb?|mb|tb|号线|路车|楼|层|期|倍|座|缸|匹)(?![a-z])",
    rf"(?<![\d.,])\d[\d,.]{{0,12}}\s?(?:£|€|欧元|英镑|澳元|令吉|马币|泰铢|(?:euros?|pounds?|{_FOREIGN})(?![a-z]))",
    r"\d{8,}(?!\.?\d*\s?(?:元|块))",
    r"(?<!\d)\d{1,6}(?!(?:yuan|usdt?|rmb|cny|pcs|pieces?|rec|u[^a-z]|inr|rs|hkd|twd|ntd|btc|per|mao))[a-jln-vxyz][a-z0-9]++",
)
_SKIP_NUMERALS = (
    r"百分[百之]", r"(?<=[长珠])三角|三角(?=[洲形债恋函])", r"四角(?=坐标|标注|点|落)|(?<=[身框])四角",
    r"八角(?=[两和茴桂粒颗]|、桂)", r"一\s?张\s?(?:[=＝]|就?是|等于|[即指算])\s?(?:一百|100|百)\s?[块元]?",
)  # fmt: skip
_SKIP_LETTERS = (
    r"(?<![a-z0-9_@.-])(?!@\d)(?!(?:usdt?|rmb|cny|hkd|ntd?|twd|inr|btc|rs|moq|min|max|from|only|at)\d"
    r"|t\d{1,2}(?![a-z0-9_-]))[a-z_@][a-z_@.-]*+\d[a-z0-9_-]*+",
    rf"(?:{_FOREIGN}) ?\d[\d,.]*",
)
_SKIP_SIGNS = (
    r"(?<=[a-z])[/.](?:[a-z0-9.?=&_-]{0,60}/){1,8}[a-z0-9.?=&_-]{0,60}", r"[£€]\s?\d[\d,.]*k?",
    r"[买卖]\s?[1一]\s?[送赠得]\s?[1一]",
    r"张\s?(?:[=＝]|就?是|等于|[即指算])\s?(?:一百|100|百)\s?[块元]?", _SKIP_LETTERS[0],
)  # fmt: skip
# 三天内, 24小时, within 3 days: how old data are.
_AGE_HAN = rf"个?(?:月|天|周|星期|年|小时|日)(?:之?内|以内|前|以前|左右|的(?=\s?[\d{CHINESE}]))"
_AGE_LATIN = r"\d{1,3}\+?(?: |-)?(?:days?|weeks?)(?![a-z])(?! (?:minimum|subscription|plan|access))"

# --- marks and words ----------------------------------------------------------------------------------------------

_MARKS = (
    r"(?P<range>[-~～—–至到]+|to(?![a-z]))",
    r"(?P<per>[/／]|每(?:一)?|(?<![a-z])(?:per|each|every|an?|one(?= ?(?:[,.;]|[a-z]|$))|yi(?= ?tiao))(?![a-z])"
    r"|[按单](?=[条份个次套笔台车辆]))",
    r"(?P<stop>\.(?=\s|$))",
    r"(?P<comma>(?<=\S)\s{2,})",
)
_BULK = r"(?P<bulk>(?<=[/／每])[wk](?![a-z0-9]))"
# Where a shape can begin at all; marks of punctuation are tokens already.
# What words of Latin letters are tried at all: codes with digits, money that is named first, words before a unit.
_LATIN_WORDS = (
    r"(?<![a-z0-9_@.-])[a-z_@.-]{{1,40}}\d|within \d|half |per|each|every|an?(?![a-z])|one|yi|(?<=[/／每])[wk]"
    r"|(?:{leads})\.?[^\S\r\n]?[.\d{numerals}]"
)
_BEGINS = (
    r"(?P<stop>[。；;！!？?\n\r|┊┆┃▎▪❗💥])|(?P<comma>[,，、])|(?P<digit>\d)|(?P<numeral>[{numerals}])|(?P<coin>[块蚊])"
    r"|(?P<sign>[张整至到买卖每按单{signs}]|\s(?=\s))"
    rf"|(?P<letter>[a-z](?<![a-z][a-z])(?<=(?=(?:{{words}})).)|(?:{_FOREIGN}) ?\d|to(?![a-z]))"
)
# After a run of digits: what a size, a date, an age or a code goes on with.
_RUN = re.compile(r"\d[\d.,]{0,15}(?: (?=\D))?")
_GOES_ON = frozenset("年月日号天小周星时岁折公千厘楼层期倍座缸匹路%％:：+£€欧英澳令马泰 abcdefghijklmnopqrstuvwxyz")
_SPANS = frozenset("月天周星年小日")
_LONG_SERIAL = 8


class _Shapes(NamedTuple):
    """The compiled shapes, by what they begin with."""

    begins: re.Pattern[str]
    skip_digits: re.Pattern[str]
    skip_numerals: re.Pattern[str]
    age: re.Pattern[str]
    number: re.Pattern[str]
    spoken: re.Pattern[str]
    tails: re.Pattern[str]
    digit_money: re.Pattern[str]
    numeral_money: re.Pattern[str]
    coins: frozenset[str]
    others: dict[str, re.Pattern[str]]


def _join(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


@lru_cache(maxsize=1)
def _shapes() -> _Shapes:
    words = read_vocabulary()
    units = "".join(sorted(words.units))
    number, spoken = _write_number(units), _write_spoken(units)
    plain = _write_money(words.after, words.slang)
    lead = "|".join(
        (r"(?<![a-z])" if term[0].isascii() and term[0].isalpha() else "") + re.escape(term)
        for term in sorted(words.before, key=len, reverse=True)
    )
    before = (
        rf"(?P<before>(?P<sign>{lead})[^\S\r\n]?(?P<lead>(?>{number}|{spoken}))(?!\s?[块毛角毫蚊]|\s?分(?!钟)"
        rf"|[a-z0-9]{{6}}|[a-z][a-z0-9]{{5}})(?:[^\S\r\n]?(?P<tail>{plain}))?)"
    )
    half = r"(?P<half>半(?P<coin>[块毛元])|half (?:an? )?(?:yuan|kuai|rmb))"
    *tails, money = _write_tails(units, plain, words.slang)
    leads = "".join({term[0] for term in words.before} - set("abcdefghijklmnopqrstuvwxyz"))
    latin = "|".join(re.escape(term) for term in words.before if term[0].isascii() and term[0].isalpha())
    begins = _BEGINS.format(
        numerals=CHINESE,
        signs=re.escape(leads + ".£€-~～—–/／_@"),
        words=_LATIN_WORDS.format(leads=latin, numerals=CHINESE),
    )
    rest = (half, r"(?P<round>整[万千百](?=[走出起卖发拿]))", before, rf"(?P<number>{number})", _BULK, *_MARKS)
    others = {
        kind: _join((f"(?P<skip>{'|'.join(skips)})", rf"(?P<age>within {_AGE_LATIN})", *rest))
        for kind, skips in (("letter", _SKIP_LETTERS), ("sign", _SKIP_SIGNS))
    }
    first = {term[0] for term in words.after} | set("块蚊元米张毛角分圆")
    return _Shapes(
        re.compile(begins),
        _join(_SKIP_DIGITS),
        _join(_SKIP_NUMERALS),
        re.compile(rf"(?:\d{{1,3}}|[{_ONES}十半]{{1,3}}){_AGE_HAN}|\d{{1,2}}-\d{{1,2}}天|{_AGE_LATIN}"),
        re.compile(number),
        re.compile(spoken),
        _join(tails),
        re.compile(rf"(?:[^\S\r\n]?|[(（](?=新?台币|港[币元纸]|美[元金]|人民币)){money}"),
        re.compile(rf"(?:\s(?=[元块毛角])|[(（](?=新?台币|港[币元纸]|美[元金]|人民币))?{money}"),
        frozenset(first | set(" \t\u3000\xa0(（")),
        others,
    )


def _write_number(units: str) -> str:
    """12.5, 1,000, 3 000条, .5, with 万, k, million behind it, and the digit after 万 and 千 (1万2)."""
    return (
        rf"(?:(?<![\d.])0 ?\. ?\d{{1,2}}(?!\d)|(?<![\d ])\d(?: \d){{2,6}}(?=\s?(?:[条笔个份元块起]))"
        rf"|\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+)"
        rf"(?:(?:\s|[多余来几])?(?:[万千仟百佰亿](?:[{_ONES}1-9](?=一[{units}])"
        rf"|(?:[{_OTHER_ONES}1-9]|一(?![\u3400-\u9fff]))(?![{_ONES}0-9.{units}毛角分块元千百仟佰])|(?:[{_ONES}]|\d{{1,3}})[千百仟佰])?"
        rf"|[wkm](?![a-z0-9]))|\s?(?:lakhs?|lacs?|crores?|million|mil|thousand)(?![a-z]))?"
    )


def _write_spoken(units: str) -> str:
    """Chinese numerals, but not the 一 of 统一; with the "some" of 四千几个."""
    return rf"(?<!(?<!系)统)[{CHINESE}]+(?:[多余来几](?=[{units}])|[wk](?![a-z0-9]))?"


# 10k $40: the sign is of the number behind it.
_UNLESS_BEFORE = dict.fromkeys(("$", "₹", "¥", "￥", "₿", "hk$", "¢"), r"(?!\s?\d)")


def _write_money(after: dict[str, tuple[str, float]], slang: str) -> str:
    """Words of money that are nothing else."""
    careful = {"分", "毫", "蚊", "圆", "块", "毛", "角", *slang}
    return "|".join(
        re.escape(term)
        + (r"(?![a-z0-9])" if term[-1].isascii() and term[-1].isalpha() else _UNLESS_BEFORE.get(term, ""))
        for term in sorted(after.keys() - careful, key=len, reverse=True)
    )


def _write_tails(units: str, plain: str, slang: str) -> tuple[str, ...]:
    """The ways a numeral goes on as money, the longest first."""
    # 块五: the tenths, where no other number or unit begins with the digit.
    fifth = (
        rf"(?:[0零][1-9{_ONES}](?![{CHINESE}\d](?<!一))"
        rf"|(?:[{_OTHER_ONES}1-9半]|一(?![\u3400-\u9fff]))"
        rf"(?![{units}{CHINESE}0-9.毛角天周]|\s?(?:[{units}跳]|tiao|ci(?![a-z])))"
        rf"|[{_ONES}半](?=[一1壹]\s?(?:[{units}]|tiao)|\s?台[票币])"
        rf"|[1-9](?=一(?:[{units}]|\s?tiao)|1[条笔个份次台](?![\d起])|\s?台[票币]))"
    )
    # Their money sense needs more than a number before them: no word that goes on (三分钟), or, for slang, a unit after
    # (5米一单) or nothing (一单两张).
    coins = (
        rf"{plain}|块(?!儿)|[毛角]|毫(?![米升克安秒无不])"
        rf"|分(?!\s?的?罚)(?![钟之析类享期组店公别为数红手秒级校辨米布部队])"
        rf"|[{slang}](?=\s?(?:[/／每]|per|[一1]\s?[{units}]|[{_ONES}\d十百千万]+[{units}])|\W|$)|圆|蚊"
    )
    # 3块台币: the country's name after any word of money.
    named = r"(?:\s?(?P<{0}>台币|新台币|台票|港币|港纸|美金|人民币)|[(（](?P<{0}_>新?台币|港币|港纸|美金|人民币)[)）])?"
    return (
        rf"(?P<compound>(?P<base>[块蚊元米]|张(?=半))(?P<tenth>{fifth}){named.format('named')})",
        rf"(?P<dimes>[毛角](?P<fen>[{_ONES}1-9](?=分)|{fifth})分?)",
        rf"(?P<cents>分(?P<li>[{_ONES}1-9])(?:厘|(?=\s?(?:[一1]\s?(?:[条个份笔]|分钟)|[/／每]))))",
        rf"(?P<yuanmao>[元块圆](?:(?P<jiao>[{_ONES}1-9])[毛角])?零?(?P<cent>[{_ONES}1-9](?:(?=分(?!钟))"
        rf"|(?<=[毛角][{_OTHER_ONES}2-9])(?=一?[{units}/／每,，。\s])))?(?<![元块圆])分?)",
        # 一百元整, but 一百元整包.
        rf"(?P<money>(?P<word>{coins})(?:整(?![包份套个体库张本册批条盘车千万百]))?{named.format('country')})",
    )


# --- reading ------------------------------------------------------------------------------------------------------


def read_amounts(text: str) -> Iterator[Token]:
    """Amounts, numbers and marks of a folded text in lower case, in order, without overlap. Linear in the text."""
    shapes, end = _shapes(), 0
    for begin in shapes.begins.finditer(text):
        at = begin.start()
        if at < end:
            continue
        kind = str(begin.lastgroup)
        if kind in ("stop", "comma"):
            end = begin.end()
            yield Token(kind, at, end)
            continue
        found = _READERS[kind](text, at)
        if found is not None:
            token, end = found
            if token is not None:
                yield token
                if token.end < end:
                    # 三百一条: the last 一 is of what comes.
                    yield Token("number", token.end, end, 1.0)


# A token, None where the shape says nothing, and where it ends.
Found = tuple[Token | None, int]


def _read_digit(text: str, at: int) -> Found | None:
    shapes = _shapes()
    if _may_be_other(text, at):
        skip = shapes.skip_digits.match(text, at)
        if skip:
            return Token("skip", at, skip.end()), skip.end()
        age = shapes.age.match(text, at)
        if age:
            return Token("age", at, age.end()), age.end()
    number = shapes.number.match(text, at)
    return _read_tail(text, at, number.end(), shapes.digit_money) if number else None


def _may_be_other(text: str, at: int) -> bool:
    """Whether a run of digits can be a date, a size or a serial at all."""
    run = _RUN.match(text, at)
    if run is None:
        return False
    after, digits = text[run.end() : run.end() + 1], run.group()
    if after in _GOES_ON or len(digits) >= _LONG_SERIAL or digits[:2] in ("19", "20"):
        return True
    if after == "个":
        return text[run.end() + 1 : run.end() + 2] in _SPANS
    return after in ("-", "~") and len(digits) <= 2


# 六十岁, 五折
_MEASURES = frozenset("岁折倍期")


def _read_spoken(text: str, at: int) -> Found | None:
    shapes = _shapes()
    if text[at] in "百三四八一":
        skip = shapes.skip_numerals.match(text, at)
        if skip:
            return Token("skip", at, skip.end()), skip.end()
    age = shapes.age.match(text, at)
    if age:
        return Token("age", at, age.end()), age.end()
    numeral = shapes.spoken.match(text, at)
    if numeral and text[numeral.end() : numeral.end() + 1] in _MEASURES:
        return Token("skip", at, numeral.end() + 1), numeral.end() + 1
    return _read_tail(text, at, numeral.end(), shapes.numeral_money) if numeral else None


def _read_coin(text: str, at: int) -> Found | None:
    """块五 by itself, where no word ends with 块."""
    if text[at - 1 : at] in _NOT_BEFORE_COIN and not (text[at] == "块" and text[max(0, at - 2) : at] == "量大"):
        return None
    tail = _shapes().tails.match(text, at)
    if tail is None or tail.lastgroup != "compound":
        return None
    return _read_money(text, "", at, tail), tail.end()


_NOT_BEFORE_COIN = frozenset("这那一每整大小方板地几哪成")


def _read_tail(text: str, at: int, end: int, money: re.Pattern[str]) -> Found:
    """The number that ends at `end`, with its money where it has some."""
    written, after = text[at:end], text[end : end + 1]
    tail = _shapes().tails.match(text, end) if after in _RESTS else None
    if tail is None or not _fits(text, at, written, str(tail.lastgroup)):
        tail = money.match(text, end) if after in _shapes().coins else None
    if tail is not None:
        return _read_money(text, written, at, tail), tail.end()
    return _read_bare(text, written, at), end


# What may be followed by tenths and the like.
_RESTS = frozenset("块蚊元米张毛角分圆")


def _fits(text: str, at: int, written: str, kind: str) -> bool:
    """一百五毛: several Chinese numerals before 毛 and 分 are no digit with a rest."""
    if kind == "dimes":
        return (written[0].isdigit() and written[0].isascii()) or (
            len(written) == 1 and text[at - 1 : at] not in ("长", "珠")
        )
    return kind != "cents" or (len(written) == 1 and written in _ONES + "123456789")


def _read_other(kind: str, text: str, at: int) -> Found | None:
    match = _shapes().others[kind].match(text, at)
    if match is None:
        return None
    name, end = str(match.lastgroup), match.end()
    if name == "before":
        return _read_led(match), end
    if name == "half":
        return _amount(at, end, 0.5, 0.1 if match.group("coin") == "毛" else 1.0, 0.0, "CNY"), end
    if name == "round":
        return Token("round", at, end, float(SCALES[text[at + 1]])), end
    if name == "number":
        return _read_tail(text, at, end, _shapes().digit_money)
    if name == "bulk":
        return _read_bare(text, match.group(), at), end
    return Token(name, at, end), end


def _read_led(match: re.Match[str]) -> Token | None:
    """$40, 人民币 30元: money that is named first."""
    words = read_vocabulary()
    sign, written, (start, end) = match.group("sign"), match.group("lead"), match.span()
    currency, factor = words.before[sign]
    if not sign.isascii() and match.string[end : end + 1] in ("条", "笔", "个", "份") and written[-1] in "万千百":
        # 人民币 1万笔=550: the country of the money, and a count.
        return _read_bare(match.string, written, match.start("lead"))
    tail = words.after.get(match.group("tail") or "")
    currency = tail[0] if tail and currency in ("USD", "CNY") and sign in ("$", "💰") else currency
    return _amount(start, end, read_numeral(written), factor, 0.0, currency, written, sign)


def _read_money(text: str, written: str, start: int, tail: re.Match[str]) -> Token | None:
    """A numeral and its tail: 3块5, 3毛5, 3分5, 3元2角, 3元."""
    value, end, group = read_numeral(written) if written else 1.0, tail.end(), tail.group
    after = read_vocabulary().after
    match tail.lastgroup:
        case "compound":
            base = group("base")
            currency = after.get(group("named") or group("named_") or base, ("CNY", 1.0))[0]
            return _amount(
                start, end, value, after.get(base, ("CNY", 1.0))[1], _tenth(group("tenth")), currency, coin=base
            )
        case "dimes":
            return _amount(start, end, value, 0.1, _tenth(group("fen")), "CNY", coin="毛")
        case "cents":
            return _amount(start, end, value, 0.01, (read_numeral(group("li")) or 0.0) / 10, "CNY", coin="分")
        case "yuanmao":
            tenths = _tenth(group("jiao")) if group("jiao") else 0.0
            cents = (read_numeral(group("cent")) or 0.0) / 100 if group("cent") else 0.0
            return _amount(start, end, value, 1.0, tenths + cents, "CNY", coin="元")
    word = group("word")
    currency = after.get(group("country") or group("country_") or word, ("CNY", 1.0))[0]
    token = _amount(start, end, value, after.get(word, ("CNY", 1.0))[1], 0.0, currency, written, word)
    # 一块涨粉: together.
    together = (
        written == "一" and word == "块" and (text[end : end + 1].isalpha() or text[end : end + 1] in (":", "："))
    )
    return token._replace(slang=True) if token and together else token


_READERS: dict[str, Callable[[str, int], Found | None]] = {
    "digit": _read_digit,
    "numeral": _read_spoken,
    "coin": _read_coin,
    "sign": partial(_read_other, "sign"),
    "letter": partial(_read_other, "letter"),
}

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
    return Token(
        "amount",
        start,
        end,
        round((value + tenth) * factor, 6),
        currency,
        bool(_SCALED.search(written)),
        factor,
        coin in _SLANG,
        coin in _COMMON and (currency == "CNY" or coin == "$"),
    )


def _read_bare(text: str, numeral: str, start: int) -> Token | None:
    # 三百一条 is "300, one 条", not 301: a last 一 before a unit belongs to the unit; 十一月 is November.
    end = start + len(numeral)
    units = read_vocabulary().units
    if len(numeral) > 1 and numeral[-1] == "一" and text[end : end + 1] in units - {"月", "年", "号", ""}:
        numeral, end = numeral[:-1], end - 1
    value = read_numeral(numeral)
    if value is None:
        return None
    return Token("number", start, end, value, scaled=bool(_SCALED_COUNT.search(numeral)))
