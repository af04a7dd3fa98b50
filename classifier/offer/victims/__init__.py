"""Data of a person in a text: numbers, plates, papers, addresses, names, and which of them are victims'.

The author's own handles look like a victim's; `scene` tells them apart (docs/reading.md). All spans are of the
folded text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from classifier.fold import Folded
from classifier.offer.contacts import find_hits
from classifier.offer.contacts.shape import Hit
from classifier.offer.victims.cards import find_cards
from classifier.offer.victims.halves import HIDDEN, find_half_hidden, find_half_names
from classifier.offer.victims.item import Item
from classifier.offer.victims.names import find_names
from classifier.offer.victims.papers import find_papers
from classifier.offer.victims.records import find_records
from classifier.offer.victims.rows import NEAR, ROW, in_block
from classifier.offer.victims.scene import Scene
from classifier.offer.victims.tables import find_tables
from domain.signals import Contact


def find_others(folded: Folded, items: Iterable[Item], contacts: Iterable[Contact]) -> tuple[Item, ...]:
    """Of the `items` of a text (`find_personal`) those that `contacts` of the same text do not say are the author's.

    Never raises.
    """
    original = folded.original
    own = sorted(
        (contact.start, contact.end) for contact in contacts if original[contact.start : contact.end] == contact.text
    )
    lefts = [left for left, _ in own]
    reach = max((right - left for left, right in own), default=0)
    others = []
    for item in items:
        start, end = folded.span(item.start, item.end)
        near = own[bisect_left(lefts, start - reach) : bisect_left(lefts, end)]
        if start < end and not any(left < end and start < right for left, right in near):
            others.append(item)
    return tuple(others)


def hide_items(text: str, items: Iterable[Item]) -> str:
    """A folded text, as long as before, with nothing to read where the items stand."""
    letters = list(text)
    for item in items:
        letters[item.start : item.end] = "＊" * (item.end - item.start)
    return "".join(letters)


def find_personal(text: str, hits: tuple[Hit, ...]) -> tuple[tuple[Item, ...], tuple[Hit, ...]]:
    """Victims' data in a folded text, and the handles among them that are no contacts. Never raises; linear.

    `hits` are the handles of the text (`find_hits`).
    """
    if not _HAS_DATA.search(text):
        return (), ()
    ruled = _APART.sub("·", text.translate(_RULES))
    hits = hits if ruled == text else find_hits(ruled)
    text = ruled
    papers = _drop_overlaps(find_papers(text))
    numbers = sorted(
        (hit for hit in hits if hit.kind in ("phone", "landline", "wechat", "qq", "email")),
        key=lambda hit: (hit.start, hit.end),
    )
    names = _drop_overlaps(iter([*find_half_names(text), *find_names(text)])) if _HAS_PERSON.search(text) else []
    halves = _drop_overlaps(find_half_hidden(text))
    scene = Scene(text, papers, names, numbers)
    victims = tuple(hit for hit in numbers if scene.is_victim(hit))
    items = [*papers, *halves, *(Item(hit.kind, hit.start, hit.end) for hit in victims)]
    anchors = sorted(items, key=lambda item: item.start)
    items += [name for name in names if _beside(text, name, anchors)]
    shown, inside = _read_samples(text, items, hits, scene)
    every = _drop_overlaps(iter([*items, *shown]))
    # A handle in a column of victims' numbers is theirs, whatever stands before it, unless it is offered elsewhere.
    told = {*victims, *inside}
    kept = [(hit.start, hit.end) for hit in hits if hit not in told and scene.is_sellers(hit)]
    tabled = list(find_tables(text, every, kept))
    inside += _find_inside([hit for hit in hits if hit not in told], tabled)
    # What goes on in stars is no handle.
    inside += _find_inside([hit for hit in hits if hit not in told and text[hit.end : hit.end + 1] in HIDDEN], halves)
    return tuple(_drop_overlaps(iter([*every, *tabled]))), (*victims, *inside)


def _find_inside(hits: list[Hit], items: list[Item]) -> list[Hit]:
    """The hits that overlap an item."""
    ordered = sorted(items, key=lambda item: item.start)
    starts = [item.start for item in ordered]
    inside = []
    for hit in hits:
        at = max(0, bisect_left(starts, hit.start + 1) - 1)
        if any(item.start < hit.end and hit.start < item.end for item in ordered[at : at + 3]):
            inside.append(hit)
    return inside


def _read_samples(text: str, items: list[Item], hits: tuple[Hit, ...], scene: Scene) -> tuple[list[Item], list[Hit]]:
    """What sample rows show besides, and the handles that this makes a victim's; an offered handle stays."""
    rows = dict((*find_records(text, items, hits), *find_cards(text)))
    shown = _drop_overlaps(iter(rows))
    starts = [item.start for item in shown]
    met: list[tuple[Hit, Item]] = []
    for hit in hits:
        at = max(0, bisect_left(starts, hit.start + 1) - 1)
        met += [(hit, item) for item in shown[at : bisect_left(starts, hit.end)] if hit.start < item.end]
    announced = {hit for hit, item in met if rows[item] and hit.kind in _PERSONAL and not scene.is_shared(hit)}
    outside = {hit.value for hit in scene.offered - announced}
    inside, kept = [], set()
    for hit, item in met:
        if hit.kind not in _PERSONAL or (hit.value in outside if hit in announced else scene.is_sellers(hit)):
            kept.add(item)
        else:
            inside.append(hit)
    return [item for item in shown if item not in kept], inside


# Rules between fields, as the signs that they stand for; a sign between the groups of a number or plate.
_RULES = str.maketrans("丨❘│︱‖╱∕⁄〜～⁃", "|||||///~~-")
_APART = re.compile(r"(?<=[\dA-Za-z])[✦★❀☆◆●∙•ꞏ♦❖⁎](?=[\dA-Za-z])(?!\d{2,4}[./-]\d{1,2}[./-])")
_PERSONAL = ("phone", "landline", "wechat", "qq", "email", "other")
_HAS_DATA = re.compile(r"\d[^\n]{0,12}\d[^\n]{0,12}\d|[〇一二三四五六七八九零]{4}")
_HAS_PERSON = re.compile("[\u3400-\u9fff]|[A-Z][a-z]")


def _drop_overlaps(items: Iterator[Item]) -> list[Item]:
    kept: list[Item] = []
    for item in sorted(items, key=lambda item: (item.start, -item.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def _beside(text: str, name: Item, anchors: list[Item]) -> bool:
    """Whether a name stands in the row of other data: on its line, or within a few characters."""
    at = bisect_left(anchors, name.start, key=lambda item: item.start)
    for anchor in anchors[max(0, at - 1) : at + 2]:
        left, right = min(anchor.end, name.end), max(anchor.start, name.start)
        between = text[left:right]
        if right - left <= ROW and "\n" not in between:
            return True
        if right - left <= NEAR * 2 and between.count("\n") <= 1:
            return True
        if right - left <= ROW and in_block(between):
            return True
    return False
