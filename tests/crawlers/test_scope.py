"""Which addresses belong to a crawl."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from crawlers.scope import Scope, is_closed, is_html, is_login, normalise

CLOSED = """
/login /login.php /user/login /account/register /search?q=a /forum/search.php /logout /ucp.php?mode=login /memberlist.php
/member.php?mod=logging&action=login /home.php?mod=space&uid=3 /forum.php?mod=post&action=reply&tid=3
/forum.php?mod=redirect&goto=findpost&ptid=1&pid=2 /forum.php?mod=attachment&aid=9 /viewtopic.php?p=44 /viewtopic.php?p=44#p44
/showthread.php?tid=3&pid=9 /comment/5/find/ /topic/12/a-slug/reply /attachment.php?aid=5 /files/a.zip /a/b.pdf /x.jpg /feed.xml
/posting.php?mode=reply /t/5?print=1 /users/ann /u/ann /thread/5?action=printpage /download/5 /topic.php?view=getnewpost /api/x
/wp-login.php /posting.php?mode=quote&p=3
""".split()
OPEN = """
/ /forum.php /forum.php?mod=forumdisplay&fid=2&page=3 /forum.php?mod=viewthread&tid=5&page=2 /thread-5-1-1.html /forum-2-1.html
/viewtopic.php?t=5&start=10 /viewforum.php?f=3 /showthread.php?tid=3&page=2 /topic/12/login/ /category/3/search/?page=2
/topic/5/slug?page=2 /t/5 /threads/how-to-login.55/page-2 /forums/cars.3/ /ad/watch-for-sale-33 /item.php?pid=55 /view.php?aid=3
/post/5 /watch /list?p=2 /detail/33.html /search-for-a-car-forum/ /index.php?/topic/3-a/
""".split()


@pytest.mark.parametrize("path", CLOSED)
def test_closed(path: str) -> None:
    """Forms, searches, profiles, single posts' redirects, print views and files are never asked for."""
    assert is_closed("http://example.org" + path)


@pytest.mark.parametrize("path", OPEN)
def test_open(path: str) -> None:
    """Boards and threads of known and unknown programs are, also when their slug sounds like a form."""
    assert not is_closed("http://example.org" + path)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://Example.ORG", "http://example.org/"),
        ("http://example.org:80/a#b", "http://example.org/a"),
        ("https://example.org:443/a?b=1&sid=0123456789abcdef0123456789abcdef", "https://example.org/a?b=1"),
        ("http://example.org/a?sid=5&s=cars", "http://example.org/a?sid=5&s=cars"),
        ("http://example.org/a?s=0123456789ABCDEF0123456789abcdef&t=3", "http://example.org/a?t=3"),
        ("http://example.org/a;jsessionid=77A?PHPSESSID=x&b=", "http://example.org/a?b="),
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
    urls = ["http://example.org:8000/t/1", "http://www.example.org:8000/t/1", "http://example.org/t/1", "http://evil.test:8000/t/1",
            "http://example.org:8000/search?q=cars", "http://example.org:8000/search?q=other", "http://example.org.evil.test:8000/"]  # fmt: skip
    assert [scope.holds(url) for url in urls] == [True, True, False, False, True, False, False]


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("http://example.org/login?next=/t/1", True), ("http://example.org/user/login/", True), ("http://example.org/t/1", False),
        ("http://example.org/member.php?mod=logging&action=login", True), ("http://example.org/ucp.php?mode=login", True),
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
