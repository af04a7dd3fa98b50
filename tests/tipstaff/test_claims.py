"""The scenarios of a finding as they are shown: words of suspicion in both languages, and nothing stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from classifier.fold import fold
from classifier.offer import read_offer
from domain.errors import BadValue
from domain.plain import plain
from tipstaff.scenarios import OWN, describe_finding, list_scenarios

TEXT = "内部渠道的车主信息，0.5元一条，1000条起售，手里30万条"


def make_finding(label: str = "offer", **post: Any) -> dict[str, Any]:
    """As much of a finding as scenarios are read from."""
    told = {"text": TEXT, "thread_title": None, "posted_at": "2026-11-01T08:00:00+08:00", "counts": {"members": None}}
    signal = {"label": label, "offer": plain(read_offer(fold(TEXT)))}
    return {"post": told | post, "signal": signal, "first_seen": "2026-11-02T00:00:00+00:00"}


def test_scenarios_are_worded_as_suspicion(tmp_path: Path) -> None:
    """涉嫌 and 自称，未经核实 stand in each language, with the orders and the basis; no verdict does."""
    first = next(one for one in list_scenarios(make_finding(), tmp_path) if one["class"] == "other_pi")
    assert (first["threshold"], first["orders_needed"], first["claimed"]) == (5000, 5, 300_000)
    chinese, english = first["wording"]["zh"], first["wording"]["en"]
    assert chinese.startswith("涉嫌：其他公民个人信息，5,000 条")
    assert "自称 300,000 条，未经核实" in chinese
    assert "按自称每单 1,000 条 / 500 元 计，需 5 单" in chinese
    assert english.startswith("suspected (涉嫌): other personal information, 5,000 records")
    assert "not verified" in english
    said = "".join(text for one in list_scenarios(make_finding(), tmp_path) for text in one["wording"].values())
    assert not any(verdict in said for verdict in ("构成犯罪", "已构成", "guilty", "constitutes a crime"))


def test_a_post_without_a_date_is_weighed_by_when_it_was_found(tmp_path: Path) -> None:
    """Nothing but the day of finding is known of it then."""
    undated = list_scenarios(make_finding(posted_at=None), tmp_path)
    assert [one["class"] for one in undated] == [one["class"] for one in list_scenarios(make_finding(), tmp_path)]
    assert list_scenarios(make_finding(posted_at="2015-01-01T00:00:00+08:00"), tmp_path) == []


@pytest.mark.parametrize(("posts", "counted"), [(1, []), (120, [("posts", 120, True)])])
def test_a_referral_counts_the_posts_of_the_seller(tmp_path: Path, posts: int, counted: list[object]) -> None:
    """What all posts of a seller come to stands beside the one post, where there is more than that."""
    confirmed = {"posts": posts, "groups": 0, "members": None, "first": None, "last": "2026-11-01T08:00:00+00:00"}
    scenarios, words = describe_finding(make_finding(), tmp_path, {"confirmed": confirmed, "labels": {"offer": posts}})
    whole = [one for one in scenarios if one.get("of") == "seller"]
    assert [(one["class"], one["claimed"], one["reached"]) for one in whole] == counted
    assert (len(scenarios) > len(whole), bool(words)) == (True, True)
    assert describe_finding(make_finding(), tmp_path, None)[0] == [*scenarios[: len(scenarios) - len(whole)]]


def test_what_is_no_finding_has_no_scenario(tmp_path: Path) -> None:
    """A post in the review band that is rather news is weighed against nothing."""
    assert list_scenarios(make_finding("news_report"), tmp_path) == []


def test_counsels_file_lies_in_the_home(tmp_path: Path) -> None:
    """A file there holds instead of the one that comes with the program; one that cannot be read is named."""
    (tmp_path / OWN).write_text("read = never", encoding="utf-8")
    with pytest.raises(BadValue, match=OWN):
        list_scenarios(make_finding(), tmp_path)
