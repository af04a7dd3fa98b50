"""Which links are titles of rows: what is left of a row without its title, its time, its counts and its people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawlers.dates import find_time, tidy_time
from crawlers.inference.listing import TITLE_WORDS, Row, width_of
from crawlers.inference.shapes import ACTION_TEXT, Element, words_of
from crawlers.inference.trees import EVER, Tree
from crawlers.inference.writers import author_weight

BLOCK_TAGS = frozenset(("td", "li", "p", "div", "dt", "dd", "article", "section", "tr"))
MOST_PIECES = 3  # who began, who answered last, in which board
LONGEST_PIECE = 12.0  # of a name or a label, in widths of Chinese characters
COUNTED = (
    r"回复|回覆|评论|評論|回应|回應|跟帖|答案|回答|浏览|瀏覽|查看|阅读|閱讀|点击|點擊|人气|人氣|赞|讚|票|楼|樓|条|條|个|次|人|贴|帖|页"
    r"|repl(?:y|ies)|comments?|answers?|posts?|views?|hits|reads?|votes?|likes?|points?|messages?|pages?"
)
# What a row says of its thread beside names: counts and the words that lead to a name or a time.
LEADS = re.compile(
    rf"(?i)(?:{COUNTED})(?:数|數)?\s*[:：(（]?\s*\d[\d,.]*[kw万千]?|\d[\d,.]*\s*[kw万千]?\s*(?:个|条|條)?\s*(?:{COUNTED})"
    r"|最后(?:回复|发表|回覆|更新)(?:者|人|于)?|最後(?:回覆|發表)|(?:发表|發表|发布|發布|提问|提問|更新|回复|回覆|发起)(?:于|於|者|人)"
    r"|作者|楼主|樓主|发帖|來自|来自|时间|時間|日期|置顶|精华|精華"
    r"|\b(?:last|latest|post(?:ed)?|started|asked|repl(?:y|ied)|updated|by|on|at|in|from|new|hot|pinned|sticky)\b"
)
SENTENCE = re.compile(r"[。！？!?；;，]|,\s|[.…]\s*$")


def find_titles(tree: Tree, rows: list[Row]) -> list[Row]:
    """The links of a list that stand by themselves, as titles do, and not in a sentence or beside a text.

    A link may have its row's time, counts and people beside it. Names and short replies look alike, so that is asked
    of the list as a whole: titles are longer than what stands beside them.
    """
    alone = [row for row in rows if _stands_alone(tree, row)]
    known = {row.anchor for row in alone}
    slots = {(mark.element, mark.slot): mark.text for mark in tree.times}
    others = [(row, _measure_rest(tree, row, slots)) for row in rows if row.anchor not in known]
    explained = [(row, rest) for row, rest in others if rest is not None]
    beside = sum(rest for _, rest in explained)
    if len(alone) + len(explained) < 2 or len(explained) < 0.6 * len(others):
        return alone
    if sum(width_of(row.title) for row, _ in explained) < 1.2 * beside:
        return alone
    return alone + [row for row, _ in explained]


def _stands_alone(tree: Tree, row: Row) -> bool:
    node = row.anchor
    if words_of(node) & TITLE_WORDS:
        return True
    for parent in node.iterancestors():
        if parent.tag in ("h1", "h2", "h3", "h4", "h5", "h6", "th") or words_of(parent) & TITLE_WORDS:
            return True
        if parent.tag in BLOCK_TAGS:
            return tree.text.get(parent, 0) <= 1.6 * tree.text.get(node, 0) + 12
    return False


def _measure_rest(tree: Tree, row: Row, slots: dict[tuple[Element, str], str]) -> float | None:
    """Width of what stands beside a title and is neither link, time nor count; None where it is more than a few
    names."""
    block = next((node for node in row.anchor.iterancestors() if node.tag in BLOCK_TAGS), None)
    if block is None or not any(block in (top, *top.iterancestors()) or _holds(top, block) for top in row.nodes):
        return None
    pieces: list[str] = []
    for node, slot, text in _loose_texts(tree, block):
        if (node, "self") in slots and slot == "text" and len(node) == 0:
            text = _without_time(slots[node, "self"])
        elif (node, slot) in slots:
            text = _without_time(text)
        pieces += [
            piece for part in re.split(r"[|·•/()（）\[\]\s]{1,3}", LEADS.sub(" ", text)) if (piece := part.strip())
        ]
    pieces = [piece for piece in pieces if re.search(r"[^\W\d_]", piece) and not ACTION_TEXT.match(piece)]
    if len(pieces) > MOST_PIECES or any(width_of(piece) > LONGEST_PIECE or SENTENCE.search(piece) for piece in pieces):
        return None
    return sum(map(width_of, pieces))


def _holds(top: Element, block: Element) -> bool:
    return any(node is top for node in block.iterancestors())


def _loose_texts(tree: Tree, block: Element) -> Iterator[tuple[Element, str, str]]:
    """The texts of a row outside links and outside elements that say they hold a writer."""
    buried: set[Element] = set()
    for node in block.iter():
        if node.getparent() in buried or (node is not block and (node.tag == "a" or _names_writer(tree, node))):
            buried.add(node)
        elif node.text and node.text.strip():
            yield node, "text", node.text
        if node is not block and node.getparent() not in buried and node.tail and node.tail.strip():
            yield node, "tail", node.tail


def _names_writer(tree: Tree, node: Element) -> bool:
    return node in tree.text and author_weight(tree, node) >= 1


def _without_time(text: str) -> str:
    tidied = tidy_time(text)
    found = find_time(tidied, now=EVER, timezone="UTC")
    return f"{tidied[: found.start]} {tidied[found.end :]}" if found is not None else text
