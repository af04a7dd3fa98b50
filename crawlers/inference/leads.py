"""Where an unknown page leads on its own site, whatever the links look like: what its kinds of pages are learned from.

Nothing that does something (logs in, answers, votes, deletes, sorts, subscribes) and nobody's profile is a lead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from web_poet import HttpResponse

from crawlers.inference.links import USER_PATH, page_free, pattern_of
from crawlers.inference.listing import anchor_shape, find_frame
from crawlers.inference.pagers import ARROWS, LONGEST_NEXT, NEXT_TEXT
from crawlers.inference.shapes import ACTION_TEXT, Element, text_within
from crawlers.inference.trees import Tree
from crawlers.inference.verdicts import infer
from crawlers.inference.words import word_set

MOST_LEADS = 400  # of one page
# Words of addresses that ask for something to be done, or that lead to what holds no posts.
ACTION_WORDS = word_set(
    "login logon logout logoff signin signup signout register registration join password lostpassword search find "
    "reply quote respond compose publish submit ask create write add new newtopic newthread newreply edit modify "
    "delete remove report flag vote rate like unlike thank print printpage mark markread "
    "subscribe unsubscribe watch follow favourite favorite bookmark share mail email sendmail contact rss feed atom "
    "xml json help faq rules privacy terms about imprint captcha cart checkout lang language theme style skin admin "
    "install setup online members memberlist userlist users user profile download attachment avatar stats statistics "
    "calendar replytocom account settings preferences unread"
)

ORDER_WORDS = word_set("sort sortby order orderby desc asc")  # a pager keeps the order that its list has


@dataclass(frozen=True)
class Lead:
    """A link of a page to another page of its site.

    `kind` is what it shares with its like: the pattern of its address, or, where that is but a word, its folder and the
    shape of the link. `key` is its address without page number and session id; `counted`: it says nothing but a number,
    an arrow or "next", as a pager's links do; `framed`: it stands in a menu, a footer or beside the page.
    """

    url: str
    key: str
    kind: str
    title: str
    counted: bool = False
    framed: bool = False


def read_leads(response: HttpResponse) -> tuple[Lead, ...]:
    """The links of an unknown page, each address once, in the page's order."""
    tree = infer(response).tree
    if tree is None:
        return ()
    here, frame = page_free(tree.url), find_frame(tree)
    found: dict[str, Lead] = {}
    for node in tree.order:
        lead = _read_lead(tree, node, here, framed=node in frame) if node.tag == "a" and node.get("href") else None
        known = found.get(lead.url) if lead else None
        if lead and (known is None or len(lead.title) > len(known.title)):
            found[lead.url] = lead
        if len(found) >= MOST_LEADS:
            break
    return tuple(found.values())


def _read_lead(tree: Tree, node: Element, here: str, *, framed: bool) -> Lead | None:
    link = node.get("href").strip()
    if link.startswith(("#", "javascript:", "mailto:", "tel:")) or USER_PATH.search(link):
        return None
    try:
        url = urljoin(tree.base, link).split("#", 1)[0]
        parts, mine = urlsplit(url), urlsplit(tree.url)
    except ValueError:
        return None
    if parts.netloc != mine.netloc or parts.scheme not in ("http", "https") or page_free(url) == here:
        return None
    title = text_within(node, 200)
    counted = not re.search(r"[^\W\d]", title) or _is_next(title)
    words = {*re.findall(r"[a-z]+", unquote(f"{parts.path}?{parts.query}").lower())}
    if words & ACTION_WORDS or "nofollow" in (node.get("rel") or "") or (words & ORDER_WORDS and not counted):
        return None
    if not counted and ACTION_TEXT.match(title):
        return None
    return Lead(url, page_free(url), _kind_of(url, node), title, counted, framed)


def _is_next(title: str) -> bool:
    """Whether a link says "next" in words that are known, or in any with an arrow behind them."""
    arrow = len(title) <= LONGEST_NEXT and re.search(rf"(?:{ARROWS.pattern})\s*$", title)
    return bool(arrow or NEXT_TEXT.match(title))


def _kind_of(url: str, node: Element) -> str:
    pattern = pattern_of(url)
    if re.search(r"[#*]", pattern):
        return pattern
    return f"{pattern.rpartition('/')[0]}/ {anchor_shape(node)}"
