"""Which of the possible names in each record is its writer's: the place that most records agree on."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from crawlers.bodies import QUOTE_CLASSES, is_signature
from crawlers.dates import find_time, tidy_time
from crawlers.inference.parts import Reading, is_inside, normal
from crawlers.inference.records import Record
from crawlers.inference.shapes import ACTION_TEXT, Element, hint_of, names_of, text_within
from crawlers.inference.trees import EVER, Mark, Tree, is_time_text
from crawlers.inference.writers import author_weight
from crawlers.posts import read_floor

BYLINE = re.compile(
    r"(?i)(?:\b(?:posted|written|submitted|started|asked|published|listed|added)\s+by\b\s*[:：]?|^\W*(?:by|from)\b\s*[:：]?"
    r"|\b(?:seller|author)\s*[:：]"
    r"|(?:作者|楼主|樓主|发布人|发布者|发帖人|發帖人|发帖者|联系人|聯絡人|卖家|贴主|网友|昵称|用户)\s*[:：])"
    r"\s*(?P<name>[^\s,，|·•()（）:：]{1,30})"
)


SAID = re.compile(
    r"(?i)(?<=\S)\s*(?:(?<=\s)(?:said|says|wrote|writes|commented|replied)|说道?|說道?|写道|寫道)\s*[:：]\s*$"
)
LEAD = re.compile(
    r"(?i)\W*(?:(?:topic|question|thread|reply|re|answer|comment)?\s*(?:posted|written|submitted|started|asked|published|listed"
    r"|added|answered|commented|replied|sent|created)?\s*(?:by|from)|author|作者|楼主|樓主|发布人|发布者|发帖人|发帖者|网友|昵称|用户|用户名"
    r"|username|user|name)\s*[:：]?\W*"
)
BESIDE = 0.5  # worth of a name that only stands in the line of its time
Guess = tuple[str, float, Mark]  # place, worth, where


def vote_authors(reading: Reading, owner: dict[Element, int]) -> None:
    """Settles the writer of each record: the place that most records agree on."""
    guesses = _guess_names(reading, owner)
    votes: dict[str, float] = defaultdict(float)
    for marks in guesses.values():
        for key, worth in {key: worth for key, worth, _ in reversed(marks)}.items():
            votes[key] += worth
    share = max(1, len(reading.parts))
    strong = Counter(key for marks in guesses.values() for key in {key for key, worth, _ in marks if worth >= 0.6})
    agreed = max(strong.values(), default=0) >= 0.6 * share
    for number, marks in guesses.items():
        if agreed:  # where most have a name in one place, a poor guess in another is none
            common = [guess for guess in marks if votes[guess[0]] > 0.8 * share]
            marks = [guess for guess in marks if guess[1] >= 0.6] or common
        if marks:
            _, _, mark = max(marks, key=lambda guess: (votes[guess[0]] / share + guess[1] / 4, guess[1]))
            part = reading.parts[number]
            part.author, part.author_mark, part.author_url = _clean_name(mark.text), mark, _author_link(mark.element)
    _fill_bylines(reading)


def _guess_names(reading: Reading, owner: dict[Element, int]) -> dict[int, list[Guess]]:
    """By record: what may be the writer's name, in document order."""
    found: dict[int, list[Guess]] = {}
    times = {mark.element for mark in reading.tree.times if mark.slot == "self"}
    for node, number in owner.items():
        if node in times or node not in reading.tree.text:
            continue
        mark = _author_mark(reading.tree, node, times)
        if mark is None or is_inside(node, QUOTE_CLASSES, ()) or _is_signed_with(node):
            continue
        if mark.text == reading.tree.title:
            continue
        earlier = found.setdefault(number, [])
        worth = mark.weight - 0.15 * min(len(earlier), 6) - _doubts(reading, node, mark, number)
        if worth > 0:
            earlier.append((f"{reading.paths[node]}|{mark.slot}", worth, mark))
    for mark in reading.tree.times:
        place = owner.get(mark.container)
        name = name_beside(mark) if place is not None else None
        if place is not None and name and not is_inside(mark.container, QUOTE_CLASSES, ()):
            beside = Mark(mark.element, "beside", name, (name,), 0.6)
            found.setdefault(place, []).append((f"{reading.paths[mark.container]}|beside", BESIDE, beside))
    return found


def name_beside(mark: Mark) -> str | None:
    """The name in the line of a time: "June 7, 9:23 a.m. - kite", also where it is a link after a dash."""
    text = tidy_time(mark.text)
    found = find_time(text, now=EVER, timezone="UTC")
    if found is None or mark.slot == "attribute":
        return None
    before, after = text[: found.start].strip(), text[found.end :].strip()
    dash = re.match(r"^[-–—|·•,，/]\s*(?:by\s+)?(.*)$", after)
    if dash is None or before or found.end - found.start < 6:
        return None
    name = dash[1].strip()
    if not name and len(mark.element) and mark.slot == "text" and mark.element[0].tag == "a":
        name = text_within(mark.element[0], 60)
    if not 1 <= len(name) <= 30 or not re.search(r"[^\W\d]", name) or ACTION_TEXT.match(name) or ":" in name:
        return None
    return name


def _is_signed_with(node: Element) -> bool:
    """Whether an element stands in a signature."""
    return any(is_signature(*(each.get("class") or "").lower().split()) for each in (node, *_ancestors(node, 4)))


def _doubts(reading: Reading, node: Element, mark: Mark, number: int) -> float:
    """What speaks against a name: it stands in a body, is a number, or most records say it."""
    doubts = 0.0
    tops = reading.parts[number].record.nodes
    above = [parent for parent in _ancestors(node, 3) if parent in reading.paths and parent not in tops]
    if any(hint_of(names_of(parent)) > 0 for parent in above):
        doubts += 0.8
    if mark.text.isdecimal() and len(mark.text) < 5:
        doubts += 2
    # A rank that most posts show; unless one person wrote them all.
    if len(reading.parts) > 3 and reading.labels.get((f"{reading.paths[node]}|t", normal(mark.text)), 0) > 0.85:
        doubts += 1.5
    return doubts


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
    if slot == "self" and weight and not stated and len(node):
        text = _first_piece(node) or text  # a panel: the name comes first, then rank and counts
    if not text or len(text) > 40 or ACTION_TEXT.match(text) or read_floor(text) is not None:
        return None
    if not re.match(r"[\w'\"“‘<【\[~*^°☆★◆@-]", text) or not re.search(r"\w", text):
        return None  # "(12 points)"
    if slot == "self" and re.search(r"\d", text) and is_time_text(text):
        return None
    if weight:
        if len(node) and any(
            author_weight(tree, child) >= weight for child in node.iterdescendants() if child in tree.text
        ):
            return None  # the innermost says it without the badges beside it
        return Mark(node, slot, stated or text, (text,), weight)
    if node.tag in ("b", "strong", "h3", "h4", "h5", "h6", "cite", "dt", "th", "legend") and len(text) <= 25:
        return Mark(node, slot, text, (text,), 0.35)
    return None


def _first_piece(node: Element) -> str | None:
    """The first text of an element that stands in a part of its own and is no label."""
    pieces = [" ".join(piece.split()) for piece in node.itertext() if re.search(r"\w", piece)]
    pieces = [piece for piece in pieces if not LEAD.fullmatch(piece) and not ACTION_TEXT.match(piece)]
    return pieces[0] if len(pieces) > 1 else None


def _clean_name(text: str) -> str | None:
    byline = BYLINE.match(text.strip())
    if byline and re.search(r"[:：]|(?i:\bby\b)", text):
        return byline["name"]
    name = SAID.sub("", text.strip())
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
