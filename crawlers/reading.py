"""From a response to its page objects: what scrapy-poet gives to the spider's callback.

No rule maps addresses to page objects: unknown hosts are recognised from the page itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy_poet.page_input_providers import PageObjectInputProvider
from web_poet import HttpResponse, HttpResponseHeaders

from crawlers.bounds import bound_time, check_size
from crawlers.capture import rendered_body
from crawlers.charset import find_encoding
from crawlers.conduct.gate import spider_of
from crawlers.conduct.politeness import now
from crawlers.conduct.scope import is_html
from crawlers.declared import choose_role, declare
from crawlers.documents import MarkupResponse, is_data
from crawlers.generic import PLATFORM as GENERIC
from crawlers.pages import BoardItem, BoardPage, Platform, ThreadItem, ThreadPage, Visit, is_bare
from crawlers.posts import prefer_served
from crawlers.recognise import recognise
from crawlers.walk.course import errand_of
from crawlers.wire import is_rendered
from domain.pages import Role
from domain.sources import Source

MOST_SERVED = 10 * 1024 * 1024  # bytes of a page before its scripts that are read beside it


@dataclass(frozen=True)
class Reading:
    """A response as its platform sees it. `platform` is None where there is no page to read (an error, a file).

    `served` is what the server sent of a page that a browser has drawn.
    """

    response: HttpResponse
    visit: Visit
    platform: Platform | None
    role: Role
    served: HttpResponse | None = None

    @property
    def board(self) -> BoardPage | None:
        """The page object that reads it as a list."""
        return self.platform.board(response=self.response, visit=self.visit) if self.platform else None

    @property
    def thread(self) -> ThreadPage | None:
        """The page object that reads it as a thread."""
        return self.platform.thread(response=self.response, visit=self.visit) if self.platform else None

    @property
    def name(self) -> str:
        """The platform's name, empty where there is none."""
        return self.platform.name if self.platform else ""

    @property
    def fault(self) -> str:
        """What a source's own description of its site does not find on this page; "" where it finds all, or is none."""
        explain = self.platform.explain if self.platform else None
        return explain(self.response, self.role) if explain else ""

    async def item(self, expected: Role | None) -> BoardItem | ThreadItem | None:
        """What the page says, read first as what a link promised it to be, then as what it looks like.

        Raises Overrun.
        """
        with bound_time():
            return await self._item(expected)

    async def _item(self, expected: Role | None) -> BoardItem | ThreadItem | None:
        first: BoardItem | ThreadItem | None = None
        for role in dict.fromkeys((expected or self.role, self.role)):
            item = await self.item_as(role)
            if item and not is_bare(item):
                return item
            first = first or item
        return first

    async def item_as(self, role: Role) -> BoardItem | ThreadItem | None:
        """What the page says when it is read as a page for `role`."""
        if self.platform is None or role == "other":
            return None
        page = self.thread if role == "thread" else self.board
        item = await page.to_item() if page else None
        if isinstance(item, ThreadItem) and item.posts and self.served is not None:
            before = self.platform.thread(response=self.served, visit=replace(self.visit, rendered=False))
            item = replace(item, posts=prefer_served(item.posts, before.posts))
        return item


def choose_platform(page: HttpResponse, source: Source, expected: Role | None) -> tuple[Platform, Role]:
    """Who reads a page: the source's own description of its site, the platform that it names, or who knows the page."""
    if source.selectors:
        described = declare(source.selectors)
        role = choose_role(described, source.selectors, page, expected)
        if role is not None:
            return described, role
    return recognise(page, name=source.platform) if source.platform else recognise(page)


class ReadingProvider(PageObjectInputProvider):
    """Builds the page objects for a response, and what they may know beside it."""

    provided_classes = {Reading}  # noqa: RUF012 (as its base class declares it)
    name = "reading"

    def __call__(
        self, to_provide: set[Callable[..., Any]], request: Request, response: Response, crawler: Crawler
    ) -> Sequence[Reading]:
        """One Reading for the response."""
        source = spider_of(crawler).plan.source
        rendered = is_rendered(response)
        body = rendered_body(response) if rendered else response.body
        kinds = response.headers.getlist("Content-Type")  # the first counts, as in Page.header
        content_type = kinds[0].decode("latin-1") if kinds else ""
        headers = HttpResponseHeaders.from_bytes_dict(response.headers)

        def as_page(content: bytes, encoding: str) -> MarkupResponse:
            return MarkupResponse(
                response.url, body=content, status=response.status, headers=headers, encoding=encoding
            )

        page = as_page(body, "utf-8" if rendered else find_encoding(content_type, body))
        sent: bytes | None = request.meta.get("served_body") if rendered else None
        served = as_page(sent, find_encoding(content_type, sent)) if sent and len(sent) <= MOST_SERVED else None
        walk = errand_of(request).thread
        visit = Visit(
            fetched_at=request.meta.get("fetched_at") or now(),
            timezone=source.timezone,
            rendered=rendered,
            floors_before=walk.floors if walk else 0,
            title=walk.link.title if walk and walk.link else None,
            board=walk.board if walk else None,
        )
        if response.status >= 300 or not body or not (is_html(content_type) or is_data(content_type)):
            return [Reading(page, visit, None, "other")]
        check_size(body)
        with bound_time():
            platform, role = choose_platform(page, source, errand_of(request).role)
        if is_data(content_type) and (platform is GENERIC or role == "other"):
            return [Reading(page, visit, None, "other")]  # inference reads markup, and this is none
        return [Reading(page, visit, platform, role, served)]
