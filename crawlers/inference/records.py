"""Repeated records: which parts of an unknown page are one post each.

A page of posts repeats something once in every post: its time, or who wrote it. Each series of like marks cuts the
page into records: a record is the largest piece of the page that holds one mark of the series only, and with it
the pieces beside it that hold none, where forums put head and body of a post in separate rows (tr, dt and dd,
h3 and p). Replies that nest inside what they answer come apart by the same rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from crawlers.inference.shapes import (
    CHROME_ENDINGS,
    CHROME_TAGS,
    CHROME_WORDS,
    JOIN_LABEL,
    Element,
    hint_of,
    names_of,
    shape_of,
    split_words,
)
from crawlers.inference.trees import Mark, Tree
from crawlers.inference.words import word_set
from crawlers.inference.writers import find_authors

MOST_RECORDS = 600
SERIES_TRIED = 24
POST_WORDS = word_set("post comment message reply thread")
ENTRY_WORDS = word_set("entry article topic question answer item row story")
BOX_WORDS = word_set("card panel box mod module block media")  # "mod-footer": of whatever stands in the box
STATE_WORDS = word_set("with has no without show hide is")
MATTER_TAGS = ("table", "form", "h1", "h2", "h3", "h4", "p", "time", "article")


@dataclass(eq=False)
class Record:
    """One candidate for a post: `nodes` stand side by side, in order; `mark` is what it was cut out around."""

    nodes: list[Element]
    mark: Mark | None = None

    def elements(self) -> Iterator[Element]:
        """All elements of the record, in document order."""
        for node in self.nodes:
            yield from node.iter()


@dataclass(eq=False)
class Series:
    """Records that were cut out around like marks. `kind` says which marks: time, author, shape, item, or mixed."""

    kind: str
    records: list[Record] = field(default_factory=list)


def find_series(tree: Tree) -> list[Series]:
    """All ways of cutting the page into records that are worth a look, the likeliest first."""
    groups: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for mark in tree.times:
        groups["time", mark_shape(mark)].append(mark)
    for mark in find_authors(tree):
        groups["author", mark_shape(mark)].append(mark)
    for kind, key, element in _like_elements(tree):
        groups[kind, key].append(Mark(element, "self", ""))
    weighed = sorted(
        ((kind, marks) for (kind, _), marks in groups.items() if 1 <= len(marks) <= MOST_RECORDS),
        key=lambda pair: _promise(tree, *pair),
        reverse=True,
    )
    found: list[Series] = []
    mixed = [mark for mark in tree.times if not JOIN_LABEL.search(mark.text[:30])]
    if 2 <= len(mixed) <= 40:  # two posts in different markup repeat nothing but that each has a time
        weighed.insert(SERIES_TRIED // 2, ("mixed", mixed))
    for kind, marks in weighed[:SERIES_TRIED]:
        if len(marks) >= 2:
            found.extend(_cut(tree, kind, marks))
    return found


def _promise(tree: Tree, kind: str, marks: list[Mark]) -> float:
    """A cheap guess at how likely a series is, so that only the best are cut and read."""
    weight = {"item": 4.0, "time": 3.0, "author": 2.0, "shape": 1.0}[kind]
    covered = (
        sum(min(tree.text.get(mark.element, 0), 400) for mark in marks)
        if kind in ("shape", "item")
        else 200 * len(marks)
    )
    return weight * (len(marks) > 1) * min(covered, 20_000) + len(marks)


def mark_shape(mark: Mark) -> str:
    """What marks of one series share: their own shape and that of what they stand in, down to two named elements."""
    steps, node, named = [mark.slot], mark.element if mark.slot != "tail" else mark.container, 0
    while node is not None and named < 2 and len(steps) < 4:
        shape = shape_of(node)
        steps.append(shape)
        named += not shape.endswith(".")
        node = node.getparent()
    return "<".join(steps)


def _like_elements(tree: Tree) -> Iterator[tuple[str, str, Element]]:
    """Elements that repeat by machine-readable type, numbered id, class, or place among like siblings."""
    for node in tree.order:
        if node.tag in ("html", "body", "option", "br", "img", "a", "span", "b", "i", "font", "em", "strong"):
            continue
        kind = (node.get("itemtype") or "").rstrip("/").rpartition("/")[2].lower()
        if kind in (
            "comment",
            "usercomments",
            "answer",
            "question",
            "discussionforumposting",
            "review",
            "socialmediaposting",
        ):
            yield "item", "item", node
        if tree.text[node] == 0:
            continue
        shape = shape_of(node)
        if not shape.endswith("."):
            yield "shape", shape, node
        elif node.tag in ("tr", "li", "div", "table", "article", "section", "dl", "p", "dd"):
            parent = node.getparent()
            yield "shape", f"{shape}<{tree.order.get(parent, -1)}", node


def _cut(tree: Tree, kind: str, marks: list[Mark]) -> Iterator[Series]:
    """The records around marks, grouped by where they stand: a sidebar's are no part of the thread's."""
    count: dict[Element, int] = defaultdict(int)
    for mark in marks:
        node = mark.container
        while node is not None:
            count[node] += 1
            node = node.getparent()
    tops: dict[Element, list[tuple[Element, Mark]]] = defaultdict(list)
    for mark in marks:
        top = mark.container
        if kind in ("shape", "item") and count[top] > 1:  # others nest inside it: its own part is what is left
            tops[top].append((top, mark))
            continue
        while top.getparent() is not None and count[top.getparent()] == 1:
            top = top.getparent()
        parent = top.getparent()
        if parent is not None:
            tops[parent].append((top, mark))
    groups: dict[str, list[Record]] = defaultdict(list)
    for parent, pairs in tops.items():
        region = _region_of(parent)
        groups[region].extend(_cut_siblings(tree, parent, pairs, count))
    for records in groups.values():
        records.sort(key=lambda record: tree.order.get(record.nodes[0], 0))
        if len(records) >= 2:
            yield Series(kind, records)


def _region_of(node: Element) -> str:
    """Main part of the page, or a part of its frame (the innermost that says so)."""
    while node is not None:
        if is_chrome(node):
            return f"chrome {node.tag} {names_of(node)}"
        node = node.getparent()
    return "main"


def count_swallowed(tree: Tree, records: list[Record]) -> int:
    """How many records more the given ones hold: like times, one after the other, inside of one of them."""
    owners = {node: number for number, record in enumerate(records) for node in record.nodes}
    held: Counter[tuple[int, str]] = Counter()
    for mark in tree.times:
        if JOIN_LABEL.search(mark.text[:30]):
            continue
        top = mark.container
        while top is not None and top not in owners and top.tag != "blockquote":
            top = top.getparent()
        if top is not None and top in owners:
            held[owners[top], mark_shape(mark)] += 1
    most: dict[int, int] = {}
    for (number, _), count in held.items():
        most[number] = max(most.get(number, 0), count - 1)
    return sum(most.values())


def is_chrome(node: Element) -> bool:
    """Whether an element is part of a page's frame rather than of its matter."""
    if node.tag in CHROME_TAGS:
        if node.tag == "footer":
            return next(node.iterancestors("article"), None) is None  # else it is that of one entry
        return node.tag != "form" or bool(node.xpath(".//textarea"))
    if node.tag in ("body", "html", "main", "article", "tr", "td", "li", "table", "tbody"):
        return False
    if node.get("role") in ("navigation", "banner", "contentinfo", "complementary", "search"):
        return True
    named = [split_words(name) for name in f"{node.get('class') or ''} {node.get('id') or ''}".split()]
    named = [words for words in named if words and not _is_of_item(words)]
    if (
        any(words[-1] in ("header", "footer") for words in named)
        and next(node.iterancestors("article"), None) is not None
    ):
        return False
    if any(words[-1] in CHROME_WORDS or "".join(words[-2:]) == "sidebar" for words in named):
        return True
    # "appnav" is a menu; "boardnav" is what one program calls the box round its lists.
    return any(words[-1].endswith(CHROME_ENDINGS) for words in named) and next(node.iter(*MATTER_TAGS), None) is None


def _is_of_item(words: tuple[str, ...]) -> bool:
    """Whether a name speaks of a part of one entry ("entry-header"), or of what stands beside ("col-with-sidebar")."""
    before = set(words[:-1])
    if before & POST_WORDS or (before & (ENTRY_WORDS | BOX_WORDS) and words[-1] in ("header", "footer", "stats")):
        return True
    return bool(before & STATE_WORDS)


def _cut_siblings(
    tree: Tree, parent: Element, pairs: list[tuple[Element, Mark]], count: dict[Element, int]
) -> Iterator[Record]:
    """Records of one parent: each marked child, with the unmarked ones beside it that belong to it."""
    own = next((mark for top, mark in pairs if top is parent), None)
    if own is not None:
        yield Record(_own_nodes(parent, count) or [parent], own)
        yield from (Record([top], mark) for top, mark in pairs if top is not parent)  # its one reply
        return
    children = list(parent)
    place = {child: number for number, child in enumerate(children)}
    pairs = sorted(pairs, key=lambda pair: place[pair[0]])
    if len(pairs) == 2 and _nests(parent, pairs[1][0]):
        yield Record(_widen_lone(tree, children, place[pairs[0][0]], count), pairs[0][1])
        yield Record([pairs[1][0]], pairs[1][1])
        return
    at = [place[top] for top, _ in pairs]
    if len(pairs) == 1:
        (top, mark), where = pairs[0], at[0]
        yield Record(_widen_lone(tree, children, where, count), mark)
        return
    gaps = [
        [child for child in children[left + 1 : right] if count[child] == 0 and not is_chrome(child)]
        for left, right in pairwise(at)
    ]
    lead = [child for child in children[: at[0]] if count[child] == 0 and not is_chrome(child)]
    trail = [child for child in children[at[-1] + 1 :] if count[child] == 0 and not is_chrome(child)]
    filled = sum(any(tree.text.get(child, 0) or (child.tail or "").strip() for child in gap) for gap in gaps)
    loose = _tails(children[at[0] : at[-1]])
    if filled < 0.6 * len(gaps) and not loose:
        yield from (Record([top], mark) for top, mark in pairs)
        return
    before = _count_before(tree, gaps, lead, trail)
    heads = [[], *gaps] if before == 0 else [lead[-before:] if before else [], *[gap[-before:] for gap in gaps]]
    if before == 0:
        heads = [[] for _ in pairs]
        bodies = [*gaps, _like(trail, gaps)]
    else:
        bodies = [*[gap[:-before] for gap in gaps], _like(trail, [gap[:-before] for gap in gaps])]
    for (top, mark), head, body in zip(pairs, heads, bodies, strict=True):
        yield Record([*head, top, *body], mark)


def _nests(post: Element, part: Element) -> bool:
    """Whether a part of a post holds another: its one reply, marked as the post itself is."""
    shape, _, ident = shape_of(post).partition("@")
    kind = post.get("itemtype")
    if shape.endswith(".") and not ident and not kind:
        return False
    for node in part.iter(post.tag):
        inner, _, other = shape_of(node).partition("@")
        if (ident and other == ident) or (kind and node.get("itemtype") == kind) or (not ident and inner == shape):
            return True
    return False


def _own_nodes(parent: Element, count: dict[Element, int]) -> list[Element]:
    """The largest parts of a record that hold no other record; what follows the first of those is not its own."""
    found: list[Element] = []
    node = parent
    while node is not None:
        found += [child for child in node if count[child] == 0]
        inner = [child for child in node if count[child] > 0]
        # Down the one way that leads to the replies, as long as nothing of the record's own has been met.
        node = inner[0] if inner and not found else None
    return found


def _tails(children: list[Element]) -> bool:
    """Whether there is loose text between children in most places."""
    loose = sum(bool((child.tail or "").strip()) for child in children)
    return loose >= 0.5 * len(children) and loose > 0


def _count_before(tree: Tree, gaps: list[list[Element]], lead: list[Element], trail: list[Element]) -> int:
    """How many of the unmarked siblings before a marked one belong to it."""
    known = {shape_of(child) for gap in gaps for child in gap}
    follows = any(_is_akin(shape_of(child), known) and tree.text.get(child, 0) for child in trail[:3])
    shortest = min((len(gap) for gap in gaps), default=0)
    same = 0
    while same < min(shortest, len(lead)):
        shapes = {shape_of(gap[-1 - same]) for gap in gaps} | {shape_of(lead[-1 - same])}
        if len(shapes) > 1:
            break
        same += 1
    if follows:
        return max(0, min(same, shortest - 1))
    return min(len(lead), max((len(gap) for gap in gaps), default=0)) if same else 0


def _like(trail: list[Element], gaps: list[list[Element]]) -> list[Element]:
    """The part after the last marked child that looks like what stands between the others."""
    known = {shape_of(child) for gap in gaps for child in gap}
    longest = max((len(gap) for gap in gaps), default=0)
    kept = []
    for child in trail[: max(longest, 1) * 2]:
        if not _is_akin(shape_of(child), known):
            break
        kept.append(child)
    return kept


def _is_akin(shape: str, known: set[str]) -> bool:
    """Whether a shape is one of the known, or shares half of its classes with one: "topic" and "reply" may differ."""
    if shape in known:
        return True
    tag, _, names = shape.partition("@")[0].partition(".")
    mine = set(names.split("."))
    for other in known:
        kind, _, theirs = other.partition("@")[0].partition(".")
        shared = set(theirs.split("."))
        if kind == tag and len(mine) > 1 and len(mine & shared) >= 0.5 * len(mine | shared):
            return True
    return False


def _widen_lone(tree: Tree, children: list[Element], where: int, count: dict[Element, int]) -> list[Element]:
    """A lone marked child and, where it is only a head, the unmarked children round it up to the next marked one."""
    top = children[where]
    shape = shape_of(top)
    if any(count[child] > 1 and shape_of(child) == shape for child in children):
        return [top]  # its siblings are whole posts with replies in them, and so is it
    left = where
    while left > 0 and count[children[left - 1]] == 0 and not is_chrome(children[left - 1]):
        left -= 1
    right = where
    while right + 1 < len(children) and count[children[right + 1]] == 0 and not is_chrome(children[right + 1]):
        right += 1
    around = children[left : right + 1]
    beside = sum(tree.text.get(child, 0) for child in around if child is not top)
    own = tree.text.get(top, 0) - tree.linked.get(top, 0)
    if hint_of(names_of(top)) > 0 or (own > 60 and own > 0.5 * beside):
        return [top]
    return around
