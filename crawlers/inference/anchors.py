"""The number, the floor and the permalink of each record."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from itertools import pairwise

from crawlers.inference.links import USER_PATH
from crawlers.inference.parts import Parts, Reading
from crawlers.inference.shapes import Element, text_within, words_of
from crawlers.posts import FLOOR_WORDS, read_floor

NUMBER_NAMES = (
    "data-post-id", "data-comment-id", "data-pid", "data-message-id", "data-reply-id", "data-pk", "data-node-id",
    "data-cid", "data-rpid", "data-content-id", "data-post", "data-item-id", "data-ad-id", "data-id", "data-key",
)  # fmt: skip


FLOOR_NAMES = ("data-number", "data-floor", "data-post-number", "data-index", "data-position")


def vote_floors(reading: Reading) -> None:
    """Settles the floors: numbers in words or digits that grow from record to record."""
    found = _possible_floors(reading)
    agreed: dict[int, int] = {}
    for values in sorted(found.values(), key=len, reverse=True):
        ordered = [values[number] for number in sorted(values)]
        if len(values) >= 0.5 * len(reading.parts) and all(a < b for a, b in pairwise(ordered)):
            agreed = values
            break
    if not agreed:
        return
    for values in found.values():  # the first floors are words, in an element of another make
        for number, floor in values.items():
            if number not in agreed and floor in FLOOR_WORDS.values() and floor <= number + 1:
                agreed[number] = floor
    shift = 1 if min(agreed.values()) == 0 else 0
    for number, floor in agreed.items():
        reading.parts[number].floor = floor + shift


def _possible_floors(reading: Reading) -> dict[str, dict[int, int]]:
    """By place: which number each record has there."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for number, part in enumerate(reading.parts):
        for node in part.record.elements():
            for name in FLOOR_NAMES:
                value = node.get(name)
                if value and value.isdecimal() and len(value) < 8:
                    found[f"{reading.paths[node]}@{name}"].setdefault(number, int(value))
            if 0 < reading.tree.text.get(node, 0) <= 12:
                text = text_within(node, 30)
                floor = read_floor(text)
                if floor is not None and (not text.isdecimal() or node.tag == "a"):
                    found[reading.paths[node]].setdefault(number, floor)
    return found


def read_numbers(reading: Reading) -> None:
    """The site's own number of each post and the anchor of the page that leads to it."""
    found: dict[str, dict[int, tuple[str, str | None]]] = defaultdict(dict)
    taken = {node for part in reading.parts for node in part.record.nodes}
    boxes: dict[Element, int] = {}
    for number, part in enumerate(reading.parts):
        for node in _boxes_of(part):
            boxes.setdefault(node, number)
    for number, part in enumerate(reading.parts):
        before = _anchors_before(part, taken)
        # A post with replies in it is less than the element that has its number.
        round_it = [node for node in _boxes_of(part) if boxes.get(node) == number]
        for depth, node in enumerate([*before, *round_it, *part.record.elements()]):
            if depth > 60:
                break
            path = reading.paths.get(node, "before")
            ident = node.get("id") or (node.get("name") if node.tag == "a" else None)
            for name in NUMBER_NAMES:
                value = node.get(name)
                if value and len(value) <= 40:
                    found[f"{path}@{name}"].setdefault(number, (value, node.get("id")))
            if ident and re.search(r"\d", ident) and len(ident) <= 60:
                key = f"{node.tag}#{re.sub(r'[0-9a-f-]{12,}|[0-9]+', '#', ident)}"
                digits = re.findall(r"\d+", ident)
                found[key].setdefault(number, (digits[-1] if len(digits) == 1 else ident, ident))
    best: dict[int, tuple[str, str | None]] = {}
    for values in found.values():
        unique = len({value for value, _ in values.values()}) == len(values)
        if unique and len(values) > len(best):
            best = values
    for number, (value, anchor) in best.items():
        reading.parts[number].number, reading.parts[number].anchor = value, anchor


def _boxes_of(part: Parts) -> list[Element]:
    """The two elements that a record stands in."""
    return list(itertools.islice(part.record.nodes[0].iterancestors(), 2))


def _anchors_before(part: Parts, taken: set[Element]) -> list[Element]:
    """Empty named anchors right before a record, which belong to none."""
    found: list[Element] = []
    for node in part.record.nodes[0].itersiblings(preceding=True):
        if node in taken or node.tag not in ("a", "br") or (node.tail or "").strip() or text_within(node, 4):
            break
        if node.tag == "a" and (node.get("name") or node.get("id")):
            found.append(node)
    return found


def find_permalink(part: Parts, reading: Reading) -> str | None:
    """The link of a record to itself: by its anchor, its own words, its number, or round its time."""
    ranked: list[tuple[int, str]] = []
    timed = part.time.container if part.time is not None else None
    for node in part.record.elements():
        target = node.get("href") if node.tag == "a" else None
        if not target or USER_PATH.search(target) or target.startswith(("javascript:", "mailto:")):
            continue
        words = words_of(node) | set((node.get("rel") or "").split())
        rank = 0
        if part.anchor and target.endswith(f"#{part.anchor}"):
            rank = 6
        elif words & {"permalink", "bookmark"} or node.get("itemprop") == "url":
            rank = 5
        elif (
            part.number
            and "#" in target
            and re.search(rf"(?<!\d){re.escape(part.number)}(?!\d)", target.rpartition("#")[2])
        ):
            rank = 4
        elif timed is not None and (node is timed or node in timed.iterancestors() or node in timed.iterdescendants()):
            rank = 3
        elif part.number and len(part.number) > 1 and re.search(rf"(?<!\d){re.escape(part.number)}(?!\d)", target):
            rank = (
                2
                if not re.search(r"(?i)reply|quote|report|edit|delete|vote|like|flag|post\.php|action=", target)
                else 0
            )
        elif re.fullmatch(r"#?\d+\s?[#楼樓]?", text_within(node, 20)):
            rank = 1
        if rank and target != "#":
            ranked.append((rank, target))
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None
