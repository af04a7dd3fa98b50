"""RSS (0.9 to 2.0), Atom and JSON Feed: what a feed says, as values. Wild ones too: undeclared prefixes, HTML entities,
control characters, a tail that is missing.

RSS 2.0 is https://www.rssboard.org/rss-specification, Atom RFC 4287 with RFC 4685 (threads) and RFC 5005, JSON Feed
https://www.jsonfeed.org/version/1.1/. Entities of a document's own are never expanded, nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from html.entities import html5
from typing import Any
from urllib.parse import urljoin
from weakref import WeakKeyDictionary

from lxml import etree
from web_poet import HttpResponse

from crawlers.documents import Document, load_document, take_list, take_text
from crawlers.links import resolve

LARGEST = 10_000_000  # characters
MOST_ENTRIES = 2_000
ROOT = re.compile(
    r"^\s*(?:<\?[^>]{0,400}\?>\s*|<!--(?:(?!-->).){0,2000}+-->\s*|<!DOCTYPE[^>\[]{0,400}>\s*)*<(?:\w+:)?(rss|feed|RDF)\b",
    re.DOTALL,
)
JSON_FEED = re.compile(r'"version"\s*:\s*"https?:(?:\\?/){2}(?:www\.)?jsonfeed\.org(?:\\?/)version')
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")

# Namespaces of what a feed may hold, by the prefix they are called by here; the feed's own words have none.
OWN = frozenset({
    "", "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/", "http://www.w3.org/2005/Atom",
    "http://purl.org/atom/ns#", "http://backend.userland.com/rss2", "http://blogs.law.harvard.edu/tech/rss",
    "http://channel.netscape.com/rdf/simple/0.9/",
})  # fmt: skip
PREFIXES = {
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dc",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
KEPT = frozenset({"amp", "lt", "gt", "quot", "apos"})
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MARKUP = re.compile(r"<[a-zA-Z/!]")
CUT_SHORT = re.compile(
    r"(?i)(?:\.{3}|…|\[…\]|\[\.{3}\]|\(more…?\)|read more|continue reading|read the full (?:post|topic|article)"
    r"|阅读全文|查看全文|閱讀全文)\W*$"
)
MAIL_NAME = re.compile(r"^\S+@\S+\s+\((.+)\)$")


@dataclass(frozen=True)
class Entry:
    """One entry. `content` and `summary` are HTML; `whole` says that `content` is all of the post.

    `published` and `updated` are as the feed writes them; `replies` counts the answers it knows of.
    """

    key: str
    link: str | None
    title: str | None
    author: str | None
    author_url: str | None
    published: str | None
    updated: str | None
    content: str | None
    whole: bool
    replies: str | None


@dataclass(frozen=True)
class Feed:
    """A feed. `link` is the page that it is the feed of, `next_url` where it goes on (RFC 5005)."""

    title: str | None
    link: str | None
    next_url: str | None
    entries: tuple[Entry, ...]


EMPTY = Feed(None, None, None, ())
_read: WeakKeyDictionary[HttpResponse, Feed | None] = WeakKeyDictionary()  # asked for the role, then for the fields


def is_feed(text: str) -> bool:
    """Whether a document is a feed, told from its first element."""
    return bool(ROOT.match(text[:8000].lstrip("\ufeff"))) or (
        text[:400].lstrip().startswith("{") and bool(JSON_FEED.search(text[:2000]))
    )


def read_feed(response: HttpResponse) -> Feed | None:
    """The feed that a response is, None for anything else. Read once for each response; never raises."""
    if response not in _read:
        _read[response] = _read_text(response) if is_feed(response.text) else None
    return _read[response]


def announced_feeds(response: HttpResponse) -> tuple[str, ...]:
    """The feeds that a page announces in its head, absolute, in its order."""
    base = str(response.url)
    found: dict[str, None] = {}
    for link in response.css("link[rel~=alternate][href]"):
        kind = link.attrib.get("type", "").partition(";")[0].strip().lower()
        url = resolve(base, link.attrib["href"]) if kind in FEED_TYPES else None
        if url:
            found.setdefault(url, None)
    return tuple(found)


def _read_text(response: HttpResponse) -> Feed:
    text, base = response.text[:LARGEST].lstrip("\ufeff \t\r\n"), str(response.url)
    if text.startswith("{"):
        return _read_json(load_document(response), base)
    root = _parse(text)
    return EMPTY if root is None else _read_xml(root, base)


# ── XML ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _parse(text: str) -> Any:
    """The root element, None where nothing can be made of the text. Names of HTML's entities become characters."""
    plain = NAMED.sub(lambda match: match[0] if match[1] in KEPT else html5.get(match[1] + ";", match[0]), text)
    plain = FORBIDDEN.sub("", plain)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        return etree.fromstring(plain.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _name(node: Any) -> str:
    """An element's name, with the prefix of PREFIXES where it is not a feed's own; "?" for foreign ones."""
    tag = node.tag
    if not isinstance(tag, str):
        return "?"
    if not tag.startswith("{"):
        return tag  # an undeclared prefix is part of the name
    space, _, local = tag[1:].partition("}")
    if space in OWN:
        return local
    return f"{PREFIXES[space]}:{local}" if space in PREFIXES else "?"


def _children(node: Any, *names: str) -> list[Any]:
    """The children of the first of the names that has any."""
    for name in names:
        found = [child for child in node if _name(child) == name]
        if found:
            return found
    return []


def _text(node: Any, *names: str) -> str | None:
    """The words of the first child that has any, on one line."""
    for name in names:
        for child in _children(node, name):
            words = " ".join("".join(child.itertext()).split())
            if words:
                return words
    return None


def _read_xml(root: Any, base: str) -> Feed:
    channel = next(iter(_children(root, "channel")), root)
    entries = [*_children(channel, "item", "entry"), *(_children(root, "item") if channel is not root else [])]
    base = urljoin(base, _base_of(root))
    read = [_read_entry(node, base) for node in entries[:MOST_ENTRIES]]
    return Feed(_title(channel), _link(channel, base), _link(channel, base, rel="next"), _mark_whole(read))


def _base_of(node: Any) -> str:
    return str(node.get("{http://www.w3.org/XML/1998/namespace}base") or "")


def _title(node: Any) -> str | None:
    return _plain(_markup(child)) if (child := next(iter(_children(node, "title")), None)) is not None else None


def _link(node: Any, base: str, rel: str = "alternate") -> str | None:
    """Where an entry or a feed leads: an Atom link of that relation, else the text of an RSS link."""
    for child in _children(node, "link"):
        href = child.get("href")
        if href and child.get("rel", "alternate") == rel and child.get("type", "text/html") != "application/atom+xml":
            return resolve(base, href)
        if href and rel == "next" and child.get("rel") == rel:
            return resolve(base, href)
        if not href and rel == "alternate" and (child.text or "").strip():
            return resolve(base, child.text.strip())
    return None


def _markup(node: Any) -> str:
    """The HTML that an element holds: escaped (RSS, Atom's html), inline (xhtml), or plain text."""
    kind = (node.get("type") or "").lower()
    if kind == "text" or kind == "text/plain":
        return _written("".join(node.itertext()))
    inline = [child for child in node if isinstance(child.tag, str)]
    if inline:
        pieces = [escape(node.text or "", quote=False)]
        pieces += [etree.tostring(child, encoding="unicode", method="html") for child in inline]
        return "".join(pieces)
    text = "".join(node.itertext())
    return text if MARKUP.search(text) or kind in ("html", "text/html") else text.strip().replace("\n", "<br>")


def _written(text: str) -> str:
    """Plain text as HTML, line for line."""
    return escape(text.strip(), quote=False).replace("\n", "<br>")


def _plain(markup: str | None) -> str | None:
    """The words of a piece of HTML, on one line."""
    from bs4 import BeautifulSoup

    if not markup:
        return None
    if "<" in markup or "&" in markup:
        markup = BeautifulSoup(markup, "html.parser").get_text(" ")
    return " ".join(markup.split()) or None


def _read_entry(node: Any, base: str) -> Entry:
    base = urljoin(base, _base_of(node))
    link = _link(node, base)
    guid = next(iter(_children(node, "guid", "id")), None)
    key = " ".join((guid.text or "").split()) if guid is not None else ""
    if link is None and guid is not None and guid.get("isPermaLink", "true") != "false":
        link = resolve(base, key) if key.startswith(("http://", "https://")) else None
    if link is None:
        about = next((value for name, value in node.attrib.items() if str(name).endswith("}about")), None)
        link = resolve(base, str(about)) if about else None
    whole = next(iter(_children(node, "content:encoded", "content", "xhtml:body")), None)
    if whole is not None and whole.get("src"):
        whole = None  # it lies elsewhere
    part = next(iter(_children(node, "description", "summary")), None)
    author, url = _author(node, base)
    text = _markup(whole) if whole is not None else _markup(part) if part is not None else None
    return Entry(
        key=key or link or "",
        link=link,
        title=_title(node),
        author=author,
        author_url=url,
        published=_text(node, "pubDate", "published", "issued", "created", "dc:date", "dc:created"),
        updated=_text(node, "updated", "modified", "dc:modified", "lastBuildDate"),
        content=text,
        whole=whole is not None,
        replies=_text(node, "slash:comments", "thr:total"),
    )


def _author(node: Any, base: str) -> tuple[str | None, str | None]:
    """Who wrote an entry, and their page. RSS has "address (name)", of which the address is nobody's business."""
    for child in _children(node, "author"):
        name, uri = _text(child, "name"), _text(child, "uri", "url")
        if name:
            return name, resolve(base, uri) if uri else None
    stated = _text(node, "dc:creator", "author", "dc:contributor")
    match = MAIL_NAME.match(stated or "")
    return (match[1] if match else stated), None


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_json(document: Document, base: str) -> Feed:
    entries = [_read_object(each, base) for each in take_list(document, "items")[:MOST_ENTRIES]]
    following, home = take_text(document, "next_url"), take_text(document, "home_page_url")
    return Feed(
        take_text(document, "title"),
        resolve(base, home) if home else None,
        resolve(base, following) if following else None,
        _mark_whole(entries),
    )


def _read_object(each: Document, base: str) -> Entry:
    url, key = take_text(each, "url", "external_url"), take_text(each, "id")
    authors = (
        take_list(each, "authors") or [each["author"]]
        if isinstance(each.get("author"), dict)
        else take_list(each, "authors")
    )
    writer: Document = authors[0] if authors else {}
    page = take_text(writer, "url")
    html, text = take_text(each, "content_html"), take_text(each, "content_text")
    summary = take_text(each, "summary")
    content = html or (_written(text) if text else None)
    return Entry(
        key=key or url or "",
        link=resolve(base, url) if url else None,
        title=take_text(each, "title"),
        author=take_text(writer, "name"),
        author_url=resolve(base, page) if page else None,
        published=take_text(each, "date_published"),
        updated=take_text(each, "date_modified"),
        content=content or (_written(summary) if summary else None),
        whole=content is not None,
        replies=None,
    )


# ── whole or cut short ───────────────────────────────────────────────────────────────────────────────────────────


def _mark_whole(entries: list[Entry]) -> tuple[Entry, ...]:
    """Says of entries that only have a summary whether it is all of the post.

    One program writes all entries of a feed: if it cut one short, it may have cut any.
    """
    from dataclasses import replace

    summaries = [_plain(entry.content) or "" for entry in entries if not entry.whole]
    lengths = sorted((len(text) for text in summaries), reverse=True)
    capped = len(lengths) > 2 and lengths[0] > 80 and lengths[2] >= lengths[0] - 2
    cut = capped or any(CUT_SHORT.search(text) for text in summaries)
    ended = [entry for entry in entries if entry.whole and CUT_SHORT.search(_plain(entry.content) or "")]
    if entries and 2 * len(ended) > len(entries):
        return tuple(replace(entry, whole=False) for entry in entries)
    return tuple(replace(entry, whole=bool(entry.content) and (entry.whole or not cut)) for entry in entries)
