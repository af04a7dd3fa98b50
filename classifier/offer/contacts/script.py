"""Handles as they are spelled out, written plainly: car 下划线 88, t dot me slash name, ＋八六 …, lu zhou 88（连着写）.

What the readers of contacts read is a text with one way to write a handle; here the others become it, with the way back
to the author's own characters kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.fold import Folded
from classifier.lexicon import read_terms
from classifier.offer.contacts.pieces import join_pieces
from classifier.offer.contacts.remarks import heed_remarks
from classifier.offer.contacts.wholes import give_wholes
from classifier.offer.rewriting import Rule, replace_spans, rewrite

_WORD = "a-z0-9_"
_OPEN, _CLOSE = r"[(（\[【〔［｛{<《〈]", r"[)）\]】〕］｝}>》〉]"
_ENGLISH = {
    "zero": "0",
    "oh": "0",
    "nought": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "double": "",
}
_DIGIT = "|".join(word for word in _ENGLISH if word != "double")
_SPELLED = re.compile(
    rf"(?<![a-z])(?:(?:double )?(?:{_DIGIT})[ ,，.-]{{1,3}}){{5,16}}(?:double )?(?:{_DIGIT})"
    rf"(?![a-z])"
)
# 扣扣 with blanks between; signs of the underscore, of the address and its parts.
_LINES = "＿ˍ﹍﹏▁⎵_"
_SAID_LINE = r"下 ?划 ?线|下横线|底线|under[ _-]?score"


def _read_digits(match: re.Match[str]) -> str:
    digits, twice = "", False
    for word in re.findall("[a-z]+", match.group()):
        digits += _ENGLISH[word] * (1 + twice)
        twice = word == "double"
    return digits


# Words before "at" that are no mailbox: order at cars.test.
_NO_BOX = re.compile("order|buy|shop|visit|available|sold|contact|look|find|us|me|here|located|listed|site|website")


def _write_address(match: re.Match[str]) -> str | None:
    if _NO_BOX.fullmatch(match.group("local")) and "@" not in match.group():
        return None
    host = re.sub(r"\s*(?:\.|。|．|点|dot|㊀|[(（〔\[]\s?(?:dot|点|d)\s?[)）〕\]])\s*", ".", match.group("host"))
    return f"{match.group('local')}@{host}"


def _write_link(match: re.Match[str]) -> str:
    return match.group().translate(_PLAIN_SIGNS).replace(" ", "")


_PLAIN_SIGNS = str.maketrans("：／．？＝＆－＿＃％∕", ":/.?=&-_#%/")
_AT = rf"(?:\s?(?:{_OPEN}\s?(?:at|@|艾特|圈?a)\s?{_CLOSE}|@|＠|#|艾特|小老鼠|㉿|(?<= )at(?= )|(?<= )在(?= ))\s?)"
_DOT = rf"(?:\s?(?:\.|。|．|点|㊀|(?<= )dot(?= )|{_OPEN}\s?(?:dot|点|d)\s?{_CLOSE})\s?)"
_ENDS = "com|cn|net|org|me|io|test|example|cc|top|xyz|info|vip|ru|ch|hk|tw|shop|store|club|icu|site|online"


def _close_dot(match: re.Match[str]) -> str | None:
    """che . xin . 8; an address that is whole ends its sentence so."""
    return None if "@" in match.string[max(0, match.start() - 24) : match.start()].rsplit(" ", 1)[-1] else "."


_RAISED = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
_BESIDE = re.compile(r"艾 ?特|@|(?<=[a-z0-9]) ?点|点 ?(?=[a-z0-9])|减号|下划线|底线|横杠")


def _join_spread(match: re.Match[str]) -> str | None:
    """z b d 艾特 e x a m p l e 点 o r g: letters apart, at the signs of an address."""
    start, end = match.span()
    near = match.string[max(0, start - 4) : start], match.string[end : end + 4]
    return match.group().replace(" ", "") if any(map(_BESIDE.search, near)) else None


_SEPARATED = r"(?:[^\w\n，,。;；:：!！?？()（）]|[丶の_、丨〡]){1,3}"
# Links and addresses as they are written to pass a filter.
_HOSTS: tuple[Rule, ...] = (
    (
        "hx*",
        re.compile(r"h(?:xx|\*\*|tt|__)p(?P<safe>s?) ?[:：] ?[/／∕]{2}(?=[a-z0-9])"),
        lambda match: f"http{match.group('safe')}://",
    ),
    (
        "(（[【〔［｛{<《〈﹒",
        re.compile(rf"(?<=[a-z0-9])(?:\s?{_OPEN}\s?(?:\.|。|点|dot|d0t)\s?{_CLOSE}\s?|﹒)(?=[a-z0-9])"),
        lambda match: ".",
    ),
    (
        "。",
        re.compile("[a-z0-9]{2,20}(?:。[a-z0-9]{1,20}){2,4}(?![a-z0-9])"),
        lambda match: match.group().replace("。", "."),
    ),
    (
        "(（[【〔［｛{<《〈艾圈小",
        re.compile(
            rf"(?<=[a-z0-9])\s?(?:{_OPEN}\s?(?:at|@|艾 ?特|圈 ?a|小老鼠)\s?{_CLOSE}|-?(?:小老鼠|圈 ?a|艾 ?特)-?)"
            r"\s?(?=[a-z0-9])"
        ),
        lambda match: "@",
    ),
    ("杠s", re.compile(rf"(?<=[a-z0-9])\s?{_OPEN}\s?(?:slash|斜杠)\s?{_CLOSE}\s?(?=[a-z0-9+])"), lambda match: "/"),
    ("杠", re.compile(rf"(?P<end>[.点](?:{_ENDS}))\s?斜杠\s?(?=[a-z0-9])"), lambda match: f"{match.group('end')}/"),
    ("c", re.compile(r"(?<=live) colon (?=[a-z])"), lambda match: ":"),
    (
        "+",
        re.compile(r"(?<=\+86)\s?[(（](?=1\d\d[)）])|(?<=\+86[(（]1\d\d)[)）]|(?<=\+86 [(（]1\d\d)[)）]"),
        lambda match: "",
    ),
    ("冒", re.compile(r"(?<=[a-z])\s?冒号\s?(?=[a-z.])"), lambda match: ":"),
    (
        "@",
        re.compile(r"(?<=@)\s?[a-z0-9-]{2,30}(?: ?· ?[a-z0-9-]{2,30}){1,3}"),
        lambda match: re.sub(" ?· ?", ".", match.group().strip()),
    ),
)
# Letters that stand apart, and small digits.
_APART: tuple[Rule, ...] = (
    ("艾特@点减下底横", re.compile("(?<![a-z0-9])[a-z0-9](?: [a-z0-9]){1,30}(?![a-z0-9])"), _join_spread),
    (
        "₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹",
        re.compile("(?<=[a-z0-9_])[₀-₉⁰¹²³⁴-⁹]{1,6}"),
        lambda match: match.group().translate(_RAISED),
    ),
    (
        "_",
        re.compile(r"(?<=[:：→➜⇒=“\"「『【])\s?(?=(?:[a-z0-9] )*_ )(?:[a-z0-9_] ){5,31}[a-z0-9_](?![a-z0-9_])"),
        lambda match: match.group().replace(" ", ""),
    ),
    (
        "@＠",
        re.compile(r"(?<![a-z0-9])(?:[a-z0-9_.-] ){3,30}[@＠] (?:[a-z0-9.-] ){4,30}[a-z0-9](?![a-z0-9])"),
        lambda match: match.group().replace(" ", ""),
    ),
    ("p", re.compile(rf"(?<![a-z])plus (?=\d|{_DIGIT})"), lambda match: "+"),
)


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    names = sorted(
        {row["term"] for row in read_terms("aliases") if re.fullmatch("[\u3400-\u9fff]{2,4}", row["term"])},
        key=len,
        reverse=True,
    )
    spread = "|".join(_SEPARATED.join(name) for name in names)
    firsts = "".join(sorted({name[0] for name in names}))
    return (
        *_ORDERED,
        *_PLACED,
        (firsts, re.compile(rf"(?=[{firsts}]{_SEPARATED})(?<![\u3400-\u9fff] )(?:{spread})"
            rf"(?=\s?[\s:：=＝→☞👉a-z0-9(（)）【同号也就都/一二三四五六七八九零〇壹贰叁肆伍陆柒捌玖])"),
         lambda match: re.sub(_SEPARATED, "", match.group())),
        (" ", re.compile(r"(?<=[同童桐铜通瞳]) (?=号)|(?<=[微薇威]) (?=同 ?号)|(?<=也) (?=是)|(?<=一) (?=样)"),
         lambda match: ""),
        ("童桐铜瞳", re.compile("[童桐铜瞳](?=号)"), lambda match: "同"),
        *_APART,
        ("：／．∕", re.compile(r"https?\s?[:：]\s?[/／]\s?[/／][a-z0-9.．/／?？=＝&＆_＿%％-]{4,200}"), _write_link),
        ("m", re.compile(r"(?<![a-z0-9])(?:t|telegram) ?(?:\.|．|。|点|dot|d0t|\""
            r"|[^\w\s，,、/:：-]|/(?= ?me ?/)) ?me ?(?:/ ?/?"
            r"|／|∕|斜 ?[杠线]|slash)\s?(?P<plus>加号|plus|\+)?\s?(?=[a-z0-9])"),
         lambda match: "t.me/" + ("+" if match.group("plus") else "")),
        (_LINES + "下底u", re.compile(rf"(?<=[a-z0-9])(?<! [a-z0-9])"
            rf"[ ,，、]?(?:[(（\[【〔［〈╱/] ?(?:{_SAID_LINE}) ?[)）\]】〕］〉╱/]"
            rf"|{_SAID_LINE}|[{_LINES}])[ ,，、]?(?=[a-z0-9])"),
         lambda match: "_"),
        ("减横杠m", re.compile(r"(?<=[a-z0-9]) ?(?:[(（]?(?:减号|中?横杠|短横)[)）]?|(?<= )(?:minus|dash"
            r"|hyphen)(?= )) ?(?=[a-z0-9一二三四五六七八九零])"),
         lambda match: "-"),
        ("@＠", re.compile(r"(?<![a-z0-9])[@＠] ?(?=[a-z][a-z0-9_]{3})"), lambda match: "@"),
        ("@＠#艾小㉿at在", re.compile(
            rf"(?<![a-z0-9.])(?P<local>[a-z0-9][a-z0-9._+-]{{1,40}}){_AT}(?P<host>[a-z0-9-]{{1,30}}"
            rf"(?:{_DOT}[a-z0-9-]{{1,30}}){{0,2}}{_DOT}(?:{_ENDS}))(?![a-z0-9])"
        ), _write_address),
        ("d点", re.compile(r"(?<=[a-z0-9])(?: dot | ?点 ?)(?=[a-z]|\d{2,4}(?![\d元块毛条]))(?<!\d点)(?<!\d 点 )"),
         lambda match: "."),
        (".。点", re.compile(rf"(?<=[a-z0-9])\s?(?:。|点| \.)\s?(?=(?:{_ENDS})(?![a-z]))"), lambda match: "."),
        (".", re.compile(r"(?<=[a-z]) \. (?=[a-z0-9])"), _close_dot),
        ("h", re.compile(r"(?<![a-z0-9])h t t p (?P<safe>s ?)?[:：] ?/ ?/ ?"),
         lambda match: "https://" if match.group("safe") else "http://"),
        ("h", re.compile(r"https?://[a-z0-9-]+(?: ?\. ?[a-z0-9-]{2,20}){1,3}(?: / [a-z0-9_-]{1,40}){1,6}"),
         lambda match: match.group().replace(" ", "")),
        ("区", re.compile(r"区号\s?[:：是为]?\s?(?P<area>0\d{2,3})[\s,，、加]{0,2}"
            r"(?:座机|电话)?(?:号码?)?\s?[:：是为]?\s?(?=[2-9]\d{6})"),
         lambda match: match.group("area") + "-"),
        ("eox", _SPELLED, _read_digits),
    )  # fmt: skip


# Texts with a blank after every character, and the blanks beside a character that stands alone.
_SPREAD = re.compile("(?<![\u3400-\u9fff〇])(?:[\u3400-\u9fff〇] ){3}[\u3400-\u9fff〇](?![\u3400-\u9fff〇])")
_GAPS: tuple[Rule, ...] = (
    (
        " ",
        re.compile(
            "(?<=[\u3400-\u9fff〇]) (?=[\u3400-\u9fff〇](?![\u3400-\u9fff〇]))"
            "|(?<![\u3400-\u9fff〇])(?<=[\u3400-\u9fff〇]) (?=[\u3400-\u9fff〇])"
            "|(?<=[^\u3400-\u9fff〇][\u3400-\u9fff〇]) (?=[\u3400-\u9fff〇])"
        ),
        lambda match: "",
    ),
)


_PIECE = r"[a-z0-9_@.]{2,16}"
_PARTS = r"(?:前|开头|打头|起头|头|中间?|居中|后|尾号?|末尾?|最后|结尾|收尾|垫后)(?:面|边|段|半|缀)?"
_PART = rf"{_PARTS}(?:[一二三四五六七八九两\d]?[位个])?(?:数字?)?(?:都?[是为:：])?\s?"


def _join_pieces(match: re.Match[str]) -> str | None:
    """138 开头 0571 中间 2266 结尾, 前四位2766后五位01853: the parts of a handle with their places."""
    placed: list[tuple[int, str]] = []
    place = -1
    for told in _TOLD.finditer(match.group()):
        if told.group("piece") is None:
            place = _rank(told.group("part"))
            if placed and placed[-1][0] < 0:
                placed[-1], place = (place, placed[-1][1]), -1
        else:
            placed.append((place, told.group("piece")))
            place = -1
    joined = "".join(piece for _, piece in sorted(placed, key=lambda pair: pair[0] if pair[0] >= 0 else _LAST))
    return joined if len(joined) >= 5 and re.search(r"[\d@]", joined) else None


_TOLD = re.compile(rf"(?P<part>{_PART})|(?P<piece>{_PIECE})")
_LAST = 3


def _rank(part: str) -> int:
    """First, middle or last, as a word for the place of a part says."""
    return 0 if re.match("前|开头|打头|起头|头", part) else 1 if re.match("中|居中", part) else 2


_ORDERED: tuple[Rule, ...] = (
    ("&", re.compile("&(?:#64|#x40|commat);"), lambda match: "@"),
    (
        "前后中尾末头",
        re.compile(
            rf"(?:(?<![a-z0-9])(?!(?:qq|q|vx|wx|v|tg|id)[前后]){_PIECE}[\s,，、]{{0,2}}|{_PART}{_PIECE}[\s,，、]{{0,2}})"
            rf"{_PART}{_PIECE}(?:[\s,，、]{{0,2}}{_PART}{_PIECE})?(?![a-z0-9])"
            rf"|(?<![a-z0-9]){_PIECE}\s?{_PART}[\s,，、]?(?:{_PIECE}\s?{_PART}[\s,，、]?){{1,2}}(?![a-z0-9])"
        ),
        _join_pieces,
    ),
)


def _join_place(match: re.Match[str]) -> str | None:
    """湖|北, 全 国: the name of a place with a sign or a blank in it."""
    joined = match.group("left") + match.group("right")
    return joined if joined in _read_places() else None


@lru_cache(maxsize=1)
def _read_places() -> frozenset[str]:
    names = {"全国", *(row["province"] for row in read_terms("regions"))}
    for row in read_terms("regions"):
        names.update(row["cities"].split())
    return frozenset(name for name in names if len(name) == 2)


_PLACED: tuple[Rule, ...] = (
    (
        " |*·•.-/~\\",
        re.compile(
            "(?<![\u3400-\u9fff])(?P<left>[\u3400-\u9fff])(?:[^\\w\\s，,。、；;：:！!？?（()）]{1,2}"
            "| )(?P<right>[\u3400-\u9fff])(?![\u3400-\u9fff])"
        ),
        _join_place,
    ),
)


# Some characters apart in a text that is not: 信 同 号, 威 信 也 是 它. Only what says how somebody is reached.
_TELLS = re.compile("同号|也是|就是|减号|底线|下划线|去掉|微信|威信|薇信|绿色|企鹅|蝙蝠|飞机|电报|土豆|小写|字母|数字")


def _close(match: re.Match[str]) -> str | None:
    joined = match.group().replace(" ", "")
    return joined if _TELLS.search(joined) else None


_FEW: tuple[Rule, ...] = (
    (
        " ",
        re.compile("(?<![\u3400-\u9fff〇])[\u3400-\u9fff〇](?: [\u3400-\u9fff〇]){2,}(?![\u3400-\u9fff〇])"),
        _close,
    ),
)


# A word amid the letters of a handle, a sign or nothing between them: zhe·车险·88.
_AMID = re.compile(
    "(?<=[a-z0-9_])[·.•_~|*丨-]?(?P<word>[\u3400-\u9fff]{1,4})(?=[·.•_~|*丨-]?[a-z0-9_])"
    "|(?<=[:：] )(?P<first>[\u3400-\u9fff]{1,4})(?=[·.•_~|*丨-][a-z0-9_])",
    re.IGNORECASE,
)


def _restore_letters(folded: Folded) -> Folded:
    """`folded` with the letters of handles as their author wrote them, where folding read them as a word."""
    if folded.starts is None or folded.ends is None:
        return folded
    edits = []
    for match in _AMID.finditer(folded.text):
        start, end = match.span("word" if match.group("word") else "first")
        left, right = folded.span(start, end)
        written = folded.original[left:right]
        if written.isascii() and written.isalpha() and len(written) > end - start:
            edits.append((start, end, written))
    return replace_spans(folded, edits) if edits else folded


def write_plainly(folded: Folded) -> Folded:
    """`folded` with its handles written as they are used; itself where nothing is spelled out. Linear."""
    folded = _restore_letters(folded)
    if len(_SPREAD.findall(folded.text)) >= 3:
        folded = rewrite(folded, _GAPS)
    folded = rewrite(folded, _FEW)
    folded = rewrite(folded, _HOSTS)
    return rewrite(heed_remarks(give_wholes(join_pieces(folded))), _rules())
