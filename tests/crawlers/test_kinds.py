"""The links of an unknown page, the kinds they are of, and posts that are met twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from strangers import page, read_thread

from crawlers.inference.leads import Lead, read_leads
from crawlers.inference.links import page_free, pattern_of
from crawlers.walk.copies import Copies
from crawlers.walk.course import ListWalk
from crawlers.walk.kinds import Kinds

WALK = ListWalk("http://e.test/", may_stop=False)


def leads(kind: str, *numbers: int, title: str = "一个很长的题目", framed: bool = False) -> list[Lead]:
    """Links of one kind."""
    urls = [f"http://e.test/{kind}/{number}" for number in numbers]
    return [Lead(url, url, pattern_of(url), title, framed=framed) for url in urls]


@pytest.mark.parametrize(
    ("link", "text", "kept"),
    [
        ("/read/7", "河滩上的营位", True),
        ("/list?vor=20", "2", True),
        ("/list?sort=-time&vor=20", "向下 >>", True),
        ("/list?sort=-time", "按时间", False),
        ("/login", "登录", False),
        ("/read/7?reply=1", "说两句", False),
        ("/vote.php?id=7", "河滩上的营位", False),
        ("/user/kite", "kite_41", False),
        ("?u=/2026/11/05/hetan", "河滩上的营位", True),
        ("http://elsewhere.test/read/7", "河滩上的营位", False),
    ],
)
def test_what_is_a_lead(link: str, text: str, kept: bool) -> None:
    """A lead stays on the site and does nothing; what keeps a list's order is one only as a part of its pager."""
    assert bool(read_leads(page("http://e.test/", f"<p><a href='{link}'>{text}</a></p>"))) is kept


def test_addresses_that_are_only_words() -> None:
    """Links without a number are of one kind where they stand alike in one folder."""
    doors = "<ul><li><a href='/z/hetan'>河滩</a></li><li><a href='/z/shan'>山顶</a></li></ul>"
    inner = f"{doors}<p><a href='/z/rest'>其他</a></p>"
    first, second, third = (lead.kind for lead in read_leads(page("http://e.test/", inner)))
    assert first == second != third


@pytest.mark.parametrize(
    ("one", "other"),
    [("forumpost/ce1d03e2b4", "forumpost/adf7b2c2b5"), ("t/x7Kq2Lm9", "t/a1Bc2De3"), ("a/60f1e2d3", "a/12ab34cd")],
)
def test_names_that_a_machine_made_up(one: str, other: str) -> None:
    """They share one pattern, however their digits lie."""
    assert pattern_of(f"http://e.test/{one}") == pattern_of(f"http://e.test/{other}")


def test_a_path_behind_a_name() -> None:
    """What stands behind a name and begins with a slash is a path, with its page number."""
    assert pattern_of("http://e.test/?u=/2026/11/05/hetan/").endswith("u=/#/#/#")
    assert page_free("http://e.test/?u=/hetan/page/2") == page_free("http://e.test/?u=/hetan")


def test_kinds_are_looked_at_by_their_worth() -> None:
    """Many links with long names come first; kinds that were asked for, and menus where something was found, never."""
    kinds = Kinds()
    assert not [*kinds.see([*leads("a", 1, title="ab"), *leads("b", 1, 2, 3), *leads("c", 1, 2, framed=True)], WALK)]
    kinds.meet("http://e.test/b/9")
    chosen = kinds.choose(found=True)
    assert chosen is not None
    assert chosen[0].url == "http://e.test/a/1"
    assert kinds.choose(found=True) is None
    assert kinds.choose(found=False) is not None


def test_what_is_followed() -> None:
    """Once one of a kind holds something the others are followed, and those that are met later; not what is barren."""
    kinds = Kinds()
    [*kinds.see(leads("a", 1, 2, 3), WALK)]
    chosen = kinds.choose(found=False)
    assert chosen is not None
    assert len(kinds.judge(chosen[0].kind, "thread")) == 2
    assert [verdict for verdict, _ in kinds.see(leads("a", 4), WALK)] == ["thread"]
    for _ in range(6):
        kinds.count(chosen[0].kind, barren=True)
    assert not [*kinds.see(leads("a", 5), WALK)]


def test_in_vain() -> None:
    """A site is left after a few pages that held nothing, and a kind after two."""
    kinds = Kinds()
    [*kinds.see([lead for name in "abcdefgh" for lead in leads(name, 1, 2, 3)], WALK)]
    looked = []
    while (chosen := kinds.choose(found=False)) is not None:
        looked.append(chosen[0].kind)
        assert not kinds.judge(chosen[0].kind, "nothing")
    assert len(looked) == 6
    assert max(looked.count(kind) for kind in looked) <= 2


def test_posts_met_on_pages_of_another_kind() -> None:
    """They are copies where writer, minute and words are the same; on pages of the same kind they are posts."""
    inner = "".join(
        f"<div class='msg'><b class='author'>kite_4{n}</b> <i class='time'>2026-11-0{n} 10:0{n}</i>"
        f"<div class='text'>木炭要自己带，那边不卖的，第{n}回。</div></div>"
        for n in (1, 2, 3)
    )
    post = read_thread(page("http://e.test/read/1", inner)).posts[0]
    copies = Copies()
    copies.add(post)
    assert not copies.holds(post)
    assert not copies.holds(replace(post, thread_url="http://e.test/read/2"))
    assert copies.holds(replace(post, thread_url="http://e.test/flat/1"))
    assert not copies.holds(replace(post, thread_url="http://e.test/flat/1", posted_at_precision="day"))


def test_a_thread_that_a_list_promised() -> None:
    """A page that says the title by which a list led to it is a thread of that title, though it looks like a list."""
    inner = (
        "<h1>营地</h1><h2><a href='/f'>论坛</a> / <a href='/f/2'>河滩</a> / 话题的题目</h2>"
        "<table><tr><td><a href='/user/kite'>kite_41</a></td><td>2026-11-03 10:00</td></tr>"
        "<tr><td>会员</td><td><div><p>木炭要自己带。</p></div></td></tr></table>"
    )
    read = read_thread(page("http://e.test/f/2/9", inner, title="话题的题目 - 河滩"))
    assert [post.author.name for post in read.posts] == ["kite_41"]
