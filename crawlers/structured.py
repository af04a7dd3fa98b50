"""What a page says of itself for machines, in schema.org's words: JSON-LD and microdata as the same nested values.

JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/) as pages use it: no remote contexts, names without prefix. Microdata is
https://html.spec.whatwg.org/multipage/microdata.html; `itemref` is not followed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

from lxml.etree import _Element
from web_poet import HttpResponse

from crawlers.links import resolve

Thing = dict[str, Any]
NODE = "_node"  # the element that a microdata value was read from
DEEPEST = 30
MOST_THINGS = 4_000
MOST_MARKS = 20_000  # elements that say something
MOST_STEPS = 300  # upwards to what an element belongs to, and pieces of its text
LINK_PLACES = dict.fromkeys(("a", "area", "link"), "href") | {"object": "data"}
LINK_PLACES |= dict.fromkeys(("img", "audio", "video", "embed", "iframe", "source", "track"), "src")

_known: WeakKeyDictionary[HttpResponse, tuple[Thing, ...]] = WeakKeyDictionary()


def read_things(response: HttpResponse) -> tuple[Thing, ...]:
    """The things that stand for themselves on a page: not part of another one. Read once; never raises."""
    if response not in _known:
        text = response.text
        linked = list(_read_scripts(response)) if "ld+json" in text else []
        _known[response] = (*linked, *(_read_scopes(response) if "itemscope" in text else ()))
    return _known[response]


def kinds_of(thing: Any) -> frozenset[str]:
    """The types of a thing, without the address of the vocabulary."""
    stated = thing.get("@type") if isinstance(thing, dict) else None
    return frozenset(re.split(r"[/#:]", str(kind))[-1] for kind in list_of(stated))


def list_of(value: Any) -> list[Any]:
    """A value as a list: none, one, or what it is."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text_of(value: Any) -> str | None:
    """A text, a number, or the name of a thing; of several the first."""
    for each in list_of(value):
        if isinstance(each, dict):
            each = each.get("name") or each.get("@value")
        if isinstance(each, str | int | float) and not isinstance(each, bool) and str(each).strip():
            return str(each).strip()
    return None


def url_of(value: Any, base: str) -> str | None:
    """An absolute address: of a text, or of a thing's `url` or `@id`; of several the first."""
    for each in list_of(value):
        if isinstance(each, dict):
            each = text_of(each.get("url")) or text_of(each.get("@id")) or text_of(each.get("contentUrl"))
        found = resolve(base, each) if isinstance(each, str) else None
        if found:
            return found
    return None


def _read_scripts(response: HttpResponse) -> Iterator[Thing]:
    for script in response.xpath("//script[contains(@type, 'ld+json')]/text()").getall():
        try:
            found = json.loads(
                re.sub(r"[\x00-\x1f]+", " ", re.sub(r"^\s*<!--|-->\s*$|^\s*//<!\[CDATA\[|//\]\]>\s*$", "", script))
            )
        except (ValueError, RecursionError):
            continue
        stack: list[Any] = [found]
        while stack:
            node = stack.pop()
            if isinstance(node, list):
                stack.extend(reversed(node[:MOST_THINGS]))
            elif isinstance(node, dict) and "@graph" in node:
                stack.append(node["@graph"])
            elif isinstance(node, dict):
                yield node


def _read_scopes(response: HttpResponse) -> Iterator[Thing]:
    root = response.selector.root
    if not isinstance(root, _Element):
        return
    made: dict[_Element, Thing] = {}
    marked = (node for node in root.iter() if isinstance(node.tag, str) and _says(node))
    for node in islice(marked, MOST_MARKS):
        names = (node.get("itemprop") or "").split()
        above = islice(node.iterancestors(), MOST_STEPS)
        owner = next((made[each] for each in above if each in made), None) if names else None
        value: Any
        if node.get("itemscope") is None:
            value = _value_of(node)
        elif len(made) < MOST_THINGS:
            value = made[node] = {"@type": (node.get("itemtype") or "").split(), NODE: node}
            if owner is None:
                yield value  # filled while the walk goes on
        else:
            return
        if owner is not None:
            for name in names:
                if isinstance(owner.get(name), list):
                    owner[name].append(value)
                else:
                    owner[name] = [owner[name], value] if name in owner else value
                owner.setdefault(f"{NODE}:{name}", node)


def _says(node: _Element) -> bool:
    return node.get("itemscope") is not None or bool(node.get("itemprop"))


def _value_of(node: _Element) -> str:
    """What an element with `itemprop` says: its machine-readable attribute, its link, its text."""
    stated = node.get("content") or node.get("datetime") or node.get(LINK_PLACES.get(str(node.tag), "value"))
    return stated if stated is not None else " ".join("".join(islice(node.itertext(), MOST_STEPS)).split())


def walk_things(things: tuple[Thing, ...]) -> Iterator[Thing]:
    """All things of a page, those that are parts of others too, whole before part."""
    stack: list[tuple[Any, int]] = [(thing, 0) for thing in reversed(things)]
    count = 0
    while stack and count < MOST_THINGS:
        node, depth = stack.pop()
        if depth > DEEPEST:
            continue
        if isinstance(node, dict):
            count += 1
            yield node
            stack.extend((value, depth + 1) for name, value in reversed(node.items()) if not name.startswith(NODE))
        elif isinstance(node, list):
            stack.extend((value, depth + 1) for value in reversed(node))
