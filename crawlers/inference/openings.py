"""The opening post where it stands outside the list of the replies, and what only sums a post up."""

from __future__ import annotations

import re

from crawlers.dates import find_time, tidy_time
from crawlers.inference.lone import read_lone
from crawlers.inference.parts import Parts, Reading
from crawlers.inference.records import Record, is_chrome
from crawlers.inference.rows import LEADS
from crawlers.inference.shapes import Element, text_within, words_of
from crawlers.inference.titles import HEAD_SHARE, find_start, is_crumbs
from crawlers.inference.trees import EVER, Tree
from crawlers.inference.voting import read_parts
from crawlers.inference.writers import author_weight

# "This topic has 33 replies and was last updated 1 day ago": of a thread, not in it.
SUMMARY = re.compile(
    r"(?i)\blast (?:updated|repl(?:y|ied)|post(?:ed)?|activity|edited)\b|\b\d+ (?:replies|voices|participants)\b"
    r"|最后(?:回复|发表|更新|编辑)|最後(?:回覆|發表|更新)"
)

# What stands over the name of whoever began, in a box beside the thread.
ASKER = re.compile(
    r"(?i)\W*(?:发起人|發起人|提问者|提問者|提问人|发布者|發佈者|关于作者|關於作者"
    r"|asked by|started by|about the author)\W*"
)


def with_opening(tree: Tree, posts: Reading | None) -> list[Reading]:
    """The posts, and before them the opening where it stands outside the list of replies."""
    if posts is None:
        lone = read_lone(tree)
        return [lone] if lone is not None else []
    if posts.parts[0].floor == 1 or (posts.parts[0].floor or 0) > 2:
        return [posts]  # the opening is among them, or on an earlier page
    record = _record_before(tree, posts)
    if record is None:
        return [posts]
    opening = read_parts(tree, [record])
    part = opening.parts[0]
    own = part.body_length - sum(tree.linked.get(node, 0) for node in part.container)
    if own < 2 or own < 0.5 * part.body_length or sums_up(part, posts.parts[0]) or _is_byline(part):
        return [posts]
    return [opening, posts] if _is_opening(part, own, posts) else [posts]


def sign_opening(tree: Tree, readings: list[Reading]) -> None:
    """Gives an opening without a name the one that a box of the page says it is by: "发起人" over the asker's name."""
    part = readings[0].parts[0] if readings and readings[0].parts else None
    if part is None or part.author is not None:
        return
    for label in (node for node in tree.order if tree.text[node] <= 20 and ASKER.fullmatch(text_within(node, 40))):
        box = next((node for node in label.iterancestors() if tree.text.get(node, 0) > tree.text[label] + 1), None)
        after = (node for node in box.iter() if tree.order.get(node, -1) > tree.order[label]) if box is not None else ()
        for node in after:
            name = text_within(node, 60)
            if name and author_weight(tree, node) >= 2:
                part.author, part.author_url = name, node.get("href")
                return


def _is_byline(part: Parts) -> bool:
    """Whether a part says nothing but whom something is by: "Posted by kite"."""
    said = " ".join(text_within(node, 80) for node in part.container).replace(part.author or "", " ")
    return not re.search(r"\w", LEADS.sub(" ", said))


def _is_opening(part: Parts, own: int, posts: Reading) -> bool:
    """Whether what stands before the posts is signed as they are."""
    named = part.author_mark is not None and part.author_mark.weight >= 1
    timed = 2 * sum(each.time is not None for each in posts.parts) > len(posts.parts)
    if part.time is not None:
        return part.hinted or own >= 8
    if is_summary(part):
        return False
    return part.hinted and (named or (own >= 40 and not timed))


def is_summary(part: Parts) -> bool:
    """Whether a part without a time tells of the whole thread: how many replies it has, who was last."""
    return part.time is None and any(SUMMARY.search(text_within(node, 300)) for node in part.container)


def sums_up(part: Parts, post: Parts) -> bool:
    """Whether a part says of a post only who wrote it and when: "Started by kite, Oct 13, 2026, 11:02 PM"."""
    if part.time is None or post.time is None or part.hinted or part.body_length >= max(40, post.body_length):
        return False
    if None not in (part.author, post.author) and part.author != post.author:
        return False
    when, other = _clock_of(part), _clock_of(post)
    return when is not None and when == other


def _clock_of(part: Parts) -> str | None:
    """The time of a part where it is told to the minute, without the words round it."""
    for place in part.time.places if part.time else ():
        tidied = tidy_time(place)
        found = find_time(tidied, now=EVER, timezone="UTC")
        if found and not found.moment.relative and found.moment.precision in ("minute", "second"):
            return str(found.moment.when)
    return None


def _record_before(tree: Tree, posts: Reading) -> Record | None:
    """What stands before the first post and is no part of the page's frame or head."""
    first = posts.parts[0].record.nodes[0]
    taken = {node for part in posts.parts for node in part.record.nodes}
    start = find_start(tree)
    begin = tree.order[start] if start is not None and tree.order[start] < tree.order.get(first, 0) else 0
    above = set(start.iterancestors()) if start is not None else set()
    nodes: list[Element] = []
    node = first
    while node is not None and node.tag not in ("body", "html"):
        before = [child for child in node.itersiblings(preceding=True) if isinstance(child.tag, str)]
        nodes = [
            child
            for child in reversed(before)
            if not _is_frame(tree, child)
            and child not in taken
            and tree.text.get(child, 0)
            and (tree.order.get(child, 0) >= begin or child in above or _stands_beside(tree, child, above))
        ] + nodes
        node = node.getparent()
    return Record(nodes) if nodes else None


def _stands_beside(tree: Tree, node: Element, above: set[Element]) -> bool:
    """Whether an element before the page's heading stands in one box with it, as a writer's panel may."""
    parent = node.getparent()
    return parent in above and tree.text.get(parent, 0) < HEAD_SHARE * tree.text.get(tree.root, 0)


def _is_frame(tree: Tree, node: Element) -> bool:
    if node.tag in ("h1", "script", "title") or is_chrome(node) or is_crumbs(tree, node):
        return True
    return bool(words_of(node) & {"pagination", "pager", "toolbar", "nav", "notice", "alert", "rules"})
