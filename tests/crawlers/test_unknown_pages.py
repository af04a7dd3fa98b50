"""Pages of programs that nobody wrote a platform for: fronts, boards of previews, archives of single messages."""

from __future__ import annotations

import pytest
from strangers import page, read_board, read_thread

from crawlers.bodies import read_body
from crawlers.inference.links import is_below
from crawlers.inference.pagers import find_next
from crawlers.inference.trees import build_tree
from crawlers.inference.verdicts import infer
from crawlers.quoting import split_quotes

TEXTS = [
    "果园的梨下周就能摘了，想来的先说一声。",
    "算我一个",
    "去年那棵老树还在不在？听说要锯掉。",
    "自带篮子，袋子容易压坏。",
]
PEOPLE = ["梨树下", "moss_7", "阿禾", "Tarn"]
FRONT = "http://e.test/b/board.php"


@pytest.mark.parametrize(
    ("pattern", "other", "below"),
    [
        ("e.test/board.php?id=#&name=a", "e.test/board.php?name=a", True),
        ("e.test/forum/pears/#", "e.test/forum/pears", True),
        ("e.test/forum/#", "e.test/forum", False),
        ("e.test/days.php?day=#&month=#", "e.test/days.php?month=#", False),
        ("e.test/board.php?name=a&sort=new", "e.test/board.php?name=a", False),
        ("e.test/board.php?id=#", "e.test/list.php", False),
    ],
)
def test_threads_below_their_board(pattern: str, other: str, below: bool) -> None:
    """Where one script shows board and thread, the thread's address has one number more."""
    assert is_below(pattern, other) is below


def front_of_latest() -> str:
    """A front that shows the latest of each board, side by side."""
    boxes = ""
    for board, number in (("pears", 20), ("tools", 40)):
        rows = "".join(
            f"<li><a href='{FRONT}?name={board}&amp;id={number + n}'>{text}</a> <i class='n'>{n}</i>"
            f"<p class='by'><span class='member'>{PEOPLE[n]}</span> <span class='date'>11-1{n}</span></p></li>"
            for n, text in enumerate(TEXTS)
        )
        boxes += f"<div class='latest'><h2><a href='{FRONT}?name={board}'>{board}</a></h2><ul>{rows}</ul></div>"
    return boxes


def test_front_of_latest_threads() -> None:
    """The latest threads of each board, each with its writer and day, are no posts; the boards' names lead on."""
    response = page("http://e.test/", front_of_latest())
    assert infer(response).role == "home"
    assert [link.name for link in read_board(response).boards] == ["pears", "tools"]


def test_threads_beside_are_no_posts() -> None:
    """A link to the next thread with its day is no post, and the heading that is seen is the thread's title."""
    comments = "".join(
        f"<article id='c_{n}'><b class='member'>{PEOPLE[n]}</b> <time>2026-11-1{n} 10:00</time>"
        f"<div class='cmt'>{TEXTS[n]}</div></article>"
        for n in (1, 2)
    )
    markup = (
        f"<h1 class='heard'>梨树 &gt; 果园</h1><div class='top'><a href='/join'>加入</a></div><article><h2>梨树</h2>"
        f"<section><span class='member'>{PEOPLE[0]}</span> <time>2026-11-10 09:00</time></section>"
        f"<section><div class='text'>{TEXTS[0]}</div></section>"
        f"<ul><li><span>上</span><a href='{FRONT}?name=pears&amp;id=6'>{TEXTS[3]}</a> <span>2026.11.09</span></li>"
        f"<li><span>下</span><a href='{FRONT}?name=pears&amp;id=8'>{TEXTS[1]}</a> <span>2026.11.12</span></li></ul>"
        f"<section>{comments}</section></article>"
    )
    item = read_thread(page(f"{FRONT}?name=pears&id=7", markup, "梨树 > 果园"))
    assert item.title == "梨树"
    assert [(post.author.name, post.text) for post in item.posts] == list(zip(PEOPLE, TEXTS, strict=False))[:3]


def previews(folder: str = "") -> str:
    """Two threads of an image board: the opening, and the last answers to it."""
    out = ""
    for first in (100, 200):
        for number in (first, first + 7, first + 9):
            name = PEOPLE[number % 4]
            out += (
                f"<div class='{'op' if number == first else 'reply'}' id='p{number}'><span class='postername'>{name}"
                f"</span> 26/11/20(Fri)2{number % 3}:10:00 <a href='{folder}res/{first}.html#{number}'>No.{number}</a>"
                f"<div class='message'>{TEXTS[number % 4]}</div></div>"
            )
        out += "<hr>"
    return out


def test_board_of_previews() -> None:
    """Posts that have their places on several other pages are previews of threads."""
    pager = "<div>[0] [<a href='1.html'>1</a>] [<a href='2.html'>2</a>]</div>"
    response = page("http://e.test/b/index.html", previews() + pager)
    item = read_board(response)
    assert infer(response).role == "board"
    assert [link.url for link in item.threads] == ["http://e.test/b/res/100.html", "http://e.test/b/res/200.html"]
    assert item.next_url == "http://e.test/b/1.html"


def test_thread_of_an_image_board() -> None:
    """On the thread's own page the same posts are posts."""
    posts = previews("../").split("<hr>")[0]
    item = read_thread(page("http://e.test/b/res/100.html", posts))
    assert [post.author.name for post in item.posts] == [PEOPLE[0], PEOPLE[3], PEOPLE[1]]


def test_subjects_that_repeat() -> None:
    """In an archive of messages answers bear the subject of what they answer; each is a page of its own."""
    subjects = ["梨什么时候摘", "旧梯子有人要吗", "去果园的小路修好了"]
    rows = "".join(
        f"<li><a href='msg{n:05}.html'>Re: {subjects[n % 3]}</a>, <em>{PEOPLE[n % 4]}</em></li>" for n in range(12)
    )
    item = read_board(page("http://e.test/talk/threads.html", f"<h1>果园</h1><ul>{rows}</ul>"))
    assert len(item.threads) == 12


def test_name_before_what_is_said() -> None:
    """A heading "Moss said:" over a comment names Moss."""
    markup = "".join(
        f"<li id='c{n}'><div class='comment'><h4 class='author'>{PEOPLE[n]} said:</h4><p>{TEXTS[n]}</p></div>"
        f"<time>2026-11-1{n} 10:00</time></li>"
        for n in range(4)
    )
    item = read_thread(page("http://e.test/t/5", f"<ol class='comments'>{markup}</ol>"))
    assert [post.author.name for post in item.posts] == PEOPLE


@pytest.mark.parametrize(
    "pager",
    [
        "<nav class='pg'><strong>1</strong><a href='?name=a&page=2'>2<span>쪽</span></a></nav>",
        "<nav class='pager'><a href='?name=a&page=2'>seuraava sivu</a></nav>",
    ],
)
def test_pager_in_any_language(pager: str) -> None:
    """A pager's link is the next page for its number, whatever its words say."""
    tree = build_tree(f"<html><body>{pager}</body></html>", f"{FRONT}?name=a")
    assert tree is not None
    assert find_next(tree) == f"{FRONT}?name=a&page=2"


@pytest.mark.parametrize(("seconds", "precision"), [(("00", "00", "00"), "minute"), (("00", "07", "00"), "second")])
def test_seconds_that_nobody_counted(seconds: tuple[str, ...], precision: str) -> None:
    """Times that all end in ":00" were told to the minute."""
    markup = "".join(
        f"<article id='c{n}'><b class='author'>{PEOPLE[n]}</b><time datetime='2026-11-1{n}T10:20:{second}+08:00'>"
        f"1{n}.11.</time><div class='text'>{TEXTS[n]}</div></article>"
        for n, second in enumerate(seconds)
    )
    item = read_thread(page("http://e.test/t/5", markup))
    assert {post.posted_at_precision for post in item.posts} == {precision}


@pytest.mark.parametrize(
    ("lines", "own", "quotes"),
    [
        (["Moss wrote:", "> 梨好吃", "> 真的", "", "我也要"], ["", "我也要"], ["梨好吃\n真的"]),
        (["On Monday, Moss <m@e.test>", "wrote:", ">梨", "好"], ["好"], ["梨"]),
        (["在 2026-11-22 10:30，阿禾 写道：", "> 梨", "好"], ["好"], ["梨"]),
        (["阿禾 发表于 2026-11-22 10:30", "> 梨", "好"], ["好"], ["梨"]),
        (["Replying to Moss:", "> 梨", "好"], ["好"], ["梨"]),
        ([">>257", ">梨", "好"], ["好"], ["梨"]),
    ],
)
def test_marked_quotes(lines: list[str], own: list[str], quotes: list[str]) -> None:
    """Lines with ">" are a quote under who is quoted, or under a reference to a post."""
    assert split_quotes(lines, {"257"}) == (own, quotes)


@pytest.mark.parametrize(
    "text",
    [
        ">>257\n好",
        ">>258\n>梨\n好",
        ">出梨十斤\n>可送货",
        "\n>梨",
        "> 全国果园 > 0.5\n> 量大从优",
        "> 全国果园\n> 0.5 一条\n\n联系 moss_7",
        ">>13800000000\n>出全国果园 0.5\n加我",
        "客户说：\n> 全国果园名单 0.5 一条\n要的加 moss_7",
        "老客户都说：\n> 全国果园 > 0.5\n量大从优",
        "Our customers say:\n> orchard lists 0.5 each\nwrite to moss_7",
        "Moss said:\norchard lists 0.5 each",
        "Moss wrote:\norchard lists 0.5 each",
        "Moss wrote:\n> orchard lists 0.5 each",
        "出全国果园名单 0.5 一条，加 moss_7，客户写道：\n> 很准\n长期有效",
        "微信 13800000000 写道：\n> 全国果园 0.5\n长期有效",
        "在本店有全国果园名单\n加 moss_7，客户写道：\n> 很准\n长期有效",
        "回复 @moss_7: 全国果园 0.5",
        "回复 @moss_7:\n> 全国果园 0.5\n长期有效",
    ],
)
def test_own_lines_are_no_quotes(text: str) -> None:
    """What an author says under words that might lead to a quote, or begins with ">", is the author's own."""
    lines = text.split("\n")
    assert split_quotes(lines, {"257"}) == (lines, [])


@pytest.mark.parametrize(
    "markup",
    [
        "<p>全国果园名单 0.5 一条，加 moss_7，客户说：</p><blockquote>很准</blockquote><p>长期有效</p>",
        "<p>全国果园名单 0.5 一条</p>客户说：<blockquote>很准</blockquote><p>长期有效</p>",
        "<blockquote>客户说：<br>全国果园名单 0.5 一条</blockquote>",
        "<blockquote>New lists posted daily<br>全国果园名单 0.5 一条</blockquote>",
        f"<div>全国果园名单 0.5 一条 {'梨 ' * 90} wrote: 加 moss_7</div><blockquote>很准</blockquote>",
        "Moss wrote:<br>&gt; 全国果园名单 0.5 一条<br>长期有效",
        "客户说：<br>&gt; 全国果园名单 &gt; 0.5 一条<br>长期有效",
        "回复 @moss_7: 全国果园名单 0.5 一条",
    ],
)
@pytest.mark.parametrize("name", ["div", "td"])
def test_an_offer_stands_beside_its_quotes(markup: str, name: str) -> None:
    """On no program's pages an offer's own words are lost as part of a quote."""
    text = read_body(f"<{name}>{markup}</{name}>", FRONT).text
    assert "0.5 一条" in text
    assert ("长期有效" in markup) == ("长期有效" in text)
    assert ("moss_7" in markup) == ("moss_7" in text)


@pytest.mark.parametrize("answers", [2, 4])
@pytest.mark.parametrize("text", TEXTS[:2])
@pytest.mark.parametrize("name", ["body", "wr"])
def test_message_over_the_tree_of_its_answers(text: str, answers: int, name: str) -> None:
    """A page of one message ends where the lines begin that lead to the other messages of its thread."""
    title = "梨什么时候摘"
    rows = "".join(
        f"<li><a href='index.php?id={n}'>{title}</a> - <strong class='user'>{PEOPLE[n % 4]}</strong>, "
        f"<span id='p{n}' class='tail'>2026-11-1{n}, 05:30</span></li>"
        for n in range(2, 2 + answers)
    )
    writer = f"<strong class='user'>{PEOPLE[0]}</strong>"
    markup = (
        f"<div id='content'><div class='posting'><div class='header'><h1>{title}</h1><p class='author'>by {writer}, "
        f"Tuesday, November 10, 2026, 09:00</p></div><div class='{name}'><p>{text}</p></div></div>"
        f"<p><strong>Complete thread:</strong></p><ul class='thread'><li><span>{title}</span> - {writer}, "
        f"<span class='tail'>2026-11-10, 09:00</span><ul class='reply'>{rows}</ul></li></ul></div>"
    )
    item = read_thread(page("http://e.test/talk/index.php?id=1", markup, f"{title} - 果园"))
    assert [(post.author.name, post.text) for post in item.posts] == [(PEOPLE[0], text)]
