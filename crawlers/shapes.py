"""What the elements of an unknown page look like: shapes, hints in names, text lengths, times and user links.

Names are read as words in any order of spelling ("postBody", "post-body", "post_body"); no site is named here. All
walks are without recursion, because wild markup nests deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from parsel import Selector

from crawlers.bodies import FOLDED, HIDDEN
from crawlers.dates import find_time, is_time, tidy_time

Element = Any  # lxml ships no types

MACHINERY = frozenset(("script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "head"))
# Only whether a text is a time matters here, not which: far in the future every date has been.
EVER = datetime(2199, 12, 31, 23, 59, tzinfo=UTC)

# The last word of a name that means something decides: "message-header" is a header, "user-text" is text.
NEUTRAL_WORDS = frozenset("inner wrap wrapper container area box block main full left right raw js cl col row outer the list item cf".split())
BODY_WORDS = (
    "content contents body message messages msg text txt entry cooked bbcode markdown prose description desc words "
    "postbody bbwrapper html post_text usertext richtext says said comment_text nr neirong zhengwen articlebody"
).split()
DIRT_WORDS = (
    "author authors user username userinfo usercard users profile avatar avatars member poster nick nickname person "
    "signature sig sign footer foot meta info information details toolbar tool tools action actions button buttons btn btns "
    "control controls nav navigation menu share social like likes vote votes voting rating ratings score badge badges "
    "rank stat stats date time timestamp datetime ago permalink breadcrumb breadcrumbs crumbs pagination pager paging "
    "related sidebar side aside tags tag header head report flag attachment attachments online group level "
    "ad ads advert sponsor edited edit number floor index panel extra credits count counts reactions footerlinks icon icons "
    "from by who name names title subject subheader headline heading label caption location joined bio status"
).split()
CHROME_WORDS = frozenset(
    "nav navbar navigation menu footer sidebar aside breadcrumb breadcrumbs crumbs header topbar toolbar related "
    "recommend recommended popular trending widget copyright login register search banner ads cookie share social "
    "pagination pager hot links friendlink online stats announcement".split()
)
CHROME_TAGS = frozenset(("nav", "footer", "aside", "form", "select", "button"))
AUTHOR_WORDS = frozenset(
    "author authors user username usernames userlink nick nickname poster postername member membername name by byline screenname "
    "login handle creator owner seller lister publisher writer commenter fn from who displayname display uname author_name".split()
)
TIME_WORDS = frozenset("date time timestamp datetime posted published created ago when pubdate postdate postdetails".split())

USER_PATH = re.compile(
    r"(?i)(?:^|/)(?:u|user|users|usr|member|members|profile|profiles|people|person|author|authors|space|home|uid|userinfo)"
    r"[/.-]|/@[\w.-]+/?$|/~[\w.-]+|[?&](?:uid|user_?id|member_?id|u|userid|username|user|author)=|space-uid|viewprofile"
    r"|(?:profile|member|user|userinfo|memberinfo)\.(?:php|asp|aspx|jsp|cgi)"
)
ACTION_TEXT = re.compile(
    r"(?i)^[\W\d_]*(?:reply|replies|quote|report|report post|like|likes|liked|share|permalink|perma-?link|link|edit|delete|flag"
    r"|top|up|down|upvote|downvote|vote|more|follow|message|pm|send message|profile|website|www|email|e-mail|thanks|thank|react"
    r"|save|bookmark|favou?rite|hide|show|respond|cite|print|back|unread|new|go to (?:post|top)|back to top|multi-?quote"
    r"|log ?in to reply|reply to this|add comment|give gold|parent|prev|previous|next|op|moderator|admin|online|offline"
    r"|回复|回覆|回应|引用|举报|檢舉|检举|只看该作者|只看該作者|只看楼主|只看大图|倒序浏览|收藏|分享|顶|踩|赞|点赞|讚|支持|反对|评分|點評|点评"
    r"|编辑|編輯|删除|使用道具|道具|发消息|發消息|加好友|加关注|关注|显示全部楼层|顯示全部樓層|TOP|返回顶部|打赏|送花|查看|更多|展开|收起"
    r"|楼主|樓主|登录|登入|注册|註冊|立即注册|log ?in|log ?out|sign ?in|sign ?up|register|join|回到顶部|私信|打印|电梯直达|跳转到指定楼层|复制链接|链接)[\W\d_]*$"
)
JOIN_LABEL = re.compile(
    r"(?i)注册|註冊|加入|上次|最后登录|最後登錄|最后访问|在线时间|在線|生日|joined|member since|registered|last (?:seen|active|visit|login|activity|online)"
    r"|birth|编辑|編輯|修改|edited|modified|updated|expires|有效期"
)


@lru_cache(maxsize=20_000)
def split_words(name: str) -> tuple[str, ...]:
    """The words of a class or id: "postBody-2" is post, body."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return tuple(word.lower() for word in re.split(r"[^A-Za-z\u4e00-\u9fff]+", spaced) if word)


@lru_cache(maxsize=20_000)
def hint_of(names: str) -> int:
    """1 where the names of an element say that it holds what somebody wrote, -1 where they say it does not, else 0."""
    verdict = 0
    for name in names.split():
        words = [word for word in split_words(name) if word not in NEUTRAL_WORDS]
        last = words[-1] if words else ""
        if last in BODY_WORDS or last.endswith(("content", "body", "message", "text")):
            verdict = verdict or 1
        elif last in DIRT_WORDS or last.endswith(("info", "author", "header", "footer", "meta", "avatar", "buttons")):
            verdict = verdict or -1
    return verdict


def names_of(element: Element) -> str:
    """Classes, id, itemprop and component of an element, in one string."""
    get = element.get
    return " ".join(filter(None, (get("class"), get("id"), get("itemprop"), get("component"), get("data-role"))))


def words_of(element: Element) -> frozenset[str]:
    """All words in the names of an element."""
    return frozenset(word for name in names_of(element).split() for word in split_words(name))


STATE = re.compile(
    r"^(?:odd|even|first|last|alt|new|unread|read|active|current|hover|online|offline|clearfix|cf|cl|hidden|open|closed|hot"
    r"|sticky|pinned|op|topicstarter|starter|owner|own|byuser|bypostauthor|is|has|js|depth|thread|parent)(?:[-_#].*)?$"
)


@lru_cache(maxsize=20_000)
def _shape_of(tag: str, classes: str, ident: str) -> str:
    tokens = {re.sub(r"\d+", "#", token) for token in classes.split() if len(token) < 60}
    tokens = {token for token in tokens if not STATE.match(token) and not re.search(r"#.*#.*#", token)}
    mark = re.sub(r"\d+", "#", ident) if re.search(r"\d", ident) and len(ident) < 60 else ""
    return f"{tag}.{'.'.join(sorted(tokens))}{'@' + mark if mark and '#' in mark else ''}"


def shape_of(element: Element) -> str:
    """Tag, classes and the pattern of a numbered id, without what differs from row to row."""
    return _shape_of(element.tag, element.get("class") or "", element.get("id") or "")


@dataclass
class Mark:
    """Something found at an element: a time, or who wrote.

    `slot` says where its text is: "self" (the whole element), "text" (its first text) or "tail" (after it).
    `places` are the texts that tell it, attributes first.
    """

    element: Element
    slot: str
    text: str
    places: tuple[str, ...] = ()
    weight: float = 1.0

    @property
    def container(self) -> Element:
        """The element whose content the mark is part of."""
        return self.element.getparent() if self.slot == "tail" else self.element


@dataclass
class Tree:
    """A page made ready for inference: no scripts, nothing hidden; lengths and times of its elements."""

    root: Element
    url: str
    base: str
    stated_next: tuple[str, ...] = ()
    text: dict[Element, int] = field(default_factory=dict)
    linked: dict[Element, int] = field(default_factory=dict)
    order: dict[Element, int] = field(default_factory=dict)
    times: list[Mark] = field(default_factory=list)


def is_element(node: Element) -> bool:
    """False for comments and processing instructions."""
    return isinstance(node.tag, str)


def drop(element: Element) -> None:
    """Takes an element out of its tree and leaves its tail."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def build_tree(markup: str, url: str) -> Tree | None:
    """The tidied tree of a page; None where there is nothing in it."""
    selector = Selector(text=markup)
    root = selector.root
    if not hasattr(root, "iter"):
        return None
    stated_next = tuple(selector.css("link[rel~=next]::attr(href)").getall())
    base = selector.css("base::attr(href)").get()
    for node in list(root.iter()):
        if not is_element(node):
            if node.getparent() is not None:
                drop(node)
            continue
        style = node.get("style")
        hidden = node.get("hidden") is not None or (style and HIDDEN.search(style))
        if node.tag in MACHINERY or (hidden and not FOLDED.search(names_of(node)) and node.tag != "body"):
            drop(node)
    try:
        tree = Tree(root, url, urljoin(url, base) if base else url, stated_next)
    except ValueError:
        tree = Tree(root, url, url, stated_next)
    _measure(tree)
    tree.times = list(find_times(tree))
    return tree


def _measure(tree: Tree) -> None:
    """Visible characters (without spaces) and how many of them are links, for every element, bottom-up."""
    elements = [node for node in tree.root.iter() if is_element(node)]
    for number, node in enumerate(elements):
        tree.order[node] = number
    for node in reversed(elements):
        own = _letters(node.text)
        linked = 0
        for child in node:
            if child in tree.text:
                own += tree.text[child]
                linked += tree.linked[child]
            own += _letters(child.tail)
        tree.text[node] = own
        tree.linked[node] = own if node.tag == "a" and node.get("href") else linked


def _letters(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def text_within(element: Element, limit: int = 400) -> str:
    """The text of an element on one line, at most about `limit` characters."""
    out, length = [], 0
    for piece in element.itertext():
        out.append(piece)
        length += len(piece)
        if length > limit:
            break
    return " ".join("".join(out).split())


MAYBE_TIME = re.compile(r"(?i)\d|前|昨|今|刚|剛|周|星期|ago|now|yesterday|today|mon|tue|wed|thu|fri|sat|sun")
TIME_ATTRIBUTES = ("datetime", "data-time", "data-timestamp", "data-date", "title", "content", "data-original-title", "data-utime", "data-utc")
BYLINE = re.compile(r"(?i)\b(?:by|posted|wrote|written|said|on|at|published)\b|作者|发表|發表|发布|回复于|写于|于|楼主|时间|日期")


def find_times(tree: Tree) -> Iterator[Mark]:
    """Every place of the page that is a time and little else, each once, the innermost element of it."""
    covered: set[Element] = set()
    for node in tree.order:
        if node in covered or node.tag in ("title", "option", "textarea"):
            continue
        places = tuple(value for name in TIME_ATTRIBUTES if (value := node.get(name)) and _is_time(value, attribute=True))
        if places or node.tag == "time":
            text = text_within(node, 120)
            if tree.text[node] <= 80:
                covered.update(node.iterdescendants())
                yield Mark(node, "self", text, (*places, text), 2.0)
                continue
        for owner, slot, text in _own_texts(node):
            byline = len(text) <= 90 and BYLINE.search(text) and _holds_time(text)
            if _is_time(text) or byline or (len(text) <= 60 and _is_mostly_time(text)):
                alone = slot == "text" and len(node) == 0
                yield Mark(owner, "self" if alone else slot, text, (text,))


def _own_texts(node: Element) -> Iterator[tuple[Element, str, str]]:
    if node.text and node.text.strip():
        yield node, "text", node.text
    for child in node:
        if child.tail and child.tail.strip():
            yield child, "tail", child.tail


@lru_cache(maxsize=20_000)
def _is_time(text: str, attribute: bool = False) -> bool:
    if len(text) > 200 or not MAYBE_TIME.search(text):
        return False
    if attribute and text.isdecimal() and len(text) not in (10, 13):
        return False
    tidied = tidy_time(text).strip("[]()|·•-— ")
    if re.fullmatch(r"[\d.:/\s-]{1,5}|\d{4}", tidied) and not re.fullmatch(r"\d{1,2}:\d{2}|\d{1,2}-\d{1,2}", tidied):
        return False
    return is_time(tidied, now=EVER, timezone="UTC")


@lru_cache(maxsize=20_000)
def _holds_time(text: str) -> bool:
    found = find_time(tidy_time(text), now=EVER, timezone="UTC")
    return found is not None and found.end - found.start >= 4


@lru_cache(maxsize=20_000)
def _is_mostly_time(text: str) -> bool:
    tidied = tidy_time(text)
    found = find_time(tidied, now=EVER, timezone="UTC") if MAYBE_TIME.search(tidied) else None
    return found is not None and found.end - found.start >= max(8, 0.5 * len(tidied))


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────

PAGE_NAMES = frozenset("page p pn pg start st offset from skip cursor pageno pagenum page_no page_num paged pageindex".split())
NOISE_NAMES = frozenset(
    "sid s phpsessid jsessionid sessionid utm_source utm_medium utm_campaign ref extra highlight sort order filter "
    "orderby view lastpost unread new replytocom share from_source spm".split()
)
PAGE_PATH = re.compile(r"(?i)/(?:page[-/_]?\d+|p\d+)(?=/?$|\.html?$)|;jsessionid=[^/?#]+")


@lru_cache(maxsize=20_000)
def page_free(url: str) -> str:
    """An address without page number, session id, sorting and fragment: what pages of one thread have in common."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = []
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for name, value in pairs:
        low = name.lower()
        if low in NOISE_NAMES and not (low == "s" and len(value) < 16):
            continue
        if low in PAGE_NAMES and value.lstrip("-").isdecimal() and not (low == "p" and len(pairs) == 1):
            continue
        query.append(f"{name}={value}")
    path = PAGE_PATH.sub("", parts.path)
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/') or '/'}" + (f"?{'&'.join(sorted(query))}" if query else "")


ACTION_SEGMENTS = frozenset(
    "edit reply delete report last new unread print quote vote share stats users members feed rss amp history find latest".split()
)


def _segment_pattern(segment: str) -> str:
    """ "12" is #, "12-some-title" #, "thread-12-1.html" thread-#-#.html, "some-long-title" *."""
    stem, dot, ending = segment.rpartition(".")
    if not stem or len(ending) > 5 or ending.isdecimal():
        stem, dot, ending = segment, "", ""
    shown = re.sub(r"\d+", "#", stem)
    words = re.findall(r"[^\W\d_]{2,}|%[0-9A-Fa-f]{2}", stem)
    if re.match(r"\d+[-_.]\D", stem) and len(words) > 1:
        shown = "#"
    elif re.search(r"\D[-_.]\d+$", stem) and len(words) > 2:
        shown = "*#"
    elif "%" in stem or len(words) > 2 or len(stem) > 24 or shown.count("#") > 3:
        shown = "*"
    return shown + dot + ending


@lru_cache(maxsize=20_000)
def pattern_of(url: str) -> str:
    """The pattern that addresses of one kind share: numbers become #, slugs *."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    segments = [_segment_pattern(segment) for segment in parts.path.strip("/").split("/")]
    numbered = [position for position, segment in enumerate(segments) if "#" in segment]
    if numbered and not set(segments) & ACTION_SEGMENTS:
        segments = segments[: numbered[-1] + 1]  # what follows the number of a thread is its slug
    names = sorted(
        f"{name}={re.sub(r'[0-9]+', '#', value) if len(value) < 16 else '*'}"
        for name, value in parse_qsl(parts.query)
        if name.lower() not in NOISE_NAMES and name.lower() not in PAGE_NAMES - {"p"}
    )
    return f"{parts.netloc}/{'/'.join(segments)}" + (f"?{'&'.join(names)}" if names else "")


def tidy_letters(text: str) -> str:
    """A text without its spaces, for comparing."""
    return "".join(text.split())
