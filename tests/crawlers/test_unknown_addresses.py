"""Addresses, pagers and boxes of programs that nobody wrote a platform for, beyond what single pages of skins show."""

from __future__ import annotations

import pytest
from strangers import page, read_board, read_thread

from crawlers.documents import MarkupResponse
from crawlers.inference.links import page_free, pattern_of, split_address
from crawlers.inference.pagers import find_next
from crawlers.inference.trees import build_tree
from crawlers.inference.verdicts import infer

TEXTS = ["河滩上的营位都满了，早点去。", "同去", "木炭要自己带，那边不卖。", "上个月风太大，帐篷都吹跑了。"]
PEOPLE = ["河边人", "kite_41", "阿山", "小Lake"]


@pytest.mark.parametrize(
    ("url", "free", "pattern"),
    [
        ("http://e.test/?/question/20", "http://e.test/?/question/20", "e.test//question/#"),
        ("http://e.test/?thread-12.htm", "http://e.test/?thread-12.htm", "e.test//thread-#.htm"),
        ("http://e.test/read.php?3,17,page=2", "http://e.test/read.php?3,17", "e.test/read.php/#,#"),
        ("http://e.test/a/3/comment-page-2", "http://e.test/a/3", "e.test/a/#"),
    ],
)
def test_paths_in_the_query(url: str, free: str, pattern: str) -> None:
    """What a query says without a name is a path: it names the thread, and pages of one kind share its pattern."""
    assert page_free(url) == free
    assert pattern_of(url).startswith(pattern)


def test_split_address_of_names_only() -> None:
    """A query of names and values has no route."""
    assert split_address("http://e.test/v.php?id=3;page=2") == ("/v.php", "", (("id", "3"), ("page", "2")))


def test_xhtml_with_its_declaration() -> None:
    """A page that says it is XML is read as the page it is."""
    rows = "".join(f"<h3><a href='list.php?{n}'>{name}</a></h3>" for n, name in enumerate(["河滩", "山顶", "转让"], 3))
    markup = (
        '<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>营地</title>'
        f"</head><body><table><tr><td>{rows}</td></tr></table></body></html>"
    )
    response = MarkupResponse("http://e.test/index.php", body=markup.encode(), encoding="utf-8")
    assert infer(response).role == "home"
    assert [link.name for link in read_board(response).boards] == ["河滩", "山顶", "转让"]


@pytest.mark.parametrize(
    ("url", "markup", "expected"),
    [
        (
            "http://e.test/i.php?c=list&id=2&page=1",
            "<a href='javascript:'>首</a><a href='javascript:'>1</a><a href='i.php?c=list&id=2&page=2'>2</a>"
            "<a href='i.php?c=list&id=2&page=3'>3</a>",
            "http://e.test/i.php?c=list&id=2&page=2",
        ),
        (
            "http://e.test/i.php?id=3&page=4",
            "<button type='button'>加载更多 »</button>",
            "http://e.test/i.php?id=3&page=5",
        ),
        ("http://e.test/i.php?id=3", "<button type='button'>加载更多 »</button>", None),
        ("http://e.test/a/3/", "<a href='/a/3/comment-page-2'>下一页</a>", "http://e.test/a/3/comment-page-2"),
        ("http://e.test/read.php?4,102", "<a rel='next' href='/read.php?4,1726209251,older'>Newer</a>", None),
        (
            "http://e.test/?thread-1-2.htm",
            "<a class='next' href='?thread-1-3.htm'>▶</a>",
            "http://e.test/?thread-1-3.htm",
        ),
    ],
)
def test_pages_that_follow(url: str, markup: str, expected: str | None) -> None:
    """The present page may be a dead link, the next one behind a button; other threads are no next page."""
    tree = build_tree(f"<html><body><div class='pages'>{markup}</div></body></html>", url)
    assert tree is not None
    assert find_next(tree) == expected


def test_replies_that_hold_one_reply_each() -> None:
    """A chain of single replies, each inside what it answers, is as many posts."""

    def comment(n: int) -> str:
        inner = f"<div class='kids'><ol>{comment(n + 1)}</ol></div>" if n < 3 else ""
        return (
            f"<li id='comment-{n}' class='note note-{'child' if n else 'top'}'><div class='who'><cite class='fn'>"
            f"{PEOPLE[n]}</cite></div><div class='meta'><time datetime='2026-11-0{n + 1}T10:00:00+08:00'>Nov {n + 1}"
            f"</time></div><div class='content'><p>{TEXTS[n]}</p></div>{inner}</li>"
        )

    item = read_thread(page("http://e.test/a/5", f"<h1>河滩</h1><ol class='notes'>{comment(0)}</ol>", "河滩"))
    assert [(post.author.name, post.text) for post in item.posts] == list(zip(PEOPLE, TEXTS, strict=True))


def test_head_of_an_entry_line_by_line() -> None:
    """Who wrote an entry and when, each in a line of its own, are the head of one post and not two."""
    markup = (
        f"<article><h1>河滩</h1><ul><li>作者: <a rel='author' href='/author/4/'>{PEOPLE[0]}</a></li><li>时间: "
        f"<time datetime='2026-11-03T10:00:00+08:00'>2026-11-03</time></li></ul>"
        f"<div class='post-content'><p>{TEXTS[0]}{TEXTS[2]}</p></div></article>"
    )
    item = read_thread(page("http://e.test/archives/15/", markup, "河滩"))
    assert [(post.author.name, post.text) for post in item.posts] == [(PEOPLE[0], TEXTS[0] + TEXTS[2])]


def test_whole_post_with_a_group_in_its_name() -> None:
    """A post named for its writer's group is the post, not a panel of the writer's."""
    posts = "".join(
        f"<li><div class='post hasControls group-member' id='p{n}'><div class='inner'><h3><a href='/member/{n}'>"
        f"{PEOPLE[n]}</a></h3><a class='time' title='2026-11-0{n + 1} 10:00:00' href='/p/{n}'>Nov {n + 1}</a>"
        f"<div class='postBody'><p>{TEXTS[n]}</p></div></div></div></li>"
        for n in range(4)
    )
    item = read_thread(page("http://e.test/7-he-tan", f"<h1>河滩</h1><ol>{posts}</ol>", "河滩"))
    assert [(post.author.name, post.text) for post in item.posts] == list(zip(PEOPLE, TEXTS, strict=True))


def test_asker_in_a_box_beside() -> None:
    """A question's own box names nobody: whoever began it stands beside it, below a heading that says so."""
    markup = (
        f"<div class='main'><div class='mod'><h1>河滩</h1><div class='mod-body'>{TEXTS[0]}{TEXTS[3]}</div>"
        "<div class='mod-footer'><span>2026-11-03</span></div></div></div><div class='side-bar'><h3>发起人</h3>"
        f"<dl><dd><a class='user-name' href='/people/4'>{PEOPLE[2]}</a></dd></dl></div>"
    )
    item = read_thread(page("http://e.test/?/question/4", markup, "河滩"))
    assert [(post.author.name, post.text) for post in item.posts] == [(PEOPLE[2], TEXTS[0] + TEXTS[3])]


def test_counts_of_today_are_no_posts() -> None:
    """ "今日: 12" counts posts; it is no time of one."""
    tree = build_tree(
        "<html><body><div>昨日:<b>3</b>篇 今日:<b>12</b>篇</div><p>2026-11-03 10:00</p></body></html>", "http://e.test/"
    )
    assert tree is not None
    assert [mark.text for mark in tree.times] == ["2026-11-03 10:00"]


def test_front_with_boards_and_the_latest() -> None:
    """A site's front that names its boards beside the latest threads, and has no further page, leads to the boards."""
    threads = "".join(
        f"<li><a href='/read/{n}'>{text}</a> <span>2026-11-0{n} 10:00</span></li>" for n, text in enumerate(TEXTS, 1)
    )
    boards = "".join(f"<p><a href='/forum/{n}'>{name}</a></p>" for n, name in enumerate(["河滩", "山顶", "转让"], 1))
    markup = f"<div class='boards'>{boards}</div><ul class='new'>{threads}</ul>"
    assert infer(page("http://e.test/", markup)).role == "home"
    pager = "<div class='pager'><b>1</b> <a href='/?page=2'>2</a></div>"
    assert infer(page("http://e.test/", markup + pager)).role == "board"
