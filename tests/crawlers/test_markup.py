"""Selectors that are compiled once select what parsel's own select."""

from __future__ import annotations

from pathlib import Path

import pytest
from parsel import Selector

from crawlers.markup import parse_markup, says
from crawlers.platforms import PLATFORMS, discourse, discuz, mybb, nodebb, phpbb, vbulletin, xenforo

PAGES = sorted((Path(__file__).parents[1] / "fixtures").glob("*/*.html"))
LAYOUTS = {module.LAYOUT.name: module.LAYOUT for module in (discourse, mybb, nodebb, phpbb, vbulletin, xenforo)}
QUERIES = (
    "a::attr(href)", "div.post, article", "p.author time", "[datetime], [title]", "li.next a", "body > div *::text",
    "table tr:has(a)", "td:last-child", "#content .quote",
)  # fmt: skip


def test_the_same_is_selected() -> None:
    """On pages of every program: elements, attributes and texts, from the whole page and from inside it."""
    for page in PAGES[::7]:
        text = page.read_text(encoding="utf-8", errors="replace")
        ours, parsels = parse_markup(text, "https://forum.example/"), Selector(text, type="html")
        for query in QUERIES:
            assert ours.css(query).getall() == parsels.css(query).getall(), (page, query)
            assert ours.css("div").css(query).getall() == parsels.css("div").css(query).getall(), (page, query)
        where = "//a[re:test(@href, '[0-9]')]/@href"
        assert ours.xpath(where).getall() == parsels.xpath(where).getall()
        assert ours.xpath("count(//a)").get() == parsels.xpath("count(//a)").get()
        assert ours.xpath("//a[@href=$it]", it="#").getall() == parsels.xpath("//a[@href=$it]", it="#").getall()


def test_a_faulty_selector_is_named() -> None:
    """A selector that is none raises what parsel raises for it."""
    page = parse_markup("<p>text</p>", "https://forum.example/")
    with pytest.raises(ValueError, match="XPath error"):
        page.xpath("//p[")
    with pytest.raises(SyntaxError):
        page.css("p[")


def test_words_stand_on_every_page_with_the_fingerprint() -> None:
    """What is looked for first never hides a page of the program."""
    known = {name: (layout.fingerprint, layout.words) for name, layout in LAYOUTS.items()}
    known["discuz"] = (discuz.FINGERPRINT, discuz.WORDS)
    assert known.keys() <= PLATFORMS.keys()
    met: set[str] = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8", errors="replace")
        for name, (fingerprint, words) in known.items():
            if fingerprint.search(text):
                met.add(name)
                assert says(text, words), (page, name)
    assert met == known.keys()
