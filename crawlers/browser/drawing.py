"""Plain HTTP first; a browser for the pages that need one, and then for their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.browser.chromium import render_meta
from crawlers.conduct.gate import Conduct, spider_of
from crawlers.pages import Platform
from crawlers.reading import Reading
from crawlers.walk.course import Errand, errand_of
from crawlers.wire import certificate_digest, exchanges_of, is_rendered
from domain.pages import Role

if TYPE_CHECKING:
    from crawlers.plan import Plan

# Platform of the page that had the link, what the link promised, and the list that it belongs to: one board of a site
# can be made by scripts while the others are not.
Kind = tuple[str, Role | None, str]
CONDITIONS = ("If-None-Match", "If-Modified-Since")


class Drawing:
    """Decides, for one crawl, which pages the browser draws."""

    def __init__(self, conduct: Conduct) -> None:
        self._conduct = conduct
        self._plan: Plan = conduct.plan
        # Kinds that only the browser could show, with their platform, and kinds that came whole over HTTP.
        self._drawn: dict[Kind, Platform | None] = {}
        self._plain: set[Kind] = set()

    @property
    def possible(self) -> bool:
        """Whether there is a browser."""
        return self._plan.browser is not None

    def wants(self, response: Response, reading: Reading) -> bool:
        """Whether only a browser can show a page whose raw HTML was read."""
        render = self._plan.source.render
        if is_rendered(response) or render == "never" or response.status != 200 or reading.platform is None:
            return False
        return render == "always" or reading.scripted

    def learn(self, errand: Errand, reading: Reading) -> None:
        """A page was read; how, says how its kind is to be asked for."""
        kind = kind_of(errand)
        if not reading.visit.rendered:
            self._plain.add(kind)
        elif errand.platform and kind not in self._plain and reading.platform:
            self._drawn[kind] = reading.platform

    def redraw(self, response: Response, reading: Reading) -> Request:
        """The request for the same page, drawn by the browser. What HTTP gave goes along."""
        assert response.request
        again = response.request.replace(url=response.url)
        again.meta["drawn_again"] = True
        again.meta["served_body"] = response.body
        again.meta["certificate_sha256"] = certificate_digest(response)
        again.meta["exchanges"] = exchanges_of(response, self._conduct.guard)
        self._draw(again, reading.platform)
        return again

    def prefer(self, request: Request) -> None:
        """Turns a request of a kind that only the browser can show into one for the browser."""
        kind = kind_of(errand_of(request))
        asked = "errand" in request.meta and "playwright" not in request.meta
        if asked and self.possible and (kind in self._drawn or self._plan.source.render == "always"):
            self._draw(request, self._drawn.get(kind))

    def _draw(self, request: Request, platform: Platform | None) -> None:
        request.meta.update(render_meta(self._conduct, request.url, platform))
        for name in CONDITIONS:
            request.headers.pop(name, None)


def kind_of(errand: Errand) -> Kind:
    """The kind of the page that is asked for."""
    return errand.platform, errand.role, errand.within.url if errand.within else ""


class DrawingMiddleware:
    """Asks about each request at the last moment, when most is known about its kind."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The spider has the Drawing."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Sends the request to the browser, where that is where it has to go."""
        spider_of(self._crawler).drawing.prefer(request)
