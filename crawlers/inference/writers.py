"""Who wrote: which elements of a page may be the name of a writer, and how much."""

from __future__ import annotations

from collections.abc import Iterator

from crawlers.inference.links import NO_USER, USER_PATH
from crawlers.inference.shapes import AUTHOR_WORDS, Element, split_words, text_within
from crawlers.inference.trees import Mark, Tree
from crawlers.inference.words import word_set

THING_WORDS = word_set(
    "board forum file topic thread product item category group page site section field tag channel node title "
    "subject tab"
)

# "user-menu", "author-rank": something of a writer's, not the name.
FACT_WORDS = word_set(
    "menu nav action actions button buttons btn count counts points point pad rank title titles stats stat posts group "
    "groups avatar status tools tool badge badges level role time date score reputation karma signature sig text "
    "content body message search form panel heading"
)


def find_authors(tree: Tree) -> Iterator[Mark]:
    """Elements that may say who wrote: links to users, names that say author, machine-readable attributes."""
    for node in tree.order:
        weight = author_weight(tree, node)
        if weight:
            stated = node.get("data-author") or node.get("data-username") or node.get("data-user-name")
            text = text_within(node, 120)
            if node.tag == "meta":
                text = node.get("content") or ""
            if stated or 0 < len(text) <= 60:
                yield Mark(node, "self", stated or text, (stated or text,), weight)


def author_weight(tree: Tree, node: Element) -> float:
    """How much an element looks like the name of a writer: 0 for not at all."""
    weight = 0.0
    if node.get("data-author") or node.get("data-username") or node.get("data-user-name"):
        weight += 1.5 if tree.text[node] < 60 else 3.0
    if tree.text[node] > 60:
        return weight if weight >= 3 else 0.0
    itemprop, rel = node.get("itemprop") or "", node.get("rel") or ""
    if "author" in itemprop.split() or "author" in rel.split() or itemprop == "creator":
        weight += 3
    href = node.get("href") or "" if node.tag == "a" else ""
    if USER_PATH.search(href) and not NO_USER.search(href):
        weight += 2
    names = [split_words(name) for name in (node.get("class") or "").split()]
    if any(words and words[-1] in AUTHOR_WORDS and _is_person(words) for words in names):
        weight += 2
    elif any(set(words) & (AUTHOR_WORDS - {"name", "from", "by"}) and words[-1] not in FACT_WORDS for words in names):
        weight += 0.7
    return weight


def _is_person(words: tuple[str, ...]) -> bool:
    """Whether "name" in a class is somebody's: "user-name" is, "board-name" and "file-name" are not."""
    return words[-1] != "name" or not set(words[:-1]) & THING_WORDS
