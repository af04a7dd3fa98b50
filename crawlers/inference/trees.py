"""A page made ready for inference: no scripts, nothing hidden, lengths counted, every time marked.

All walks are without recursion, because wild markup nests deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urljoin

from parsel import Selector

from crawlers.bodies import FOLDED, HIDDEN
from crawlers.dates import find_time, is_time, tidy_time
from crawlers.inference.shapes import Element, names_of, text_within

MACHINERY = frozenset(("script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "head"))
# Only whether a text is a time matters here, not which: far in the future every date has been.
EVER = datetime(2199, 12, 31, 23, 59, tzinfo=UTC)


@dataclass
class Mark:
    """Something found at an element: a time, or who wrote.

    `slot` says where its text is: "self" (the whole element), "text" (its first text) or "tail" (after it).
    `places` are the texts that tell it, attributes first.
    """

    element: Element
    slot: str
    text: str
    places: tuple[str, ...] = ()
    weight: float = 1.0

    @property
    def container(self) -> Element:
        """The element whose content the mark is part of."""
        return self.element.getparent() if self.slot == "tail" else self.element


@dataclass(eq=False)
class Tree:
    """A page made ready for inference: no scripts, nothing hidden; lengths and times of its elements."""

    root: Element
    url: str
    base: str
    stated_next: tuple[str, ...] = ()
    title: str | None = None
    text: dict[Element, int] = field(default_factory=dict)
    linked: dict[Element, int] = field(default_factory=dict)
    order: dict[Element, int] = field(default_factory=dict)
    times: list[Mark] = field(default_factory=list)


def is_element(node: Element) -> bool:
    """False for comments and processing instructions."""
    return isinstance(node.tag, str)


def drop(element: Element) -> None:
    """Takes an element out of its tree and leaves its tail."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def build_tree(markup: str, url: str) -> Tree | None:
    """The tidied tree of a page; None where there is nothing in it."""
    selector = Selector(text=markup, type="html")  # XHTML with its declaration would be taken for XML
    root = selector.root
    if not hasattr(root, "iter"):
        return None
    stated_next = tuple(selector.css("link[rel~=next]::attr(href)").getall())
    base = selector.css("base::attr(href)").get()
    for node in list(root.iter()):
        if not is_element(node):
            if node.getparent() is not None:
                drop(node)
            continue
        style = node.get("style")
        hidden = node.get("hidden") is not None or (style and HIDDEN.search(style))
        if node.tag in MACHINERY or (hidden and not FOLDED.search(names_of(node)) and node.tag != "body"):
            drop(node)
    try:
        tree = Tree(root, url, urljoin(url, base) if base else url, stated_next)
    except ValueError:
        tree = Tree(root, url, url, stated_next)
    _measure(tree)
    tree.times = list(find_times(tree))
    return tree


def _measure(tree: Tree) -> None:
    """Visible characters (without spaces) and how many of them are links, for every element, bottom-up."""
    elements = [node for node in tree.root.iter() if is_element(node)]
    for number, node in enumerate(elements):
        tree.order[node] = number
    for node in reversed(elements):
        own = _letters(node.text)
        linked = 0
        for child in node:
            if child in tree.text:
                own += tree.text[child]
                linked += tree.linked[child]
            own += _letters(child.tail)
        tree.text[node] = own
        tree.linked[node] = own if node.tag == "a" and node.get("href") else linked


def _letters(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


MAYBE_TIME = re.compile(r"(?i)\d|前|昨|今|刚|剛|周|星期|ago|now|yesterday|today|mon|tue|wed|thu|fri|sat|sun")
DAY_LABEL = re.compile(r"(?i)(?:今日|昨日|今天|昨天|本周|today|yesterday)\s*[:：]\s*$")  # of a count: "今日: 12"
TIME_ATTRIBUTES = (
    "datetime",
    "data-time",
    "data-timestamp",
    "data-date",
    "title",
    "content",
    "data-original-title",
    "data-utime",
    "data-utc",
)
BYLINE = re.compile(
    r"(?i)\b(?:by|posted|wrote|written|said|on|at|published)\b|作者|发表|發表|发布|回复于|写于|于|楼主|时间|日期"
)


def find_times(tree: Tree) -> Iterator[Mark]:
    """Every place of the page that is a time and little else, each once, the innermost element of it."""
    covered: set[Element] = set()
    for node in tree.order:
        if node in covered or node.tag in ("title", "option", "textarea"):
            continue
        places = tuple(
            value for name in TIME_ATTRIBUTES if (value := node.get(name)) and is_time_text(value, attribute=True)
        )
        if places or node.tag == "time":
            text = text_within(node, 120)
            if tree.text[node] <= 80:
                covered.update(node.iterdescendants())
                yield Mark(node, "self", text, (*places, text), 2.0)
                continue
        for owner, slot, text in _own_texts(node):
            if DAY_LABEL.search(text):
                continue
            byline = len(text) <= 90 and BYLINE.search(text) and _holds_time(text)
            if is_time_text(text) or byline or (len(text) <= 60 and _is_mostly_time(text)):
                alone = slot == "text" and len(node) == 0
                yield Mark(owner, "self" if alone else slot, text, (text,))


def _own_texts(node: Element) -> Iterator[tuple[Element, str, str]]:
    if node.text and node.text.strip():
        yield node, "text", node.text
    for child in node:
        if child.tail and child.tail.strip():
            yield child, "tail", child.tail


@lru_cache(maxsize=20_000)
def is_time_text(text: str, attribute: bool = False) -> bool:
    """Whether a text is a time and hardly anything else; of a bare number only where an attribute says it."""
    if len(text) > 200 or not MAYBE_TIME.search(text):
        return False
    if attribute and text.isdecimal() and len(text) not in (10, 13):
        return False
    tidied = tidy_time(text).strip("[]()|·•-— ")
    if re.fullmatch(r"[\d.:/\s-]{1,5}|\d{4}", tidied) and not re.fullmatch(r"\d{1,2}:\d{2}|\d{1,2}-\d{1,2}", tidied):
        return False
    return is_time(tidied, now=EVER, timezone="UTC")


@lru_cache(maxsize=20_000)
def _holds_time(text: str) -> bool:
    found = find_time(tidy_time(text), now=EVER, timezone="UTC")
    if found is None or found.end - found.start < 4:
        return False
    return bool(re.search(r"\d|[\u4e00-\u9fff]", tidy_time(text)[found.start : found.end]))


@lru_cache(maxsize=20_000)
def _is_mostly_time(text: str) -> bool:
    tidied = tidy_time(text)
    found = find_time(tidied, now=EVER, timezone="UTC") if MAYBE_TIME.search(tidied) else None
    return found is not None and found.end - found.start >= max(8, 0.5 * len(tidied))
