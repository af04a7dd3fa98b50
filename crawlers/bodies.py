"""The author's own words of one post: no quoted reply, no signature, no forum chrome.

BeautifulSoup on the body node only. What is quoted, added by the forum or hidden from readers is taken out of the
tree first; the rest is written down line by line as a browser would show it. Nothing is folded or corrected:
zero-width characters, odd digits and emoji are what the classifier is to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString
from parsel import Selector

from crawlers.links import resolve
from crawlers.quoting import names_quoted

LARGEST = 2_000_000  # characters of markup; a body past this is cut, not refused

# Class names are compared in lower case.
QUOTE_CLASSES = frozenset((
    "quote", "quoteblock", "blockquote", "mycode_quote", "bbcodeblock--quote", "bbcodequote", "bbcode_quote",
    "bbc_quote", "quote_container", "quote-container", "quotebox", "quotemain", "quotecontent", "bb_quote",
    "reply_quote", "ipsquote", "tgme_widget_message_reply",
))  # fmt: skip
QUOTE_HEAD_TAGS = frozenset(("cite", "header"))
QUOTE_HEAD_CLASSES = frozenset((
    "quoteheader", "topslice_quote", "quote_header", "quote-header", "quotetop", "quote-title", "quote_author",
    "bbcodeblock-title", "bbcodeblock-expandlink", "bbcode_postedby", "ipsquote_citation", "quotetitle", "attribution",
))  # fmt: skip
SIGNATURE_NAME = re.compile(
    r"(?i)^(?!(?:has|with|no|show|hide|is)[-_])(?:sign|qianming|.*signature.*|(?:.*[-_])?(?:user|post|msg|member)?sigs?(?:[-_].*|line|content|block)?)$"
)
MACHINERY_TAGS = frozenset((
    "script", "style", "noscript", "template", "button", "select", "option", "textarea", "input", "object", "embed",
    "svg", "canvas", "head", "title", "meta", "link", "iframe", "ignore_js_op",
))  # fmt: skip
CHROME_CLASSES = frozenset((
    # edits, by the forum
    "pstatus", "post_edit", "edited", "editedby", "edited_by", "edit-notice", "message-lastedit", "lastedit",
    "postedit", "post-edit", "edit-info",
    # attachments: neither fetched nor read
    "attach", "attachlist", "attachbox", "attachments", "pattl", "tattl", "aimg_tip", "message-attachments",
    "postattach", "t_attach", "t_attachlist", "attach_nopermission",
    # buttons and marks round the text
    "post-actions", "message-actionbar", "reactionsbar", "post_controls", "postbuttons", "like-button", "jammer",
    "sr-only", "visually-hidden", "screen-reader-text", "message-attribution", "rate", "psth", "cm", "pcbs", "modact",
    "locked", "inline-attachment",
))  # fmt: skip
# "Code: Select all", "Quote:", "复制代码": what a program writes over or under a box of code.
CODE_CLASSES = frozenset(("codebox", "codeblock", "bbcodeblock--code", "blockcode", "bbcode_container"))
CODE_HEAD_TAGS = frozenset(("p", "em", "dt"))
CODE_HEAD_CLASSES = frozenset(("title", "bbcodeblock-title", "bbcode_description"))
# A folded part of a post is its author's own: shown at a click.
FOLDED = re.compile(r"spoil|collaps|accordion|fold|toggle|expand|read-?more|hide-?content|show-?hide", re.IGNORECASE)
HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0+(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)"
    r"|opacity\s*:\s*0+(?:\.0+)?\s*(?:;|!|$)",
    re.IGNORECASE,
)

EDITED = re.compile(
    r"""(?ix) ^\s* [\[【(]? \s* (?:
        (?:本帖|本贴|此帖|此贴|該文|该文|本文|本主題|本主题)\s*(?:最后|最後|已|由)?.{0,60}?(?:编辑|編輯|修改)(?:过|過)?
      | (?:最后|最後)由.{1,60}?(?:于|於|在).{4,60}?(?:编辑|編輯|修改).{0,30}
      | 最后(?:编辑|修改)(?:于|時間|时间|:|:).{0,40} | 最後編輯.{0,40}
      | (?:last\s)?(?:edited|modified)\s(?:by|on|at|:).{0,120}
      | this\s(?:post|message|comment)\s(?:was|has\sbeen)\s(?:last\s)?(?:edited|modified).{0,120}
      | edited\s\d+\stimes?.{0,80}
      ) [\]】)]? \s* $"""
)
# The line that a forum puts over a quote. It must end the line, so that an author's own sentence is no header.
QUOTE_LINE = re.compile(
    r"""(?ix) ^\s* (?:
        .{1,60}?\s(?:发表于|發表於|发布于|回复于|寫於|写于)\s?.{0,40}
      | (?:引用|回复|回覆|引文)[::\s].{0,60}
      | [^\s:：].{0,59}?\s?(?:写道|寫道|说道|說道|said|wrote|writes|posted|写到|寫到)\b.{0,40}?[::]?
      | .{1,40}?(?:说|說)\s?[::]
      | (?:quote|originally\sposted\sby|posted\sby|quoting)\b.{0,80}
      ) \s* $"""
)
# The line over a quote that says so beyond doubt, where only a table or a frame marks the quote off.
MOST_QUOTES = 100
QUOTE_WORD = re.compile(r"(?i)^\s*(?:quote|引用|引文)\s*[:：]\s*$")
QUOTED_POST = re.compile(r"/post/[\w-]+/?$")
QUOTED_FROM = re.compile(
    r"(?i)^\s*+[\[【]?\s*+(?:(?:以下|下面)(?:内容)?是?(?:引用|引自)|引用\s*[:：]|quote\s*[:：]|originally\s+posted\s+by)"
)
QUOTED_FROM_LINE = re.compile(
    r"(?i)^[\[【]?\s*+(?:(?:以下|下面)(?:内容)?是?(?:引用|引自).{1,80}?(?:发言|發言|发表|發表|内容|帖子|话|文字|写道|所说)?"
    r"|引用\s*[:：].{0,60}|quote\s*[:：].{0,60}|originally\s+posted\s+by.{0,80})\s*[:：]?\s*[\]】]?\s*$"
)

# One element that holds text and line breaks, with no character reference but the commonest.
SIMPLE = re.compile(
    r"<(?P<name>div|section|article|p)\b[^<>&]*>(?P<inner>(?:[^<>&]|&(?:amp|lt|gt|quot);|<br\s*/?>)*)</(?P=name)>\Z",
    re.IGNORECASE,
)
QUOTE_HINT = re.compile("|".join(("data-quote", *QUOTE_CLASSES)), re.IGNORECASE)
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)

PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre"))
BLOCKS = PARAGRAPHS | {
    "div", "li", "tr", "dt", "dd", "section", "article", "header", "footer", "aside", "main", "form", "fieldset",
    "figure", "figcaption", "address", "blockquote", "center", "details", "summary", "tbody", "thead", "hr", "nav",
}  # fmt: skip
IMAGE_PLACES = ("zoomfile", "file", "data-original", "data-src", "data-lazy-src", "data-url", "src")
BLANK_IMAGES = re.compile(
    r"(?:none|blank|spacer|pixel|loading|placeholder|transparent)\.(?:gif|png|svg)(?:\?|$)|^data:"
)
EMOJI_IMAGE = re.compile(r"(?i)(?:\b|_)(?:emoji|smil(?:ey|ie)s?|emoticon|face|twemoji|bbcode_smiley|mycode_smiley)")
EMOJI_PLACE = re.compile(r"(?i)/(?:emoji|smil(?:ey|ie)s?|emoticons?|twemoji)/")


@dataclass(frozen=True)
class Body:
    """What one post says. `edited` is the forum's own line on a later edit, for a date to be read from."""

    text: str = ""
    quoted: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    edited: str | None = None


def read_body(node: Selector | str | None, base_url: str) -> Body:
    """The body of a post from its node (or its markup). Never raises; no node gives an empty Body.

    `links` and `images` are absolute against `base_url`; images are named, never fetched.
    """
    if node is None:
        return Body()
    markup = node if isinstance(node, str) else str(node.get() or "")
    return _read_simple(markup) or _read_tree(markup, base_url)


def _read_simple(markup: str) -> Body | None:
    """The body of a post that is text and line breaks and nothing else, as most are; None for any other.

    It says what `_read_tree` would, at a tenth of the cost.
    """
    match = SIMPLE.match(markup) if len(markup) < LARGEST else None
    if match is None or QUOTE_HINT.search(markup, 0, match.start("inner")):
        return None
    pieces = LINE_BREAK.split(re.sub(r"[\v\f\0]", " ", match["inner"]))
    lines = _break_lines("\n".join(re.sub(r"[ \t\r\n]+", " ", unescape(piece)) for piece in pieces)).split("\n")
    edited = next((line for line in lines if EDITED.match(line)), None)
    return Body(_join_lines(line for line in lines if not EDITED.match(line)), edited=edited)


def _read_tree(markup: str, base_url: str) -> Body:
    """The body of a post whatever is in it."""
    soup = BeautifulSoup(markup[:LARGEST], "html.parser")
    images = _read_images(soup, base_url)
    edited = _strip_chrome(soup)
    quotes = [quote for quote in soup.find_all(_is_quote) if not quote.find_parent(_is_quote)]
    whole_is_quote = len(quotes) == 1 and not _has_text_beside(soup, quotes[0])
    if whole_is_quote and not _has_header(quotes[0]):
        # A body that is one quote without a name over it answers nobody: these are its author's own words.
        quotes = []
    tables = [table for table in _find_quote_tables(soup) if _has_text_beside(soup, table)]
    quoted = []
    for quote in [*quotes, *tables]:
        quoted.append(_write_quote(quote))
        head = quote.find_previous_sibling(True)
        if isinstance(head, Tag) and (_classes_of(head) & QUOTE_HEAD_CLASSES or _leads_to_quoted(head)):
            head.decompose()  # some programs write the name over the box, not into it
        else:
            _drop_lead(quote)
        quote.replace_with("\n")
    lines = write_lines(soup).split("\n")
    edited = edited or next((line for line in lines if EDITED.match(line)), None)
    text = _join_lines(line for line in lines if not EDITED.match(line))
    links = _read_links(soup, base_url)
    return Body(text, tuple(quote for quote in quoted if quote), links, images, edited)


def _classes_of(tag: Tag) -> set[str]:
    return {str(name).lower() for name in tag.get_attribute_list("class") if name}


def _is_quote(tag: Tag) -> bool:
    return tag.name == "blockquote" or "data-quote" in tag.attrs or bool(_classes_of(tag) & QUOTE_CLASSES)


def _is_quote_head(tag: Tag) -> bool:
    if tag.name in QUOTE_HEAD_TAGS:
        return True
    classes = _classes_of(tag)
    aside = tag.parent is not None and tag.parent.name == "aside" and "title" in classes
    return aside or bool(classes & QUOTE_HEAD_CLASSES)


def _is_chrome(tag: Tag) -> bool:
    """Whether the forum put an element there, or no reader sees it."""
    if tag.name in MACHINERY_TAGS or _is_code_head(tag):
        return True
    if not tag.attrs:
        return False
    classes, ident = _classes_of(tag), str(tag.get("id") or "").lower()
    if classes & CHROME_CLASSES or is_signature(*classes, ident):
        return True
    if tag.get("component") == "post/signature":
        return True
    hidden = "hidden" in tag.attrs or HIDDEN.search(str(tag.get("style") or ""))
    return bool(hidden) and not FOLDED.search(f"{classes} {ident}")


def is_signature(*names: str) -> bool:
    """Whether one of the names (classes, id) of an element says that it holds a signature."""
    return any(_says_signature(name) for name in names if name)


@lru_cache(maxsize=20_000)
def _says_signature(name: str) -> bool:
    return SIGNATURE_NAME.match(name) is not None


def _leads_to_quoted(tag: Tag) -> bool:
    """Whether an element says only "Quote:", or as NodeBB does "@name said in <a href=/post/12>title</a>:"."""
    if QUOTE_WORD.match(tag.get_text()):
        return True
    link = tag.find("a", href=QUOTED_POST) if tag.name == "p" else None
    return isinstance(link, Tag) and bool(re.search(r"[:：]\s*$", tag.get_text())) and len(tag.get_text()) < 300


def _drop_lead(quote: Tag) -> None:
    """Takes out the line before a box that says whom it quotes: "Replying to Kite:", "Kite wrote:"."""
    lead = next((each for each in quote.previous_siblings if not _is_break(each)), None)
    if isinstance(lead, Tag):
        if lead.name in ("p", "div") and names_quoted(lead.get_text(" ", strip=True)):
            lead.decompose()
    elif isinstance(lead, NavigableString) and names_quoted(str(lead)) and _is_break(lead.previous_sibling):
        lead.extract()


def _is_break(node: PageElement | None) -> bool:
    return node is None or (node.name == "br" if isinstance(node, Tag) else not str(node).strip())


def _is_code_head(tag: Tag) -> bool:
    if tag.name not in CODE_HEAD_TAGS and not _classes_of(tag) & CODE_HEAD_CLASSES:
        return False
    return tag.parent is not None and bool(_classes_of(tag.parent) & CODE_CLASSES)


def _strip_chrome(soup: BeautifulSoup) -> str | None:
    """Takes out what the forum added and what no reader sees; the answer is the notice of an edit, if any."""
    edited = None
    root = next((child for child in soup.children if isinstance(child, Tag)), None)
    for tag in soup.find_all(_is_chrome):
        if tag.decomposed or tag is root:
            continue
        text = tag.get_text(" ", strip=True) if len(tag.contents) < 20 else ""
        if EDITED.match(text):
            edited = text
        tag.decompose()
    return edited


def _has_text_beside(soup: BeautifulSoup, quote: Tag) -> bool:
    inside = {id(string) for string in quote.strings}
    return any(string.strip() and id(string) not in inside for string in soup.strings)


def _has_header(quote: Tag) -> bool:
    first = write_lines(quote).split("\n", 1)[0]
    return quote.find(_is_quote_head) is not None or names_quoted(first) or bool(QUOTED_FROM_LINE.match(first))


def _write_quote(quote: Tag) -> str:
    for head in quote.find_all(_is_quote_head):
        if not head.decomposed:
            head.decompose()
    lines = write_lines(quote).split("\n")
    while len(lines) > 1 and (not lines[0] or QUOTE_LINE.match(lines[0]) or QUOTED_FROM_LINE.match(lines[0])):
        lines.pop(0)
    return _join_lines(lines)


def _find_quote_tables(soup: BeautifulSoup) -> list[Tag]:
    """Tables inside a body that begin as a quote does: how forums quoted before they had names for it."""
    found: list[Tag] = []
    for string in soup.find_all(string=QUOTED_FROM)[:MOST_QUOTES]:
        table = string.find_parent(["table", "fieldset"])
        if table is None or table.find_parent(_is_quote) or any(table is known for known in found):
            continue
        if next((each for each in table.strings if each.strip()), None) is not string:
            continue
        if QUOTED_FROM_LINE.match(write_lines(table).strip().split("\n", 1)[0]):
            found.append(table)
    return [table for table in found if not any(each in found for each in table.find_parents("table"))]


BLOCK, PARAGRAPH, PRE_ENDS = "\v", "\f", "\0"  # marks between pieces of text; the text itself has none of them


def write_lines(root: Tag) -> str:
    """The text of a tree as a browser would break it into lines. Without recursion: wild markup nests deep."""
    out: list[str] = []
    stack: list[PageElement | str] = [root]
    pre = 0
    while stack:
        node = stack.pop()
        if isinstance(node, PreformattedString):
            continue  # comments, CDATA, processing instructions
        if isinstance(node, NavigableString):
            text = re.sub(r"[\v\f\0]", " ", str(node))
            out.append(text if pre else re.sub(r"[ \t\r\n]+", " ", text))
        elif isinstance(node, Tag):
            mark = _mark_of(node)
            pre += node.name == "pre"
            out.append(mark if node.name not in ("td", "th") else "")
            stack.extend([PRE_ENDS] if node.name == "pre" else [])
            stack.append(mark if node.name != "br" else "")
            replaced = _stands_for(node)
            stack.extend([replaced] if replaced is not None else reversed(node.contents))
        elif node == PRE_ENDS:
            pre -= 1
        elif isinstance(node, str):
            out.append(node)
    return _break_lines("".join(out))


def _mark_of(tag: Tag) -> str:
    if tag.name == "br":
        return "\n"
    if tag.name in ("td", "th"):
        return "\t"
    return PARAGRAPH if tag.name in PARAGRAPHS else BLOCK if tag.name in BLOCKS else ""


def _break_lines(text: str) -> str:
    """Marks to line ends: a paragraph or two line breaks leave a blank line, a block or one break a line end."""
    out: list[str] = []
    marks = ""
    for number, piece in enumerate(re.split(r"([\n\v\f]+)", text)):
        shown = piece.strip(" \t\r\xa0") if number % 2 == 0 else ""
        if number % 2:
            marks += piece
        elif shown:
            if out:
                out.append("\n\n" if PARAGRAPH in marks or marks.count("\n") > 1 else "\n")
            out.append(shown)
            marks = ""
    return "".join(out).replace("\xa0", " ")


def _stands_for(tag: Tag) -> str | None:
    """What a reader sees in place of a tag's own text, None where that is the text itself."""
    if tag.name == "img":
        alt = str(tag.get("alt") or "")
        return alt if _is_emoji(tag) else ""
    if tag.name == "i" and not tag.contents:
        title = str(tag.get("title") or "")
        return title if re.fullmatch(r":[\w+-]+:", title) else ""
    if tag.name == "a":
        inner = tag.span
        hidden = tag.get("data-cfemail") or (inner.get("data-cfemail") if inner is not None else None)
        if hidden:
            return _reveal_email(str(hidden))
        text, target = tag.get_text(), str(tag.get("href") or "")
        stem = re.sub(r"(?:…|\.{3})$", "", text.strip())
        if stem != text.strip() and len(stem) > 8:  # a long address that the forum cut short
            where = target.find(stem) if "://" in stem else target.find("://") + 3 if stem in target else -1
            return target[where:] if where >= 0 and target[where:].startswith(stem) else None
    if tag.name == "span" and tag.get("data-cfemail"):
        return _reveal_email(str(tag["data-cfemail"]))
    return None


def _is_emoji(image: Tag) -> bool:
    alt = str(image.get("alt") or "")
    named = " ".join(str(image.get(name) or "") for name in ("class", "id"))
    return bool(
        image.get("smilieid")
        or EMOJI_IMAGE.search(named)
        or EMOJI_PLACE.search(str(image.get("src") or ""))
        or re.fullmatch(r":[\w+-]+:|\[[^\[\]\s]{1,6}\]", alt)
        or (0 < len(alt) <= 8 and not any(character.isalnum() for character in alt) and not alt.isascii())
    )


def _reveal_email(code: str) -> str:
    """The address behind Cloudflare's e-mail mask: hex bytes, the first of them the key of all the others."""
    try:
        key, *rest = bytes.fromhex(code)
        return bytes(byte ^ key for byte in rest).decode("utf-8", "replace")
    except ValueError:
        return ""


def _join_lines(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(" \t\r\n")


def _read_links(soup: BeautifulSoup, base_url: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for anchor in soup.find_all("a", href=True):
        address = resolve(base_url, str(anchor["href"]))
        if address:
            found[address] = None
    return tuple(found)


def _read_images(soup: BeautifulSoup, base_url: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for image in soup.find_all("img"):
        if _is_emoji(image) or image.find_parent(_is_quote):
            continue
        places = (str(image.get(place) or "") for place in IMAGE_PLACES)
        place = next((place for place in places if place and not BLANK_IMAGES.search(place)), None)
        address = resolve(base_url, place) if place else None
        if address:
            found[address] = None
    return tuple(found)
