"""Markup as a tree that selectors are asked of many times a page: parsel's selectors, without what they cost each time.

A page object asks some hundred questions of a page, the same ones of every page. So each is translated and compiled
once for the process, elements are libxml2's own (lxml.html looks a Python class up for every element that is met), and
what is found is wrapped without being examined again. What is selected is what parsel selects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Self, cast

from lxml import etree
from parsel import Selector, SelectorList
from parsel.csstranslator import HTMLTranslator
from parsel.selector import create_root_node
from w3lib.html import get_base_url


class Translator(HTMLTranslator):
    """Parsel's, but that it asks of each class whether the word is in it at all before it looks where."""

    def xpath_attrib_includes(self, xpath: Any, name: str, value: str | None) -> Any:
        """`[name~=value]`, and `.value` of the attribute "@class"."""
        if not value or value.split() != [value]:
            return super().xpath_attrib_includes(xpath, name, value)
        word, apart = self.xpath_literal(value), self.xpath_literal(f" {value} ")
        xpath.add_condition(f"{name}[contains(., {word}) and contains(concat(' ', normalize-space(.), ' '), {apart})]")
        return xpath


_TRANSLATOR = Translator()
_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
# Parsel knows this namespace, too, but compiles expressions that use it anew each time, with cause.
_SETS = "set:"


class Markup(Selector):
    """An element of a page (or a text, an attribute that was selected)."""

    __slots__ = ()
    selectorlist_cls = SelectorList

    def xpath(self, query: str, namespaces: Mapping[str, str] | None = None, **kwargs: Any) -> SelectorList[Self]:
        """What `query` selects. Raises ValueError for a faulty one."""
        if namespaces is not None or kwargs or _SETS in query or not isinstance(self.root, etree._Element):
            return super().xpath(query, namespaces, **kwargs)
        try:
            found = _compile(query)(self.root)
        except etree.XPathError as fault:
            raise ValueError(f"XPath error: {fault} in {query}") from fault
        return self._wrap_all(found if isinstance(found, list) else [found])

    def css(self, query: str) -> SelectorList[Self]:
        """What `query` selects. Raises ValueError for a faulty one."""
        return self.xpath(_translate(query))

    def get(self) -> Any:
        """The markup of an element, or the text or value that was selected."""
        return self.root if type(self.root) is str else super().get()

    def _wrap_all(self, roots: list[Any]) -> SelectorList[Self]:
        wrapped = []
        for root in roots:
            selector = object.__new__(type(self))
            selector.root, selector.type, selector.namespaces = root, "html", self.namespaces
            selector._expr, selector._huge_tree, selector._text = None, True, None
            wrapped.append(selector)
        return cast("SelectorList[Self]", SelectorList(wrapped))


def parse_markup(text: str, url: str) -> Markup:
    """The tree of a page, whatever it is: JSON, which parsel would take for data, is a page with some text."""
    return Markup(root=create_root_node(text, etree.HTMLParser, base_url=url), type="html")


def says(text: str, words: Iterable[str]) -> bool:
    """Whether one of `words`, which are in lower case, stands in a page, in whatever case: each platform asks this."""
    lower = _lower(text)
    return any(word in lower for word in words)


def place_of(text: str, words: Iterable[str], start: int, end: int) -> int:
    """Where between `start` and `end` the first of `words` stands, at the latest; -1 where none does."""
    lower = _lower(text)
    places = [place for word in words if (place := lower.find(word, start, end)) >= 0]
    # A few letters are longer in lower case, and then places are not those of the text.
    return (min(places) if len(lower) == len(text) else start) if places else -1


@lru_cache(maxsize=4)
def base_of(text: str, url: str) -> str:
    """What the relative links of a page are relative to: each of its posts asks this."""
    return str(get_base_url(text, url))


@lru_cache(maxsize=4)
def _lower(text: str) -> str:
    return text.lower()


@lru_cache(maxsize=4096)
def _compile(query: str) -> Any:
    return etree.XPath(query, namespaces=_NAMESPACES, smart_strings=False)


@lru_cache(maxsize=4096)
def _translate(query: str) -> str:
    return _TRANSLATOR.css_to_xpath(query)
