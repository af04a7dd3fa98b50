"""Addresses of an unknown site: whose page is a user's, what pages of one thread share, what threads share."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from crawlers.inference.words import word_set

USER_PATH = re.compile(
    r"(?i)(?:^|[/?])(?:u|user|users|usr|member|members|profile|profiles|people|person|author|authors|space|home|uid|userinfo)"
    r"[/.-](?=[^/?#])|/@[\w.-]+/?$|/~[\w.-]+|[?&;](?:uid|user_?id|member_?id|u|userid|username|user|author)=(?!/|%2F)|space-uid|viewprofile"
    r"|[?&;]\w{1,9}=(?:user|users|member|members|profile|space|people|u)(?:[&;/.]|$)"
    r"|(?:profile|member|user|userinfo|memberinfo)\.(?:php|asp|aspx|jsp|cgi)"
)
NO_USER = re.compile(
    r"(?i)log(?:in|out|on|ging)|regist|sign_?-?(?:in|up)|spacecp|password|usergroup|action=(?!profile)|do=(?!profile)|mode=(?!viewprofile)"
)
PAGE_NAMES = word_set("page p pn pg start st offset from skip cursor pageno pagenum page_no page_num paged pageindex")
NOISE_NAMES = word_set(
    "sid s phpsessid jsessionid sessionid utm_source utm_medium utm_campaign ref extra highlight sort order "
    "filter orderby view lastpost unread new replytocom share from_source spm"
)
NAMED_PATH = re.compile(r"[\w-]{1,12}=(?:/|%2[fF])")
PAGE_PATH = re.compile(r"(?i)/(?:(?:comments?-)?page[-/_]?\d+|p\d+)(?=/?$|\.html?$)|;jsessionid=[^/?#]+")


@lru_cache(maxsize=20_000)
def split_address(url: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Path, route and named values of an address. The route is what a query says without a name, or with a slash
    behind it: many programs write their path there ("?/question/20", "?thread-12.htm", "list.php?3,page=2",
    "?r=/topic/12"). Raises ValueError."""
    parts = urlsplit(url)
    first, _, rest = parts.query.partition("&")
    said = first.split(",") if "=" not in first.partition(",")[0] else [first]
    route = ",".join(piece for piece in said if "=" not in piece or NAMED_PATH.match(piece))
    named = "&".join(filter(None, (*(piece for piece in said if "=" in piece and not NAMED_PATH.match(piece)), rest)))
    return parts.path, route, tuple(parse_qsl(named.replace(";", "&"), keep_blank_values=True))


@lru_cache(maxsize=20_000)
def page_free(url: str) -> str:
    """An address without page number, session id, sorting and fragment: what pages of one thread have in common."""
    try:
        parts = urlsplit(url)
        path, route, pairs = split_address(url)
    except ValueError:
        return url
    query = [PAGE_PATH.sub("", route)] if route else []
    for name, value in pairs:
        low = name.lower()
        if low in NOISE_NAMES and not (low == "s" and len(value) < 16):
            continue
        if low in PAGE_NAMES and value.lstrip("-").isdecimal() and not (low == "p" and len(pairs) == 1):
            continue
        query.append(f"{name}={value}")
    path = PAGE_PATH.sub("", path).rstrip("/") or "/"
    return f"{parts.scheme}://{parts.netloc}{path}" + (f"?{'&'.join(sorted(query))}" if query else "")


ACTION_SEGMENTS = word_set(
    "edit reply delete report last new unread print quote vote share stats users members feed rss amp history "
    "find latest"
)


# Names that a machine made up: "ce1d03e2b4", "x7Kq2Lm9".
MADE_UP = re.compile(r"(?=.*\d)(?:[0-9a-f]{8,}|(?:[a-zA-Z]{1,4}\d{1,4}){3,}[a-zA-Z]{0,4})")


def _is_slug(stem: str) -> bool:
    """Whether a segment is a title or a made-up name rather than a word of the program's."""
    made_up = MADE_UP.fullmatch(stem) and not stem.isdecimal()
    return bool(made_up) or "%" in stem or not stem.isascii() or len(stem) > 24


def _segment_pattern(segment: str) -> str:
    """ "12" is #, "12-a-title" #, "thread-12-1.html" thread-#-#.html; "some-long-title", "标题", "ce1d03e2b4" are *."""
    stem, dot, ending = segment.rpartition(".")
    if not stem or len(ending) > 5 or ending.isdecimal():
        stem, dot, ending = segment, "", ""
    shown = re.sub(r"\d+", "#", stem)
    words = re.findall(r"[^\W\d_]{2,}|%[0-9A-Fa-f]{2}", stem)
    if re.match(r"\d+[-_.]\D", stem) and len(words) > 1:
        shown = "#"
    elif re.search(r"\D[-_.]\d+$", stem) and len(words) > 2:
        shown = "*#"
    elif _is_slug(stem) or len(words) > 2 or shown.count("#") > 3:
        shown = "*"
    return shown + dot + ending


@lru_cache(maxsize=20_000)
def pattern_of(url: str) -> str:
    """The pattern that addresses of one kind share: numbers become #, slugs *."""
    try:
        parts = urlsplit(url)
        path, route, pairs = split_address(url)
    except ValueError:
        return url
    steps = path.strip("/").split("/") + (route.strip("/").split("/") if route else [])
    segments = [_segment_pattern(segment) for segment in steps]
    numbered = [position for position, segment in enumerate(segments) if "#" in segment]
    if numbered and not set(segments) & ACTION_SEGMENTS:
        segments = segments[: numbered[-1] + 1]  # what follows the number of a thread is its slug
    names = sorted(
        f"{name}={_segment_pattern(value) if len(value) < 40 else '*'}"
        for name, value in pairs
        if value and name.lower() not in NOISE_NAMES and name.lower() not in PAGE_NAMES - {"p"}
    )
    return f"{parts.netloc}/{'/'.join(segments)}" + (f"?{'&'.join(names)}" if names else "")


def is_below(pattern: str, other: str) -> bool:
    """Whether addresses of a pattern are those of another with one number more: "board?b=free&id=#" and "board?b=free",
    "board/free/#" and "board/free". Where one is a board, the other is a thread in it. A board is named: what asks for
    numbers alone ("days?month=#") may be a calendar."""
    path, _, query = pattern.partition("?")
    above, _, asked = other.partition("?")
    if path != above:
        step = path.removeprefix(f"{above.rstrip('/')}/")
        return query == asked and step != path and bool(re.fullmatch(r"#(?:\.\w+)?", step)) and above.count("/") > 1
    more, less = set(query.split("&")), set(filter(None, asked.split("&")))
    extra = more - less
    named = any(not part.endswith("=#") for part in less)
    return named and less < more and len(extra) == 1 and extra.pop().endswith("=#")
