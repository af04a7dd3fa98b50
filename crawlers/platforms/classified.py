"""Classified listings that say what they are in schema.org's words: Product, Offer, ItemList (JSON-LD or microdata).

An advert is one post, the lister its author. What the markup shows is preferred where it says the same in full; what
it lacks is filled in from what is stated, and the other way round. Listings without such words are the generic
platform's: repeated cards that lead to pages with one advert each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any
from weakref import WeakKeyDictionary

import attrs
from parsel import Selector
from web_poet import HttpResponse, field

from crawlers.bodies import Body, read_body
from crawlers.conduct.scope import normalise
from crawlers.generic import GenericBoardPage, GenericThreadPage
from crawlers.inference.links import page_free
from crawlers.inference.schema import POST_TYPES
from crawlers.inference.verdicts import infer
from crawlers.pages import BoardLink, BoardPage, Platform, ThreadLink, ThreadPage
from crawlers.posts import Thread, build_post, read_moment
from crawlers.structured import NODE, Thing, kinds_of, list_of, read_things, text_of, url_of, walk_things
from crawlers.times.moments import Moment
from domain.pages import Role
from domain.posts import Author, Post

NAME = "classified"
ADVERTS = frozenset({
    "Product", "Offer", "AggregateOffer", "IndividualProduct", "ProductModel", "SomeProducts", "Vehicle", "Car",
    "Motorcycle", "ClassifiedAd", "Service", "RealEstateListing", "Demand",
})  # fmt: skip
LISTS = frozenset({"ItemList", "OfferCatalog"})
# The thing that a page is about may be wrapped into the page itself.
WRAPPERS = ("mainEntity", "mainEntityOfPage", "about")
FEWEST = 2  # one entry is no list


@dataclass(frozen=True)
class Listed:
    """One entry of a list of adverts."""

    url: str
    title: str | None
    sign: str | None


@dataclass(frozen=True)
class Stated:
    """What a page states: the entries of a list, or one advert; neither for other pages."""

    entries: tuple[Listed, ...] = ()
    advert: Thing | None = None


_stated: WeakKeyDictionary[HttpResponse, Stated] = WeakKeyDictionary()


def recognise_role(response: HttpResponse) -> Role | None:
    """By what the page states of itself. Where it states posts, or shows several, it is no advert."""
    stated = read_stated(response)
    if stated.advert is not None:
        return "thread" if len(infer(response).parts()) <= 1 else None
    return "board" if stated.entries else None


def read_stated(response: HttpResponse) -> Stated:
    """What a page states, read once for each response."""
    if response not in _stated:
        _stated[response] = _read(response)
    return _stated[response]


def _read(response: HttpResponse) -> Stated:
    things = read_things(response)
    if not things or any(kinds_of(thing) & POST_TYPES for thing in walk_things(things)):
        return Stated()
    base = str(response.url)
    tops = [each for thing in things for each in _unwrap(thing)]
    adverts = [thing for thing in tops if kinds_of(thing) & ADVERTS]
    own = [thing for thing in adverts if _is_here(thing, base)] or (adverts if len(adverts) == 1 else [])
    lists = [entries for thing in walk_things(things) if (entries := _read_list(thing, base))]
    if own and (len(own) == 1 or len(adverts) == len(own)) and not (lists and not _is_here(own[0], base)):
        return Stated(advert=own[0])
    cards = tuple(_distinct(entry for thing in adverts if (entry := _read_entry(thing, base))))
    listed = max([*lists, cards], key=len, default=())
    return Stated(entries=listed) if len(listed) >= FEWEST else Stated()


def _unwrap(thing: Thing) -> Iterator[Thing]:
    """A thing, and what a page that wraps it says it is about."""
    yield thing
    for name in WRAPPERS:
        yield from (each for each in list_of(thing.get(name)) if isinstance(each, dict))


def _is_here(thing: Thing, base: str) -> bool:
    """Whether a thing is the one that the page is about: its address is the page's."""
    for value in (thing.get("url"), thing.get("@id"), thing.get("mainEntityOfPage"), _offer(thing).get("url")):
        url = url_of(value, base)
        if url and page_free(url) == page_free(base):
            return True
    return False


def _offer(thing: Thing) -> Thing:
    """The terms on which a thing is offered; of an offer itself, the offer."""
    if kinds_of(thing) & {"Offer", "AggregateOffer", "Demand"}:
        return thing
    return next((each for each in list_of(thing.get("offers")) if isinstance(each, dict)), {})


def _goods(thing: Thing) -> Thing:
    """What is offered; of a thing itself, the thing."""
    offered = next((each for each in list_of(thing.get("itemOffered")) if isinstance(each, dict)), None)
    return {**offered, **{name: value for name, value in thing.items() if value}} if offered else thing


def _read_list(thing: Thing, base: str) -> tuple[Listed, ...]:
    if not kinds_of(thing) & LISTS:
        return ()
    rows = (_read_entry(each, base) for each in list_of(thing.get("itemListElement")))
    return tuple(_distinct(row for row in rows if row is not None))


def _read_entry(value: Any, base: str) -> Listed | None:
    """An entry of a list: an address, a ListItem round a thing, or the thing; None for what leads nowhere else."""
    if isinstance(value, str):
        url, thing = url_of(value, base), {}
    elif isinstance(value, dict):
        item = next((each for each in list_of(value.get("item")) if isinstance(each, dict)), None)
        url = url_of(value.get("url"), base) or url_of(value.get("item"), base) or url_of(value, base)
        thing = {**value, **(item or {})}
        url = url or url_of(_offer(thing).get("url"), base)
    else:
        return None
    normal = normalise(url or "")
    if not normal or page_free(normal) == page_free(base):
        return None
    goods = _goods(thing)
    price = text_of(_offer(thing).get("price"))
    changed = (
        text_of(thing.get("dateModified")) or text_of(thing.get("datePosted")) or text_of(thing.get("datePublished"))
    )
    return Listed(normal, _plain(text_of(goods.get("name"))), "|".join(filter(None, (price, changed))) or None)


def _distinct(entries: Iterator[Listed]) -> Iterator[Listed]:
    seen: dict[str, Listed] = {}
    for entry in entries:
        seen.setdefault(page_free(entry.url), entry)
    yield from seen.values()


def _plain(text: str | None) -> str | None:
    return " ".join(unescape(text).split()) or None if text else None


def _squeeze(text: str) -> str:
    return "".join(text.split())


@attrs.define(kw_only=True)
class ClassifiedBoardPage(BoardPage):
    """A list of adverts."""

    @field
    def name(self) -> str | None:
        """The page's heading."""
        return infer(self.response).title

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        """None: what a listing leads to beside its adverts are other listings of the site."""
        return ()

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """The adverts, price and last change as their sign; those of the page's rows too that are not stated."""
        stated = {
            page_free(entry.url): ThreadLink(entry.url, page_free(entry.url), entry.title, entry.sign)
            for entry in read_stated(self.response).entries
        }
        shown = GenericBoardPage(response=self.response, visit=self.visit).threads
        common = [link for link in shown if link.key in stated]
        if 2 * len(common) < min(len(shown), len(stated)) or not common:
            return tuple(stated.values())
        merged = []
        for link in shown:
            known = stated.pop(link.key, None)
            merged.append(
                replace(link, title=known.title or link.title, sign=known.sign or link.sign) if known else link
            )
        return (*merged, *stated.values())

    @field
    def next_url(self) -> str | None:
        """The pager's next page."""
        return infer(self.response).next_url


@attrs.define(kw_only=True)
class ClassifiedThreadPage(ThreadPage):
    """A page with one advert."""

    @property
    def advert(self) -> Thing:
        """What the page states of it."""
        return read_stated(self.response).advert or {}

    @property
    def shown(self) -> Post | None:
        """The advert as the markup shows it."""
        posts = GenericThreadPage(response=self.response, visit=self.visit).posts
        return posts[0] if len(posts) == 1 else None

    @field
    def key(self) -> str:
        """The address, without session id."""
        return page_free(str(self.response.url))

    @field
    def title(self) -> str | None:
        """What is advertised."""
        return _plain(text_of(_goods(self.advert).get("name"))) or infer(self.response).title or self.visit.title

    @field
    def board(self) -> str | None:
        """The last step of the bread crumbs before the advert, else the category."""
        return infer(self.response).board or _plain(text_of(_goods(self.advert).get("category"))) or self.visit.board

    @field
    def posts(self) -> tuple[Post, ...]:
        """The advert."""
        here, shown = str(self.response.url).split("#", 1)[0], self.shown
        goods, offer = _goods(self.advert), _offer(self.advert)
        body = self._read_body(goods, shown)
        if not (body.text or body.images):
            return ()
        places = [
            *(
                thing.get(name)
                for name in ("datePosted", "datePublished", "dateCreated", "releaseDate")
                for thing in (self.advert, goods, offer)
            )
        ]
        moment = read_moment(self.visit, [text_of(place) for place in places])
        start = read_moment(self.visit, [text_of(offer.get("validFrom") or offer.get("availabilityStarts"))])
        seen = Moment(shown.posted_at, shown.posted_at_precision, shown.posted_at_text) if shown else Moment()
        changed = read_moment(self.visit, [text_of(self.advert.get("dateModified") or goods.get("dateModified"))])
        thread = Thread(NAME, here, self.key, self.key, self.title, self.board)
        number = text_of(goods.get("productID")) or text_of(goods.get("sku")) or text_of(goods.get("identifier"))
        post = build_post(
            thread,
            self.visit,
            identity=("advert", self.key),
            url=here,
            body=body,
            author=self._read_author(goods, offer, shown),
            moment=next((each for each in (moment, seen, start) if each.when is not None), Moment()),
            post_id=number,
            floor=1,
            edited=changed if changed.when is not None else None,
        )
        return (post,)

    def _read_body(self, goods: Thing, shown: Post | None) -> Body:
        """The description: as its own element shows it, as the page does, or as it is only stated."""
        here = str(self.response.url)
        stated = text_of(goods.get("description")) or ""
        node = goods.get(f"{NODE}:description")
        if node is not None and node.get("content") is None:
            body = read_body(Selector(root=node, type="html"), here)
        else:
            markup = stated if "<" in stated and ">" in stated else _lines(stated)
            body = read_body(f"<div>{markup}</div>", here)
            said = _squeeze(body.text)
            # Descriptions for machines are cut short and have lost their lines.
            if shown and (not said or _squeeze(shown.text).startswith(said.rstrip("….")[:200])):
                body = Body(shown.text, shown.quoted, shown.links, shown.images)
        pictures = [url for image in list_of(goods.get("image")) if (url := url_of(image, here))]
        return replace(body, images=tuple(dict.fromkeys((*body.images, *pictures))))

    def _read_author(self, goods: Thing, offer: Thing, shown: Post | None) -> Author:
        here = str(self.response.url)
        for thing in (offer, goods, self.advert):
            for name in ("seller", "offeredBy", "author", "creator", "provider", "vendor"):
                stated = _plain(text_of(thing.get(name)))
                if stated:
                    known = next((each for each in list_of(thing.get(name)) if isinstance(each, dict)), {})
                    return Author(stated, _plain(text_of(known.get("identifier"))), url_of(known, here))
        return shown.author if shown else Author()

    @field
    def next_url(self) -> str | None:
        """An advert has one page."""
        return None


def _lines(text: str) -> str:
    from html import escape

    return escape(unescape(text), quote=False).replace("\r\n", "\n").replace("\n", "<br>")


PLATFORM = Platform(name=NAME, role=recognise_role, board=ClassifiedBoardPage, thread=ClassifiedThreadPage)
