"""What the two page objects read alike: the first fitting element, a time, the site's clock, the next page."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin

from parsel import Selector
from web_poet import HttpResponse

from crawlers.layout.addresses import Place, clean_url
from crawlers.layout.table import Layout
from crawlers.links import resolve
from crawlers.markup import place_of
from crawlers.pages import Visit
from crawlers.posts import (
    first,
    in_zone,
    read_element,
    read_moment,
)
from crawlers.times.moments import Moment

# "All times are UTC+08:00", "All times are GMT +8.", "时区: UTC+8": what a site says of its own clock, in the footer.
ZONE = re.compile(
    r"(?i)(?:all times are|times are in|时间均为|時間均為|时区|時區|所有時間)[^<\d+-]{0,40}?(?:<[^>]*>\s*)?(?:UTC|GMT)"
    r"(?:\s*(?P<hours>[+-]\s?\d{1,2})(?::?00)?(?![:\d]))?"
)
ZONE_WORDS = ("times are", "时间均为", "時間均為", "时区", "時區", "所有時間")
ZONE_LEAD = len("all ")
ZONE_REACH = 20_000  # characters

HOUR = 3600  # seconds
CLOCK_ERROR = 300  # seconds by which a page's clock may differ from the time of its fetch, whole hours apart


def find_first(node: Selector | HttpResponse, selectors: tuple[str, ...]) -> Selector | None:
    """The first element that the first fitting selector finds."""
    return next((found for css in selectors for found in node.css(css)[:1]), None)


def is_itself(node: Selector, css: str) -> bool:
    """Whether one of the classes that `css` names is the node's own."""
    own = set(node.attrib.get("class", "").split())
    return any(part.strip().startswith(".") and part.strip()[1:] in own for part in css.split(","))


def read_when(node: Selector | HttpResponse, selectors: tuple[str, ...], visit: Visit) -> Moment:
    """The time that the first fitting selector gives; "::text" takes an element's own words and the titles in it."""
    for css in selectors:
        if css.endswith("::text"):
            days = [title for found in node.css(css[:-6])[:1] for title in found.xpath("./*/@title").getall()]
            own = [text.strip(" ,;|»«·\t\r\n\xa0") for text in node.css(css).getall()[:8]]
            moment = read_moment(visit, [*days, *own, " ".join(own)])
        else:
            moment = read_element(visit, first(node.css(css)))
        if moment.when is not None:
            return moment
    return Moment()


def stated_zone(response: HttpResponse, visit: Visit, clock: tuple[str, ...] = ()) -> Visit:
    """The visit, in the zone of the page's times: it names it ("All times are UTC+08:00") or shows its own clock."""
    match = _find_zone(response.text)
    if match is not None:
        return in_zone(visit, int((match["hours"] or "0").replace(" ", "")))
    shown = read_when(response, clock, replace(visit, timezone="UTC"))
    if shown.when is None or shown.precision not in ("second", "minute"):
        return visit
    ahead = (shown.when - visit.fetched_at).total_seconds()
    hours = round(ahead / HOUR)
    return in_zone(visit, hours) if abs(ahead - hours * HOUR) < CLOCK_ERROR else visit


def _find_zone(text: str) -> re.Match[str] | None:
    """What a page says of its zone, at its foot or at its head."""
    for start, end in ((max(0, len(text) - ZONE_REACH), len(text)), (0, ZONE_REACH)):
        place = place_of(text, ZONE_WORDS, start, end)
        match = ZONE.search(text, max(start, place - ZONE_LEAD), end) if place >= 0 else None
        if match is not None:
            return match
    return None


def find_next(response: HttpResponse, layout: Layout, kind: str, base: str) -> str | None:
    """The next page of this very thread or board: what its pager says, else the nearest later page that is linked.

    A pager of something else, "next" that leads back, and links of other threads are none.
    """
    here = layout.addresses.find(str(response.url), kind) or _canonical_place(response, layout, kind)
    marked = [link for css in layout.next for link in response.css(css).css("a::attr(href), link::attr(href)").getall()]
    for links, must_count in ((marked, False), (response.css("a::attr(href)").getall() if here else [], True)):
        later: dict[int, str] = {}
        for link in dict.fromkeys(links):
            target = resolve(base, link)
            place = layout.addresses.find(target, kind) if target else None
            if target is None or (place is None and (must_count or here)):
                continue
            if here is None or place is None:
                return clean_url(target)
            if place.id == here.id and place.page > here.page and "#" not in target:
                later.setdefault(place.page, clean_url(target))
        if later:
            return later[min(later)]
    return None


def _canonical_place(response: HttpResponse, layout: Layout, kind: str) -> Place | None:
    link = response.css("link[rel=canonical]::attr(href)").get()
    return layout.addresses.find(urljoin(str(response.url), link), kind) if link else None
