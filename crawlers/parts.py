"""The parts of a record: who wrote it, when, its own words, its number and its address.

The records of a page vote: the place that is a writer's name in most of them is the writer's name in all. What is
the same in nearly every record (labels of the author panel, buttons) is no author's own words, and so a body
shorter than the panel beside it is still found.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from crawlers.bodies import QUOTE_CLASSES, SIGNATURE_CLASSES
from crawlers.posts import FLOOR_WORDS, read_floor
from crawlers.records import Record, author_weight
from crawlers.shapes import (
    ACTION_TEXT,
    JOIN_LABEL,
    TIME_WORDS,
    USER_PATH,
    Element,
    Mark,
    Tree,
    hint_of,
    names_of,
    shape_of,
    split_words,
    text_within,
    words_of,
)

BYLINE = re.compile(
    r"(?i)(?:\b(?:posted|written|submitted|started|asked|published|listed|added)\s+by|\bby|\bfrom|\bseller|\bauthor|作者|楼主|樓主|发布人|发布者"
    r"|发帖人|發帖人|发帖者|联系人|聯絡人|卖家|贴主|网友|昵称|用户|来自)\s*[:：]?\s*(?P<name>[^\s,，|·•()（）:：]{1,30})"
)
# Floor labels and the lines of an author's panel, known without having seen them repeat.
PANEL_TEXT = re.compile(
    r"(?i)^[\s|·•()\[\]]*(?:第\s?\d+\s?[楼樓层層]|\d{1,5}\s?[楼樓]|#\d{1,5}|\d{1,5}#|No\.\s?\d*"
    r"|(?:等级|等級|文章|积分|積分|注册|註冊|注册时间|帖子|主题|精华|精華|威望|金钱|金錢|贡献|UID|好友|听众|收听|在线时间|最后登录|阅读权限"
    r"|posts|joined|messages|location|reputation|registered|threads|likes|points|karma|rank|status|from|member since|views|hits)"
    r"\s?[:：]\s?[^\s]{0,20})[\s|·•()\[\]]*$"
)
CONTAINERS = frozenset(("div", "td", "th", "dd", "section", "article", "li", "main", "body", "table", "tr", "tbody", "dl", "center"))
NUMBER_NAMES = (
    "data-post-id", "data-comment-id", "data-pid", "data-message-id", "data-reply-id", "data-pk", "data-node-id",
    "data-cid", "data-rpid", "data-content-id", "data-post", "data-item-id", "data-ad-id", "data-id", "data-key",
)  # fmt: skip


@dataclass(eq=False)
class Parts:
    """What one record says, as places in the tree and as text."""

    record: Record
    author: str | None = None
    author_url: str | None = None
    author_mark: Mark | None = None
    time: Mark | None = None
    container: list[Element] = field(default_factory=list)
    body_length: int = 0
    floor: int | None = None
    number: str | None = None
    anchor: str | None = None
    hinted: bool = False


@dataclass(eq=False)
class Reading:
    """The records of one series and how good they look."""

    tree: Tree
    parts: list[Parts]
    paths: dict[Element, str]
    labels: dict[tuple[str, str], float]  # share of the records that have the text at the place

    def dirt(self) -> set[Element]:
        """The elements that were taken for name, time or floor."""
        found = {part.author_mark.element for part in self.parts if part.author_mark and part.author_mark.slot == "self"}
        return found | {part.time.element for part in self.parts if part.time and part.time.slot == "self"}


def read_parts(tree: Tree, records: list[Record]) -> Reading:
    """All parts of all records, by vote."""
    paths: dict[Element, str] = {}
    owner: dict[Element, int] = {}
    for number, record in enumerate(records):
        _walk(record, number, paths, owner)
    reading = Reading(tree, [Parts(record) for record in records], paths, {})
    _learn_labels(reading)
    _vote_times(reading, owner)
    _vote_authors(reading, owner)
    _vote_bodies(reading)
    _vote_floors(reading)
    _read_numbers(reading)
    return reading


def _walk(record: Record, number: int, paths: dict[Element, str], owner: dict[Element, int]) -> None:
    """Gives every element of a record its path from the record's top: shapes, the last eight steps of them."""
    lone = len(record.nodes) == 1
    for top in record.nodes:
        paths[top] = "" if lone else shape_of(top)
        owner[top] = number
        for node in top.iterdescendants():
            parent = node.getparent()
            above = paths.get(parent, "")
            if above.count("/") >= 8:
                above = above.partition("/")[2]
            paths[node] = f"{above}/{shape_of(node)}"
            owner[node] = number


def _inside(node: Element, classes: Iterable[str], stop: Iterable[Element]) -> bool:
    """Whether an element stands in a quote (or a signature) of its record."""
    ends = set(stop)
    while node is not None and node not in ends:
        if node.tag == "blockquote" and "quote" in classes:
            return True
        if set((node.get("class") or "").split()) & set(classes):
            return True
        node = node.getparent()
    return False


def _text_before(node: Element) -> str:
    """The few words right before an element, which often are its label."""
    before = node.getprevious()
    if before is not None:
        tail = (before.tail or "").strip()
        return tail or text_within(before, 40)[-30:]
    parent = node.getparent()
    return ((parent.text or "") if parent is not None else "").strip()[-30:]


# ── times ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _vote_times(reading: Reading, owner: dict[Element, int]) -> None:
    found: dict[int, list[tuple[str, float, Mark]]] = defaultdict(list)
    for mark in reading.tree.times:
        number = owner.get(mark.container)
        if number is None:
            continue
        record = reading.parts[number].record
        if _inside(mark.container, QUOTE_CLASSES, ()) and not _inside(record.nodes[0], QUOTE_CLASSES, ()):
            continue
        key = f"{reading.paths[mark.container]}|{mark.slot}"
        worth = 2.0 + mark.weight
        names = words_of(mark.container) | (words_of(parent) if (parent := mark.container.getparent()) is not None else set())
        worth += bool(names & TIME_WORDS)
        if JOIN_LABEL.search(f"{_text_before(mark.element)[-14:]} {mark.text[:30]}") or names & {"edited", "joined", "edit", "lastedit", "modified"}:
            worth -= 4
        found[number].append((key, worth - 0.3 * len(found[number]), mark))
    votes: Counter[str] = Counter()
    for marks in found.values():
        for key, worth in {key: worth for key, worth, _ in reversed(marks)}.items():
            votes[key] += worth
    for number, marks in found.items():
        best = max(marks, key=lambda item: (votes[item[0]] / max(1, len(reading.parts)) + item[1] / 3, item[1]))
        if best[1] > 0:
            reading.parts[number].time = best[2]


# ── authors ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _vote_authors(reading: Reading, owner: dict[Element, int]) -> None:
    tree = reading.tree
    found: dict[int, list[tuple[str, float, Mark]]] = defaultdict(list)
    times = {mark.element for mark in tree.times if mark.slot == "self"}
    for node, number in owner.items():
        if node in times or node not in tree.text:
            continue
        mark = _author_mark(tree, node, times)
        if mark is None:
            continue
        worth = mark.weight - 0.15 * min(len(found.get(number, ())), 6)
        if _inside(node, QUOTE_CLASSES | SIGNATURE_CLASSES, ()):
            continue
        tops = reading.parts[number].record.nodes
        if any(hint_of(names_of(parent)) > 0 for parent in _ancestors(node, 3) if parent in reading.paths and parent not in tops):
            worth -= 0.8
        if mark.text.isdecimal() and len(mark.text) < 5:
            worth -= 2
        if len(reading.parts) > 3 and reading.labels.get((f"{reading.paths[node]}|t", _normal(mark.text)), 0) > 0.85:
            worth -= 1.5  # a rank that most posts show; unless one person wrote them all
        if worth > 0:
            found[number].append((f"{reading.paths[node]}|{mark.slot}", worth, mark))
    votes: Counter[str] = Counter()
    for marks in found.values():
        for key, worth in {key: worth for key, worth, _ in reversed(marks)}.items():
            votes[key] += worth
    share = max(1, len(reading.parts))
    strong = Counter(key for marks in found.values() for key in {key for key, worth, _ in marks if worth >= 0.6})
    agreed = max(strong.values(), default=0)
    for number, marks in found.items():
        if agreed >= 0.6 * share:  # where most have a name in one place, a poor guess in another is none
            marks = [item for item in marks if item[1] >= 0.6] or [item for item in marks if votes[item[0]] > 0.8 * share]
        if not marks:
            continue
        _, _, mark = max(marks, key=lambda item: (votes[item[0]] / share + item[1] / 4, item[1]))
        part = reading.parts[number]
        part.author, part.author_mark = _clean_name(mark.text), mark
        part.author_url = _author_link(mark.element)
    _fill_bylines(reading)


def _ancestors(node: Element, count: int) -> Iterator[Element]:
    parent = node.getparent()
    while parent is not None and count > 0:
        yield parent
        parent, count = parent.getparent(), count - 1


def _author_mark(tree: Tree, node: Element, times: set[Element]) -> Mark | None:
    weight = author_weight(tree, node)
    text = text_within(node, 120)
    stated = node.get("data-author") or node.get("data-username") or node.get("data-user-name")
    if stated and (tree.text[node] > 60 or not text):
        return Mark(node, "attribute", stated, (stated,), weight)
    if node.tag == "meta":
        text = (node.get("content") or "").strip()
    slot = "self"
    if len(node) and any(child in times for child in node.iterdescendants()):
        text, slot = " ".join((node.text or "").split()), "text"  # a name with its time beside it
    if not text or len(text) > 40 or ACTION_TEXT.match(text) or read_floor(text) is not None:
        return None
    if weight:
        if len(node) and any(author_weight(tree, child) >= weight for child in node.iterdescendants() if child in tree.text):
            return None  # the innermost says it without the badges beside it
        return Mark(node, slot, stated or text, (text,), weight)
    if node.tag in ("b", "strong", "h3", "h4", "h5", "h6", "cite", "dt", "th", "legend") and len(text) <= 25:
        return Mark(node, slot, text, (text,), 0.35)
    return None


def _clean_name(text: str) -> str | None:
    byline = BYLINE.match(text.strip())
    if byline and re.search(r"[:：]|(?i:\bby\b)", text):
        return byline["name"]
    name = text.strip()
    return name.strip(" \t:：,，|·•»›") or None


def _author_link(node: Element) -> str | None:
    """The address of a user's page at, in or round an element."""
    for each in (node, *node.iter("a"), *_ancestors(node, 2)):
        if each.tag == "a" and each.get("href") and not each.get("href").startswith(("#", "javascript:")):
            return str(each.get("href"))
    return None


def _fill_bylines(reading: Reading) -> None:
    """For records without a name of their own element: the name in "Posted by NAME on …"."""
    for part in reading.parts:
        strong = part.author_mark is not None and part.author_mark.weight >= 0.6
        if strong:
            continue
        for text in _short_texts(part.record):
            match = BYLINE.search(text)
            if match and not ACTION_TEXT.match(match["name"]) and not re.fullmatch(r"[\d\W]+", match["name"]):
                part.author, part.author_mark, part.author_url = match["name"].strip(), None, None
                break


def _short_texts(record: Record) -> Iterator[str]:
    seen = 0
    for node in record.elements():
        for text in (node.text, node.tail):
            if text and 3 <= len(text.strip()) <= 100:
                seen += 1
                yield text
        if seen > 40:
            return


# ── bodies ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _normal(text: str) -> str:
    return re.sub(r"\d+", "0", " ".join(text.split())).lower()


def _learn_labels(reading: Reading) -> None:
    """Texts that stand at the same place of most records: labels of panels, buttons, "Posts: 12"."""
    if len(reading.parts) < 2:
        return
    seen: Counter[tuple[str, str]] = Counter()
    for part in reading.parts:
        own = set()
        for node in part.record.elements():
            for key, text in (("t", node.text), ("l", node.tail)):
                if text and 0 < len(text.strip()) <= 40:
                    own.add((f"{reading.paths.get(node, '')}|{key}", _normal(text)))
        seen.update(own)
    if len(reading.parts) == 2:  # two posts may well say the same once; a panel repeats itself in many places
        both = {key: 1.0 for key, count in seen.items() if count == 2}
        reading.labels = both if len(both) >= 3 else {}
    else:
        total = len(reading.parts)
        reading.labels = {key: count / total for key, count in seen.items() if count >= max(3, 0.6 * total)}


def is_dirt(reading: Reading, node: Element, part: Parts) -> bool:
    """Whether an element of a record is name, time, panel, button or signature rather than what was written."""
    if part.author_mark is not None and node is part.author_mark.element and part.author_mark.slot == "self":
        return True
    if part.time is not None and node is part.time.element and part.time.slot == "self":
        return True
    if node.tag in ("button", "form", "nav", "select", "textarea", "input", "label"):
        return not (node.tag in ("form", "label") and reading.tree.text.get(node, 0) > 200)
    classes = set((node.get("class") or "").split())
    if classes & SIGNATURE_CLASSES:
        return True
    if node.tag in ("td", "div", "ul", "ol", "dl", "p", "span", "aside", "header", "footer", "section", "dt", "th", "em", "h1", "h2", "h3", "h4", "small"):
        if hint_of(names_of(node)) < 0 or node.tag in ("header", "footer", "aside"):
            return True
    length = reading.tree.text.get(node, 0)
    return 0 < length <= 20 and node.tag in ("a", "span", "em", "strong", "b", "li", "i", "sup", "small", "div", "p") and _is_furniture(node)


def _is_furniture(node: Element) -> bool:
    text = text_within(node, 60)
    if ACTION_TEXT.match(text):
        return node.tag == "a" or bool(node.xpath(".//a | ancestor::a | .//button")) or text in FLOOR_WORDS
    return bool(re.fullmatch(r"(?:#\d+|\d+\s?[#楼樓F])", text))


def _vote_bodies(reading: Reading) -> None:
    votes: Counter[str] = Counter()
    choices: list[list[tuple[float, str, Element, int]]] = []
    for part in reading.parts:
        scored = _score_containers(reading, part)
        choices.append(scored)
        best = max((score for score, *_ in scored), default=0)
        for score, path, _, _ in scored:
            if best and score > 0.5 * best:
                votes[path] += score / best * min(best, 60) ** 0.5
    winner = max(votes.items(), key=lambda item: item[1])[0] if votes else None
    for part, scored in zip(reading.parts, choices, strict=True):
        chosen = [item for item in scored if item[1] == winner]
        if not chosen and scored:
            chosen = [max(scored, key=lambda item: item[0])]
        if chosen:
            score, path, node, length = max(chosen, key=lambda item: item[0])
            part.container = [node] if node is not None else part.record.nodes
            part.body_length = length
            part.hinted = node is not None and hint_of(names_of(node)) > 0


def _score_containers(reading: Reading, part: Parts) -> list[tuple[float, str, Element | None, int]]:
    """(score, path, element or None for the whole record, clean letters) of everything that could be the body."""
    clean: dict[Element, int] = {}
    dirty: dict[Element, int] = {}
    tree = reading.tree
    nodes = [node for top in part.record.nodes for node in top.iter() if node in tree.text]
    for node in reversed(nodes):
        if is_dirt(reading, node, part):
            clean[node], dirty[node] = 0, tree.text[node]
            continue
        own_clean, own_dirty = _own_letters(reading, node, part)
        for child in node:
            own_clean += clean.get(child, 0)
            own_dirty += dirty.get(child, 0)
        clean[node], dirty[node] = own_clean, own_dirty
    buried: set[Element] = set()
    scored: list[tuple[float, str, Element | None, int]] = []
    for node in nodes:
        parent = node.getparent()
        if parent in buried or (is_dirt(reading, node, part) and node not in part.record.nodes):
            buried.add(node)
            continue
        hint = hint_of(names_of(node))
        if node.tag not in CONTAINERS and not (hint > 0 and node.tag in ("p", "span", "blockquote", "pre", "font")):
            continue
        links = tree.linked.get(node, 0)
        letters = max(0.0, clean[node] - 0.7 * min(links, clean[node]))
        purity = (clean[node] + 1) / (clean[node] + dirty[node] + 1)
        weight = 3.0 if hint > 0 else 1.0
        exact = words_of(node) & {"text", "body", "content", "message", "postbody", "articlebody", "description", "t"}
        weight += 0.5 * bool(hint > 0 and exact)
        if hint > 0 or clean[node]:
            scored.append(((letters + 0.5) * purity**2 * weight, reading.paths[node], node, clean[node]))
    if len(part.record.nodes) > 1:
        total, rest = sum(clean.get(node, 0) for node in part.record.nodes), sum(dirty.get(node, 0) for node in part.record.nodes)
        tails = sum(len((node.tail or "").strip()) for node in part.record.nodes)
        purity = (total + tails + 1) / (total + tails + rest + 1)
        scored.append(((total + tails + 0.5) * purity**2 * 0.9, "*", None, total + tails))
    return scored


def _own_letters(reading: Reading, node: Element, part: Parts) -> tuple[int, int]:
    """Letters of an element's own text nodes: the author's, and those of labels and of the time."""
    clean = dirty = 0
    path = reading.paths.get(node, "")
    pairs = [(f"{path}|t", node.text, node, "text")]
    pairs += [(f"{reading.paths.get(child, '')}|l", child.tail, child, "tail") for child in node]
    hinted = hint_of(names_of(node)) > 0
    for key, text, owner, slot in pairs:
        if not text:
            continue
        length = len("".join(text.split()))
        if _is_mark_slot(part, owner, slot) or (length <= 40 and (PANEL_TEXT.match(text) or (not hinted and (key, _normal(text)) in reading.labels))):
            dirty += length
        else:
            clean += length
    return clean, dirty


def write_body(reading: Reading, part: Parts) -> str:
    """The markup of a record's body, without what belongs to the frame. The tree itself is left as it is."""
    out = []
    for node in part.container:
        copy = _copy_clean(reading, node, part)
        if copy is not None:
            out.append(etree.tostring(copy, method="html", encoding="unicode", with_tail=False))
        if len(part.container) > 1 and node.tail and not _is_mark_slot(part, node, "tail"):
            out.append(node.tail.replace("&", "&amp;").replace("<", "&lt;"))
    return "".join(out)


def _is_mark_slot(part: Parts, node: Element, slot: str) -> bool:
    """Whether a text node is the time or the name of its post."""
    return any(mark is not None and mark.element is node and mark.slot == slot for mark in (part.time, part.author_mark))


def _copy_clean(reading: Reading, node: Element, part: Parts) -> Element | None:
    """A copy of an element without its dirt; None where it is dirt itself."""
    if len(part.container) > 1 and is_dirt(reading, node, part):
        return None
    import copy

    twin = copy.deepcopy(node)
    twin.tail = None
    doomed: list[Element] = []
    pairs = list(zip(node.iter(), twin.iter(), strict=False))
    buried: set[Element] = set()
    hinted = hint_of(names_of(node)) > 0
    for original, duplicate in pairs:
        if original.getparent() in buried:
            buried.add(original)
            continue
        if original is not node and is_dirt(reading, original, part) and not _keeps(original, hinted):
            buried.add(original)
            doomed.append(duplicate)
            if _is_mark_slot(part, original, "tail") or _is_label(reading, original, "l", original.tail, hinted):
                duplicate.tail = None
            continue
        if _is_mark_slot(part, original, "text") or _is_label(reading, original, "t", original.text, hinted):
            duplicate.text = None
        if original is not node and (_is_mark_slot(part, original, "tail") or _is_label(reading, original, "l", original.tail, hinted)):
            duplicate.tail = None
    for duplicate in doomed:
        parent = duplicate.getparent()
        if parent is not None:
            from crawlers.shapes import drop

            drop(duplicate)
    return twin


def _keeps(node: Element, hinted: bool) -> bool:
    """Inside a body that says it is one, an author's own heading or list is no furniture of the page."""
    return hinted and node.tag in ("h1", "h2", "h3", "h4", "dt", "ul", "ol", "dl", "em", "small", "label") and not names_of(node)


def _is_label(reading: Reading, node: Element, kind: str, text: str | None, hinted: bool) -> bool:
    if not text or len(text.strip()) > 40 or not text.strip():
        return False
    if PANEL_TEXT.match(text):
        return True
    if hinted:
        return False
    return (f"{reading.paths.get(node, '')}|{kind}", _normal(text)) in reading.labels


# ── floors, numbers and addresses ────────────────────────────────────────────────────────────────────────────────


def _vote_floors(reading: Reading) -> None:
    """Numbers in words or digits that grow by one from record to record."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for number, part in enumerate(reading.parts):
        for node in part.record.elements():
            for name in ("data-number", "data-floor", "data-post-number", "data-index", "data-position"):
                value = node.get(name)
                if value and value.isdecimal() and len(value) < 8:
                    found[f"{reading.paths[node]}@{name}"].setdefault(number, int(value))
            if 0 < reading.tree.text.get(node, 0) <= 12:
                text = text_within(node, 30)
                floor = read_floor(text)
                if floor is not None and (not text.isdecimal() or node.tag == "a"):
                    found[reading.paths[node]].setdefault(number, floor)
    merged: dict[int, int] = {}
    for values in sorted(found.values(), key=len, reverse=True):
        ordered = [values[number] for number in sorted(values)]
        if len(values) >= 0.5 * len(reading.parts) and all(a < b for a, b in zip(ordered, ordered[1:], strict=False)):
            merged = values
            break
    for values in found.values():  # the first floors are words in an element of another make
        for number, floor in values.items():
            if merged and number not in merged and floor in FLOOR_WORDS.values() and floor <= number + 1:
                merged[number] = floor
    shift = 1 if merged and min(merged.values()) == 0 else 0
    for number, floor in merged.items():
        reading.parts[number].floor = floor + shift


def _read_numbers(reading: Reading) -> None:
    """The site's own number of each post and the anchor of the page that leads to it."""
    found: dict[str, dict[int, tuple[str, str | None]]] = defaultdict(dict)
    for number, part in enumerate(reading.parts):
        for depth, node in enumerate(part.record.elements()):
            if depth > 60:
                break
            ident = node.get("id") or (node.get("name") if node.tag == "a" else None)
            for name in NUMBER_NAMES:
                value = node.get(name)
                if value and len(value) <= 40:
                    found[f"{reading.paths[node]}@{name}"].setdefault(number, (value, node.get("id")))
            if ident and re.search(r"\d", ident) and len(ident) <= 60:
                key = f"{reading.paths[node]}#{re.sub(r'[0-9a-f-]{12,}|[0-9]+', '#', ident)}"
                digits = re.findall(r"\d+", ident)
                found[key].setdefault(number, (digits[-1] if len(digits) == 1 else ident, ident))
    best: dict[int, tuple[str, str | None]] = {}
    for values in found.values():
        unique = len({value for value, _ in values.values()}) == len(values)
        if unique and len(values) > len(best):
            best = values
    for number, (value, anchor) in best.items():
        reading.parts[number].number, reading.parts[number].anchor = value, anchor


def find_permalink(part: Parts, reading: Reading) -> str | None:
    """The link of a record to itself: by its anchor, its own words, its number, or round its time."""
    ranked: list[tuple[int, str]] = []
    timed = part.time.container if part.time is not None else None
    for node in part.record.elements():
        target = node.get("href") if node.tag == "a" else None
        if not target or USER_PATH.search(target) or target.startswith(("javascript:", "mailto:")):
            continue
        words = words_of(node) | set((node.get("rel") or "").split())
        rank = 0
        if part.anchor and target.endswith(f"#{part.anchor}"):
            rank = 6
        elif words & {"permalink", "bookmark"} or node.get("itemprop") == "url":
            rank = 5
        elif part.number and "#" in target and re.search(rf"(?<!\d){re.escape(part.number)}(?!\d)", target.rpartition("#")[2]):
            rank = 4
        elif timed is not None and (node is timed or node in timed.iterancestors() or node in timed.iterdescendants()):
            rank = 3
        elif part.number and len(part.number) > 1 and re.search(rf"(?<!\d){re.escape(part.number)}(?!\d)", target):
            rank = 2 if not re.search(r"(?i)reply|quote|report|edit|delete|vote|like|flag|post\.php|action=", target) else 0
        elif re.fullmatch(r"#?\d+\s?[#楼樓]?", text_within(node, 20)):
            rank = 1
        if rank and target != "#":
            ranked.append((rank, target))
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None


def last_words(element: Element) -> frozenset[str]:
    """The last word of each name of an element."""
    return frozenset(words[-1] for name in names_of(element).split() if (words := split_words(name)))
