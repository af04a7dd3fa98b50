"""What belongs to a crawl: pages of the same site that hold posts; no log-in, search, form, profile or file.

Pure functions of addresses and headers. The tables are the common forms of the programs of PLATFORMS.md.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from domain.sources import site_of

if TYPE_CHECKING:
    from tldextract import TLDExtract

# Session ids that a server writes into the links of a visitor without cookies; `s` and `sid` only as 32 hex digits,
# because they are also the names of searches.
SESSION_NAMES = frozenset({"phpsessid", "jsessionid", "aspsessionid", "sessionid", "session_id", "oscsid", "zenid"})
SHORT_SESSION_NAMES = frozenset({"s", "sid"})
SESSION_VALUE = re.compile(r"[0-9a-f]{32}\Z", re.IGNORECASE)
PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)

# Path segments that close an address wherever they stand, a script's ending left out. One right after a number is a
# slug ("/topic/12/login/" is a thread about logging in), and a slug closes nothing.
CLOSED_SEGMENTS = frozenset({
    "login", "log-in", "signin", "sign-in", "logon", "logout", "log-out", "signout", "sign-out", "logoff",
    "register", "signup", "sign-up", "registration", "lostpassword", "lost-password", "forgot-password",
    "reset-password", "password_reset", "account", "accounts", "ucp", "usercp", "search", "find-new",
    "searchresults", "advanced_search", "newreply", "newthread", "newtopic", "new-topic", "new-thread", "post-reply",
    "posting", "compose", "sendmessage", "pm", "printthread", "printview", "sendthread", "subscribe", "unsubscribe",
    "member", "members", "memberlist", "user", "users", "profile", "profiles", "space", "u", "attachment",
    "attachments", "download", "downloads", "uploads", "admin", "admincp", "modcp", "moderation", "wp-admin",
    "wp-login", "cgi-bin", "api", "showpost", "findpost",
})  # fmt: skip
# What is done to a thread or a post: these close an address only as its last part, after something to do it to.
VERBS = frozenset({
    "like", "vote", "watch", "report", "join", "print", "goto", "find", "reply", "edit", "quote", "delete",
    "bookmark", "publish",
})  # fmt: skip
SCRIPT_ENDING = re.compile(r"\.(?:php\d?|aspx?|jsp|do|cgi|html?)\Z", re.IGNORECASE)
SINGLE_POST = re.compile(r"/comments?/\d+/find/?\Z", re.IGNORECASE)

# Query pairs: name → values that close an address (None: any value does).
CLOSED_QUERIES: dict[str, frozenset[str] | None] = {
    "mod": frozenset({
        "logging", "register", "space", "spacecp", "post", "redirect", "attachment", "misc", "search", "ajax",
        "connect",
    }),
    "do": frozenset({"login", "logout", "search", "newreply", "newthread", "addreply", "sendtofriend", "getnew"}),
    "action": frozenset({
        "login", "logout", "register", "search", "search2", "reply", "newthread", "printpage", "profile", "post",
        "dlattach", "lastpost", "newpost", "nextnewest", "nextoldest", "getfirstunread", "reminder", "lostpw",
    }),
    "mode": frozenset({
        "login", "logout", "register", "viewprofile", "reply", "quote", "post", "email", "contact", "sendpassword",
    }),
    "view": frozenset({"print", "getlastpost", "getnewpost"}),
    "goto": None, "printable": None, "print": None, "replytocom": None, "reply": None, "attachmentid": None,
    "login": None, "logout": None,
}  # fmt: skip
# Scripts where these names are a post's number and not a page's: a single post's address, which redirects. Beside a
# thread's own "id" they number its pages.
POST_NUMBER_SCRIPTS = re.compile(r"/(?:viewtopic|showthread|showpost|viewthread)\.php\Z", re.IGNORECASE)
POST_NUMBER_NAMES = frozenset({"p", "pid"})

FILE_ENDING = re.compile(
    r"\.(?:7z|aac|apk|avi|bin|bmp|bz2|css|csv|dmg|docx?|eot|epub|exe|flac|flv|gif|gz|ico|iso|jpe?g|js|json|m4a|m4v|"
    r"map|mdb|mid|mkv|mobi|mov|mp[34]|mpe?g|msi|od[pst]|ogg|otf|pdf|png|pptx?|psd|rar|rss|rtf|sql|svg|swf|tar|tgz|"
    r"tiff?|torrent|ttf|txt|wav|webm|webp|wma|wmv|woff2?|xlsx?|xml|xz|zip|zst)\Z",
    re.IGNORECASE,
)
IMAGE_ENDING = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp)\Z", re.IGNORECASE)
IMAGE_TYPES = frozenset({
    "image/jpeg", "image/jpg", "image/pjpeg", "image/png", "image/x-png", "image/gif", "image/webp", "image/bmp",
    "image/x-ms-bmp",
})  # fmt: skip
LOGIN_SEGMENTS = frozenset({"login", "log-in", "signin", "sign-in", "logon", "wp-login", "sso", "auth"})
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def normalise(url: str, base: str = "") -> str:
    """`url` (against `base`) in the one form by which a page meets itself: no fragment, no session id, lower-case host.

    Empty for anything that is not http(s), carries a name or password, or cannot be read.
    """
    try:
        parts = urlsplit(safe_url_string(urljoin(base, url.strip()) if base else url.strip()))
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            return ""
        host = site_of(urlunsplit(parts))
    except ValueError:
        return ""
    pairs = [pair for pair in parts.query.split("&") if pair and not is_session(*pair.partition("=")[::2])]
    return urlunsplit((parts.scheme, host, PATH_SESSION.sub("", parts.path) or "/", "&".join(pairs), ""))


def is_session(name: str, value: str) -> bool:
    """Whether a query pair is a session id."""
    lower = name.lower()
    return lower in SESSION_NAMES or (lower in SHORT_SESSION_NAMES and bool(SESSION_VALUE.match(value)))


def is_login(url: str) -> bool:
    """Whether `url` is a log-in form, where a redirect to it says that the page is for members."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return (
        bool(LOGIN_SEGMENTS.intersection(segments_of(parts.path)))
        or query.get("mod") == "logging"
        or "login" in (query.get("action"), query.get("mode"), query.get("do"), query.get("act"))
    )


def segments_of(path: str) -> list[str]:
    """The parts of a path in lower case, without the endings of scripts."""
    return [SCRIPT_ENDING.sub("", part) for part in unquote(path).lower().split("/") if part]


def is_closed(url: str) -> bool:
    """Whether `url` is a form, a profile, a search, a print view, a single post's redirect, or a file."""
    parts = urlsplit(url)
    segments = segments_of(parts.path)
    if FILE_ENDING.search(parts.path) or SINGLE_POST.search(parts.path):
        return True
    for before, part in zip(["", *segments], segments, strict=False):
        if part in CLOSED_SEGMENTS and not before.isdigit():
            return True
    if len(segments) > 1 and segments[-1] in VERBS:
        return True
    pairs = [(name.lower(), value.lower()) for name, value in parse_qsl(parts.query, keep_blank_values=True)]
    if any(closes(name, value) for name, value in pairs):
        return True
    names = {name for name, _ in pairs}
    return bool(POST_NUMBER_SCRIPTS.search(parts.path)) and bool(names & POST_NUMBER_NAMES) and "id" not in names


def is_closed_image(url: str) -> bool:
    """Whether `url` serves something else than a picture to look at: an attachment by its number, a file, a form.

    A picture's own file is one wherever a forum keeps it ("data/attachment/forum/a.jpg").
    """
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if IMAGE_ENDING.search(parts.path):
        return any(closes(name.lower(), value.lower()) for name, value in pairs)
    return is_closed(url)


def closes(name: str, value: str) -> bool:
    """Whether a query pair, in lower case, closes an address."""
    values = CLOSED_QUERIES.get(name, frozenset())
    return values is None or value in values


def host_without_www(url: str) -> str:
    """Host and port, without a leading "www."."""
    return site_of(url).removeprefix("www.")


def domain_of(url: str) -> str:
    """The domain that was registered for the host of `url` ("forum.example.co.uk" is of example.co.uk), else its host.

    By the public-suffix list as it was packaged; nothing is fetched.
    """
    parts = split_domain()(urlsplit(url).hostname or "")
    return parts.top_domain_under_public_suffix or site_of(url)


@cache
def split_domain() -> TLDExtract:
    """The reader of the packaged public-suffix list."""
    from tldextract import TLDExtract

    return TLDExtract(include_psl_private_domains=True, suffix_list_urls=(), cache_dir=None)


class Scope:
    """One source's site: host and port of its address, and of where its first page moved by a leading "www."."""

    def __init__(self, url: str) -> None:
        self._site = host_without_www(url)
        self._domain = domain_of(url)
        self._starts = {normalise(url)}
        self._searches: set[str] = set()

    def add_start(self, url: str) -> None:
        """An address that the source itself names is never closed by its shape."""
        self._starts.add(normalise(url))

    def add_search(self, url: str) -> None:
        """The pages of a search that the source itself names: the same path, whatever is asked."""
        self.add_start(url)
        self._searches.add(urlsplit(normalise(url)).path)

    def holds_site(self, url: str) -> bool:
        """Whether `url` is on the source's site."""
        try:
            return host_without_www(url) == self._site
        except ValueError:
            return False

    def is_kin(self, url: str) -> bool:
        """Whether `url` is on the source's site or another host of its domain, where scripts and styles may lie."""
        try:
            return self.holds_site(url) or domain_of(url) == self._domain
        except ValueError:
            return False

    def holds(self, url: str) -> bool:
        """Whether `url` may be a page of this crawl."""
        normal = normalise(url)
        if not normal or not self.holds_site(normal):
            return False
        return normal in self._starts or urlsplit(normal).path in self._searches or not is_closed(normal)

    def holds_image(self, url: str) -> bool:
        """Whether `url` may be asked for as a picture of a post: on the source's own host and port, not by way of a
        script that hands out attachments."""
        normal = normalise(url)
        return bool(normal) and self.holds_site(normal) and not is_closed_image(normal)


def is_image_type(content_type: str | None) -> bool:
    """Whether a Content-Type is one of a picture that is read (an SVG is a program, and none)."""
    return (content_type or "").partition(";")[0].strip().lower() in IMAGE_TYPES


def is_html(content_type: str | None) -> bool:
    """Whether a Content-Type is one of a page; a missing one may be."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return not kind or kind in HTML_TYPES
