"""The parts of a record: who wrote it, when, its own words, its number and its address.

The records of a page vote: the place that is a writer's name in most of them is the writer's name in all. What is
the same in nearly every record (labels of the author panel, buttons) is no author's own words, and so a body
shorter than the panel beside it is still found.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from crawlers.bodies import QUOTE_CLASSES
from crawlers.inference.records import Record
from crawlers.inference.shapes import JOIN_LABEL, TIME_WORDS, Element, shape_of, text_within, words_of
from crawlers.inference.trees import Mark, Tree


@dataclass(eq=False)
class Parts:
    """What one record says, as places in the tree and as text."""

    record: Record
    author: str | None = None
    author_url: str | None = None
    author_mark: Mark | None = None
    time: Mark | None = None
    container: list[Element] = field(default_factory=list)
    body_length: int = 0
    floor: int | None = None
    number: str | None = None
    anchor: str | None = None
    hinted: bool = False


@dataclass(eq=False)
class Reading:
    """The records of one series and how good they look."""

    tree: Tree
    parts: list[Parts]
    paths: dict[Element, str]
    labels: dict[tuple[str, str], float]  # share of the records that have the text at the place

    def dirt(self) -> set[Element]:
        """The elements that were taken for name, time or floor."""
        found = {
            part.author_mark.element for part in self.parts if part.author_mark and part.author_mark.slot == "self"
        }
        return found | {part.time.element for part in self.parts if part.time and part.time.slot == "self"}


def walk(record: Record, number: int, paths: dict[Element, str], owner: dict[Element, int]) -> None:
    """Gives every element of a record its path from the record's top: shapes, the last eight steps of them."""
    lone = len(record.nodes) == 1
    for top in record.nodes:
        paths[top] = "" if lone else shape_of(top)
        owner[top] = number
        for node in top.iterdescendants():
            parent = node.getparent()
            above = paths.get(parent, "")
            if above.count("/") >= 8:
                above = above.partition("/")[2]
            paths[node] = f"{above}/{shape_of(node)}"
            owner[node] = number


def text_before(node: Element) -> str:
    """The few words right before an element, which often are its label."""
    before = node.getprevious()
    if before is not None:
        tail = (before.tail or "").strip()
        return tail or text_within(before, 40)[-30:]
    parent = node.getparent()
    return ((parent.text or "") if parent is not None else "").strip()[-30:]


def learn_labels(reading: Reading) -> None:
    """Texts that stand at the same place of most records: labels of panels, buttons, "Posts: 12"."""
    if len(reading.parts) < 2:
        return
    seen: Counter[tuple[str, str]] = Counter()
    for part in reading.parts:
        own = set()
        for node in part.record.elements():
            for key, text in (("t", node.text), ("l", node.tail)):
                if text and 0 < len(text.strip()) <= 40:
                    own.add((f"{reading.paths.get(node, '')}|{key}", normal(text)))
        seen.update(own)
    if len(reading.parts) == 2:  # two posts may well say the same once; a panel repeats itself in many places
        both = {key: 1.0 for key, count in seen.items() if count == 2}
        reading.labels = both if len(both) >= 3 else {}
    else:
        total = len(reading.parts)
        reading.labels = {key: count / total for key, count in seen.items() if count >= max(3, 0.6 * total)}


def vote_times(reading: Reading, owner: dict[Element, int]) -> None:
    """Settles the time of each record: the place that most agree on, labels of other times left out."""
    found: dict[int, list[tuple[str, float, Mark]]] = defaultdict(list)
    for mark in reading.tree.times:
        number = owner.get(mark.container)
        if number is None:
            continue
        record = reading.parts[number].record
        if is_inside(mark.container, QUOTE_CLASSES, ()) and not is_inside(record.nodes[0], QUOTE_CLASSES, ()):
            continue
        key = f"{reading.paths[mark.container]}|{mark.slot}"
        worth = 2.0 + mark.weight
        names = words_of(mark.container) | (
            words_of(parent) if (parent := mark.container.getparent()) is not None else set()
        )
        worth += bool(names & TIME_WORDS)
        if JOIN_LABEL.search(f"{text_before(mark.element)[-14:]} {mark.text[:30]}") or names & {
            "edited",
            "joined",
            "edit",
            "lastedit",
            "modified",
        }:
            worth -= 4
        found[number].append((key, worth - 0.3 * len(found[number]), mark))
    votes: dict[str, float] = defaultdict(float)
    for marks in found.values():
        for key, worth in {key: worth for key, worth, _ in reversed(marks)}.items():
            votes[key] += worth
    for number, marks in found.items():
        best = max(marks, key=lambda item: (votes[item[0]] / max(1, len(reading.parts)) + item[1] / 3, item[1]))
        if best[1] > 0:
            reading.parts[number].time = best[2]


def is_inside(node: Element, classes: Iterable[str], stop: Iterable[Element]) -> bool:
    """Whether an element stands in a quote (or a signature) of its record."""
    ends = set(stop)
    while node is not None and node not in ends:
        if node.tag == "blockquote" and "quote" in classes:
            return True
        if set((node.get("class") or "").lower().split()) & set(classes):
            return True
        node = node.getparent()
    return False


def normal(text: str) -> str:
    """A text for comparing: digits alike, spaces tidied, lower case."""
    return re.sub(r"\d+", "0", " ".join(text.split())).lower()
