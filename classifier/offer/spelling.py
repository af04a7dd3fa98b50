"""Numbers as they are spelled, in digits: sixty cents RMB, yi mao wu yi tiao, 2 毛 8, 毛三, ④ 毛 ⑤.

What the grammar of prices and counts reads is a text with one way to write a number; here the others become it, with
the way back to the author's own characters kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.fold import Folded
from classifier.lexicon import read_terms
from classifier.offer.numerals import RINGED
from classifier.offer.rewriting import Rule, rewrite

_ONES = "一二两三四五六七八九"
_NUMERAL = rf"\d零〇半俩{_ONES}十百千万壹贰叁肆伍陆柒捌玖拾佰仟"
_RING = f"[{''.join(RINGED)}]"
_COIN = "块毛角元分万千百仟佰"

# --- English ------------------------------------------------------------------------------------------------------

_SMALL = {
    **{word: value for value, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven"))},
    **{word: value for value, word in enumerate(("eight", "nine", "ten", "eleven", "twelve", "thirteen"), 8)},
    **{word: value for value, word in enumerate(("fourteen", "fifteen", "sixteen", "seventeen", "eighteen"), 14)},
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 10**6}
_WORD = "|".join(sorted({*_SMALL, *_SCALES}, key=len, reverse=True))
_SAID = (
    r"(?:a (?=hundred|thousand|million))?"
    rf"(?:{_WORD})(?:[ -](?:and )?(?:{_WORD})){{0,7}}(?: point (?:{_WORD})(?: (?:{_WORD}))?)?"
)
_YUAN = "yuan|kuai|rmb|cny|renminbi"
_COUNTED = (
    rf"{_YUAN}|mao|jiao|usdt?|us dollars?|dollars?|bucks?|cents?|hkd|ntd?|twd|rupees?|inr|records?|rows?|lines?"
    rf"|leads?|pieces?|pcs|owners?|quer(?:y|ies)|cents?|at least|times|articles?"
    r"|entries|names|lookups?|search(?:es)?|plates?|checks?|cars?|vehicles?|contacts?|numbers?|min(?:imum)?"
    r"|plus|up|or more|and up|if you|if u|fen|us cents?|begins?|starts?"
)
_ENGLISH = re.compile(
    rf"(?=[aefghmnostz\d])(?=a |on|tw|th|fo|fi|si|se|ei|ni|te|el|hu|mi|ze|gr"
    rf"|\d)(?<![a-z-])(?<![\d] )(?<!half a )(?<!half )(?:(?P<whole>{_SAID}) (?P<coin>{_YUAN}) (?:and )?(?P<cents>"
    rf"(?:{_WORD})(?:-(?:{_WORD}))?)(?: cents?)?(?![a-z-]| (?:{_COUNTED}|{_WORD}))"
    rf"|(?P<fen>{_SAID}|\d{{1,2}}) cents? (?P<of>{_YUAN})"
    rf"|(?P<number>{_SAID})(?![a-z-]))"
)
_NEEDS = re.compile(rf"\s?(?:{_COUNTED})(?![a-z])")
_DIGITS_ONLY = re.compile(
    r"(?:zero|one|two|three|four|five|six|seven|eight|nine)(?: (?:zero|one|two|three|four"
    r"|five|six|seven|eight|nine))+"
)


def _read_english(words: str) -> float | None:
    """The value of number words, None for digits read out one by one."""
    whole, _, decimals = words.partition(" point ")
    if _DIGITS_ONLY.fullmatch(whole):
        return None
    total = section = 0
    for word in re.split("[ -]", whole):
        if word in _SCALES:
            scale = _SCALES[word]
            section = (section or 1) * scale
            if scale >= 1000:
                total, section = total + section, 0
        elif word in _SMALL:
            section += _SMALL[word]
    value = float(total + section)
    if decimals:
        value = float(f"{int(value)}.{''.join(str(_SMALL.get(word, 0)) for word in decimals.split())}")
    return value


def _spell_english(match: re.Match[str]) -> str | None:
    if match.group("whole"):
        whole, cents = _read_english(match.group("whole")), _read_english(match.group("cents").replace("-", " "))
        return f"{whole + cents / 100:g} {match.group('coin')}" if whole is not None and cents and cents >= 10 else None
    if match.group("fen"):
        fen = match.group("fen")
        cents = float(fen) if fen.isdigit() else _read_english(fen)
        return f"{cents / 100:g} {match.group('of')}" if cents else None
    words = match.group("number")
    telling = " " in words or "-" in words or words not in ("one", "hundred", "thousand", "million", "grand")
    if not (_NEEDS.match(match.string, match.end()) or (telling and any(scale in words for scale in _SCALES))):
        return None
    value = _read_english(words)
    return None if value is None else f"{value:.10g}"


# --- pinyin -------------------------------------------------------------------------------------------------------

_SYLLABLES = {
    "ling": "零", "yi": "一", "er": "二", "liang": "两", "san": "三", "si": "四", "wu": "五", "liu": "六", "qi": "七",
    "ba": "八", "jiu": "九", "shi": "十", "bai": "百", "qian": "千", "wan": "万", "ban": "半", "dian": "点",
    "mao": "毛", "kuai": "块", "yuan": "元", "jiao": "角", "fen": "分", "tiao": "条", "ge": "个", "mei": "每",
}  # fmt: skip
_SYLLABLE = "|".join(sorted(_SYLLABLES, key=len, reverse=True))
_PINYIN = re.compile(rf"(?=[a-z]{{2,5}}[ -])(?<![a-z])(?:{_SYLLABLE})(?:[ -](?:{_SYLLABLE})){{1,9}}(?![a-z])")
_TELLS = re.compile("[毛块元角分条千万百]")


# líng diǎn sì yuán; 一角八一tiao.
_ACCENTS = "āáǎàēéěèīíǐìōóǒòūúǔù"
_TONED = re.compile(rf"(?<![a-z{_ACCENTS}])[a-z]{{0,4}}[{_ACCENTS}][a-z]{{0,3}}(?![a-z{_ACCENTS}])")
_LONE = re.compile(rf"(?<=[{_NUMERAL}每/／])(?:tiao|mao|kuai|yuan|jiao|wan|qian|bai)(?![a-z])")


_DIGIT = re.compile(r"(?<![a-z])(?:yi|er|liang|san|si|wu|liu|qi|ba|jiu|ban)(?=[毛块元角千百万])")


def _drop_tones(match: re.Match[str]) -> str | None:
    plain = "".join("aeiou"[_ACCENTS.index(letter) // 4] if letter in _ACCENTS else letter for letter in match.group())
    return plain if plain in _SYLLABLES else None


def _spell_pinyin(match: re.Match[str]) -> str | None:
    spelled = "".join(_SYLLABLES[syllable] for syllable in re.split("[ -]", match.group()))
    # 五千条起: the last is what opens a minimum.
    spelled = re.sub("(?<=[条个千万百])七$", "起", spelled)
    return spelled if _TELLS.search(spelled) and re.search("[一二两三四五六七八九十半]|^[百千万]条", spelled) else None


# --- Latin letters apart, or digits for them ------------------------------------------------------------------------

_LETTERS = str.maketrans("013457@!$|", "oieastalsl")
_LEET = re.compile(
    r"(?<![a-z0-9@!$_.])(?=[a-z@!$|]{0,12}[013457@!$|])(?=[^a-z]{0,2}[a-z])[a-z013457@!$|]{3,14}(?![a-z0-9_@])"
)


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """The English words of prices, of what is sold and of numbers."""
    terms = [row["term"].lower() for row in read_terms("pricing") if "{" not in row["term"]]
    terms += [term for row in read_terms("offers") for term in row["terms"].split(";")]
    words = {word for term in terms for word in term.split() if word.isascii() and word.isalpha() and len(word) > 2}
    return frozenset(words | {*_SMALL, *_SCALES, "each", "more", "less", "sample", "then", "below", "order"})


def _spell_leet(match: re.Match[str]) -> str | None:
    """l1nes, m0re, pl@te: the word of the market that it is with letters for its digits."""
    word = match.group().rstrip("!")
    for ones in ("i", "l"):
        plain = word.replace("1", ones).replace("!", ones).translate(_LETTERS)
        if plain in _english():
            return plain + match.group()[len(word) :]
    return None


# --- layout and short forms ---------------------------------------------------------------------------------------

_AFTER = r"(?!\s?[\d.零一二两三四五六七八九十百千万条个份笔人组套台次wk%元块毛角分天年月日号周折])"


def _join_coins(match: re.Match[str]) -> str:
    whole, coin, *_, small, name = match.group().split()
    share = int(small) / (10 if name in ("mao", "jiao") else 100)
    return f"{int(whole) + share:g} {coin}"


def _join_letters(match: re.Match[str]) -> str | None:
    word = "".join(letter for letter in match.group() if letter.isalpha())
    return word if word in _english() else None


_RATES = {"hundred": 100, "thousand": 1000, "mille": 1000, "million": 10**6}
_RULES: tuple[Rule, ...] = (
    (
        "".join(RINGED),
        re.compile(rf"{_RING}(?=\s?(?:[{_COIN}条💰]|[rum米]\s?[/／每]|{_RING}|[.]|0(?!\.)))|(?<=[{_COIN}]){_RING}"
            rf"|(?<=[{_COIN}] ){_RING}"
            rf"|(?<=[\d.]){_RING}"),
        lambda match: RINGED[match.group()],
    ),
    # 2，600 笔: the full-width comma of thousands.
    (
        "，",
        re.compile(r"(?<![\d.,，$¥])\d{1,3}，\d{3}(?=\s{0,2}(?:[条笔个份张人名户]|rows?|records?|lines?|leads?|pcs|pieces?)"
            r"(?!\s?[起以]))"),
        lambda match: match.group().replace("，", ","),
    ),
    # 叁佰条内.
    ("内", re.compile(rf"(?<=[条笔个份])内(?:(?![\u3400-\u9fff])|(?=[{_NUMERAL}每]))"), lambda match: "以内"),
    (" ", re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?=\s?(?:rows|records|lines|leads|owners|pcs)(?![a-z]))"),
     lambda match: match.group().replace(" ", ",")),
    # USD 120 for the first 1,000 names, 80 for every additional 1,000.
    (
        "f",
        re.compile(
            r"(?<=\d[^\d,.;])for (?:the )?(?:first|next|(?:every|each)(?: additional| extra| further)?)"
            r" (?=\d[\d,k]{2})"
        ),
        lambda match: "for ",
    ),
    # 过千八毛: more than a thousand.
    (
        "过满超",
        re.compile(rf"(?<=[过满超])[百千万](?=[{_ONES}]{{1,2}}[毛块角])"),
        lambda match: {"百": "100条", "千": "1000条", "万": "10000条"}[match.group()],
    ),
    # 1 rupee 20 paise, 1 yuan 5 mao.
    (
        "fjmp",
        re.compile(
            r"\d{1,4} (?:rupees?|rs|dollars?|usd|yuan|kuai|rmb|hkd)(?: and)?"
            r" \d{1,2} (?:paise|cents?|fen|mao|jiao)(?![a-z])"
        ),
        _join_coins,
    ),
    # 30 USD a thousand, 55 bucks per hundred: a rate, not the number that comes next.
    (
        "h",
        re.compile(
            r"(?<=[\da-z$¥])(?<!half) (?:a|per|each|every|one|/) ?(?=(?:hundred|thousand|million|mille)(?![a-z]))"
            r"(?:hundred|thousand|million|mille)"
        ),
        lambda match: f" per {_RATES[match.group().split()[-1].lstrip('/')]}",
    ),
    (
        "h",
        re.compile(r"(?<![a-z])half (?:an? )?(?=(?:usdt?|dollars?|rupees?|hkd|yuan|kuai|rmb)(?![a-z]))"),
        lambda match: "0.5 ",
    ),
    ("💯", re.compile("💯(?=\\s?[条个笔份])"), lambda match: "100"),
    # R s. 0.80; M.O.Q, e-a-c-h
    ("r", re.compile(r"(?<![a-z])r s\.?(?=\s?\d)"), lambda match: "rs."),
    (".-·*", re.compile(r"(?<![a-z0-9])[a-z](?:[.·*-][a-z]){2,9}(?![a-z0-9])"), _join_letters),
    ("₿", re.compile("₿(?=tc)"), lambda match: "b"),
    ("．", re.compile(r"(?<=\d)．(?=\d)"), lambda match: "."),
    # 2 k lines; 10,000-record slice; R e a l, 1 1 U S D T.
    (" ", re.compile(r"(?<=\d) (?=[kw] (?:[a-z]{3}|[条笔个份]))"), lambda match: ""),
    ("-", re.compile(rf"(?<=\d)-(?=(?:{_COUNTED})(?![a-z]))"), lambda match: " "),
    # 2 毛, 三 千, 1 万: a numeral and what it counts; 毛 8, 万 2: the rest of it.
    (" ", re.compile(rf"(?<=[{_NUMERAL}]) {{1,2}}(?=[{_COIN}](?!\d{{2}}))"), lambda match: ""),
    (
        " ",
        re.compile(rf"(?<=[{_NUMERAL}][毛角块万千百]) (?=[1-9{_ONES}]{_AFTER})"
            rf"|(?<=[{_NUMERAL}] [毛角块万千]) (?=[1-9{_ONES}]{_AFTER})"),
        lambda match: "",
    ),
    (
        "毛角",
        re.compile(rf"(?<![{_NUMERAL}.羽羊皮眉发绒头几八来多块元个])(?<!\d )[毛角][{_ONES}1-9](?=\s?"
            rf"(?:[一1]?[条个份笔]|每|[/／]|[,，。;；\s]|$))"),
        lambda match: f"1{match.group()}",
    ),
    # 三千五一万条: two numerals.
    (
        "千万百",
        re.compile(rf"(?<=[{_ONES}十][千万百])[{_ONES}]?(?=一[百千万][条个份])"),
        lambda match: f"{match.group()}元=",
    ),
)  # fmt: skip
_SPELLS: tuple[Rule, ...] = (
    ("013457@!$|", _LEET, _spell_leet),
    *_RULES,
    (_ACCENTS, _TONED, _drop_tones),
    ("aeiou", _PINYIN, _spell_pinyin),
    ("aeiou", _LONE, lambda match: _SYLLABLES[match.group()]),
    ("aeiou", _DIGIT, lambda match: _SYLLABLES[match.group()]),
    ("aeiou", _ENGLISH, _spell_english),
)


def respell(folded: Folded) -> Folded:
    """`folded` with its numbers in digits or plain numerals; itself where nothing is spelled otherwise. Linear."""
    return rewrite(folded, _SPELLS)
