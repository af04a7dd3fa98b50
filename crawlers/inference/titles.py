"""The title of an unknown page and the board that it belongs to, and where its matter begins."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from web_poet import HttpResponse

from crawlers.inference.links import page_free
from crawlers.inference.records import is_chrome
from crawlers.inference.schema import read_meta
from crawlers.inference.shapes import Element, text_within, words_of
from crawlers.inference.trees import Tree
from crawlers.inference.words import word_set

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5"))
MOST_HEADINGS = 15
SEPARATORS = re.compile(r"\s+[-–—|·•»›>:/]+\s+|_|\s\|\s")
PAGE_NUMBER = r"(?:\bpage\s*\d+(?:\s*(?:of|/)\s*\d+)?|第\s*\d+\s*[页頁](?:[,，/\s]*共\s*\d+\s*[页頁])?)"
PAGE_OF = re.compile(rf"(?i)\s*[-–—|,(\[（]?\s*{PAGE_NUMBER}\s*[)\]）]?(?=\s*(?:$|[-–—|/_»›]))")
HEAD_SHARE = 0.7  # of the page's letters: what holds so much of it is no one post
TRAIL_TAGS = word_set("h1 h2 h3 h4 p div td ul ol center font span b strong")
LONGEST_TRAIL, MOST_SIGNS = 200, 12  # letters of the links of a way, and of what stands between them
CRUMB_WORDS = word_set("breadcrumb breadcrumbs crumbs crumb navigate linktree navtree path location position bread")


def read_title(response: HttpResponse, tree: Tree) -> str | None:
    """The page's own title: its heading, else og:title, else the first piece of <title>.

    A heading that leads to another page (the site's name, the board's) is none, nor is "(Page 2)" part of one.
    """
    whole = without_page(" ".join((response.css("title::text").get() or "").split()))
    stated = without_page(read_meta(response, "og:title", "twitter:title") or "")
    headings = [heading for heading in _read_headings(tree) if len(heading) >= 2]
    begun = [
        heading
        for heading in (*headings, *_read_headings(tree, ("h4", "h5", "h6")))
        if len(heading) >= 2 and (whole.startswith(heading) or stated.startswith(heading))
    ]
    if begun:  # "Thread > Board" for those who hear the page, "Thread" for those who see it
        return next((each for each in begun[1:] if _pieces(begun[0])[:1] == [each]), begun[0])
    pieces = _pieces(whole)
    for piece in pieces:
        if len(piece) >= 4 and any(piece in heading for heading in headings):
            return piece
    within = [heading for heading in headings if len(heading) >= 4 and heading in whole]
    if within:
        return min(within, key=whole.index)
    tops = [node for node in tree.order if node.tag == "h1" and text_within(node, 300)]
    if len(tops) == 1 and not is_chrome(tops[0].getparent()) and not _leads_away(tree, tops[0]):
        return without_page(text_within(tops[0], 300))
    pieces = _pieces(stated or whole)
    return next((piece for piece in pieces if not re.fullmatch(r"/\w+/", piece)), next(iter(pieces), None))


def is_said(response: HttpResponse, tree: Tree | None, title: str) -> bool:
    """Whether a page's title or one of its headings says the title by which a list led here."""
    if tree is None or len(title) < 2:
        return False
    whole = " ".join((response.css("title::text").get() or "").split())
    return title in without_page(whole) or any(
        title in text_within(node, 400) for node in tree.order if node.tag in HEADINGS and tree.text[node] < 200
    )


def without_page(title: str) -> str:
    """A title without the number of its page: "(Page 2 of 4)", " - 第2页"."""
    return PAGE_OF.sub(" ", title).strip()


def _read_headings(tree: Tree, tags: tuple[str, ...] = ("h1", "h2", "h3")) -> list[str]:
    found = [node for node in tree.order if node.tag in tags][:MOST_HEADINGS]
    return [without_page(text_within(node, 300)) for node in found if not _leads_away(tree, node)]


def _leads_away(tree: Tree, heading: Element) -> bool:
    """Whether a heading is one link to another page."""
    if not tree.text.get(heading, 0) or tree.linked.get(heading, 0) < tree.text[heading]:
        return False
    links = [link.get("href") or "" for link in heading.iter("a")] or [
        link.get("href") or "" for link in heading.iterancestors("a")
    ]
    try:
        targets = [page_free(urljoin(tree.base, link)) for link in links if not link.startswith(("#", "javascript:"))]
    except ValueError:
        return False
    return bool(targets) and all(target != page_free(tree.url) and _is_short(target) for target in targets)


def _is_short(url: str) -> bool:
    """Whether an address is a front's or a board's rather than a thread's under another name."""
    parts = urlsplit(url)
    return not re.search(r"\d", parts.path.rpartition("/")[2] + parts.query)


def _pieces(title: str) -> list[str]:
    """A <title> without its separators: thread, board, site."""
    return [piece.strip() for piece in SEPARATORS.split(title) if piece.strip()]


def read_board(tree: Tree) -> str | None:
    """The last step of the bread crumbs that is a link."""
    here = page_free(tree.url)
    for node in tree.order:
        if not is_crumbs(tree, node):
            continue
        links = [link for link in node.iter("a") if text_within(link, 80)]
        steps = [link for link in links if address_key(tree, link.get("href") or "") != here]
        if steps:
            return text_within(steps[-1], 80)
    return None


def address_key(tree: Tree, link: str) -> str:
    """Where a link of the page leads, without page number and session id."""
    try:
        return page_free(urljoin(tree.base, link))
    except ValueError:
        return ""


def is_crumbs(tree: Tree, node: Element) -> bool:
    """Whether an element is the way from the site's front to this page: its name says so, or its links end in the
    page's title."""
    if words_of(node) & CRUMB_WORDS or (node.get("aria-label") or "").lower() == "breadcrumb":
        return True
    text, linked, title = tree.text.get(node, 0), tree.linked.get(node, 0), tree.title or ""
    rest = text - linked - len("".join(title.split()))
    if node.tag not in TRAIL_TAGS or not 0 < linked <= LONGEST_TRAIL or len(title) < 2 or not 0 <= rest <= MOST_SIGNS:
        return False
    return text_within(node, 400).endswith(title) and sum(1 for _ in node.iter("a")) > 1


def find_start(tree: Tree) -> Element | None:
    """The heading that says the page's title: what stands before it is the page's head. None where there is none."""
    title = tree.title
    if not title or len(title) < 2:
        return None
    found = [
        node
        for node in tree.order
        if node.tag in HEADINGS and tree.text[node] <= len(title) + 40 and title in text_within(node, 400)
    ]
    exact = [
        node for node in found if _pieces(text_within(found[0], 400))[:1] == [title] != [text_within(found[0], 400)]
    ]
    return next((node for node in exact if text_within(node, 400) == title), found[0] if found else None)


def drop_clocks(tree: Tree) -> None:
    """Takes the times off the page's head, where a forum shows what time it is or when its reader came last."""
    start = find_start(tree)
    if start is None:
        return
    begin, above = tree.order[start], {*start.iterancestors()}
    head = [mark for mark in tree.times if tree.order.get(mark.container, 0) < begin]
    if not head or len(head) == len(tree.times):
        return
    whole = tree.text.get(tree.root, 0)
    clocks = set()
    for mark in head:
        common = next((node for node in (mark.container, *mark.container.iterancestors()) if node in above), None)
        if common is None or tree.text.get(common, 0) >= HEAD_SHARE * whole:
            clocks.add(id(mark))
    tree.times = [mark for mark in tree.times if id(mark) not in clocks]
