"""Handles as they are spelled out, written plainly: car 下划线 88, t dot me slash name, ＋八六 …, lu zhou 88（连着写）.

What the readers of contacts read is a text with one way to write a handle; here the others become it, with the way back
to the author's own characters kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.fold import Folded
from classifier.lexicon import read_terms
from classifier.offer.contacts.remarks import heed_remarks
from classifier.offer.rewriting import Rule, rewrite

_WORD = "a-z0-9_"
_OPEN, _CLOSE = r"[(（\[【〔［｛{<《]", r"[)）\]】〕］｝}>》]"
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
    rf"(?<![a-z])(?:(?:double )?(?:{_DIGIT})[ ,.-]{{1,2}}){{5,16}}(?:double )?(?:{_DIGIT})"
    rf"(?![a-z])"
)
# 扣扣 with blanks between; signs of the underscore, of the address and its parts.
_LINES = "＿ˍ﹍﹏▁⎵_"
_SAID_LINE = r"下 ?划 ?线|下横线|底线|under ?score"


def _read_digits(match: re.Match[str]) -> str:
    digits, twice = "", False
    for word in re.findall("[a-z]+", match.group()):
        digits += _ENGLISH[word] * (1 + twice)
        twice = word == "double"
    return digits


def _write_address(match: re.Match[str]) -> str:
    host = re.sub(r"\s*(?:\.|。|．|点|dot|㊀|[(（〔\[]\s?(?:dot|点)\s?[)）〕\]])\s*", ".", match.group("host"))
    return f"{match.group('local')}@{host}"


def _write_link(match: re.Match[str]) -> str:
    return match.group().translate(_PLAIN_SIGNS).replace(" ", "")


_PLAIN_SIGNS = str.maketrans("：／．？＝＆－＿＃％∕", ":/.?=&-_#%/")
_AT = rf"(?:\s?(?:{_OPEN}\s?(?:at|@|艾特|圈?a)\s?{_CLOSE}|@|＠|#|艾特|小老鼠|㉿|(?<= )at(?= )|(?<= )在(?= ))\s?)"
_DOT = rf"(?:\s?(?:\.|。|．|点|㊀|(?<= )dot(?= )|{_OPEN}\s?(?:dot|点)\s?{_CLOSE})\s?)"
_ENDS = "com|cn|net|org|me|io|test|example|cc|top|xyz|info|vip|ru|ch|hk|tw"


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    names = sorted(
        {row["term"] for row in read_terms("aliases") if re.fullmatch("[\u3400-\u9fff]{2,4}", row["term"])},
        key=len,
        reverse=True,
    )
    spread = "|".join(" ".join(name) for name in names)
    firsts = "".join(sorted({name[0] for name in names}))
    return (
        *_PLACED,
        (" ", re.compile(rf"(?=[{firsts}] )(?<![\u3400-\u9fff] )(?:{spread})(?=\s?[\s:：=＝→☞👉a-z0-9"
            rf"(（【同号一二三四五六七八九零〇壹贰叁肆伍陆柒捌玖])"),
         lambda match: match.group().replace(" ", "")),
        (" ", re.compile(r"(?<=[同童桐铜通瞳]) (?=号)|(?<=[微薇威]) (?=同 ?号)|(?<=也) (?=是)|(?<=一) (?=样)"),
         lambda match: ""),
        ("童桐铜瞳", re.compile("[童桐铜瞳](?=号)"), lambda match: "同"),
        ("：／．∕", re.compile(r"https?\s?[:：]\s?[/／]\s?[/／][a-z0-9.．/／?？=＝&＆_＿%％-]{4,200}"), _write_link),
        ("m", re.compile(r"(?<![a-z0-9])t ?(?:\.|．|。|点|dot|d0t|\") ?me ?(?:/|／|∕|斜 ?杠"
            r"|slash)\s?(?P<plus>加号|plus|\+)?\s?(?=[a-z0-9])"),
         lambda match: "t.me/" + ("+" if match.group("plus") else "")),
        (_LINES + "下底u", re.compile(rf"(?<=[a-z0-9]) ?(?:[(（\[╱/] ?(?:{_SAID_LINE}) ?[)）\]╱/]|{_SAID_LINE}"
            rf"|[{_LINES}]) ?(?=[a-z0-9])"),
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
        (".", re.compile(r"(?<=[a-z]) \. (?=[a-z0-9])"), lambda match: "."),
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


def write_plainly(folded: Folded) -> Folded:
    """`folded` with its handles written as they are used; itself where nothing is spelled out. Linear."""
    if len(_SPREAD.findall(folded.text)) >= 3:
        folded = rewrite(folded, _GAPS)
    return rewrite(heed_remarks(folded), _rules())
