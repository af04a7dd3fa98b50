"""What an unknown page is: a list of boards, a list of threads, or posts. Structure decides, never a site's name."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from web_poet import HttpResponse

from crawlers.inference.links import page_free, pattern_of, split_address
from crawlers.inference.listing import (
    BOARD_WORDS,
    THREAD_WORDS,
    Listing,
    Row,
    board_words,
    find_listings,
    words_of_address,
)
from crawlers.inference.lone import read_lone
from crawlers.inference.openings import is_summary, sign_opening, sums_up, with_opening
from crawlers.inference.pagers import find_next, first_page_of
from crawlers.inference.parts import Parts, Reading
from crawlers.inference.records import Series, count_swallowed, find_series, is_chrome
from crawlers.inference.rows import find_titles
from crawlers.inference.shapes import Element, shape_of, words_of
from crawlers.inference.titles import address_key, drop_clocks, read_board, read_title
from crawlers.inference.trees import Tree, build_tree
from crawlers.inference.voting import read_parts
from crawlers.inference.words import word_set
from domain.pages import Role

LARGEST_PAGE = 6_000_000  # characters; what lies beyond is not looked at
ROWS, DATED = 5, 0.6  # a list beyond doubt: so many lines, so many of them with a time
LEAST_LETTERS = 2  # of a post that is alone on its page
SWALLOWED = 0.5  # what a record loses by each other post that is in it
LIST_WORDS = word_set("threads topics posts questions discussions articles items ads listings news")  # "/questions"
COMMENT_WORDS = word_set("comment comments post posts reply replies message messages answer answers review")


@dataclass(eq=False)
class Inference:
    """What was found out about one page. `readings` hold the posts, opening first."""

    tree: Tree | None
    role: Role = "other"
    readings: list[Reading] = field(default_factory=list)
    listing: Listing | None = None
    boards: Listing | None = None
    next_url: str | None = None
    key: str = ""
    title: str | None = None
    board: str | None = None

    def parts(self) -> list[tuple[Reading, Parts]]:
        """All posts of the page in its order, with the reading that each belongs to."""
        return [(reading, part) for reading in self.readings for part in reading.parts]


def read_promised(found: Inference) -> list[tuple[Reading, Parts]]:
    """The one post of a page that looks like a list, for whoever was promised a thread there: with time and name, and
    beside no dated list."""
    listing = found.listing
    if found.tree is None or (listing is not None and len(listing.rows) >= ROWS and listing.dated >= DATED):
        return []
    letters, signed = _weigh_lone(found.tree, [each for each in (listing, found.boards) if each is not None])
    reading = read_lone(found.tree) if signed and letters >= LEAST_LETTERS else None
    return [(reading, part) for part in reading.parts] if reading else []


_inferred: WeakKeyDictionary[HttpResponse, Inference] = WeakKeyDictionary()  # a page is asked twice: role, then fields


def infer(response: HttpResponse) -> Inference:
    """The inference of a page, made once for each response. Never raises."""
    known = _inferred.get(response)
    if known is None:
        known = _inferred[response] = _infer(response)
    return known


def _infer(response: HttpResponse) -> Inference:
    url = str(response.url)
    tree = build_tree(response.text[:LARGEST_PAGE], url)
    found = Inference(tree, key=page_free(url))
    if tree is None:
        return found
    found.title = tree.title = read_title(response, tree)
    found.board = read_board(tree)
    drop_clocks(tree)
    listings = find_listings(tree)
    threads = next((listing for listing in listings if not listing.boards), None)
    if not _is_front(url) and (threads is None or threads.score < 0.2 * listings[0].score):
        threads = next((listing for listing in listings if listing.dated >= 0.6), threads)  # /forum/garage/12-title
    boards = next((listing for listing in listings if listing.boards and listing.pattern != pattern_of(url)), None)
    posts = _best_reading(tree, [listing for listing in (threads, boards, _join_dated(listings)) if listing])
    previews = _find_previews(tree, posts)
    if previews is not None:
        posts, threads = None, previews
    found.role = "board" if previews is not None else _decide(tree, url, posts, threads, boards)
    found.next_url = find_next(tree)
    if found.role == "board" and found.next_url is None and _is_portal(url, boards):
        found.role = "home"
    if found.role in ("board", "home"):
        found.listing, found.boards = threads, boards
        return found
    found.key = first_page_of(tree)
    readings = with_opening(tree, posts)
    sign_opening(tree, readings)
    if found.role == "thread" or any(_is_signed(part) for reading in readings for part in reading.parts):
        found.readings = readings  # a link may have promised a thread where a short post alone does not look like one
    return found


# ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _best_reading(tree: Tree, lists: list[Listing]) -> Reading | None:
    """The cutting of the page whose records look most like posts."""
    best, best_score = None, 0.0
    seen: set[frozenset[Element]] = set()
    for series in find_series(tree):
        cut = frozenset(node for record in series.records for node in record.nodes)
        if cut in seen:
            continue
        seen.add(cut)
        if any(_holds_list(series, rows) for rows in lists):
            continue
        reading = read_parts(tree, series.records)
        score = _worth(tree, series, reading)
        if score > best_score:
            best, best_score = reading, score
    if best is None or any(_is_rows(tree, best, rows) for rows in lists):
        return None
    return _without_strays(best) if _looks_written(best) else None


def _join_dated(listings: list[Listing]) -> Listing | None:
    """The lists of a page that lead to numbers of one address, as one: the latest of each board, side by side on a
    front. None where they are one list anyway, or most have no time."""
    rows: dict[str, Row] = {}
    joined = [listing for listing in listings if not listing.boards and listing.pattern.endswith("=#")]
    joined = [listing for listing in joined if _script_of(listing.pattern) == _script_of(joined[0].pattern)]
    for listing in joined:
        rows.update((row.key, row) for row in listing.rows if row.key not in rows)
    dated = sum(listing.dated * len(listing.rows) for listing in joined)
    if len({listing.pattern for listing in joined}) < 2 or dated < 0.6 * sum(len(listing.rows) for listing in joined):
        return None
    return Listing([*rows.values()], joined[0].score, joined[0].pattern, boards=False, dated=1.0)


def _script_of(pattern: str) -> str:
    return pattern.partition("?")[0]


def _holds_list(series: Series, rows: Listing) -> bool:
    """Whether one of the records has swallowed a list of threads, each with its time."""
    if rows.dated < 0.6 or len(rows.rows) < 2:
        return False
    owners = {node: number for number, record in enumerate(series.records) for node in record.nodes}
    held: Counter[int] = Counter()
    for row in rows.rows:
        top = next((node for node in (row.anchor, *row.anchor.iterancestors()) if node in owners), None)
        if top is not None:
            held[owners[top]] += 1
    return max(held.values(), default=0) >= min(3, len(rows.rows))


def _looks_written(reading: Reading) -> bool:
    """Whether records have names or times, or at least are called comments: a list of facts is no thread."""
    said = {(part.author is not None, part.time is not None) for part in reading.parts}
    if {(True, False), (False, True)} <= said and (True, True) not in said:
        return False  # "Author: …", "Date: …": the head of one entry, line by line
    signed = sum(_is_signed(part) and _has_matter(part) for part in reading.parts)
    if 2 * signed > len(reading.parts):
        return True
    named = sum(part.author is not None and _has_matter(part) for part in reading.parts)
    words = {word for part in reading.parts for node in part.record.nodes for word in words_of(node)}
    return bool(words & COMMENT_WORDS) and 2 * named > len(reading.parts)


def _has_matter(part: Parts) -> bool:
    """Whether a record has a text of its own, or a picture in its place."""
    return part.body_length > 0 or any(node.tag in ("img", "video", "blockquote") for node in part.record.elements())


def _is_signed(part: Parts) -> bool:
    return part.time is not None or (
        part.author is not None and (part.author_mark is None or part.author_mark.weight >= 0.6)
    )


def _without_strays(reading: Reading) -> Reading:
    """Where nearly all records have a name and a time, one that has neither is a heading or a notice.

    One that only says who began the thread and when is none either.
    """
    if len(reading.parts) > 1 and (sums_up(*reading.parts[:2]) or is_summary(reading.parts[0])):
        reading.parts = reading.parts[1:]
    own = [part for part in reading.parts if not _is_neighbour(reading.tree, part)]
    reading.parts = own or reading.parts
    signed = [part for part in reading.parts if _is_signed(part)]
    if 0.5 * len(reading.parts) <= len(signed) < len(reading.parts):
        reading.parts = signed
    return reading


def _find_previews(tree: Tree, posts: Reading | None) -> Listing | None:
    """The threads that posts of a page lead to where each has its place on one of several other pages: a board that
    shows the last posts of every thread under its opening, as image boards do."""
    rows: dict[str, Row] = {}
    placed = 0
    for part in posts.parts if posts is not None else ():
        for node in part.record.elements():
            page, _, place = (node.get("href") or "").partition("#") if node.tag == "a" else ("", "", "")
            if not page or part.number is None or part.number not in re.findall(r"\d+", place):
                continue
            key = address_key(tree, page)
            if key == page_free(tree.url):
                return None
            rows.setdefault(key, Row(key, key, "", node)).nodes.extend(part.record.nodes)
            placed += 1
            break
    if posts is None or not 2 <= len(rows) < placed or placed < 0.7 * len(posts.parts):  # "?p=12#12" is one post's
        return None
    return Listing([*rows.values()], float(placed), pattern_of(next(iter(rows))), boards=False, dated=1.0)


def _is_neighbour(tree: Tree, part: Parts) -> bool:
    """Whether a record without a name is nothing but a link to another page of this page's kind: the next thread."""
    if part.author is not None or part.body_length > sum(tree.linked.get(node, 0) for node in part.container) + 8:
        return False
    links = [node.get("href") for node in part.record.elements() if node.tag == "a" and node.get("href")]
    keys = {address_key(tree, link) for link in links if not link.startswith(("#", "javascript:"))}
    return len(keys) == 1 and page_free(tree.url) not in keys and pattern_of(keys.pop()) == pattern_of(tree.url)


def _worth(tree: Tree, series: Series, reading: Reading) -> float:
    """How much a cutting looks like posts: bodies, each with a name and a time."""
    total, stray = 0.0, 0
    for part in reading.parts:
        named = part.author is not None and (part.author_mark is None or part.author_mark.weight >= 0.6)
        weak = part.author is not None and not named
        timed = part.time is not None
        worth = min(part.body_length, 300) ** 0.5 + 2
        if (not named and not timed) or _is_neighbour(tree, part):
            stray += 1
            continue
        total += worth * (0.1 + 0.45 * named + 0.1 * weak + 0.45 * timed) * (1.3 if part.hinted else 1.0)
    if stray and stray < len(reading.parts):
        total *= 1 - stray / len(reading.parts)
    if series.kind == "mixed":
        total *= 0.8
    if stray == len(reading.parts):
        total = sum(min(part.body_length, 300) ** 0.5 * 0.15 for part in reading.parts)
        words = {word for record in series.records for node in record.nodes for word in words_of(node)}
        total *= 2.0 if words & COMMENT_WORDS else 0.5
    if any(is_chrome(node) for record in series.records[:3] for node in _outward(record.nodes[0])):
        total *= 0.15
    if series.kind == "item":
        total *= 1.3
    return total / (1 + SWALLOWED * count_swallowed(tree, series.records) / len(series.records))


def _outward(node: Element) -> list[Element]:
    return [node, *node.iterancestors()]


def _is_rows(tree: Tree, reading: Reading, threads: Listing) -> bool:
    """Whether the records are rows of a list, or parts of them: each with a title that leads to another page."""
    strong = [part.author_mark for part in reading.parts if part.author_mark and part.author_mark.weight >= 1]
    names = {node for mark in strong for node in _around(mark.element)}
    titles = find_titles(tree, [row for row in threads.rows if row.anchor not in names])
    if len(titles) < 2:
        return False
    keys = {row.key for row in titles}
    areas = {node for row in titles for node in row.nodes}
    covered = 0
    for part in reading.parts:
        inside = any(node in areas for top in part.record.nodes for node in (top, *top.iterancestors()))
        covered += inside or any(_leads_to(tree, node, keys) for node in part.record.elements() if node not in names)
    return covered >= 0.7 * len(reading.parts)


def _leads_to(tree: Tree, node: Element, keys: set[str]) -> bool:
    target = (node.get("href") or "") if node.tag == "a" else ""
    return bool(target) and "#" not in target and address_key(tree, target) in keys


def _around(node: Element) -> set[Element]:
    return {*node.iter(), *node.iterancestors("a")}


# ── role ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _decide(tree: Tree, url: str, posts: Reading | None, threads: Listing | None, boards: Listing | None) -> Role:
    title_length = sum(min(len(row.title), 40) for row in threads.rows) if threads else 0
    words = words_of_address(url)
    numbered = bool(re.search(r"\d", urlsplit(url).path + urlsplit(url).query))
    thread_like = bool(words & (THREAD_WORDS if numbered else THREAD_WORDS - LIST_WORDS)) - bool(words & BOARD_WORDS)
    one_of_them = (
        threads is not None and pattern_of(url) == threads.pattern and bool(re.search(r"[#*]", threads.pattern))
    )
    if posts is not None:
        letters = sum(min(part.body_length, 400) for part in posts.parts)
        signed = sum(bool(part.author) or part.time is not None for part in posts.parts) / len(posts.parts)
        weight = letters * (0.3 + 0.7 * signed) * (1 + 0.5 * thread_like)
        if one_of_them or weight > 0.35 * title_length or signed > 0.8:
            return "thread"
    if thread_like <= 0 and not one_of_them and _are_dated_boards(tree, threads, boards):
        return "home"
    lone, signed_well = _weigh_lone(tree, [listing for listing in (threads, boards) if listing])
    rows = len(threads.rows) if threads else 0
    if one_of_them and lone >= LEAST_LETTERS:
        return "thread"
    rivals = rows >= 3 and (thread_like <= 0 or (threads is not None and threads.dated >= 0.6 and lone < title_length))
    if signed_well and lone >= LEAST_LETTERS and not rivals and (boards is None or len(boards.rows) < 2):
        return "thread"
    if threads is not None and rows >= ROWS and threads.dated >= DATED and thread_like <= 0 and lone < 3 * title_length:
        return "board"  # a notice over the list is no thread
    if lone >= 30 and lone * (1 + thread_like) > max(title_length, 40 * (boards is not None and len(boards.rows) > 2)):
        return "thread"
    if rows < 3 and lone < 15 and any(node.get("type") == "password" for node in tree.order):
        return "other"
    if boards is not None and (
        threads is None or _lie_within(tree, threads, boards) or 2 * threads.score < boards.score
    ):
        return "home"
    if threads is not None and rows >= 2:
        return "board"
    if lone >= 15 and thread_like > 0:
        return "thread"
    return "board" if threads is not None and (threads.dated or thread_like < 0) else "other"


def _are_dated_boards(tree: Tree, threads: Listing | None, boards: Listing | None) -> bool:
    """Whether there are boards with the time of the last post in each, and no list of threads beside."""
    if boards is None or len(boards.rows) < 2 or boards.dated < 0.6:
        return False
    return threads is None or len(threads.rows) < 2 or _lie_within(tree, threads, boards)


def _is_front(url: str) -> bool:
    """Whether an address is a site's or a forum's front, as far as its last step tells."""
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2].partition(".")[0].lower()
    return not last or last in BOARD_WORDS or last in ("index", "community", "discuss", "home", "main", "portal")


def _is_portal(url: str, boards: Listing | None) -> bool:
    """Whether a page is a site's front that names its boards: the threads beside them are only the latest."""
    path, route, pairs = split_address(url)
    if boards is None or len(boards.rows) < 2 or route or pairs:
        return False
    return path.count("/") <= 1 and _is_front(url)


def _lies_in_row(part: Parts, rows: list[Row]) -> bool:
    """Whether a body is the summary in one row of a list: its rows are alike, and it stands in one of them."""
    shapes = [shape_of(row.nodes[0]) for row in rows]
    if len(rows) < 2 or max(shapes.count(shape) for shape in shapes) < 0.7 * len(rows):
        return False
    tops = {node for row in rows for node in row.nodes}
    return any(node in tops for top in part.container for node in (top, *top.iterancestors()))


def _lie_within(tree: Tree, threads: Listing, boards: Listing) -> bool:
    """Whether the threads are the "last post" of each board: within its row, after its name."""
    owners = {node: row for row in boards.rows for top in row.nodes for node in top.iter()}
    within = 0
    for row in threads.rows:
        owner = owners.get(row.anchor)
        within += owner is not None and tree.order[owner.anchor] < tree.order[row.anchor]
    return len(boards.rows) >= 2 and within >= 0.6 * len(threads.rows)


def _weigh_lone(tree: Tree, lists: list[Listing]) -> tuple[int, bool]:
    """Letters of the page's one body, links left out, where it is signed and holds no list; and whether it has both
    a time and a name."""
    reading = read_lone(tree)
    if reading is None:
        return 0, False
    part = reading.parts[0]
    inside = {node for top in part.container for node in top.iter()}
    rows = [*{row.anchor: row for listing in lists for row in listing.rows}.values()]
    alone = {row.anchor for row in find_titles(tree, rows)}
    titles = [row for row in rows if row.anchor in alone or board_words(row.url)]
    if len(titles) > 1 and sum(row.anchor in inside for row in titles) > 0.5 * len(titles):
        return 0, False
    kept = [[row for row in listing.rows if row in titles] for listing in lists]
    if any(_lies_in_row(part, each) for each in (*kept, titles)):
        return 0, False
    linked = sum(tree.linked.get(node, 0) for node in part.container)
    return max(0, part.body_length - linked), part.time is not None and part.author is not None
