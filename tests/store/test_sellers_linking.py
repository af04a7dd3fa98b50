"""Posts in, sellers out: what joins, what must not, and that no order matters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.sellers import measure, read_posts, trace_of
from domain.signals import Contact, Price
from store.sellers.cues import read_role
from store.sellers.decisions import Decision
from store.sellers.linking import Linkage, link_posts
from store.sellers.sharing import SAMPLE
from store.sellers.traces import Handle, Trace, make_trace, unify
from store.sellers.wordings import Wording, group_wordings, read_wording

DEVELOPMENT = Path(__file__).parent.parent / "data" / "sellers" / "development.jsonl"
ADVERT = "驾校学员登记簿六年整理没考过的也在里面一次拿走"
OTHER = "高速服务区抽奖登记真人手机号按省切好每周更新一回"


def post(name: str, *handles: str, account: str | None = None, letters: str = "", price: float | None = None,
         role: Any = "own", relayed: bool = False) -> Trace:  # fmt: skip
    """A post; a handle is written "kind:value"."""
    read = tuple(Handle(*handle.split(":", 1), role=role) for handle in handles)
    prices = frozenset() if price is None else frozenset({price})
    return Trace(name, account, account is None or "#" in account, relayed, read, Wording(letters), prices)


def posts_of(*sides: set[int]) -> list[tuple[str, ...]]:
    """The ids of posts by their numbers."""
    return [tuple(f"{number:03}" for number in side) for side in sides]


def groups_of(found: Linkage) -> set[tuple[str, ...]]:
    """The sellers as sets."""
    return set(found.sellers)


def link(*posts: Trace, **options: Any) -> set[tuple[str, ...]]:
    """The sellers of posts."""
    return groups_of(link_posts(posts, **options))


def test_posts_of_one_handle_are_one_sellers() -> None:
    """The same normal handle joins posts across sites, whatever their accounts."""
    assert link(post("a", "wechat:che88", account="x#1"), post("b", "wechat:che88", account="y#2"),
                post("c", "wechat:che89")) == {("a", "b"), ("c",)}  # fmt: skip


def test_posts_of_one_account_are_one_sellers() -> None:
    """The same account of a site joins posts; the same name elsewhere does not."""
    assert link(post("a", account="x#1"), post("b", account="x#1"), post("c", account="y#1")) == {("a", "b"), ("c",)}


@pytest.mark.parametrize(
    ("kind", "value", "key"),
    [
        ("phone", "+8613900001111", "phone:13900001111"), ("wechat", "13900001111", "phone:13900001111"),
        ("whatsapp", "+85251110000", "phone:85251110000"), ("email", "12345678@qq.com", "qq:12345678"),
        ("email", "13900001111@139.com", "phone:13900001111"), ("wechat", "12345678", "qq:12345678"),
        ("qq_group", "12345678", "qq_group:12345678"), ("telegram", "Che_88", "telegram:che_88"),
        ("batchat", "12345678", "batchat:12345678"),
    ],
)  # fmt: skip
def test_a_number_is_one_handle_whatever_it_is_given_as(kind: str, value: str, key: str) -> None:
    """A number meets itself as a phone, a WeChat name, or QQ and its mail address; groups are no persons."""
    assert unify(kind, value) == key


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("有货加 handle 秒回", "own"), ("微信:handle", "own"), ("中介走 @handle", "service"),
        ("站方客服QQ handle", "service"), ("可走担保 handle", "service"),
        ("注意 微信handle 不是我,骗了好几个", "foreign"),
        ("货是 飞机@handle 家的,我分销", "foreign"), ("飞机@handle 那边卖得贵,我这边同款", "foreign"),
        ("小心 QQ handle 收钱不发", "foreign"), ("举报骗子 微信handle", "foreign"), ("原微信handle已封", "own"),
        ("认准微信handle,其他都是骗子", "own"), ("谨防假冒 微信handle", "own"), ("handle is not me", "foreign"),
        ("via escrow @handle", "service"), ("@handle(担保)", "service"), ("微信handle 担保走 @other", "own"),
        ("微信handle 骗子QQ10002000", "own"), ("转自 @handle", "foreign"), ("@handle 是我上家", "foreign"),
        ("从 QQ handle 拿的货", "foreign"), ("微信handle 同行勿扰", "own"), ("微信handle,从不骗人", "own"),
        ("老客户请把handle删了加新号", "own"),
    ],
)  # fmt: skip
def test_the_words_around_a_handle_tell_whose_it_is(text: str, role: str) -> None:
    """A go-between's and somebody else's handle are told from the writer's own."""
    start = text.index("handle")
    assert read_role(text, start, start + len("handle")) == role


def test_a_handle_change_is_bridged() -> None:
    """A post that gives the old and the new handle joins those of both."""
    assert link(post("a", "wechat:old1"), post("b", "wechat:old1", "qq:10002000"), post("c", "qq:10002000")) == {
        ("a", "b", "c")
    }


def test_an_escrow_bot_glues_nobody_together() -> None:
    """A handle that stands beside one stranger's handle after the other is shared, found without being told."""
    posts = [post(f"{seller}{turn}", f"wechat:own{seller}", "wechat:escrow", account=f"x#{seller}")
             for seller in range(5) for turn in range(2)]  # fmt: skip
    found = link_posts(posts)
    assert groups_of(found) == {(f"{seller}0", f"{seller}1") for seller in range(5)}
    assert found.shared == {"wechat:escrow"}


def test_a_group_of_the_trade_glues_nobody_together() -> None:
    """A group invitation in posts of two strangers is shared; one seller's own group joins his posts."""
    strangers = [post(name, f"wechat:own{name}", "telegram:+AbCdEf12345678") for name in "ab"]
    assert link(*strangers) == {("a",), ("b",)}
    assert link(post("a", "qq_group:123456789"), post("b", "qq_group:123456789", "wechat:own1")) == {("a", "b")}


def test_a_seller_with_many_accounts_stays_one() -> None:
    """A handle that is given alone is its seller's, from however many accounts."""
    posts = [post(f"{number:02}", "wechat:own1", account=f"x#{number}") for number in range(40)]
    assert len(link(*posts)) == 1


def test_a_seller_with_a_main_and_many_other_handles_stays_one() -> None:
    """Other handles that come back, or stand in the same advert, do not make the main one shared."""
    posts = [post(f"{number}", "wechat:main1", f"qq:1000{number}", letters=ADVERT, price=0.5) for number in range(6)]
    assert len(link(*posts)) == 1


def test_a_channel_that_relays_is_no_account() -> None:
    """An account that posts what others send in joins nobody."""
    posts = [post(name, f"wechat:own{name}", account="t#1", relayed=True) for name in "abc"]
    assert link(*posts) == {("a",), ("b",), ("c",)}


def test_a_name_of_guests_is_no_account() -> None:
    """The names that boards give to guests, and a name without number on a chat, are no accounts."""
    for name in ("游客", "网友", "访客 1.2.3.*", "匿名用户", "guest_123", "某地网友"):
        assert make_trace("a", "x", (name, None), "", ()).account is None
    assert make_trace("a", "x", ("老周", None), "", ()).account == "x@老周"
    assert make_trace("a", "x", ("老周", None), "", (), chat=True).account is None
    assert make_trace("a", "x", ("老周", "7"), "", (), chat=True).account == "x#7"


def test_the_same_advert_at_the_same_price_joins() -> None:
    """Near-duplicate text with the same price is one seller's, without any handle in common."""
    assert link(post("a", "wechat:own1", letters=ADVERT, price=0.5),
                post("b", "wechat:own2", account="x#2", letters=ADVERT[:-3] + "全部", price=0.5),
                post("c", letters="好" + ADVERT, price=0.5)) == {("a", "b", "c")}  # fmt: skip


def test_a_copied_advert_does_not_join() -> None:
    """The same text with another handle and another price is somebody else's."""
    assert link(post("a", "wechat:own1", letters=ADVERT, price=0.5),
                post("b", "wechat:own2", letters=ADVERT, price=0.3)) == {("a",), ("b",)}  # fmt: skip


def test_boilerplate_does_not_join() -> None:
    """A text that goes round at many prices joins nobody, not even at the same price."""
    posts = [post(f"{number}", f"wechat:own{number}", letters=ADVERT, price=number // 2 / 10) for number in range(8)]
    assert len(link(*posts)) == 8


def test_a_filler_does_not_join() -> None:
    """An advert that is not what the parties mostly post joins them not."""
    own = (OTHER, OTHER[::-1])
    posts = [post(f"{seller}{turn}", f"wechat:own{seller}", letters=own[seller] if turn else ADVERT, price=0.5)
             for seller in range(2) for turn in range(6)]  # fmt: skip
    assert len(link(*posts)) == 2


def test_wordings_meet_below_300_bytes() -> None:
    """An advert of under thirty characters meets itself with a few words changed, and no other."""
    told = sorted([ADVERT, ADVERT.replace("登记簿", "名册"), OTHER])
    family = group_wordings(told)
    assert len(ADVERT.encode()) < 300
    assert family[told.index(ADVERT)] == family[told.index(ADVERT.replace("登记簿", "名册"))]
    assert family[told.index(OTHER)] != family[told.index(ADVERT)]


def test_a_wording_is_without_handle_disguise_and_greeting() -> None:
    """Handles, bumps, widths, traditional characters and invisible signs make no other advert."""
    text = "自顶 ⏎ 微信 che88 出車主​名單,８千条 0.５"
    start = text.index("che88")
    assert read_wording(text, [(start, start + 5)]) == Wording("出车主名单条", frozenset({"8000", "0.5"}))
    assert read_wording("八千条,两万五,一百零五").numbers == {"8000", "25000", "105"}


def test_a_handle_that_is_masked_is_no_handle() -> None:
    """What is half hidden, or too short, joins nobody."""
    hidden = Contact("phone", "138****0000", "138****0000", 0, 11, False)
    short = Contact("wechat", "abc", "abc", 0, 3, False)
    assert make_trace("a", "x", (None, None), "138****0000", [hidden, short]).handles == ()


def test_prices_stand_in_a_trace() -> None:
    """The amounts asked are what tells a copy from a repost."""
    price = Price(0.5, "CNY", 1, "record", None, None, "0.5", 0, 3)
    assert make_trace("a", "x", (None, None), "0.5", (), [price]).prices == {0.5}


MERGE = Decision("m", "merge", ("a",), ("c",))
SPLIT = Decision("s", "split", ("b",), ("a",))


def test_what_an_analyst_split_stays_apart() -> None:
    """A split holds whatever joins the posts later; what is new goes with the elder side."""
    posts = [post(name, "wechat:own1") for name in "abd"]
    assert link(*posts, decisions=[SPLIT]) == {("a", "d"), ("b",)}
    assert link(*posts, post("e", "wechat:own1", "qq:10002000"), post("f", "qq:10002000"), decisions=[SPLIT]) == {
        ("a", "d", "e", "f"), ("b",)
    }  # fmt: skip


def test_what_an_analyst_merged_stays_together() -> None:
    """A merge holds where nothing else joins the posts, and takes their parties along."""
    posts = [post("a", "wechat:own1"), post("b", "wechat:own1"), post("c", "wechat:own3")]
    assert link(*posts, decisions=[MERGE]) == {("a", "b", "c")}


def test_the_later_decision_holds() -> None:
    """A merge after a split joins again; a split after a merge parts."""
    posts = [post("a", "wechat:own1"), post("b", "wechat:own1")]
    again = Decision("m", "merge", ("b",), ("a",))
    assert link(*posts, decisions=[SPLIT, again]) == {("a", "b")}
    assert link(*posts, decisions=[again, SPLIT]) == {("a",), ("b",)}


def test_decisions_on_posts_that_are_gone_are_passed_over() -> None:
    """A decision about posts that were purged changes nothing."""
    assert link(post("z", "wechat:own1"), decisions=[MERGE, SPLIT]) == {("z",)}


HANDLES = (
    "wechat:own1", "wechat:own2", "wechat:own3", "qq:10002000", "telegram:safe_bot", "qq_group:99887766",
    "phone:+8613900001111", "wechat:13900001111",
)  # fmt: skip
SOME = st.sets(st.integers(0, 23), max_size=3)
TRACES = st.lists(
    st.builds(
        lambda handles, account, letters, price, role: (handles, account, letters, price, role),
        st.lists(st.sampled_from(HANDLES), max_size=3, unique=True),
        st.sampled_from([None, "x#1", "x#2", "y#1", "y@周"]),
        st.sampled_from(["", ADVERT, ADVERT[:-3] + "全部", OTHER]),
        st.sampled_from([None, 0.5, 0.3, 0.8]),
        st.sampled_from(["own", "own", "own", "service", "foreign"]),
    ),
    max_size=24,
)  # fmt: skip
WORDS = st.lists(
    st.tuples(st.sampled_from(["merge", "split"]), SOME, SOME), max_size=4,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(TRACES, WORDS, st.randoms(use_true_random=False))
def test_order_does_not_matter(facts: Sequence[Any], words: Sequence[Any], chance: random.Random) -> None:
    """However the posts are shuffled, the sellers are the same, each post in exactly one."""
    posts = [post(f"{number:03}", *handles, account=account, letters=letters, price=price, role=role)
             for number, (handles, account, letters, price, role) in enumerate(facts)]  # fmt: skip
    names = [posts_of(left, right - left) for _, left, right in words]
    decisions = [Decision(f"d{number}", kind, *sides)
                 for number, ((kind, _, _), sides) in enumerate(zip(words, names, strict=True))]  # fmt: skip
    found = link_posts(posts, decisions)
    shuffled = chance.sample(posts, len(posts))
    assert link_posts(shuffled, decisions) == found
    assert sorted(name for names in found.sellers for name in names) == [trace.id for trace in posts]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120), st.lists(st.tuples(st.integers(0, 130), st.integers(0, 130)), max_size=4))
def test_any_text_has_a_wording(text: str, spans: list[tuple[int, int]]) -> None:
    """Whatever is written somewhere is read without a fault, wherever handles are said to be."""
    read_wording(text, spans)
    for start, end in spans:
        assert read_role(text, start, end) in ("own", "service", "foreign")


def test_a_handle_of_thousands_of_posts_is_judged_by_a_sample() -> None:
    """A shared handle of many posts is found from some of them, and its sellers stay apart."""
    posts = [post(f"{number:05}", f"wechat:own{number // 2}", "wechat:escrow") for number in range(20 * SAMPLE)]
    assert len(link(*posts)) == 10 * SAMPLE


def test_the_development_posts_are_linked() -> None:
    """On the posts for developing, pairwise F1 is at least 0.97."""
    posts = read_posts(DEVELOPMENT)
    found = link_posts(map(trace_of, posts))
    assert measure(found.sellers, {one["post"]: one["seller"] for one in posts})[2] >= 0.97
