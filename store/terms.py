"""What a finding is filed under, and under which of these a search looks. Pure.

Terms are the single characters and pairs of neighbours in its words, which is what Chinese is searched by; of Latin
letters and digits also the triples, because pairs of these tell little apart. Beside them stand its label, state,
source and handles, its regions by every beginning of their names, and the order of magnitude of its lowest price.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import add

from store.columns import clean
from store.words import fold_words

_TRIPLES = re.compile("(?=([0-9a-z]{3}))")
# A price is filed in quarters of an order of magnitude, within these.
_QUARTERS = 4
_LOWEST, _HIGHEST = -16, 24
# Names of regions are not longer.
_NAME = 16
# What is asked is held against the words themselves too, so that so many terms of it are enough to look under.
_ENOUGH = 40


@dataclass(frozen=True)
class Facts:
    """What a finding is filed by, beside its words."""

    label: str
    state: str
    source_id: str
    handles: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    lowest_price: float | None = None


def list_terms(words: str, facts: Facts) -> set[str]:
    """All terms of a finding. `words` and handles are folded (store/words.py).

    >>> sorted(list_terms("车主 vin", Facts("offer", "new", "s1", lowest_price=0.5)))
    ['i', 'in', 'label:offer', 'n', 'price:-2', 'source:s1', 'state:new', 'v', 'vi', 'vin', '主', '车', '车主']
    """
    terms = {f"label:{facts.label}", f"state:{facts.state}", f"source:{facts.source_id}"}
    terms.update(f"contact:{clean(handle)}" for handle in facts.handles)
    names = map(clean, facts.regions)
    terms.update(f"region:{name[:length]}" for name in names for length in range(min(len(name), _NAME) + 1))
    if facts.lowest_price is not None:
        terms.add(f"price:{_magnitude(facts.lowest_price)}")
    words = clean(words)
    # The words are there as they were written and with disguises undone: most of them twice.
    for word in set(words.split()):
        terms.update(word)
        terms.update(map(add, word, word[1:]))
    terms.update(_TRIPLES.findall(words))
    return terms


def look_up_words(words: Iterable[str]) -> list[tuple[str, ...]]:
    """The terms of all that has these words (folded) in it, each by itself; some other things have them as well.

    >>> look_up_words(["车主数", "主", "qq12"])
    [('q12',), ('qq1',), ('主',), ('主数',), ('车主',)]
    """
    terms = sorted({term for word in words for part in clean(word).split() for term in _cover(part)})
    step = -(-len(terms) // _ENOUGH) or 1
    return [(term,) for term in terms[::step]]


def look_up_region(name: str) -> tuple[str, ...]:
    """The term of regions whose name begins so."""
    return (clean(f"region:{name[:_NAME]}"),)


def look_up_price(most: float) -> tuple[str, ...]:
    """The terms of all that costs so much at most; of the last of them some cost more."""
    return tuple(f"price:{magnitude}" for magnitude in range(_LOWEST, _magnitude(most) + 1))


def is_exact(word: str) -> bool:
    """Whether a word is a term itself: then whatever is filed under it has it.

    >>> is_exact("车主"), is_exact("车主们"), is_exact("vin"), is_exact("a b")
    (True, False, True, False)
    """
    return " " not in word and (len(word) < 3 or (len(word) == 3 and _is_triple(word)))


def split_words(text: str) -> list[str]:
    """What is asked for, folded: words, and whole phrases between quotation marks.

    >>> split_words('ＶＩＮ "owner  list" "车主')
    ['vin', 'owner list', '"车主']
    """
    words: list[str] = []
    rest = fold_words(text)
    while rest:
        phrase, quoted, after = rest[1:].partition('"') if rest.startswith('"') else ("", "", "")
        if quoted and (not after or after.startswith(" ")):
            words.append(phrase.strip())
        else:
            phrase, _, after = rest.partition(" ")
            words.append(phrase)
        rest = after.lstrip()
    return [word for word in words if word]


def _cover(word: str) -> Iterator[str]:
    """The longest terms that make up a word."""
    if len(word) < 2:
        yield word
    inside = False
    for start in range(len(word) - 1):
        triple = word[start : start + 3]
        if _is_triple(triple):
            yield triple
        elif not inside:
            yield triple[:2]
        inside = _is_triple(triple)


def _is_triple(letters: str) -> bool:
    return _TRIPLES.match(letters) is not None


def _magnitude(price: float) -> int:
    if not price > 0:
        return _LOWEST
    if not price < 10 ** (_HIGHEST / _QUARTERS):
        return _HIGHEST
    return max(_LOWEST, math.floor(math.log10(price) * _QUARTERS))
