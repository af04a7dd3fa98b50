"""What a page says of itself for machines: JSON-LD (schema.org) and OpenGraph. About thirty fields, no library.

Posts are read from it only where the markup shows none; otherwise it fills in names and times that the markup lacks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from web_poet import HttpResponse

POST_TYPES = frozenset(
    ("DiscussionForumPosting", "SocialMediaPosting", "Comment", "UserComments", "Question", "Answer", "BlogPosting")
)
ADVERT_TYPES = frozenset(
    ("Product", "Offer", "Vehicle", "Car", "ClassifiedAd", "IndividualProduct", "Service", "JobPosting")
)
DEEPEST = 40


@dataclass(frozen=True)
class Stated:
    """One post or advert as the page states it."""

    kind: str
    text: str
    author: str | None
    author_url: str | None
    time: str | None
    url: str | None
    headline: str | None


def read_statements(response: HttpResponse) -> list[Stated]:
    """All posts and adverts of the page's JSON-LD, in its order; [] where it has none or it is broken."""
    found: list[Stated] = []
    for thing in _things(response):
        kinds = {str(kind).rpartition("/")[2] for kind in _list(thing.get("@type"))}
        kind = next(iter(kinds & (POST_TYPES | ADVERT_TYPES)), None)
        if kind is None:
            continue
        text = _string(
            thing.get("text") or thing.get("articleBody") or thing.get("description") or thing.get("reviewBody")
        )
        author = next(
            iter(_list(thing.get("author") or thing.get("creator") or thing.get("seller") or _seller(thing))), None
        )
        name = _string(author.get("name")) if isinstance(author, dict) else _string(author)
        link = _string(author.get("url") or author.get("@id")) if isinstance(author, dict) else None
        time = _string(
            thing.get("datePublished") or thing.get("dateCreated") or thing.get("datePosted") or thing.get("uploadDate")
        )
        headline = _string(thing.get("headline") or thing.get("name"))
        url = _string(thing.get("url") or thing.get("@id"))
        found.append(Stated(kind, text or "", name, link, time, url, headline))
    return found


def read_meta(response: HttpResponse, *names: str) -> str | None:
    """The first of the named meta properties that the page has."""
    for name in names:
        value = response.xpath("//meta[@property=$name or @name=$name or @itemprop=$name]/@content", name=name).get()
        if value and value.strip():
            return " ".join(value.split())
    return None


def _seller(thing: dict[str, Any]) -> Any:
    offers = next(iter(_list(thing.get("offers"))), None)
    return offers.get("seller") or offers.get("offeredBy") if isinstance(offers, dict) else None


def _things(response: HttpResponse) -> Iterator[dict[str, Any]]:
    for script in response.xpath("//script[@type='application/ld+json']/text()").getall():
        try:
            stack: list[tuple[Any, int]] = [(json.loads(re.sub(r"[\x00-\x1f]+", " ", script)), 0)]
        except (ValueError, RecursionError):
            continue
        while stack:
            node, depth = stack.pop()
            if depth > DEEPEST:
                continue
            if isinstance(node, dict):
                yield node
                stack.extend((value, depth + 1) for value in reversed(list(node.values())))
            elif isinstance(node, list):
                stack.extend((value, depth + 1) for value in reversed(node))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _string(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None
