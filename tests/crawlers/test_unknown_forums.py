"""What real programs do and no class name tells: homes with last posts, slugs of two scripts, clocks, subjects."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from web_poet import HttpResponse

from crawlers.bodies import is_signature
from crawlers.generic import PLATFORM
from crawlers.inference.pagers import find_next
from crawlers.inference.titles import without_page
from crawlers.inference.trees import build_tree
from crawlers.inference.verdicts import infer
from crawlers.pages import BoardItem, ThreadItem, Visit

VISIT = Visit(fetched_at=datetime(2026, 11, 22, 9, tzinfo=UTC), timezone="Asia/Shanghai")
TEXTS = ["水位降了半米，石阶都露出来了。", "同问", "上周去的时候还不是这样，风也大。", "周六再去看看。"]
PEOPLE = ["山野人", "kite_88", "阿木", "小River"]


def page(url: str, inner: str, title: str = "露营") -> HttpResponse:
    """A page with that body."""
    markup = f"<html><head><title>{title}</title></head><body>{inner}</body></html>"
    return HttpResponse(url, body=markup.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def board(response: HttpResponse) -> BoardItem:
    """It, read as a list."""
    return asyncio.run(PLATFORM.board(response=response, visit=VISIT).to_item())


def thread(response: HttpResponse) -> ThreadItem:
    """It, read as a thread."""
    return asyncio.run(PLATFORM.thread(response=response, visit=VISIT).to_item())


BOARD = (
    "<div class='item'><h3><a href='/viewforum.php?id={n}'>{name}</a></h3><p>{name}的讨论</p>"
    "<ul><li><b>12</b> topics</li><li>Last post: <a href='/viewtopic.php?pid={n}7#p{n}7'>2026-11-0{n} 10:00:00</a> "
    "<cite>by {who}</cite></li></ul></div>"
)


@pytest.mark.parametrize("count", [2, 3])
def test_home_with_last_posts(count: int) -> None:
    """Boards with their last post, and statistics below, are a home, not a thread."""
    boards = "".join(
        BOARD.format(n=n + 1, name=name, who=PEOPLE[n]) for n, name in enumerate(["湖边", "山上", "二手装备"][:count])
    )
    stats = (
        "<div><h2>Forum statistics</h2><p>Total number of registered users: 15</p><p>Newest: "
        "<a href='/profile.php?id=9'>kite_88</a></p><p>Total number of posts: 81</p></div>"
    )
    response = page("http://e.test/index.php", f"<h1><a href='/index.php'>露营</a></h1><div>{boards}</div>{stats}")
    assert infer(response).role == "home"
    assert len(board(response).boards) == count


@pytest.mark.parametrize("form", ["/q/{n}/{slug}", "/?qa={n}&qa_1={slug}", "/{slug}-{n}.html", "/t/{slug}"])
def test_slugs_of_two_scripts(form: str) -> None:
    """Titles in addresses differ in script and length; escapes such as %e6%b1 are no words for a board."""
    titles = ["帐篷漏水怎么补", "Basil in winter", "炉头", "My first long walk round the lake"]
    rows = "".join(
        f"<div><a href='{form.format(n=n, slug=quote(title.lower().replace(' ', '-')))}'>{title}</a>"
        f"<span>2026-11-0{n} 10:00</span></div>"
        for n, title in enumerate(titles, 1)
    )
    response = page("http://e.test/", f"<h1>露营</h1>{rows}")
    assert infer(response).role == "board"
    assert [link.title for link in board(response).threads] == titles


POST = (
    "<div class='windowbg' id='msg{n}'><div class='poster'><h4><a href='/?action=profile;u={n}'>{who}</a></h4>"
    "<ul><li>Full Member</li><li>Posts: {n}5</li></ul></div>"
    "<div class='keyinfo'><a href='/?msg={n}'>{subject}</a> <a href='/?msg={n}'>2026-11-0{n} 10:0{n}</a></div>"
    "<div class='inner'>{text}</div><div class='sig-content'>走到哪算哪 {n}</div></div>"
)
CLOCK = "<div><div class='user'>2026-11-22 17:00</div><h2>News:</h2><p>维护在周日进行，请提前保存。</p></div>"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_head_of_the_page(count: int) -> None:
    """The clock and the news of a page's head, who began the thread, and each post's subject are none of its posts."""
    posts = "".join(
        POST.format(n=n + 1, who=PEOPLE[n], text=TEXTS[n], subject="水位" if n == 0 else "Re: 水位")
        for n in range(count)
    )
    head = (
        f"<h2>水位</h2><p>Started by {PEOPLE[0]}, 2026-11-01 10:01</p><div class='pages'><a href='#b'>Go Down</a></div>"
    )
    markup = f"<div id='top'><h1><a href='/'>露营</a></h1>{CLOCK}</div><div>{head}<form>{posts}</form></div>"
    item = thread(page("http://e.test/?topic=5.0", markup, "水位"))
    assert item.title == "水位"
    assert [(post.author.name, post.text) for post in item.posts] == list(zip(PEOPLE, TEXTS, strict=True))[:count]
    assert [post.posted_at.minute for post in item.posts if post.posted_at] == list(range(1, count + 1))


def test_answers_inside_the_question() -> None:
    """A question marked up for machines that holds its answers has a text of its own."""
    part = (
        "<div><a href='/u/{n}' itemprop='author'>{who}</a> <time datetime='2026-11-0{n}T10:00:00+08:00'>x</time>"
        "<div itemprop='text'>{text}</div></div>"
    )
    parts = [part.format(n=n + 1, who=PEOPLE[n], text=TEXTS[n]) for n in range(3)]
    answers = "".join(f"<div itemscope itemtype='https://schema.org/Answer'>{part}</div>" for part in parts[1:])
    markup = (
        f"<div itemscope itemtype='https://schema.org/Question'><div><h1>水位</h1>{parts[0]}"
        f"<div><h2>2 answers</h2>{answers}</div></div></div>"
    )
    item = thread(page("http://e.test/5/x", markup, "水位"))
    assert [(post.author.name, post.text) for post in item.posts] == list(zip(PEOPLE, TEXTS, strict=True))[:3]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("水位 (Page 2 of 4)", "水位"),
        ("水位 (Page 2) / 露营", "水位 / 露营"),
        ("Water - Page 3 - Camp", "Water - Camp"),
        ("水位 - 第2页 - 露营", "水位 - 露营"),
        ("Page 3 of my diary", "Page 3 of my diary"),
    ],
)
def test_number_of_the_page_is_no_title(title: str, expected: str) -> None:
    """The number of a page is taken off its title, the author's own words stay."""
    assert " ".join(without_page(title).split()) == expected


def test_title_behind_the_name_of_the_site() -> None:
    """The one heading of a page may be the site's name; the thread is named in <title>."""
    posts = "".join(
        f"<div class='p'><b class='author'>{PEOPLE[n]}</b> <i>2026-11-0{n + 1} 10:00</i><p>{TEXTS[n]}</p></div>"
        for n in range(3)
    )
    markup = f"<h1><a href='index.php'>露营</a></h1>{posts}"
    assert thread(page("http://e.test/viewtopic.php?id=3", markup, "水位 (Page 2) / 湖边 / 露营")).title == "水位"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sig-content", True), ("postsignature", True), ("user_sig", True), ("signature", True), ("sig-line", True),
        ("msg_51_signature", True), ("sign", True),
        ("has-signature", False), ("design", False), ("signin", False), ("assigned", False), ("sign-up", False),
    ],
)  # fmt: skip
def test_names_of_signatures(name: str, expected: bool) -> None:
    """Signatures are known by the words of their names, whatever a program calls them."""
    assert is_signature(name) is expected


@pytest.mark.parametrize(
    ("url", "markup"),
    [
        ("http://e.test/?board=2.0", "<li><a href='/?topic=3.0'>水位</a> <b>1</b> <a href='/?topic=3.15'>2</a></li>"),
        (
            "http://e.test/?qa=questions",
            "<a class='next' href='/?qa=ask'>asking a question</a>",
        ),
        ("http://e.test/?board=2.0", "<a rel='next' href='/?topic=7.0'>»</a>"),
    ],
)
def test_pages_of_other_things(url: str, markup: str) -> None:
    """The pages of a thread in a list, and links that are only called next, are not the list's next page."""
    tree = build_tree(f"<html><body>{markup}</body></html>", url)
    assert tree is not None
    assert find_next(tree) is None


def test_offset_in_one_value() -> None:
    """Where one value holds thread and offset, the thread must stay."""
    tree = build_tree(
        "<html><body><div><b>1</b> <a href='/?topic=3.15'>2</a></div></body></html>", "http://e.test/?topic=3.0"
    )
    assert tree is not None
    assert find_next(tree) == "http://e.test/?topic=3.15"


def test_answers_in_a_box_of_their_own() -> None:
    """Boxes of one make, the opening in one and all answers in the other, are not two posts; layout is no body."""
    answers = "".join(
        f"<li id='l_{n}'><h4><a href='/?app=user&ac=space&id={n}'>{PEOPLE[n]}</a> "
        f"<span class='ml'>2026-11-0{n + 1} 10:00</span> <i>{n}#</i></h4><div class='fs'><p>{TEXTS[n]}</p></div></li>"
        for n in (1, 2)
    )
    opening = (
        f"<h1>水位</h1><div><a href='/?app=user&ac=space&id=9'>{PEOPLE[0]}</a><div>2026-11-01 10:00</div></div><div>"
        f"<div><i></i> 2</div><div><i></i> 9</div></div>"
        f"<div class='topic-view'><p>{TEXTS[0]}</p></div><div>广告位</div>"
    )
    markup = (
        f"<div class='appnav'><a href='/?app=group'>小组</a> <a href='/?app=topic'>话题</a></div>"
        f"<div class='card'><div class='card-body'>{opening}</div></div>"
        f"<div class='card'><div class='card-header'>评论 (2)</div>"
        f"<div class='card-body'><ul>{answers}</ul></div></div>"
    )
    item = thread(page("http://e.test/?app=topic&ac=show&id=2", markup, "水位"))
    assert [(post.author.name, post.text) for post in item.posts] == list(zip(PEOPLE, TEXTS, strict=True))[:3]


def test_menu_is_no_list() -> None:
    """Short words without numbers in their addresses are a menu, also where boards show nothing but their names."""
    menu = "".join(f"<a href='/?app={name}'>{word}</a>" for name, word in (("a", "首页"), ("b", "话题"), ("c", "相册")))
    boards = "".join(
        f"<div><a href='/?app=group&ac=show&id={n}'>{name}</a> <small>14人加入</small></div>"
        for n, name in enumerate(("湖边", "二手装备"), 1)
    )
    response = page("http://e.test/?app=group", f"<div class='top'>{menu}</div><h1>小组</h1>{boards}", "小组")
    assert infer(response).role == "home"
    assert [link.name for link in board(response).boards] == ["湖边", "二手装备"]


def test_heads_of_posts_beside_their_bodies() -> None:
    """A head row and a body row make one post, though the last body has other classes than those before it."""
    kinds = ["topic type-topic", "reply type-reply", "reply type-reply"]
    posts = "".join(
        f"<div id='post-{n}' class='x-reply-header'><span class='x-date'>November {n + 1}, 2026 at 4:13 am</span></div>"
        f"<div class='loop-item-{n} user-id-{n} {kinds[n]} status-publish entry'><div class='x-reply-author'>"
        f"<a href='/?author={n}'>{PEOPLE[n]}</a></div><div class='x-reply-content'><p>{TEXTS[n]}</p></div></div>"
        for n in range(3)
    )
    item = thread(page("http://e.test/?topic=x", f"<h1>水位</h1><ul><li>{posts}</li></ul>", "水位"))
    assert [(post.author.name, post.text) for post in item.posts] == list(zip(PEOPLE, TEXTS, strict=True))[:3]
    assert [post.posted_at.day for post in item.posts if post.posted_at] == [1, 2, 3]


@pytest.mark.parametrize("name", ["{who}", "<a href='http://other.test/'>{who}</a>"])
def test_name_in_the_line_of_the_time(name: str) -> None:
    """Where nothing else names the writer, what follows the time after a dash does, linked or not."""
    posts = "".join(
        f"<div id='c{n}' class='comment'><h6>"
        f"<span>Nov. {n + 1}, 2026, 9:23 a.m. - {name.format(who=PEOPLE[n])}</span></h6>"
        f"<div class='content'>{TEXTS[n]}</div></div>"
        for n in range(3)
    )
    item = thread(page("http://e.test/articles/7/", f"<h1>水位</h1><div>{posts}</div>", "水位"))
    assert [(post.author.name, post.text) for post in item.posts] == list(zip(PEOPLE, TEXTS, strict=True))[:3]


def test_front_of_a_blog() -> None:
    """Entries with their titles in a header of their own are a list, also with texts below and dates in a footer."""
    entries = "".join(
        f"<article class='post entry'><header class='entry-header'><h2><a href='/?p={n}'>{title}</a></h2></header>"
        f"<div class='entry-content'><p>{TEXTS[n]}</p></div><footer class='entry-footer'>Published "
        f"<time datetime='2026-11-0{n + 1}T10:00:00+08:00'>November {n + 1}, 2026</time></footer></article>"
        for n, title in enumerate(["湖边的三天", "Packing light", "炉头点不着了"])
    )
    markup = f"<div class='col-with-sidebar'><h1>山野笔记</h1><main>{entries}</main></div>"
    response = page("http://e.test/", markup, "山野笔记")
    assert infer(response).role == "board"
    assert [link.title for link in board(response).threads] == ["湖边的三天", "Packing light", "炉头点不着了"]


def test_numbers_of_posts_with_replies_inside() -> None:
    """A comment that holds its replies keeps its own number and address, as the replies keep theirs."""

    def comment(n: int, inner: str = "") -> str:
        return (
            f"<li id='comment-{n}'><div class='c'><cite>{PEOPLE[n - 1]}</cite> "
            f"<a href='/t/5#comment-{n}'>2026-11-0{n} 10:00</a><p>{TEXTS[n - 1]}</p></div>{inner}</li>"
        )

    markup = f"<h1>水位</h1><ol>{comment(1, '<ul>' + comment(2) + '</ul>')}{comment(3)}{comment(4)}</ol>"
    item = thread(page("http://e.test/t/5", markup, "水位"))
    assert [(post.post_id, post.url) for post in item.posts] == [
        (f"{n}", f"http://e.test/t/5#comment-{n}") for n in (1, 2, 3, 4)
    ]


def test_one_board() -> None:
    """A home with one board in a heading is a home."""
    markup = "<h1>露营</h1><div class='cat'><h3><a href='/board/1'>湖边</a></h3><p>湖边的讨论</p></div>"
    response = page("http://e.test/", markup)
    assert infer(response).role == "home"
    assert [link.name for link in board(response).boards] == ["湖边"]
