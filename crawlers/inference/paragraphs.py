"""An author's own words that recur: who says the same in every post has still said it.

What stands at the same place of most records is a label of the page (`parts.learn_labels`). A paragraph is more than
that where its place holds other texts too, where it says something, or where it stands in the box of the body.
"""

from __future__ import annotations

import re
from collections import defaultdict

from crawlers.inference.parts import Parts, Reading, normal
from crawlers.inference.shapes import ACTION_TEXT, Element, hint_of, names_of

FLOW_TAGS = frozenset(("p", "div", "font", "center", "pre", "td", "dd", "section", "article", "li", "blockquote"))
BOXES = frozenset(("div", "td", "dd", "li", "section", "article", "body"))
SIGNED_OFF = re.compile(r"^\s*(?:-{2,}|_{3,}|—{2,}|={3,}|签名|簽名|个性签名|個性簽名|signature\b)", re.IGNORECASE)
LEAST_WORDS = 6  # letters; what is shorter is a rank or a button


def free_paragraphs(reading: Reading) -> None:
    """Takes off the list of labels what stands in paragraphs whose place holds different texts in most records."""
    texts: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    places: dict[tuple[str, str], str] = {}
    for number, part in enumerate(reading.parts):
        marks = {(mark.element, mark.slot) for mark in (part.time, part.author_mark) if mark is not None}
        for node in part.record.elements():
            for slot, key, text in (("text", "t", node.text), ("tail", "l", node.tail)):
                place = _place_of(reading, node, slot)
                if place is None or not text or not text.strip():
                    continue
                if (node, slot) in marks or (node, "self") in marks:
                    continue
                label = (f"{reading.paths.get(node, '')}|{key}", normal(text))
                texts[place][number].add("" if label in reading.labels else normal(text))
                if label in reading.labels and _says_something(text) and not _is_signed_off(node, text):
                    places[label] = place
    for label, place in places.items():
        varied = [number for number, said in texts[place].items() if said - {""}]
        own = {text for number in varied for text in texts[place][number]}
        if len(varied) >= 0.5 * len(reading.parts) and len(own) > 2:
            del reading.labels[label]


def free_repeated(reading: Reading) -> bool:
    """Takes off the list of labels all paragraphs that say something, for records most of which say nothing else.

    False where there are none.
    """
    spoken = [label for label in reading.labels if _is_paragraph(label[0]) and _says_something(label[1])]
    for label in spoken:
        del reading.labels[label]
    return bool(spoken)


def _is_paragraph(place: str) -> bool:
    """Whether the place of a label ("…/div.row/p.|t") is that of a paragraph or of a line after a break."""
    path, _, slot = place.rpartition("|")
    tag = path.rpartition("/")[2].partition(".")[0]
    return tag in FLOW_TAGS if slot == "t" else tag == "br"


def find_kept(reading: Reading, part: Parts, box: Element) -> set[tuple[Element, str]]:
    """The recurring paragraphs of a body that are its author's, as text nodes (element, "text" or "tail").

    All of a box that holds neither writer nor time, up to a line or a word that begins a signature.
    """
    marks = [mark.container for mark in (part.time, part.author_mark) if mark is not None and mark.slot != "attribute"]
    if box.tag not in BOXES or any(box in (mark, *mark.iterancestors()) for mark in marks):
        return set()
    kept: set[tuple[Element, str]] = set()
    for node in box.iter():
        if node.tag == "hr":
            break
        for slot, text in (("text", node.text), ("tail", node.tail if node is not box else None)):
            if text and SIGNED_OFF.match(text):
                return kept
            if text and _place_of(reading, node, slot) and _says_something(text) and not _is_named(node, box):
                kept.add((node, slot))
    return kept


def _is_signed_off(node: Element, text: str) -> bool:
    """Whether a text is, or stands after, a line or a word that begins a signature."""
    if SIGNED_OFF.match(text):
        return True
    for each in (node, node.getparent()):
        for before in each.itersiblings(preceding=True) if each is not None else ():
            if before.tag == "hr" or SIGNED_OFF.match(before.tail or "") or SIGNED_OFF.match(before.text or ""):
                return True
    return False


def _place_of(reading: Reading, node: Element, slot: str) -> str | None:
    """The place of a paragraph; lines with a break between them share one. None where it is none."""
    if slot == "text":
        return reading.paths.get(node, "") if node.tag in FLOW_TAGS else None
    parent = node.getparent()
    return reading.paths.get(parent, "") if node.tag == "br" and parent is not None else None


def _says_something(text: str) -> bool:
    return len(re.findall(r"[^\W_]", text)) >= LEAST_WORDS and not ACTION_TEXT.match(text)


def _is_named(node: Element, box: Element) -> bool:
    """Whether an element of a box says by its name that it is no part of what was written."""
    while node is not None and node is not box:
        if hint_of(names_of(node)) < 0:
            return True
        node = node.getparent()
    return False
