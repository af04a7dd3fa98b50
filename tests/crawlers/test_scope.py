"""Which addresses belong to a crawl."""

from __future__ import annotations

from typing import Any

import pytest
from crawl_cases import read_cases
from hypothesis import given, strategies

from crawlers.conduct.scope import Scope, is_closed, is_html, is_login, normalise

CASES = read_cases("scope.jsonl")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["path"])
def test_paths(case: dict[str, Any]) -> None:
    """Forms, searches, profiles, single posts' redirects, print views and files are closed; boards and threads are
    open, also when their slug sounds like a form."""
    assert is_closed("http://example.org" + case["path"]) is not case["open"]


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://Example.ORG", "http://example.org/"),
        ("http://example.org:80/a#b", "http://example.org/a"),
        ("https://example.org:443/a?b=1&sid=0123456789abcdef0123456789abcdef", "https://example.org/a?b=1"),
        ("http://example.org/a?sid=5&s=cars", "http://example.org/a?sid=5&s=cars"),
        ("http://example.org/a?s=0123456789ABCDEF0123456789abcdef&t=3", "http://example.org/a?t=3"),
        ("http://example.org/a;jsessionid=77A?PHPSESSID=x&b=", "http://example.org/a?b="),
        ("http://example.org/论坛?q=车", "http://example.org/%E8%AE%BA%E5%9D%9B?q=%E8%BD%A6"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("http://ann:secret@example.org/", ""),
        ("http://[::1", ""),
        ("http://example.org:99999/", ""),
        ("", ""),
    ],
)
def test_normal_form(url: str, normal: str) -> None:
    """A page meets itself whatever session, fragment or spelling its address has; what is no address is empty."""
    assert normalise(url) == normal


@given(strategies.text())
def test_normalise_never_raises(text: str) -> None:
    """Any text is an address or none; a normal form is its own normal form."""
    normal = normalise(text)
    assert normalise(normal) == normal
    normalise(text, "http://example.org/a/")


def test_a_site() -> None:
    """Host and port must be the source's; a leading www. is the same site; the source's own address is never closed."""
    scope = Scope("http://example.org:8000/search?q=cars")
    urls = [
        "http://example.org:8000/t/1", "http://www.example.org:8000/t/1", "http://example.org/t/1",
        "http://evil.test:8000/t/1", "http://example.org:8000/search?q=cars", "http://example.org:8000/search?q=other",
        "http://example.org.evil.test:8000/",
    ]  # fmt: skip
    assert [scope.holds(url) for url in urls] == [True, True, False, False, True, False, False]


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("http://example.org/login?next=/t/1", True), ("http://example.org/user/login/", True),
        ("http://example.org/t/1", False),
        ("http://example.org/member.php?mod=logging&action=login", True),
        ("http://example.org/ucp.php?mode=login", True),
    ],
)  # fmt: skip
def test_logins(url: str, login: bool) -> None:
    """A log-in page is known by its address."""
    assert is_login(url) is login


def test_content_types() -> None:
    """Only HTML is a page; a missing type may be."""
    kinds = [
        "text/html; charset=gbk",
        "application/xhtml+xml",
        None,
        "",
        "application/json",
        "image/png",
        "text/plain",
        "application/rss+xml",
    ]
    assert [is_html(kind) for kind in kinds] == [True] * 4 + [False] * 4
