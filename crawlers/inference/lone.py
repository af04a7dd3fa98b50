"""One post alone on its page: an advert, a thread without replies. Nothing repeats, so closeness decides.

From the time of the post outwards: the smallest part of the page round it that has a text is the body's, the smallest
that names somebody has the writer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from weakref import WeakKeyDictionary

from crawlers.inference.links import page_free, pattern_of
from crawlers.inference.parts import Parts, Reading, text_before
from crawlers.inference.records import Record, is_chrome
from crawlers.inference.shapes import JOIN_LABEL, Element, words_of
from crawlers.inference.titles import address_key
from crawlers.inference.trees import Mark, Tree
from crawlers.inference.voting import read_parts
from crawlers.inference.words import word_set
from crawlers.inference.writers import find_authors

MOST_MARKS = 6
MOST_STEPS = 14
LINE_STEPS, LINE_LETTERS = 3, 60  # how far from a link its line ends, and what it may say beside the link
POST_NAMES = word_set("post posting posts entry message comment reply topic")
NEARER = 0.7  # what a text is worth one step farther out


_read: WeakKeyDictionary[Tree, Reading | None] = WeakKeyDictionary()  # asked for the page's role, then for its post


def read_lone(tree: Tree) -> Reading | None:
    """The one post of a page, None where there is none that is signed with a time or a name. Made once for a tree."""
    if tree not in _read:
        _read[tree] = _find_lone(tree)
    return _read[tree]


def _find_lone(tree: Tree) -> Reading | None:
    others = _find_others(tree)
    return (_find_beside(tree, others) if others else None) or _find_beside(tree, set())


def _find_beside(tree: Tree, others: set[Element]) -> Reading | None:
    """The post that stands beside the lines of others, in no box that holds one of them."""
    times = [
        mark
        for mark in tree.times
        if not _is_other(mark)
        and not _is_framed(mark.container)
        and others.isdisjoint((mark.container, *mark.container.iterancestors()))
    ]
    boxes = _with_boxes(others)
    best: tuple[float, Reading] | None = None
    for mark in times[:MOST_MARKS]:
        best = _better(best, _grow(tree, mark, boxes, timed=True))
    if best is None:
        named = [mark for mark in find_authors(tree) if mark.weight >= 2 and not _is_framed(mark.container)]
        for mark in named[:MOST_MARKS]:
            best = _better(best, _grow(tree, mark, boxes, timed=False))
    return best[1] if best else None


def _find_others(tree: Tree) -> set[Element]:
    """Lines that do no more than lead to another message, with its writer and time: the tree of a message's answers,
    the threads before and after it."""
    kind, here, dated = pattern_of(tree.url), page_free(tree.url), _with_boxes(mark.container for mark in tree.times)
    found = set()
    for link in tree.order:
        target = address_key(tree, link.get("href") or "") if link.tag == "a" and link.get("href") else here
        if target == here or pattern_of(target) != kind:
            continue
        for node in islice(link.iterancestors(), LINE_STEPS):
            if tree.text.get(node, 0) > tree.text.get(link, 0) + LINE_LETTERS:
                break
            if node in dated:
                found.add(node)
                break
    return found


def _with_boxes(nodes: Iterable[Element]) -> set[Element]:
    """Elements, and all that they stand in."""
    found: set[Element] = set()
    for node in nodes:
        each: Element | None = node
        while each is not None and each not in found:
            found.add(each)
            each = each.getparent()
    return found


def _is_other(mark: Mark) -> bool:
    """Whether a time is that of an edit or of the day when the writer joined."""
    return bool(JOIN_LABEL.search(f"{text_before(mark.element)[-14:]} {mark.text[:30]}"))


def _is_framed(node: Element) -> bool:
    return any(_is_frame(each) for each in (node, *node.iterancestors()))


def _is_frame(node: Element) -> bool:
    """Whether an element is part of the page's frame; the head of a box that says it is a post is the post's."""
    above = node.getparent()
    return is_chrome(node) and (
        above is None or POST_NAMES.isdisjoint(words_of(above)) or "header" not in words_of(node)
    )


def _better(best: tuple[float, Reading] | None, reading: Reading | None) -> tuple[float, Reading] | None:
    if reading is None:
        return best
    part = reading.parts[0]
    named = part.author is not None
    worth = (min(part.body_length, 400) + 10) * (1 + named + 0.5 * part.hinted)
    return (worth, reading) if best is None or worth > 1.2 * best[0] else best


def _steps(tree: Tree, node: Element) -> Iterator[Element]:
    """An element and what it stands in, each that holds more text than the one before."""
    last, count = -1, 0
    for each in (node, *node.iterancestors()):
        if each.tag == "html" or count == MOST_STEPS:
            return
        if tree.text.get(each, 0) > last:
            last, count = tree.text.get(each, 0), count + 1
            yield each


def _grow(tree: Tree, mark: Mark, boxes: set[Element], *, timed: bool) -> Reading | None:
    found: tuple[float, Reading] | None = None
    signer: Parts | None = None
    for step, node in enumerate(_steps(tree, mark.container)):
        if _is_frame(node) or node in boxes:
            break
        reading = read_parts(tree, [Record([node], mark)])
        part = reading.parts[0]
        if timed:
            part.time = mark
        own = part.body_length - sum(tree.linked.get(top, 0) for top in part.container)
        if own >= 2:
            worth = min(own, 200) ** 0.5 * (2 if part.hinted else 1) * NEARER**step
            found = (worth, reading) if found is None or worth > found[0] else found
        if signer is None and _is_named(part):
            signer = part
    if found is None:
        return None
    return _signed(found[1], signer) if signer is not None else found[1]


def _is_named(part: Parts) -> bool:
    return part.author is not None and (part.author_mark is None or part.author_mark.weight >= 0.3)


def _signed(reading: Reading, part: Parts) -> Reading:
    """The reading of the body, with the writer found farther out."""
    own = reading.parts[0]
    joined = replace(own, author=part.author, author_url=part.author_url, author_mark=part.author_mark)
    return Reading(reading.tree, [joined], reading.paths, reading.labels)
