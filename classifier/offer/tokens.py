"""The tokens of a price, found in a folded text: amounts, numerals, units, floors and ceilings, tiers, stops.

Two passes, each linear: the shapes of numbers (`amounts.py`), an automaton for the words of `lexicon/pricing.tsv`
(`vocabulary.py`); where they overlap the one that begins first, then the longer, holds.
"""

from __future__ import annotations

from classifier.offer.amounts import read_amounts
from classifier.offer.numerals import CHINESE
from classifier.offer.vocabulary import Token, read_vocabulary


def lower(text: str) -> str:
    """`text` in lower case, letter for letter: its length never changes."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def read_tokens(text: str) -> list[Token]:
    """The tokens of a folded text in lower case, in order, without overlap. Linear in the text."""
    found = list(read_amounts(text))
    for last, (role, value, length, latin) in read_vocabulary().automaton.iter(text):
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
