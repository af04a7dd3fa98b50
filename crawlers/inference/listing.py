"""Lists of links on an unknown page: threads on a board, adverts in a listing, boards on a home page."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urljoin, urlsplit

from crawlers.bodies import QUOTE_CLASSES
from crawlers.dates import LEAD, find_time, is_time, tidy_time
from crawlers.inference.links import USER_PATH, is_below, page_free, pattern_of, split_address
from crawlers.inference.records import is_chrome
from crawlers.inference.shapes import ACTION_TEXT, Element, shape_of, text_within, words_of
from crawlers.inference.titles import is_crumbs
from crawlers.inference.trees import EVER, Mark, Tree
from crawlers.inference.words import word_set
from crawlers.pages import Visit

BOARD_WORDS = word_set(
    "forum forums board boards category categories cat section sections node nodes channel channels forumdisplay "
    "viewforum fid boardid viewboard c f forumid bbs group groups subforum list lists threadlist topiclist"
)
THREAD_WORDS = word_set(
    "thread threads topic topics t viewtopic showthread viewthread tid read post posts question questions "
    "discussion discussions article articles item items ad ads detail details view show story news entry listing "
    "listings topicid threadid info product"
)
TITLE_WORDS = word_set("title subject topic thread headline heading topictitle threadtitle xst name")
FRAME_PATH = re.compile(
    r"(?i)^/(?:[\w.-]+/)?(?:login|logon|signin|sign-in|register|signup|sign-up|search|help|faq|rules|rss|feed|tags?|about|contact|privacy|terms"
    r"|members?|memberlist|users|online|archive|logout|[\w-]*password[\w-]*|account|cart|lost|reset|recover|post-new|newtopic|new|create|publish|compose|submit|ask)(?:[/.?]|$)|mode=(?:login|register)|do=(?:login|register)"
    r"|mod=(?:logging|register)|action=(?:login|register|search|help|feed)|(?:userlist|memberlist)\.|\.(?:css|js|png|jpe?g|gif|zip|rar|pdf|xml|rss)(?:\?|$)"
)


REMARK = re.compile(r"\s*\(\w+\)$")  # "msg49 (view)"


@dataclass(eq=False)
class Row:
    """One line of a list: where it leads, and the part of the page it stands in."""

    url: str
    key: str
    title: str
    anchor: Element
    nodes: list[Element] = field(default_factory=list)


@dataclass(eq=False)
class Listing:
    """Like links. `score` grows with their number and the length of their titles; `boards` says that their addresses
    speak of boards, `dated` which share of them has a time beside it."""

    rows: list[Row]
    score: float
    pattern: str
    boards: bool
    dated: float = 0.0


def find_listings(tree: Tree) -> list[Listing]:
    """All lists of like links outside the page's frame, the best first."""
    here = tree.url.split("#", 1)[0]
    framed = find_frame(tree)
    anchors = {name for node in tree.order if (name := node.get("id") or node.get("name"))}
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    rows: list[Row] = []
    for node in tree.order:
        if node.tag != "a":
            continue
        row = _read_anchor(node, here, tree.base)
        if row is None or node in framed or _is_quoted(node) or (node.get("href") or "").rpartition("#")[2] in anchors:
            continue
        rows.append(row)
    own = {row.key for row in rows if tree.title and REPLY_LEAD.sub("", row.title) == tree.title}
    for row in rows:
        if len(own) > 1 and row.key in own:
            continue  # the subject over each post of this very thread
        groups["pattern", pattern_of(row.url)].append(row)
        groups["shape", anchor_shape(row.anchor)].append(row)
    weighed = [_weigh(tree, kind, key, rows) for (kind, key), rows in groups.items()]
    listings = [listing for listing in weighed if listing is not None]
    known = {pattern_of(here), *(listing.pattern for listing in listings)}
    for listing in listings:
        listing.boards = listing.boards and not any(is_below(listing.pattern, pattern) for pattern in known)
    return sorted(listings, key=lambda listing: -listing.score)


def find_frame(tree: Tree) -> set[Element]:
    """All elements of the page's frame: menus, footers, sidebars."""
    framed: set[Element] = set()
    for node in tree.order:
        parent = node.getparent()
        frame = is_crumbs(tree, node) or (is_chrome(node) and not (node.tag == "form" and tree.text[node] > 600))
        if parent in framed or frame:
            framed.add(node)
    return framed


def _read_anchor(node: Element, here: str, base: str) -> Row | None:
    link = (node.get("href") or "").strip()
    if not link or link.startswith(("#", "javascript:", "mailto:", "tel:")):
        return None
    try:
        url = urljoin(base, link)
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.netloc != urlsplit(here).netloc or parts.scheme not in ("http", "https"):
        return None
    title = text_within(node, 200)
    if len(title) < 2 or title.isdecimal() or ACTION_TEXT.match(title) or not re.search(r"[^\W\d]", title):
        return None
    if re.search(r"\d", title) and REMARK.sub("", title) == re.split(r"[/=?&]", url.split("#", 1)[0].rstrip("/"))[-1]:
        return None  # "msg49" is a number, not a title
    if "author" in (node.get("rel") or "") or any(
        _names_author(each) for each in (node, *node.iterchildren(), node.getparent())
    ):
        return None
    route = split_address(url)[1]
    if USER_PATH.search(link) or any(map(FRAME_PATH.search, (f"{parts.path}?{parts.query}", f"/{route.lstrip('/')}"))):
        return None
    if page_free(url) == page_free(here):
        return None
    if len(title) < 60 and (is_time(title, now=EVER, timezone="UTC") or _is_dated_label(title)):
        return None
    url = url.split("#", 1)[0]
    return Row(url, page_free(url), title, node)


def width_of(text: str) -> float:
    """Letters, counted as wide as Chinese ones."""
    return sum(1.0 if ord(letter) > 0x2E80 else 0.5 for letter in text if letter.isalnum())


def _is_quoted(anchor: Element) -> bool:
    """Whether a link stands in the quote of a post."""
    return any(
        node.tag == "blockquote" or set((node.get("class") or "").lower().split()) & QUOTE_CLASSES
        for node in itertools.islice(anchor.iterancestors(), 6)
    )


def _is_dated_label(title: str) -> bool:
    words = re.sub(r"[\d\W]", "", LEAD.sub("", title))
    return len(words) < 6 and bool(find_time(tidy_time(title), now=EVER, timezone="UTC"))


def _names_author(node: Element | None) -> bool:
    return node is not None and node.get("itemprop") in ("author", "creator")


def anchor_shape(node: Element) -> str:
    """What links at like places share: their own shape and that of the two elements they stand in."""
    steps = []
    for _ in range(3):
        if node is None:
            break
        steps.append(shape_of(node))
        node = node.getparent()
    return "<".join(steps)


def _are_subjects(titles: set[str], rows: list[Row]) -> bool:
    """Whether titles that repeat are the subjects of messages, answers under what they answer, and no buttons."""
    wide = sum(width_of(title) >= SUBJECT_WIDTH for title in titles)
    return len(titles) >= max(3, 0.1 * len(rows)) and 2 * wide > len(titles)


def _weigh(tree: Tree, kind: str, key: str, rows: list[Row]) -> Listing | None:
    best: dict[str, Row] = {}
    for row in rows:
        known = best.get(row.key)
        if known is None or (len(row.title) > len(known.title) and not words_of(known.anchor) & TITLE_WORDS):
            best[row.key] = row
    distinct = [replace(row) for row in best.values()]
    titles = {REPLY_LEAD.sub("", row.title) for row in distinct}
    if not distinct or (len(distinct) > 1 and len(titles) <= 0.5 * len(distinct) and not _are_subjects(titles, rows)):
        return None
    patterns = Counter(pattern_of(row.url) for row in distinct)
    pattern, common = patterns.most_common(1)[0]
    if kind == "shape" and len(distinct) > 3 and common < 0.5 * len(distinct) and re.search(r"#|\?", pattern):
        return None
    for row in distinct:
        row.nodes = [row.anchor]
    _cut_rows(tree, distinct, rows)
    dated = _share_dated(tree, distinct)
    length = sum(min(len(row.title), 30) ** 0.7 for row in distinct)
    named = sum(
        bool((words_of(row.anchor) | words_of(row.anchor.getparent())) & TITLE_WORDS)
        or row.anchor.getparent().tag in ("h2", "h3", "h4", "h5")
        for row in distinct
    )
    if (
        not dated
        and max(map(width_of, titles)) <= MENU_WIDTH
        and not any(re.search(r"\d", row.key) for row in distinct)
    ):
        length *= 0.3  # a menu
    score = length * (1 + dated + 0.5 * named / len(distinct)) * (0.8 if kind == "shape" else 1.0)
    boards = board_words(distinct[0].url)
    return Listing(distinct, score, pattern, boards, dated)


def words_of_address(url: str) -> set[str]:
    """The words of an address's path and query; the escapes of other scripts ("%e6%b1") are none."""
    parts = urlsplit(url)
    return set(re.findall(r"[a-z]+", unquote(f"{parts.path}?{parts.query}").lower()))


def board_words(url: str) -> bool:
    """Whether an address speaks of a board and not of a thread."""
    words = words_of_address(url)
    return bool(words & BOARD_WORDS) and not words & (THREAD_WORDS - {"view", "show"})


REPLY_LEAD = re.compile(r"(?i)^(?:re|aw|sv|回复|回覆|答复|答覆)\s*[:：]\s*")
SUBJECT_WIDTH = 4.0  # what is narrower is a button ("last post") rather than a message's subject
MENU_WIDTH = 6.0  # of the longest word of a menu, in widths of Chinese characters
LARGEST_LONE = 400  # letters of the one row of a list; what is larger is the page round it


def _cut_rows(tree: Tree, rows: list[Row], everything: list[Row]) -> None:
    """The part of the page round each link: the largest that leads to no other target of the list."""
    targets: dict[Element, set[str]] = defaultdict(set)
    for row in everything:
        node = row.anchor
        while node is not None:
            targets[node].add(row.key)
            node = node.getparent()
    for row in rows:
        top = row.anchor
        while (
            top.getparent() is not None
            and len(targets[top.getparent()]) == 1
            and top.getparent().tag not in ("body", "html")
            and (len(rows) > 1 or tree.text.get(top.getparent(), 0) <= LARGEST_LONE)
        ):
            top = top.getparent()
        row.nodes = [top, *_definitions(top)]


def _definitions(term: Element) -> list[Element]:
    """What a list of terms says of one: the dd after its dt."""
    found: list[Element] = []
    if term.tag == "dt":
        for node in term.itersiblings():
            if node.tag != "dd":
                break
            found.append(node)
    return found


def _share_dated(tree: Tree, rows: list[Row]) -> float:
    dated: set[Element] = set()
    for mark in tree.times:
        dated.update(mark.container.iterancestors())
        dated.add(mark.container)
    return sum(any(node in dated for node in row.nodes) for row in rows) / len(rows)


# ── what a row says of its thread ────────────────────────────────────────────────────────────────────────────────


REPLY_NAMES = word_set("reply replies comments comment answers answer posts responses replycount num")
VIEW_NAMES = word_set("view views hits reads viewed viewcount visits")
REPLY_TEXT = re.compile(
    r"(?i)(?:回复|回覆|评论|回应|跟帖|答案|repl(?:y|ies)|comments?|answers?|posts?)\s*[:：]?\s*(\d[\d,]*)|(\d[\d,]*)\s*(?:条|个)?\s*(?:回复|回覆|评论|回应|repl(?:y|ies)|comments?|answers?|posts?)"
)
STICKY = re.compile(r"(?i)sticky|pinned|announce|\btop\b|置顶|置頂|公告|stick")


def sign_of(tree: Tree, row: Row, visit: Visit, marks: dict[Element, list[Mark]]) -> str | None:
    """What the list says of a thread that changes only when the thread does: replies, last poster, last time.

    Never views; never a relative time, which changes by itself.
    """
    said: list[str] = []
    people: list[str] = []
    numbers: list[int] = []
    replies: str | None = None
    for node in (each for top in row.nodes for each in top.iter()):
        text = text_within(node, 60) if tree.text.get(node, 0) <= 40 else ""
        words = words_of(node)
        if not text:
            continue
        if replies is None:
            match = REPLY_TEXT.search(text)
            if match:
                replies = match[1] or match[2]
            elif words & REPLY_NAMES and not words & VIEW_NAMES and re.fullmatch(r"\W*\d[\d,]*\W*", text):
                replies = re.sub(r"\D", "", text)
        if _is_page_link(node, row):
            continue
        if (
            re.fullmatch(r"\d[\d,]{0,9}", text)
            and not words & VIEW_NAMES
            and not any(text_within(c, 60) == text for c in node)
        ):
            numbers.append(int(text.replace(",", "")))
        if node.tag == "a" and USER_PATH.search(node.get("href") or ""):
            people.append(text)
        for mark in marks.get(node, ()):
            found = _absolute(mark, visit)
            if found:
                said.append(found)
    replies = replies or _read_column(row)
    # Of two bare numbers the smaller is the replies, mostly; where a last poster or time is told, it is not needed.
    if replies is None and len(numbers) == 2 and len(people) < 2 and len(said) < 2:
        replies = str(min(numbers))
    sign = "|".join(filter(None, (replies, people[-1] if people else None, *said)))
    return sign or None


def _is_page_link(node: Element, row: Row) -> bool:
    """Whether an element is a link to a later page of the row's own thread."""
    return (
        node.tag == "a"
        and bool(re.search(r"(?i)[?&](?:page|start|p|pn)=\d", node.get("href") or ""))
        and node is not row.anchor
    )


def _read_column(row: Row) -> str | None:
    """The number below "Replies" where the list is a table with a heading."""
    line = next((top for top in row.nodes if top.tag == "tr"), None)
    table = next(line.iterancestors("table"), None) if line is not None else None
    if line is None or table is None:
        return None
    heads = table.xpath("(.//tr[th])[1]/*")
    for place, head in enumerate(heads):
        if re.search(r"(?i)repl|comment|answer|回复|回覆|评论|回应", text_within(head, 40)) and len(line) == len(heads):
            number = re.match(r"\d[\d,]*", text_within(line[place], 40))
            return number.group() if number else None
    return None


def _absolute(mark: Mark, visit: Visit) -> str | None:
    for place in mark.places:
        found = find_time(tidy_time(place), now=visit.fetched_at, timezone=visit.timezone)
        if found is not None and not found.moment.relative:
            return tidy_time(place)
    return None


def marks_by_container(marks: Iterable[Mark]) -> dict[Element, list[Mark]]:
    """Time marks by the element they stand in."""
    found: dict[Element, list[Mark]] = defaultdict(list)
    for mark in marks:
        found[mark.container].append(mark)
    return found


def is_sticky(row: Row) -> bool:
    """Whether the list keeps a thread on top."""
    for top in row.nodes:
        for node in (top, *list(top.iterdescendants())[:40]):
            if STICKY.search(" ".join(words_of(node))) or (node.get("alt") and STICKY.search(node.get("alt"))):
                return True
    return False
