"""Whose money an amount is: what the author asks, or what somebody else asked, paid or lost.

The words of an amount's clause are weighed (`lexicon/voices.tsv`): a time past, somebody else, money that was spent,
a verdict behind it. One of them is common talk; together, or one that says it all, they make it nobody's offer.
"""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.lexicon import read_terms
from classifier.offer.purchases import Purchase
from classifier.offer.scene import Scene

# At or below this an amount is a placeholder that a form demanded; above the other no price of anything here.
_PLACEHOLDER, _DEAREST = 0.001, 10**8
# How much must speak against an amount; against one that names no unit, beside prices that do, less.
_ENOUGH, LITTLE = 2.0, 1.0
# How much of a clause without an end is read on either side.
_REACH = 60


@lru_cache(maxsize=1)
def _voices() -> tuple[re.Pattern[str], dict[str, tuple[str, float]]]:
    """The words as one pattern, and what each says: where it must stand (any, before, after) and its weight."""
    senses = {row["term"]: (row["place"], float(row["weight"])) for row in read_terms("voices")}
    terms = sorted(senses, key=len, reverse=True)
    # Latin words are whole; each begins with a letter, so that most of a text is passed over in a loop in C.
    written = (
        rf"{term[0]}(?<!\w{term[0]}){re.escape(term[1:])}(?!\w)" if term[0].isascii() else re.escape(term)
        for term in terms
    )
    return re.compile("|".join(written)), senses


def weigh_against(scene: Scene, purchase: Purchase) -> float:
    """How much the clause of an amount says that it is not what the author asks."""
    pattern, senses = _voices()
    start, end = scene.clause(purchase.start, purchase.end)
    start, end = max(start, purchase.start - _REACH), min(end, purchase.end + _REACH)
    against = 0.0
    for match in pattern.finditer(scene.text, start, end):
        place, weight = senses[match.group()]
        if place == "any" or (match.end() <= purchase.start if place == "before" else match.start() >= purchase.end):
            against += weight
    return against


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


def stands(scene: Scene, purchase: Purchase) -> bool:
    """Not a placeholder, not a fine, a wage or a premium, not what somebody else paid."""
    if (purchase.low <= _PLACEHOLDER and purchase.currency != "BTC") or purchase.high > _DEAREST:
        return False
    if weigh_against(scene, purchase) >= _ENOUGH:
        return False
    if purchase.last == purchase.first and purchase.low > 1 and scene.text[purchase.end - 1] == "分":
        # 650分 is a score.
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
