"""The results of a site's own search: which threads they lead to, each once, whatever post of it was found.

A row of results looks like a post (somebody, a time, a few words), so that what the page looks like does not count
here: it is a list of threads, because a search was asked.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from web_poet import HttpResponse

from crawlers.inference.links import pattern_of
from crawlers.inference.listing import Listing, Row, find_listings, is_sticky, marks_by_container, sign_of
from crawlers.inference.records import is_chrome
from crawlers.inference.shapes import Element, text_within, words_of
from crawlers.inference.trees import Tree
from crawlers.inference.verdicts import infer
from crawlers.links import resolve
from crawlers.pages import BoardItem, Platform, ThreadLink, Visit
from crawlers.threads import Place, find_page, find_thread

# What sites say when nothing was found.
NOTHING = re.compile(
    r"(?i)(?:没有|未能|未|沒有|無法|无法)(?:找到|搜索到|搜到|查到|检索到|匹配|符合|相关|搜尋到)|(?:没有|沒有|暂无|暫無|无|無)(?:任何)?"
    r"(?:匹配|符合|相关|相關|搜索)(?:的)?(?:结果|結果|内容|內容|主题|主題|帖子|信息)|找不到.{0,20}(?:结果|結果|内容|內容|主题|帖子)"
    r"|\b(?:no|0|zero)\s+(?:\w+\s+)?(?:results?|match(?:es)?|posts?|topics?|threads?|items?|hits|entries)\b"
    r"(?:\s+(?:were\s+)?(?:found|match(?:ed|ing)?|met|for)|\s*[.!<]|\s*$)"
    r"|(?:nothing|none)\s+(?:was\s+)?(?:found|matched)|did\s+not\s+match|couldn.?t\s+find\s+any|no\s+\w+\s+(?:were\s+)?found"
)
RESULT_WORDS = frozenset({"search", "searchresults", "result", "results"})
HIGHLIGHTED = re.compile(r"[?&](?:highlight|hilit|hl|keywords?)=")
MOST_TEXT = 6000  # characters that a page without results has


def read_results(response: HttpResponse, visit: Visit, platform: Platform) -> BoardItem:
    """The threads that a page of results leads to, and the next page. Never raises."""
    board = platform.board(response=response, visit=visit)
    links = _gather(_in_place(link) for link in board.threads)
    tree = infer(response).tree
    if tree is not None:
        links = links or _gather(_read_known(tree, visit)) or _gather(_read_like(tree, visit))
    return BoardItem(infer(response).title, (), tuple(links), infer(response).next_url or board.next_url)


def finds_nothing(response: HttpResponse) -> bool:
    """Whether a page says that a search found nothing."""
    said = " ".join(response.xpath("//body//text()[not(parent::script or parent::style)]").getall())
    flat = " ".join(said.split())
    return len(flat) <= MOST_TEXT and bool(NOTHING.search(flat))


def _gather(links: Iterable[ThreadLink]) -> list[ThreadLink]:
    """Each thread once. What is told of several of its posts is its sign, which one more that is found changes."""
    found: dict[str, ThreadLink] = {}
    for link in links:
        known = found.setdefault(link.key, link)
        if known is not link and link.sign and link.sign not in (known.sign or ""):
            found[link.key] = dataclasses.replace(known, sign="|".join(filter(None, (known.sign, link.sign))))
    return list(found.values())


def _in_place(link: ThreadLink) -> ThreadLink:
    """A link with what a search added to it left out."""
    place = find_page(link.url)
    return dataclasses.replace(link, url=place.url, key=place.key if find_thread(link.url) else link.key)


def _read_known(tree: Tree, visit: Visit) -> Iterator[ThreadLink]:
    """Links whose addresses are those of a known program's threads, outside the page's frame."""
    yield from _read_rows(tree, visit, find_thread)


def _read_like(tree: Tree, visit: Visit) -> Iterator[ThreadLink]:
    """The best group of like links that lead away from the search."""
    here = urlsplit(tree.url).path
    listing = next((each for each in find_listings(tree) if not each.boards and _leads_on(each, here)), None)
    if listing is not None:
        yield from _read_rows(
            tree,
            visit,
            lambda url: find_page(url) if pattern_of(url) == listing.pattern and urlsplit(url).path != here else None,
        )


def _leads_on(listing: Listing, here: str) -> bool:
    """Whether most links of a group lead to other pages than the search's own."""
    return 2 * sum(urlsplit(row.url).path == here for row in listing.rows) < len(listing.rows)


def _is_framed(node: Element) -> bool:
    """Whether an element is part of the page's frame; on a page of results what is called "search" is its matter."""
    return is_chrome(node) and not words_of(node) & RESULT_WORDS


def _read_rows(tree: Tree, visit: Visit, find: Callable[[str], Place | None]) -> Iterator[ThreadLink]:
    """A link for each row of results: the largest piece of the page that leads to one thread alone."""
    led: list[tuple[Element, Place, str]] = []
    marked = False
    for node in tree.order:
        url = resolve(tree.base, node.get("href") or "") if node.tag == "a" else None
        place = find(url) if url else None
        if url is None or place is None or any(_is_framed(each) for each in node.iterancestors()):
            continue
        # Where a program marks the words that were asked for, links without them are not results.
        if bool(HIGHLIGHTED.search(url)) is not marked:
            if marked:
                continue
            marked = True
            led.clear()
        led.append((node, place, text_within(node, 200)))
    around: dict[Element, set[str]] = defaultdict(set)
    for node, place, _ in led:
        for each in (node, *node.iterancestors()):
            around[each].add(place.key)
    marks = marks_by_container(tree.times)
    done: set[Element] = set()
    for node, place, title in led:
        top = node
        while (above := top.getparent()) is not None and len(around[above]) == 1 and above.tag not in ("body", "html"):
            top = above
        if top not in done and len(title) > 1 and not title.isdecimal():
            done.add(top)
            row = Row(place.url, place.key, title, node, [top])
            yield ThreadLink(place.url, place.key, title, sign_of(tree, row, visit, marks), is_sticky(row))
