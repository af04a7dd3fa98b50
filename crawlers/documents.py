"""Answers that are data and no page: JSON objects of forum programs, RSS and Atom."""

from __future__ import annotations

import json
from typing import Any
from weakref import WeakKeyDictionary

from parsel import Selector, SelectorList
from web_poet import HttpResponse

from crawlers.markup import Markup, parse_markup

DATA_TYPES = frozenset({
    "application/json", "application/feed+json", "application/ld+json", "application/xml", "text/xml",
    "application/rss+xml", "application/atom+xml", "application/rdf+xml",
})  # fmt: skip
LARGEST = 20_000_000  # characters

Document = dict[str, Any]


class MarkupResponse(HttpResponse):
    """A response that selectors read as markup whatever it is: for a body that is JSON, parsel would hand out selectors
    that raise on CSS, and any body may be JSON."""

    _markup: Markup | None = None
    _found: dict[str, SelectorList[Any]] | None = None

    def css(self, query: str) -> SelectorList[Any]:
        """What `query` selects, looked for once: who recognises a page asks what its reader asks again."""
        if self._found is None:
            self._found = {}
        if query not in self._found:
            self._found[query] = self.selector.css(query)
        return self._found[query]

    @property
    def selector(self) -> Selector:
        """The one selector of the response."""
        if self._markup is None:
            self._markup = parse_markup(self.text, str(self.url))
        return self._markup


_loaded: WeakKeyDictionary[HttpResponse, Document] = WeakKeyDictionary()  # each platform asks, and each field


def is_data(content_type: str | None) -> bool:
    """Whether a Content-Type is one of data that a platform may know; HTML is none."""
    return (content_type or "").partition(";")[0].strip().lower() in DATA_TYPES


def load_document(response: HttpResponse) -> Document:
    """The JSON object that the response is, empty for anything else. Never raises."""
    known = _loaded.get(response)
    if known is None:
        known = _loaded[response] = _load(response.text)
    return known


def _load(text: str) -> Document:
    if not text[:200].lstrip().startswith("{") or len(text) > LARGEST:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def take_list(document: Document, *names: str) -> list[Document]:
    """The objects of the list at `names`, one below the other; [] where there is none."""
    place: Any = document
    for name in names:
        place = place.get(name) if isinstance(place, dict) else None
    return [each for each in place if isinstance(each, dict)] if isinstance(place, list) else []


def take_dict(document: Document, name: str) -> Document:
    """The object at `name`, empty where there is none."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def take_text(document: Document, *names: str) -> str | None:
    """The first of the named members that is a text or a number and not empty."""
    for name in names:
        found = document.get(name)
        if isinstance(found, str | int | float) and not isinstance(found, bool) and str(found).strip():
            return str(found)
    return None


def take_number(document: Document, name: str) -> int | None:
    """A whole number, None where there is none."""
    found = document.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
