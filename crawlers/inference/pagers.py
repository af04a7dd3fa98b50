"""Where an unknown list or thread goes on: its next page.

Two pagers may stand on one page, one of them hidden or for something else; "next" may be a word, an arrow, an icon or
only a number; the active page's link is often "#". A link is believed when its address differs from this page's in
nothing but a page number, or when it belongs to a row of page numbers in which this page is marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import parse_qsl, urljoin, urlsplit

from crawlers.inference.links import NOISE_NAMES, PAGE_NAMES, page_free, split_address
from crawlers.inference.shapes import Element, names_of, text_within, words_of
from crawlers.inference.trees import Tree
from crawlers.inference.words import word_set

NEXT_TEXT = re.compile(
    r"(?i)^\W*(?:下一页|下一頁|下页|下頁|后一页|後一頁|后页|next(?: page)?|older(?: posts| entries| comments)?"
    r"|more comments|newer comments|加载更多|查看更多)?\W*$"
)
MORE_TEXT = re.compile(r"(?i)^\W*(?:点击)?(?:加载|查看|显示)更多|^\W*(?:load|show|view) more\b")
ARROWS = re.compile(r"[»›→▶►⟩>]|&gt;")
OTHER_NEXT = re.compile(
    r"(?i)下一主题|下一篇|下一主題|下一个|next (?:topic|thread|post|article|unread|oldest|newest)"
    r"|newer (?:topic|thread)"
)
PAGER_WORDS = word_set(
    "pagination pager paging pages page pg pagenav paginator pagelinks navlinks nav-links wp-pagenavi pagebar"
)
LONGEST_NEXT = 14  # letters of a link that nothing but its class calls the next page
ACTIVE_WORDS = word_set("active current selected on cur now thispage this disabled")


def find_next(tree: Tree) -> str | None:
    """The address of the next page, None on the last one."""
    here = tree.url.split("#", 1)[0]
    for href in _stated(tree):
        target = _resolve(tree, href)
        if target and _is_next(here, target):
            return target
    numbered = _from_numbers(tree, here)
    if numbered:
        return numbered
    for link in _worded(tree):
        target = _resolve(tree, link.get("href"))
        if target and (_is_next(here, target) or (_in_pager(link) and _same_kind(here, target))):
            return target
    return _counted(tree, here) or _beyond_button(tree, here)


def _counted(tree: Tree, here: str) -> str | None:
    """The page after this one among the links of a pager in any language: this page's address, its number one on."""
    known = _page_value(here)
    for node in tree.order:
        target = _resolve(tree, node.get("href")) if node.tag == "a" else None
        value = _page_value(target) if target and page_free(target) == page_free(here) else None
        if value is None or target is None or not _in_pager(node):
            continue
        if value == ((known[0], known[1] + 1) if known else (value[0], 2)) and _same_kind(here, target):
            return target
    return None


def _beyond_button(tree: Tree, here: str) -> str | None:
    """The page after this one where only a script asks for it: a button says "load more", and this page's own address
    has a number. Past the end such a page brings nothing new, which ends the thread."""
    value = _page_value(here)
    if value is None:
        return None
    for node in tree.order:
        dead = node.tag == "button" or (node.tag == "a" and _resolve(tree, node.get("href")) is None)
        if dead and 0 < tree.text[node] <= 20 and MORE_TEXT.match(text_within(node, 40)):
            name, number = value
            return re.sub(rf"(?i)([?&;,]{re.escape(name)}=){number}(?=\D|$)", rf"\g<1>{number + 1}", here)
    return None


def _resolve(tree: Tree, link: str | None) -> str | None:
    here = tree.url.split("#", 1)[0]
    if not link or link.startswith(("#", "javascript:")):
        return None
    try:
        target = urljoin(tree.base, link.strip()).split("#", 1)[0]
        same = urlsplit(target).netloc == urlsplit(here).netloc
    except ValueError:
        return None
    return target if same and target != here else None


def _stated(tree: Tree) -> Iterator[str | None]:
    """rel=next, in the head or on a link."""
    yield from tree.stated_next
    for node in tree.order:
        if node.tag in ("link", "a") and "next" in (node.get("rel") or "").lower().split():
            yield node.get("href")


def _worded(tree: Tree) -> Iterator[Element]:
    for node in tree.order:
        if node.tag != "a" or not node.get("href"):
            continue
        text = text_within(node, 60)
        label = f"{node.get('title') or ''} {node.get('aria-label') or ''}".strip()
        if len(text) > 30 or OTHER_NEXT.search(f"{text} {label}"):
            continue
        parent = node.getparent()
        words = words_of(node) | (
            words_of(parent) if parent is not None and parent.tag in ("li", "span", "div") else set()
        )
        said = bool(text and NEXT_TEXT.match(text) and (re.search(r"\w", text) or ARROWS.search(text)))
        icon = any({"next", "right", "nxt"} & words_of(child) for child in node.iterdescendants())
        named = len(text) <= LONGEST_NEXT and bool({"next", "nxt"} & words)
        named = named or bool(re.search(r"(?i)\bnext\b|下一页|下一頁", label))
        if said or named or (icon and not text):
            if re.search(r"(?i)last|尾页|末页", f"{text} {label}") or (
                re.fullmatch(r"\W*(?:>>|»»|>\|)\W*", text) and not named
            ):
                continue
            yield node


def _in_pager(node: Element) -> bool:
    for _ in range(5):
        if node is None:
            return False
        if words_of(node) & PAGER_WORDS or "pagination" in names_of(node).lower():
            return True
        node = node.getparent()
    return False


def numbers_in(url: str) -> list[int]:
    """The numbers of an address, path first, then the query."""
    parts = urlsplit(url)
    return [int(number) for number in re.findall(r"\d{1,12}", f"{parts.path}?{parts.query}")]


def _page_value(url: str) -> tuple[str, int] | None:
    for name, value in parse_qsl(urlsplit(url).query):
        if name.lower() in PAGE_NAMES and value.isdecimal():
            return name.lower(), int(value)
    return None


def _same_kind(here: str, target: str) -> bool:
    """Whether two addresses differ in nothing but numbers, a page's name or the query."""
    one, two = urlsplit(here), urlsplit(target)
    if page_free(here) == page_free(target):
        return True
    if one.path == two.path:
        return _same_query(one.query, two.query)
    blank = re.compile(r"\d+")
    if blank.sub("#", one.path) == blank.sub("#", two.path):
        return not _is_other_thread(here, target)
    folder = re.sub(r"(?<=/)index(?:\.\w+)?$", "", one.path)
    if folder != one.path and re.fullmatch(r"\d+(?:\.\w+)?", two.path.removeprefix(folder)):
        return True
    return two.path.startswith(re.sub(r"\.\w+$", "", one.path.rstrip("/")))


def _same_query(mine: str, theirs: str) -> bool:
    """Whether two queries name one thread: "topic=2.0" and "topic=2.15" do, "board=2.0" and "topic=2.15" do not."""
    if not _same_route(split_address(f"?{mine}")[1], split_address(f"?{theirs}")[1]):
        return False
    here, there = _named_values(mine), _named_values(theirs)
    if here.keys() - there.keys():
        return False
    changed = [(value, there[name]) for name, value in here.items() if there[name] != value]
    if len(changed) != 1:
        return not changed
    before, after = changed[0]
    old, new = re.findall(r"\d+", before), re.findall(r"\d+", after)
    return bool(old) and len(new) > 1 and old[0] == new[0] and after.startswith(re.split(r"\d+", before, maxsplit=1)[0])


def _same_route(mine: str, theirs: str) -> bool:
    """Whether two routes name one thread: "4,12" and "4,12,page=2" do, "thread-12.htm" and "thread-12-2.htm"."""
    if not mine or mine == theirs:
        return True
    old, new = re.findall(r"\d+", mine), re.findall(r"\d+", theirs)
    if len(new) > len(old) > 0:
        return new[: len(old)] == old
    alike = re.sub(r"\d+", "#", mine) == re.sub(r"\d+", "#", theirs)
    return alike and len(new) > 1 and new[:-1] == old[:-1]


def _named_values(query: str) -> dict[str, str]:
    """What a query says beside page numbers and session ids."""
    pairs = split_address(f"?{query}")[2]
    return {name: value for name, value in pairs if name.lower() not in PAGE_NAMES - {"p"} | NOISE_NAMES}


def _is_other_thread(here: str, target: str) -> bool:
    """Whether the first of several numbers differs: addresses name the thread before its page."""
    mine, theirs = numbers_in(here), numbers_in(target)
    return len(mine) > 1 and len(theirs) > 1 and mine[0] != theirs[0]


def _is_next(here: str, target: str) -> bool:
    """Whether `target` is a later page of what `here` is a page of, told from the addresses alone."""
    if page_free(here) == page_free(target):
        before, after = _page_value(here), _page_value(target)
        return after is None or before is None or after[1] > before[1]
    one, two = urlsplit(here), urlsplit(target)
    if one.path == two.path:  # a cursor, or a page number of another name
        return bool(two.query) and _same_query(one.query, two.query)
    mine, theirs = numbers_in(here), numbers_in(target)
    if re.sub(r"\d+", "#", one.path) == re.sub(r"\d+", "#", two.path) and len(mine) == len(theirs):
        changed = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
        one_on = len(changed) == 1 and changed[0][1] == changed[0][0] + 1
        return one_on and len(mine) > 1 and not _is_other_thread(here, target)
    stem = re.sub(r"\.\w+$", "", one.path.rstrip("/"))
    return two.path.startswith(stem) and bool(
        re.fullmatch(r"(?i)[-_/,]?(?:(?:comments?-)?page|p|index|list)?[-_/]?2(?:\.\w+)?/?", two.path[len(stem) :])
    )


def _from_numbers(tree: Tree, here: str) -> str | None:
    """In a row of page numbers: the link with the number after the marked one."""
    for row in _number_rows(tree):
        current = next((number for number, link, marked in row if marked or link is None), None)
        if current is None:
            continue
        for number, link, _ in row:
            target = _resolve(tree, link)
            if number == current + 1 and target and _same_kind(here, target):
                return target
    return None


def _number_rows(tree: Tree) -> Iterator[list[tuple[int, str | None, bool]]]:
    """Rows of page numbers: (number, link, whether it is marked as the current page)."""
    rows: dict[Element, list[tuple[int, str | None, bool]]] = {}
    for node in tree.order:
        if node.tag not in ("a", "strong", "b", "span", "em", "li", "td", "font") or tree.text[node] > 6:
            continue
        own = (node.text or "").strip("[]() \n\t")  # "2", and beside it "page" for those who hear it
        text = own if own.isdecimal() and len(node) else text_within(node, 20).strip("[]() ")
        if (
            not text.isdecimal()
            or len(text) > 5
            or any(text_within(child, 20).strip("[]() ") == text for child in node)
        ):
            continue
        item = node
        while (
            item.getparent() is not None
            and tree.text.get(item.getparent(), 99) == tree.text[node]
            and item.getparent().tag != "body"
        ):
            item = item.getparent()
        parent = item.getparent()
        if parent is None:
            continue
        link = node if node.tag == "a" else next((each for each in node.iterancestors("a")), None)
        href = link.get("href") if link is not None else None
        words = words_of(node) | words_of(item)
        dead = bool(href) and re.sub(r"(?i)[:;]|void\(0?\)", "", href or "").strip() in ("#", "javascript")
        marked = bool(words & ACTIVE_WORDS) or node.get("aria-current") is not None or dead
        rows.setdefault(parent, []).append((int(text), None if dead else href or None, marked))
    for parent, row in rows.items():
        if all(link is not None and not marked for _, link, marked in row):
            _add_loose(row, parent)
        numbers = [number for number, _, _ in row]
        plain = sum(link is None for _, link, _ in row)
        rising = all(a < b for a, b in pairwise(numbers))
        if (
            len(row) >= 2
            and rising
            and plain + sum(marked for _, _, marked in row) >= 1
            and plain <= 2
            and numbers[0] <= max(2, numbers[-1])
        ):
            yield row


def _add_loose(row: list[tuple[int, str | None, bool]], parent: Element) -> None:
    """Puts the present page into a row of links, where it is the one number that stands bare between them."""
    bare = [*re.findall(r"\d+", f"{parent.text or ''} {' '.join(child.tail or '' for child in parent)}")]
    known = {number for number, _, _ in row}
    if len(bare) == 1 and len(bare[0]) <= 5 and int(bare[0]) not in known:
        row.append((int(bare[0]), None, True))
        row.sort(key=lambda item: item[0])


def first_page_of(tree: Tree) -> str:
    """The address that names a thread on all its pages: this page's own without its page number.

    On a later page of a thread whose addresses hide the page number, its pager's link to page 1.
    """
    here = tree.url.split("#", 1)[0]
    for row in _number_rows(tree):
        current = next((number for number, link, marked in row if marked or link is None), None)
        if current is not None and current > 1:
            for number, link, _ in row:
                target = _resolve(tree, link)
                if number == 1 and target and _same_kind(here, target):
                    return page_free(target)
    return page_free(here)
