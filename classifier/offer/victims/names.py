"""Names of people: by surname and title, by a label before them, or alone in a field of a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from classifier.lexicon import read_terms
from classifier.offer.victims.item import Item

_HAN = "\u3400-\u9fff"


@lru_cache(maxsize=1)
def read_no_names() -> frozenset[str]:
    """Words that begin like a name and are none."""
    return frozenset(" ".join(row["term"] for row in read_terms("notnames")).split())


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    surnames = sorted(" ".join(row["term"] for row in read_terms("surnames")).split(), key=len, reverse=True)
    # Names of two characters first, then one class for all the others.
    double = [name for name in dict.fromkeys(surnames) if len(name) > 1]
    family = "|".join([*double, f"[{''.join(dict.fromkeys(name for name in surnames if len(name) == 1))}]"])
    titled = (
        rf"(?:{family})(?:先生|女士|小姐|太太|某某?|老板|师傅|[{_HAN}]{{1,2}}(?:先生|女士|小姐))"
        rf"|(?<![{_HAN}])(?:{family})(?:总|[xX]{{1,2}}(?![A-Za-z0-9]))"
    )
    bounded = rf"(?<![{_HAN}])(?:{family})[{_HAN}]{{1,2}}(?![{_HAN}])"
    label = r"(?:姓名|车主|被保险人|投保人|机主|户主|客户|联系人|名字|n(?i:ame)|N(?i:ame))"
    labelled = rf"{label}\s?[:：]?\s?(?P<it>(?:{family})[{_HAN}]{{1,2}}(?![{_HAN}]))"
    return re.compile(f"{titled}|{bounded}"), re.compile(labelled)


def find_names(text: str) -> Iterator[Item]:
    """Names, after a label first; a name may be given twice."""
    (pattern, labelled), others = _patterns(), read_no_names()
    for match in labelled.finditer(text):
        if match.group("it") not in others and not match.group("it").endswith(("经理", "主管", "客服")):
            yield Item("name", *match.span("it"))
    for match in pattern.finditer(text):
        counted = match.group()[0] in "万千百" and text[max(0, match.start() - 1) : match.start()].isdigit()
        if match.group() not in others and not counted and not NO_NAME.search(match.group(), 1):
            yield Item("name", match.start(), match.end())
    for match in _LATIN_NAME.finditer(text):
        yield Item("name", match.start("it"), match.end("it"))


NO_NAME = re.compile(
    "[的了是有我你在到和不这那要就也都个上下去吗吧呢啊起元块角条笔]|来(?!$)|(?<=^.)[毛千百万]$|经理$|主管$|客服$|[样例验]$|[一两三几]行$"
)
_LATIN_NAME = re.compile(
    r"(?:^|[\n|,;:：\t])\s*(?P<it>(?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15}){1,2})(?=\s*["
    r"|,;\t\n])"
)
