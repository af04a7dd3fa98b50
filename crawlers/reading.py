"""What a page says: who reads it, what it is for, and what stands on it.

A page is laid out as a `Sheet`, which holds all that reading takes; `read_sheet` reads it once, wherever that is done
(reader.py: in a process beside the crawl). No rule maps addresses to page objects: unknown hosts are recognised from
the page itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response
from web_poet import HttpResponseHeaders

from crawlers.bounds import Overrun, bound_time, check_size
from crawlers.browser.rendering import lacks, waits_for_script
from crawlers.capture import rendered_body
from crawlers.charset import find_encoding
from crawlers.conduct.politeness import now
from crawlers.conduct.scope import is_html
from crawlers.declared import choose_role, declare
from crawlers.documents import MarkupResponse, is_data
from crawlers.generic import PLATFORM as GENERIC
from crawlers.inference.leads import Lead, read_leads
from crawlers.pages import BoardItem, Platform, ThreadItem, Visit, is_bare
from crawlers.posts import prefer_served
from crawlers.recognise import recognise
from crawlers.results import read_results
from crawlers.walk.course import Errand
from crawlers.wire import is_rendered
from domain.pages import Role
from domain.sources import Source

MOST_SERVED = 10 * 1024 * 1024  # bytes of a page before its scripts that are read beside it

Item = BoardItem | ThreadItem


@dataclass(frozen=True)
class Sheet:
    """A page as it came, and why it was asked for: all that reading it takes.

    `headers` are lists of bytes by name. `body` of a page that a browser has drawn is UTF-8, `served` what the server
    sent of it. `expected` is what a link promised it to be, None for an address that the source names;
    `is_result`: it was asked for as a page of a search, and may have `moved` to another path.
    """

    url: str
    status: int
    headers: dict[Any, Any]
    body: bytes
    visit: Visit
    expected: Role | None = None
    served: bytes | None = None
    is_result: bool = False
    moved: bool = False

    @property
    def content_type(self) -> str:
        """The first one that the server names, as in Page.header."""
        return next((kind.decode("latin-1") for kind in self.headers.get(b"Content-Type", ())), "")

    def open(self) -> MarkupResponse:
        """The page as page objects see it."""
        return self._open(self.body, "utf-8" if self.visit.rendered else find_encoding(self.content_type, self.body))

    def open_served(self) -> MarkupResponse | None:
        """What the server sent of a page that a browser has drawn."""
        if not self.served or len(self.served) > MOST_SERVED:
            return None
        return self._open(self.served, find_encoding(self.content_type, self.served))

    def _open(self, content: bytes, encoding: str) -> MarkupResponse:
        headers = HttpResponseHeaders.from_bytes_dict(self.headers)
        return MarkupResponse(self.url, body=content, status=self.status, headers=headers, encoding=encoding)


@dataclass(frozen=True)
class Said:
    """What a sheet says.

    `name` is its platform's, empty where there is no page to read (an error, a file). `fault` is what a source's own
    description of its site does not find on it. `scripted`: only a browser can show what it is made of. `broken` is
    why it could not be read, else empty. `leads` are the links of a page that no platform knows.
    """

    name: str = ""
    role: Role = "other"
    item: Item | None = None
    fault: str = ""
    scripted: bool = False
    broken: str = ""
    leads: tuple[Lead, ...] = ()


class Broken(Exception):
    """A page that could not be read. The text says why."""


class Reading:
    """A sheet and what it says, to whoever decides what comes of it. The page itself is opened only when asked for."""

    def __init__(self, sheet: Sheet, said: Said, platform: Platform | None) -> None:
        self.sheet = sheet
        self.visit = sheet.visit
        self.platform = platform
        self.name, self.role, self.item = said.name, said.role, said.item
        self.fault, self.scripted, self.leads = said.fault, said.scripted, said.leads

    @cached_property
    def response(self) -> MarkupResponse:
        """The page."""
        return self.sheet.open()


def lay_out(response: Response, errand: Errand, source: Source) -> Sheet:
    """The sheet of a response."""
    request, walk = response.request, errand.thread
    assert request is not None
    rendered = is_rendered(response)
    visit = Visit(
        fetched_at=request.meta.get("fetched_at") or now(),
        timezone=source.timezone,
        rendered=rendered,
        floors_before=walk.floors if walk else 0,
        title=walk.link.title if walk and walk.link else None,
        board=walk.board if walk else None,
    )
    asked = (request.meta.get("redirect_urls") or [request.url])[0]
    return Sheet(
        url=response.url, status=response.status, headers=dict(response.headers),
        body=rendered_body(response) if rendered else response.body,
        visit=visit, expected=errand.role,
        served=request.meta.get("served_body") if rendered else None,
        is_result=source.is_search and errand.role in (None, "board"),
        moved=urlsplit(response.url).path != urlsplit(asked).path,
    )  # fmt: skip


def read_sheet(sheet: Sheet, source: Source) -> Said:
    """What a sheet says, in bounded time. Never raises: a reader that breaks costs its page and no other."""
    try:
        with bound_time():
            return _read(sheet, source)
    except Overrun as fault:
        return Said(broken=str(fault))
    except Exception as fault:  # noqa: BLE001 (whatever a page does to its reader)
        return Said(broken=f"its reader broke ({type(fault).__name__})")


def find_platform_of(sheet: Sheet, source: Source) -> Platform | None:
    """Who reads a sheet; None where there is nothing to read. Raises whatever a reader raises that breaks."""
    with bound_time():
        found = _choose(sheet, sheet.open(), source)
    return found[0] if found else None


def choose_platform(page: MarkupResponse, source: Source, expected: Role | None) -> tuple[Platform, Role]:
    """Who reads a page: the source's own description of its site, the platform that it names, or who knows the page."""
    if source.selectors:
        described = declare(source.selectors)
        role = choose_role(described, source.selectors, page, expected)
        if role is not None:
            return described, role
    return recognise(page, name=source.platform) if source.platform else recognise(page)


def _choose(sheet: Sheet, page: MarkupResponse, source: Source) -> tuple[Platform, Role] | None:
    kind = sheet.content_type
    if sheet.status >= 300 or not sheet.body or not (is_html(kind) or is_data(kind)):
        return None
    check_size(sheet.body)
    platform, role = choose_platform(page, source, sheet.expected)
    # Inference reads markup, and data is none.
    return None if is_data(kind) and (platform is GENERIC or role == "other") else (platform, role)


def _read(sheet: Sheet, source: Source) -> Said:
    page = sheet.open()
    chosen = _choose(sheet, page, source)
    if chosen is None:
        return Said()
    platform, role = chosen
    # Results of a search are a list whatever they look like, but a search may lead to a thread straight away.
    if sheet.is_result and not (sheet.moved and role == "thread"):
        item: Item | None = read_results(page, sheet.visit, platform)
    else:
        item = _read_item(sheet, page, platform, role)
    fault = platform.explain(page, role) if platform.explain else ""
    leads = read_leads(page) if platform is GENERIC and not sheet.is_result else ()
    return Said(platform.name, role, item, fault, _is_scripted(sheet, page, platform, role, item), leads=leads)


def _read_item(sheet: Sheet, page: MarkupResponse, platform: Platform, role: Role) -> Item | None:
    """Read first as what a link promised the page to be, then as what it looks like."""
    first: Item | None = None
    for kind in dict.fromkeys((sheet.expected or role, role)):
        item = _read_as(kind, sheet, page, platform)
        if item and not is_bare(item):
            return item
        first = first or item
    return first


def _read_as(role: Role, sheet: Sheet, page: MarkupResponse, platform: Platform) -> Item | None:
    if role == "other":
        return None
    if role != "thread":
        return platform.board(response=page, visit=sheet.visit).read()
    item = platform.thread(response=page, visit=sheet.visit).read()
    served = sheet.open_served() if item.posts else None
    if served is None:
        return item
    before = platform.thread(response=served, visit=replace(sheet.visit, rendered=False))
    return replace(item, posts=prefer_served(item.posts, before.posts))


def _is_scripted(sheet: Sheet, page: MarkupResponse, platform: Platform, role: Role, item: Item | None) -> bool:
    if sheet.visit.rendered or sheet.status != 200:
        return False
    if role != "other" and lacks(page.selector, platform.ready):
        return True
    return (item is None or is_bare(item)) and waits_for_script(page.selector)
