"""Which part of each record is what was written, and its markup without the frame round it."""

from __future__ import annotations

import copy
import re
from collections import Counter

from lxml import etree

from crawlers.bodies import is_signature
from crawlers.inference.paragraphs import find_kept
from crawlers.inference.parts import Parts, Reading, normal
from crawlers.inference.shapes import ACTION_TEXT, Element, hint_of, names_of, text_within, words_of
from crawlers.inference.titles import find_start
from crawlers.inference.trees import drop
from crawlers.inference.words import word_set
from crawlers.posts import FLOOR_WORDS

PANEL_NAMES = (
    r"等级|等級|文章|积分|積分|注册|註冊|注册时间|帖子|主题|精华|精華|威望|金钱|金錢|贡献|UID|好友|听众|收听"
    r"|在线时间|最后登录|阅读权限|点击|浏览|查看|posts|joined|messages|location|reputation|registered|threads|likes"
    r"|points|karma|rank|status|member since|views|hits|last seen|last active"
)
# Floor labels and the lines of an author's panel, known without having seen them repeat.
PANEL_TEXT = re.compile(
    r"(?i)^[\s|·•()\[\]]*(?:第\s?\d+\s?[楼樓层層]|\d{1,5}\s?[楼樓]|#\d{1,5}|\d{1,5}#|No\.\s?\d*|Lv\.?\s?\d{1,3}"
    rf"|(?:{PANEL_NAMES}|from)\s?[:：]\s?[^\s]{{0,20}})[\s|·•()\[\]]*$"
)
PARTS_OF_FRAME = word_set("td div ul ol dl p span aside header footer section dt th em h1 h2 h3 h4 small")
SMALL_TAGS = word_set("a span em strong b li i sup small div p")
PANEL_LABEL = re.compile(rf"(?i)(?:{PANEL_NAMES})\s?[:：]?(?:\s?[^\s]{{1,12}})?")
SEPARATORS = re.compile(r"[\s\-–—,，、|·•»›:：()\[\]]*")  # what is left of a row without its title, name and time
RULE = re.compile(r"[\s|·•»›¦]*[|·•»›¦][\s|·•»›¦]*")  # what stands between two links
BADGES = word_set("作者 楼主 樓主 层主 層主 题主 題主 贴主 版主 管理员 管理員 OP Author Moderator Admin Staff")
BADGE_TAGS = word_set("span em i b small font strong a label div")
TITLE_LEAD = re.compile(
    r"(?i)^\s*(?:re|aw|回复|回覆|答复|主题|主題|标题|標題|帖子主题|subject|title|topic|question)\s*[:：]\s*"
)
HEADING_TAGS = word_set("h1 h2 h3 h4 h5 a th div title")
CONTAINERS = word_set("div td th dd section article li main body table tr tbody dl center")


def is_dirt(reading: Reading, node: Element, part: Parts) -> bool:
    """Whether an element of a record is name, time, panel, button or signature rather than what was written."""
    if part.author_mark is not None and node is part.author_mark.element and part.author_mark.slot == "self":
        return True
    if part.time is not None and node is part.time.element and part.time.slot == "self":
        return True
    if node.tag in ("button", "nav", "select", "textarea", "input", "label"):
        return node.tag != "label" or reading.tree.text.get(node, 0) <= 200
    if node.tag == "form" and node.xpath(".//textarea | .//input[not(@type) or @type='text' or @type='password']"):
        return True
    if _is_heading(reading, node) or _is_panel(reading, node) or _is_way_back(reading, node):
        return True
    if is_signature(*(node.get("class") or "").lower().split(), (node.get("id") or "").lower()):
        return True
    if node.tag in PARTS_OF_FRAME and (hint_of(names_of(node)) < 0 or node.tag in ("header", "footer", "aside")):
        return not _holds_post(node, part)
    return 0 < reading.tree.text.get(node, 0) <= 20 and node.tag in SMALL_TAGS and _is_furniture(node)


def _holds_post(node: Element, part: Parts) -> bool:
    """Whether an element holds the signature of its post and a body that says it is one: "post group-member" names who
    wrote, and is the whole post."""
    marks = {mark.element for mark in (part.author_mark, part.time) if mark is not None}
    bodies = [each for each in node.iterdescendants(*CONTAINERS) if hint_of(names_of(each)) > 0]
    return any(each in marks for each in node.iterdescendants()) and any(text_within(each, 9) for each in bodies)


def _is_heading(reading: Reading, node: Element) -> bool:
    """Whether an element only repeats the page's title."""
    title = reading.tree.title
    if not title or node.tag not in HEADING_TAGS or reading.tree.text.get(node, 0) > len(title) + 24:
        return False
    text = text_within(node, 400)
    if node.tag in ("div", "td"):
        return TITLE_LEAD.sub("", text) == title
    return title in text


def _is_way_back(reading: Reading, node: Element) -> bool:
    """Whether an element of a lone post holds nothing but links into the site."""
    text = reading.tree.text.get(node, 0)
    if len(reading.parts) > 1 or node.tag not in ("p", "div", "ul", "li") or not text:
        return False
    links = [link.get("href") or "" for link in node.iter("a")]
    return reading.tree.linked.get(node, 0) == text and all(link.startswith(("/", "?", "#", ".")) for link in links)


def _is_panel(reading: Reading, node: Element) -> bool:
    """Whether an element is a writer's facts: rank, posts, date of joining."""
    if node.tag not in ("dl", "ul", "p", "dd", "dt", "li") or not 0 < reading.tree.text.get(node, 0) <= 160:
        return False
    labels = [text.strip(" :：") for text in node.itertext() if PANEL_LABEL.fullmatch(text.strip())]
    return len(labels) >= 2 or (len(labels) == 1 and node.tag in ("dt", "li") and len(text_within(node, 60)) <= 24)


def _is_furniture(node: Element) -> bool:
    text = text_within(node, 60)
    if text in BADGES and node.tag in BADGE_TAGS and names_of(node):
        return True
    if ACTION_TEXT.match(text):
        return node.tag == "a" or bool(node.xpath(".//a[@href] | ancestor::a | .//button")) or text in FLOOR_WORDS
    return bool(re.fullmatch(r"(?:#\d+|\d+\s?[#楼樓F])", text))


def vote_bodies(reading: Reading) -> None:
    """Settles where the body of each record is: the place that scores best over all of them."""
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
        if not chosen and winner:
            chosen = _at_place(reading, part, winner)
        if not chosen and scored:
            chosen = [max(scored, key=lambda item: item[0])]
        if chosen:
            score, path, node, length = max(chosen, key=lambda item: item[0])
            part.container = [node] if node is not None else part.record.nodes
            part.body_length = length
            part.hinted = node is not None and hint_of(names_of(node)) > 0


def _at_place(reading: Reading, part: Parts, path: str) -> list[tuple[float, str, Element, int]]:
    """What stands where the other records have their bodies, though it says only what recurs in them."""
    nodes = [node for node in part.record.elements() if reading.paths.get(node) == path and node in reading.tree.text]
    return [(0.0, path, node, reading.tree.text[node]) for node in nodes[:1] if find_kept(reading, part, node)]


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
    boxes = _find_boxes(reading, part)
    scored: list[tuple[float, str, Element | None, int]] = []
    for node in nodes:
        parent = node.getparent()
        if parent in buried or (is_dirt(reading, node, part) and node not in part.record.nodes):
            buried.add(node)
            continue
        hint = 0 if node in boxes else hint_of(names_of(node))
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
        total, rest = (
            sum(clean.get(node, 0) for node in part.record.nodes),
            sum(dirty.get(node, 0) for node in part.record.nodes),
        )
        tails = sum(len((node.tail or "").strip()) for node in part.record.nodes)
        purity = (total + tails + 1) / (total + tails + rest + 1)
        scored.append(((total + tails + 0.5) * purity**2 * 0.9, "*", None, total + tails))
    return scored


def _find_boxes(reading: Reading, part: Parts) -> set[Element]:
    """The boxes of the layout round a lone post, "main body" for one: they hold the page's heading, name and time."""
    start = find_start(reading.tree) if len(reading.parts) == 1 else None
    if start is None or part.author_mark is None or part.time is None:
        return set()
    signs = (part.author_mark.container, part.time.container)
    return {*start.iterancestors()}.intersection(*(each.iterancestors() for each in signs))


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
        if (
            _is_mark_slot(part, owner, slot)
            or SEPARATORS.fullmatch(text)
            or (length <= 40 and (PANEL_TEXT.match(text) or (not hinted and (key, normal(text)) in reading.labels)))
        ):
            dirty += length
        else:
            clean += length
    return clean, dirty


def write_body(reading: Reading, part: Parts) -> str:
    """The markup of a record's body, without what belongs to the frame. The tree itself is left as it is."""
    out = []
    for node in part.container:
        twin = _copy_clean(reading, node, part)
        if twin is not None:
            out.append(etree.tostring(twin, method="html", encoding="unicode", with_tail=False))
        if len(part.container) > 1 and node.tail and not _is_mark_slot(part, node, "tail"):
            out.append(node.tail.replace("&", "&amp;").replace("<", "&lt;"))
    return "".join(out)


def _is_mark_slot(part: Parts, node: Element, slot: str) -> bool:
    """Whether a text node is the time or the name of its post."""
    return any(
        mark is not None and mark.element is node and mark.slot == slot for mark in (part.time, part.author_mark)
    )


def _copy_clean(reading: Reading, node: Element, part: Parts) -> Element | None:
    """A copy of an element without its dirt; None where it is dirt itself."""
    if len(part.container) > 1 and is_dirt(reading, node, part):
        return None
    twin = copy.deepcopy(node)
    twin.tail = None
    doomed: list[Element] = []
    pairs = list(zip(node.iter(), twin.iter(), strict=False))
    buried: set[Element] = set()
    hinted = hint_of(names_of(node)) > 0
    kept = find_kept(reading, part, node)
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
        if _is_mark_slot(part, original, "text") or (
            (original, "text") not in kept and _is_label(reading, original, "t", original.text, hinted)
        ):
            duplicate.text = None
        if original is not node and (
            _is_mark_slot(part, original, "tail")
            or ((original, "tail") not in kept and _is_label(reading, original, "l", original.tail, hinted))
        ):
            duplicate.tail = None
    for duplicate in doomed:
        parent = duplicate.getparent()
        if parent is not None:
            drop(duplicate)
    return twin


def _keeps(node: Element, hinted: bool) -> bool:
    """Inside a body that says it is one, an author's own heading or list is no furniture of the page."""
    return (
        hinted
        and node.tag in ("h1", "h2", "h3", "h4", "dt", "ul", "ol", "dl", "em", "small", "label")
        and not names_of(node)
    )


def _is_label(reading: Reading, node: Element, kind: str, text: str | None, hinted: bool) -> bool:
    if not text or len(text.strip()) > 40 or not text.strip():
        return False
    if PANEL_TEXT.match(text) or RULE.fullmatch(text):
        return True
    if hinted:
        return False
    return (f"{reading.paths.get(node, '')}|{kind}", normal(text)) in reading.labels
