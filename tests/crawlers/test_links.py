"""Links that are made absolute in a quicker way are those that the standard library makes."""

from __future__ import annotations

from urllib.parse import urljoin

from hypothesis import given
from hypothesis import strategies as st

from crawlers.links import join, resolve

PIECES = st.sampled_from([
    "a", "b.php", ".", "..", "", "?", "?t=1", "#", "#p2", "/", "//", ";", "x;y", ":", "https:", "https://o.test", "车",
    "%20", " ", "[", "a b", "\t", "?a=/../b", ".hidden", "..x", "&", "\x1f", "\\",
])  # fmt: skip
TARGETS = st.lists(PIECES, max_size=6).map("".join)
BASES = st.one_of(
    st.sampled_from([
        "http://h.test", "https://h.test:81/a/b", "http://h.test/a//b/c", "http://h.test/a/../b/c;p", "ftp://h/a", "",
        "http://h.test/a;x/b?q=/c/d#f/g", "http://[::1]/a/b", "HTTP://h/a", "http://[", "http://h\u2100st.test/a",
    ]),
    TARGETS.map("http://h.test/{}".format),
)  # fmt: skip


@given(BASES, TARGETS | st.text(max_size=8))
def test_links_are_those_of_the_standard_library(base: str, target: str) -> None:
    """For links of every form, against addresses of every form."""
    try:
        expected = urljoin(base, target)
    except ValueError:
        expected = None
    try:
        assert join(base, target) == expected
    except ValueError:
        assert expected is None


@given(BASES, st.text())
def test_no_link_is_too_wild(base: str, target: str) -> None:
    """Whatever a page links to is an address or none."""
    assert resolve(base, target) is None or ":" in (resolve(base, target) or "")
