"""Discuz! X2 to X3.5, desktop and touch templates, from its published markup (docs/platforms.md).

Posts are numbered over the whole site. Links carry session ids (`sid=`) and the list page they were reached from
(`extra=`, the last number of `thread-T-N-X.html`): a thread is known by its `tid` alone. A post whose author is
banned keeps its floor while its body becomes a notice: that is no post.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urljoin, urlsplit

import attrs
from parsel import Selector
from web_poet import HttpResponse, field

from crawlers.bodies import read_body
from crawlers.markup import says
from crawlers.pages import BoardLink, BoardPage, Platform, ThreadLink, ThreadPage, Visit
from crawlers.posts import (
    Thread,
    build_post,
    first,
    in_zone,
    once,
    pick_text,
    read_count,
    read_element,
    read_floor,
    read_moment,
    text_of,
)
from crawlers.times.moments import Moment
from domain.pages import Role
from domain.posts import Author, Counts, Post

NAME = "discuz"
STATIC_THREAD = re.compile(r"/thread-(\d+)-(\d+)-\d+\.html?$")
STATIC_BOARD = re.compile(r"/forum-(\w+)-(\d+)\.html?$")
# "GMT+8, 2026-11-22 20:08", the foot of each page: the zone of all its times.
CLOCK = re.compile(r"\bGMT(?P<hours>[+-]\d{1,2})?, \d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}")
# Guests are called 匿名 or 游客, and where they came from: "游客 203.0.113.x:4711".
GUEST_PLACE = re.compile(r"(?i)\s+[\da-f]+(?:[.:][\da-fx*]+)+$")
FINGERPRINT = re.compile(
    r"""(?ix) <meta\s+name=["']generator["']\s+content=["']Discuz!
      | <body[^>]+id=["']nv_(?:forum|home|portal|group|member)["']
      | \bdiscuz_uid\s*= | \bSTYLEID\s*=\s*'\d+',\s*STATICURL"""
)
# A page with the fingerprint has one of these.
WORDS = ("discuz", "nv_", "staticurl")


def recognise_role(response: HttpResponse) -> Role | None:
    """By the generator, the body's id, the script variables or the cookies; the role by what is on the page.

    A sentence instead of a page (log-in wall, missing thread: all answered with 200) is "other".
    """
    text = response.text
    cookies = " ".join(response.headers.getall("Set-Cookie", []))
    known = says(text, WORDS) and FINGERPRINT.search(text)
    if not (known or re.search(r"\w{4}_2132_(?:saltkey|lastvisit)=", cookies)):
        return None
    if response.css("#messagetext, .alert_error, .jump_c"):
        return "other"
    if response.css("[id^=postmessage_], #postlist, .plc[id^=pid] .message"):
        return "thread"
    if response.css("#threadlisttableid, #threadlist, .threadlist, [id^=normalthread_]"):
        return "board"
    if response.css(".fl_tb, .fl_g, #category_lstlastpost, [id^=category_], .forumlist"):
        return "home"
    return "other"


def _query(url: str) -> dict[str, str]:
    try:
        return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    except ValueError:
        return {}


def _folder(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[0].removesuffix("/archiver")


def thread_id(url: str) -> str | None:
    """The tid in either form of address; None where the address names no thread."""
    match = STATIC_THREAD.search(urlsplit(url).path)
    if match:
        return match[1]
    query = _query(url)
    tid = query.get("tid") or query.get("ptid") or ""
    return tid if tid.isdecimal() else None


def board_id(url: str) -> str | None:
    """The fid in either form of address; None where the address names no board."""
    match = STATIC_BOARD.search(urlsplit(url).path)
    if match:
        return match[1]
    query = _query(url)
    fid = query.get("fid", "")
    return fid if fid.isalnum() and query.get("mod", "forumdisplay") == "forumdisplay" else None


def thread_key(url: str) -> str:
    """ "discuz:tid:12", with the folder the forum lies in before it, if there is one."""
    tid = thread_id(url)
    return ":".join(filter(None, (NAME, _folder(url), "tid", tid))) if tid else url.split("#", 1)[0]


def page_url(url: str, number: int) -> str:
    """Page `number` of a thread or board, without session id and way-marks, in the form that `url` has."""
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}"
    thread, board = STATIC_THREAD.search(parts.path), STATIC_BOARD.search(parts.path)
    if thread:
        return f"{base}{parts.path[: thread.start()]}/thread-{thread[1]}-{number}-1.html"
    if board:
        return f"{base}{parts.path[: board.start()]}/forum-{board[1]}-{number}.html"
    tid, fid, query = thread_id(url), board_id(url), _query(url)
    kept = [(name, query[name]) for name in ("mod", "fid" if fid and not tid else "tid", "mobile") if name in query]
    if query.get("mod") == "redirect":  # a permalink: the page that it leads to
        kept = [("mod", "viewthread"), ("tid", tid or "")]
    if not kept:
        return url
    more = [("page", str(number))] if number > 1 else []
    return f"{base}{parts.path}?" + "&".join(f"{name}={value}" for name, value in (*kept, *more))


def _zoned(response: HttpResponse, visit: Visit) -> Visit:
    """The visit, in the zone that the foot of the page names; touch templates and the archive name none."""
    text = response.text
    match = CLOCK.search(text, max(0, len(text) - 20_000))
    return in_zone(visit, int(match["hours"] or 0)) if match else visit


def _next_url(response: HttpResponse) -> str | None:
    """The "next" of the pager that belongs to this very thread or board; other pagers lead elsewhere."""
    here = str(response.url)
    links = response.css("div.pg a.nxt::attr(href), .page a.nxt::attr(href), .pages a.next::attr(href)").getall()
    links += response.css("#autopbn::attr(rel)").getall()
    links += response.xpath(
        "//*[has-class('pg') or has-class('page')]//a[contains(., '下一页') or contains(., '下一頁')]/@href"
    ).getall()
    for link in links:
        target = urljoin(here, link)
        same = thread_id(target) == thread_id(here) if thread_id(here) else board_id(target) == board_id(here)
        number = re.search(r"[?&]page=(\d+)", target) or STATIC_BOARD.search(target)
        static = STATIC_THREAD.search(urlsplit(target).path)
        if same and (static or number):
            return page_url(target, int(static[2]) if static else int(number[number.lastindex or 1]) if number else 1)
    return None


@attrs.define(kw_only=True)
class DiscuzBoardPage(BoardPage):
    """A board, or the index of all boards."""

    @field
    def name(self) -> str | None:
        """The board's name over its list."""
        return pick_text(
            self.response, "h1.xs2 a", ".bm_h h1 a", "#pt .z a:last-of-type", ".header h2", ".header .name"
        )

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        """Boards of the index; on a board's own page only the ones below it."""
        below = self.response.css("[id^=subforum_]")
        whole = [] if self.response.css("#threadlist") else self.response.css("#ct, #wp, .forumlist, body")[:1]
        scope = below or whole
        found: dict[str, BoardLink] = {}
        here = board_id(str(self.response.url))
        for link in (link for part in scope for link in part.css("h2 a[href], dt a[href], .fl_g a[href], li a[href]")):
            url = urljoin(str(self.response.url), link.attrib["href"])
            fid, name = board_id(url), text_of(link)
            if (
                fid
                and fid != here
                and name
                and "filter=" not in url
                and not link.xpath("ancestor::*[@id='pt' or @id='nv']")
            ):
                found.setdefault(fid, BoardLink(page_url(url, 1), name))
        return tuple(found.values())

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """Threads with replies, last poster and (where it is written out) last time as their sign."""
        rows = self.response.css("tbody[id^=normalthread_], tbody[id^=stickthread_]")
        rows = rows or self.response.css(".threadlist li:is(.list, .list_top)")
        rows = rows or self.response.css(".threadlist li, #alist li")
        visit = _zoned(self.response, self.visit)
        links = (link for row in rows if (link := self._read_row(row, visit)) is not None)
        return tuple({link.key: link for link in links}.values())

    def _read_row(self, row: Selector, visit: Visit) -> ThreadLink | None:
        # The icon before a title leads to the thread as well, without a word.
        anchor = first(row.css("a.xst")) or first(
            row.css("th a[href*='tid='], th a[href*='thread-'], a[href*='viewthread']")
        )
        if anchor is None:
            return None
        url = urljoin(str(self.response.url), anchor.attrib.get("href", ""))
        if thread_id(url) is None:
            return None
        replies = pick_text(
            row, "td.num a", "td.nums strong", ".replies", ".threadlist_foot li:has(.dm-chat-s-fill)", ".num"
        )  # never the views beside them
        last = row.css("td.by")[-1:]
        poster = text_of(first(last.css("cite")))
        # "3 分钟前" changes by itself; the title beside it, or a date written out, does not.
        when = last.css("em span::attr(title)").get() or text_of(first(last.css("em")))
        moment = read_element(visit, first(last.css("em span[title]")) or first(last.css("em")))
        sign = "|".join(filter(None, (replies, poster, when if when and not moment.relative else None))) or None
        sticky = row.attrib.get("id", "").startswith("stick") or bool(row.css(".icon_top, a > .micon"))
        # Touch templates have the writer's name or a word on a sticky thread inside the link.
        own = " ".join(
            "".join(anchor.xpath(".//text()[not(ancestor::*[has-class('by') or has-class('micon')])]").getall()).split()
        )
        return ThreadLink(page_url(url, 1), thread_key(url), own or None, sign, sticky)

    @field
    def next_url(self) -> str | None:
        """Page 2 and on."""
        return _next_url(self.response)


def _read_moment(node: Selector, pid: str, visit: Visit) -> Moment:
    desktop = first(node.css(f"#authorposton{pid}"))
    if desktop is not None:
        return read_element(visit, desktop)
    touch = node.css(".authi .mtime, .authi .rela")[:1]  # later ones are of comments on the post
    return read_moment(visit, ["".join(touch.xpath("./text()").getall())])


@attrs.define(kw_only=True)
class DiscuzThreadPage(ThreadPage):
    """One page of a thread."""

    @field
    def key(self) -> str:
        """ "discuz:tid:T"."""
        return thread_key(self._address())

    def _address(self) -> str:
        """An address that names the thread: the page's own, or the one that its title or reply link leads to."""
        here = str(self.response.url)
        if thread_id(here):
            return here
        places = "#thread_subject::attr(href), .plc a[href*='ptid=']::attr(href), a#post_reply::attr(href)"
        links = self.response.css(places)
        return next((url for link in links.getall() if thread_id(url := urljoin(here, link))), here)

    @field
    def title(self) -> str | None:
        """The subject of the thread."""
        touch = "".join(self.response.css(".postlist > h2::text, .view_tit::text").getall()).strip()
        return pick_text(self.response, "#thread_subject", "#threadtitle h1") or touch or self.visit.title

    @field
    def board(self) -> str | None:
        """The last board in the bread crumbs."""
        crumbs = self.response.css("#pt a, #nav a, .header h2 a, .header .nav a")
        here = str(self.response.url)
        names = [text_of(link) for link in crumbs if board_id(urljoin(here, link.attrib.get("href", "")))]
        touch = text_of(first(self.response.css(".header .name")))
        return next((name for name in reversed(names) if name), touch or self.visit.board)

    @field
    def posts(self) -> tuple[Post, ...]:
        """Posts with a body; banned ones have a notice in its place."""
        address = self._address()
        views, replies = ([read_count(text_of(n)) for n in self.response.css("#postlist .hm .xi1")] + [None, None])[:2]
        counts = Counts(views=views, replies=replies)
        thread = Thread(NAME, str(self.response.url), self.key, page_url(address, 1), self.title, self.board, counts)
        desktop = [node for node in self.response.css("div[id^=post_]") if re.fullmatch(r"post_\d+", node.attrib["id"])]
        nodes = desktop or [n for n in self.response.css(".plc[id^=pid]") if re.fullmatch(r"pid\d+", n.attrib["id"])]
        visit = _zoned(self.response, self.visit)
        read = [self._read_post(node, thread, visit, visit.floors_before + n) for n, node in enumerate(nodes, 1)]
        return once(post for post in read if post is not None)

    def _read_post(self, node: Selector, thread: Thread, visit: Visit, number: int) -> Post | None:
        pid = re.sub(r"\D", "", node.attrib["id"])
        # Touch templates put what belongs to a poll or a reward round the words themselves.
        message = first(node.css(f"#postmessage_{pid}")) or first(node.css(".message"))
        if message is None or (message.css(".quote > em") and not message.css("blockquote")):  # the notice on a ban
            return None
        options = "".join(node.css(".typeoption").getall())  # the form that a classified advert fills in
        link = first(node.css(".authi a.xw1, .postauthor .postinfo a, .authi a[href*='uid'], .authi a[href*='space-']"))
        target = urljoin(thread.page_url, link.attrib.get("href", "")) if link is not None else None
        uid = re.search(r"(?:uid[=-])(\d+)", target or "")
        guest = pick_text(node, ".pls .pi", ".postauthor .postinfo", ".authi .z", ".authi b")
        floor_label = pick_text(node, f"#postnum{pid}", ".authi .y", ".authi em")
        folder = _folder(thread.page_url)
        findpost = f"{folder}/forum.php?mod=redirect&goto=findpost&ptid={thread_id(thread.url) or ''}&pid={pid}"
        return build_post(
            thread,
            visit,
            identity=(folder, "pid", pid),
            url=urljoin(thread.page_url, findpost),
            body=read_body(options + (message.get() or ""), thread.page_url),
            author=Author(text_of(link) or GUEST_PLACE.sub("", guest or "") or None, uid[1] if uid else None, target),
            moment=_read_moment(node, pid, visit),
            post_id=pid,
            floor=read_floor(floor_label) or number,
        )

    @field
    def next_url(self) -> str | None:
        """Page 2 and on."""
        return _next_url(self.response)


PLATFORM = Platform(
    name=NAME,
    role=recognise_role,
    board=DiscuzBoardPage,
    thread=DiscuzThreadPage,
    page_url=page_url,
    closed=(
        "/api/",
        "/data/",
        "/source/",
        "/install/",
        "/template/",
        "/config/",
        "/uc_client/",
        "/uc_server/",
        "/static/",
        "/admin.php",
        "/search.php",
        "/member.php",
        "/forum.php?mod=redirect",
        "/forum.php?mod=post",
        "/forum.php?mod=attachment",
        "/home.php?mod=spacecp",
        "/misc.php?mod=tag",
    ),
)
