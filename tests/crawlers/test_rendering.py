"""Which pages exist only after JavaScript."""

from __future__ import annotations

import pytest
from parsel import Selector

from crawlers.browser.rendering import lacks, visible_text, waits_for_script

WORDS = "<p>" + "An ordinary page with a good deal of ordinary text. " * 30 + "</p>"


@pytest.mark.parametrize(
    ("page", "waits"),
    [
        ("<div id=app></div><script src=a.js></script>", True),
        ("<div id=root></div><script></script>" + WORDS, True),
        ("<noscript>Please enable JavaScript to read this.</noscript><script></script>" + WORDS, True),
        ("<noscript>请启用 JavaScript 后继续访问</noscript><script></script>" + WORDS, True),
        ("<noscript><img src=pixel.gif></noscript><script></script>" + WORDS, False),
        ("<script></script>" + WORDS, False),
        ("<p>No scripts, no text.</p>", False),
        ("", False),
    ],
)
def test_signs(page: str, waits: bool) -> None:
    """Little text beside scripts, an empty root, or a plea for JavaScript."""
    assert waits_for_script(Selector(page or " ")) is waits


def test_ready() -> None:
    """A page lacks what its platform's selector does not find."""
    page = Selector("<p class=a>x</p>")
    assert [lacks(page, ready) for ready in (".a", ".b", None)] == [False, True, False]


def test_visible_text() -> None:
    """Scripts, styles and templates are no text."""
    page = "<body>a <script>b</script><style>c</style><noscript>d</noscript><p> e\n f</p></body>"
    assert visible_text(Selector(page)) == "a e f"
