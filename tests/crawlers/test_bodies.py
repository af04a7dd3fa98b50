"""The author's own words; cases in tests/data/bodies.jsonl."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsel import Selector

from crawlers.bodies import _read_simple, _read_tree, read_body, resolve
from domain.plain import plain

CASES = [json.loads(line) for line in (Path(__file__).parent.parent / "data" / "bodies.jsonl").open(encoding="utf-8")]
BASE = "http://bbs.example.org/thread-1-1-1.html"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_body_is_read(case: dict[str, Any]) -> None:
    """Quotes, signatures, notices and what nobody sees are left out of the text; the rest is word for word."""
    read = plain(read_body(case["html"], BASE))
    assert {name: read[name] for name in case["body"]} == case["body"]


def test_selector_and_markup_read_alike() -> None:
    """A parsel selector gives what its markup gives."""
    markup = "<div><p>甲</p><p>乙 <b>丙</b></p></div>"
    assert read_body(Selector(text=markup).css("div")[0], BASE) == read_body(markup, BASE)


def test_missing_node_is_an_empty_body() -> None:
    """No node, no words."""
    assert read_body(None, BASE).text == ""


TAGS = (
    "div", "p", "blockquote", "span style='display:none'", "br", "td", "pre", "a href='//['", "i class=pstatus",
    "img src=x alt=y",
)  # fmt: skip
SOUP = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in TAGS]),
        st.sampled_from(["</div>", "</p>", "</blockquote>", "<", "&#0;", "\x00"]),
        st.text(max_size=8),
    ),
    max_size=40,
).map("".join)


@settings(deadline=None)
@given(SOUP)
def test_reading_never_raises(markup: str) -> None:
    """Damaged markup gives a body all the same."""
    assert isinstance(read_body(markup, BASE).text, str)


NOTICE = "本帖最后由 老周 于 11-20 编辑"
WORDS = st.text(max_size=6)


@settings(deadline=None)
@given(
    st.sampled_from(["<div>", '<p class="words">', "<div style='display:none'>", "<article id='sig'>", "<div hidden>"]),
    st.lists(
        st.sampled_from(["<br>", "<BR />", "\n", " \xa0", "&amp;", "&lt;b&gt;", "\v", NOTICE, "引用：老周"]) | WORDS
    ),
)
def test_simple_bodies_are_read_as_others_are(opening: str, pieces: list[str]) -> None:
    """A body of text and line breaks takes a shorter way, and comes out the same."""
    markup = f"{opening}{''.join(pieces)}</{re.split('[ >]', opening[1:])[0]}>"
    simple = _read_simple(markup)
    assert simple is None or simple == _read_tree(markup, "https://forum.example.org/t/1")


@given(st.text(max_size=200))
def test_links_never_raise(link: str) -> None:
    """Any target is an absolute address or None."""
    assert resolve(BASE, link) is None or ":" in str(resolve(BASE, link))


LARGE = {
    "spaces": "&nbsp;" * 200_000 + "end",
    "breaks": "<br>" * 30_000 + "end",
    "elements": "<b>x</b> " * 30_000 + "end",
    "blanks": " " * 500_000 + "end",
    "nesting": "<div>" * 5000 + "end",
    "attribute": f"<p title='{'x' * 1_000_000}'>end",
    "comment": "<!-- " + "<div>" * 100_000 + " -->end",
}


@pytest.mark.parametrize("name", LARGE)
def test_large_bodies_are_read_fast(name: str) -> None:
    """Time grows with the size of a body, not with its square."""
    start = time.process_time()
    assert read_body(f"<div>{LARGE[name]}</div>", BASE).text.endswith("end")
    assert time.process_time() - start < 8
