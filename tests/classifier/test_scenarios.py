"""What the claims of an offer would come to: the arithmetic of the seeds, the classes, and counsel's own table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from offercases import wild_texts

from classifier.fold import fold
from classifier.offer import read_offer
from classifier.offer.law import load_law
from classifier.offer.scenarios import Claims, Scenario, list_orders, list_scenarios, plain_scenario
from domain.errors import BadValue
from domain.signals import FINDING_LABELS, LABELS, Offer

LAW = load_law()
POSTED = date(2026, 11, 1)
SEED_1 = "我们有内部渠道的车主信息，0.5元一条，1000条起售"
SEED_2 = "the first MOQ is 1,000 pieces, 1.5 yuan a piece; more than 5,000 pieces is 0.8 yuan a piece. Car owner data"


def weigh(text: str, label: str = "offer", on: date = POSTED, members: int | None = None) -> list[Scenario]:
    """The scenarios of a text, read as an offer."""
    folded = fold(text)
    return list(list_scenarios(Claims(label, read_offer(folded), folded.text, on, members), LAW))


def pick(scenarios: list[Scenario], data_class: str, *, insider: bool = False, grave: bool = False) -> Scenario:
    """The one scenario of a class."""
    grade = "especially_serious" if grave else "serious"
    (found,) = (
        one for one in scenarios
        if one.data_class == data_class and one.if_insider == insider and one.grade == grade
    )  # fmt: skip
    return found


def test_the_first_seeds_arithmetic() -> None:
    """0.5 yuan from 1,000: 5 orders make 5,000 records, 10 make 5,000 yuan; half of each for an insider."""
    scenarios = weigh(SEED_1)
    (order,) = list_orders(read_offer(fold(SEED_1)))
    assert (order.records, order.yuan) == (1000, 500.0)
    records, income = pick(scenarios, "other_pi"), pick(scenarios, "income")
    assert (records.threshold, records.orders_needed) == (5000, 5)
    assert (income.threshold, income.orders_needed) == (5000, 10)
    halved, less = pick(scenarios, "other_pi", insider=True), pick(scenarios, "income", insider=True)
    assert (halved.threshold, halved.orders[0].needed, halved.orders_needed) == (2500, 2.5, 3)
    assert (less.threshold, less.orders_needed) == (2500, 5)
    grave = pick(scenarios, "other_pi", grave=True)
    assert (grave.threshold, grave.orders_needed) == (50_000, 50)
    assert pick(scenarios, "other_pi", insider=True, grave=True).threshold == 25_000


def test_one_order_of_the_first_seed_passes_the_class_of_transactions() -> None:
    """Where premiums are listed as well, 500 records may be enough: one order of 1,000."""
    scenario = pick(weigh(SEED_1 + "，姓名电话保费保单号"), "transaction")
    assert (scenario.threshold, scenario.orders_needed, scenario.confidence) == (500, 1, "arguable")
    assert scenario.orders[0].needed == 0.5


def test_the_second_seeds_arithmetic() -> None:
    """1.5 yuan from 1,000, 0.8 from 5,000: the larger order costs 4,000 yuan and is 5,000 records at once."""
    scenarios = weigh(SEED_2)
    orders = list_orders(read_offer(fold(SEED_2)))
    assert [(order.records, order.yuan) for order in orders] == [(1000, 1500.0), (5000, 4000.0)]
    records = pick(scenarios, "other_pi")
    assert [order.needed for order in records.orders] == [5.0, 1.0]
    assert records.orders_needed == 5
    assert [order.needed for order in pick(scenarios, "income").orders] == [3.3333, 1.25]
    assert not any(scenario.if_insider for scenario in scenarios)


def test_a_list_of_owners_is_other_personal_information_by_default() -> None:
    """Without terms of trajectory, property or transaction only the default class is given, with the plain counts."""
    scenarios = weigh("出售车主名单，姓名电话车牌车型保险到期")
    assert {scenario.data_class for scenario in scenarios} == {
        "other_pi", "income", "posts", "network_income",
    }  # fmt: skip
    assert all(scenario.orders_needed is None for scenario in scenarios)


def test_trajectories_reach_fifty() -> None:
    """500 yuan a car: 50 orders make 50 trajectories, 10 make 5,000 yuan."""
    scenarios = weigh("代查车辆轨迹，卡口抓拍，500一台车")
    track, income = pick(scenarios, "trajectory"), pick(scenarios, "income")
    assert (track.threshold, track.orders_needed, track.confidence) == (50, 50, "supported")
    assert income.orders_needed == 10
    assert pick(scenarios, "trajectory", grave=True).threshold == 500


def test_mortgages_are_disputed() -> None:
    """Lists with mortgages may be property information; opinions go both ways."""
    scenario = pick(weigh("车抵贷客户名单 一元一条"), "property_or_credit")
    assert (scenario.threshold, scenario.confidence) == (50, "disputed")


def test_claimed_volumes_stand_beside_the_threshold() -> None:
    """The largest volume claimed is given; it changes no number of orders."""
    scenario = pick(weigh("手里79万全国车主数据，日量5000，1000条起，5毛一条"), "other_pi")
    assert (scenario.claimed, scenario.orders_needed) == (790_000, 5)


def test_posts_and_members_are_counted_as_far_as_one_post_tells() -> None:
    """One post is one of a hundred; a group's members count where the page shows them."""
    scenarios = weigh(SEED_1, members=1200)
    assert (pick(scenarios, "posts").threshold, pick(scenarios, "posts").claimed) == (100, 1)
    assert (pick(scenarios, "members").threshold, pick(scenarios, "members").claimed) == (3000, 1200)
    assert pick(scenarios, "network_income").orders_needed == 20


def test_a_buyer_has_thresholds_of_his_own() -> None:
    """Who asks for data has no income from selling; his profit counts where he buys for lawful business."""
    classes = {scenario.data_class for scenario in weigh("收车险到期数据，高价收", "wanted")}
    assert {"other_pi", "buyer_profit"} <= classes
    assert "income" not in classes


def test_recruiting_insiders_halves_what_they_would_give() -> None:
    """Who looks for insiders asks for data obtained in performing duties."""
    assert (
        pick(weigh("招4S店内部人员，能导车主数据的来", "insider_recruitment"), "other_pi", insider=True).threshold
        == 2500
    )


@pytest.mark.parametrize("label", sorted(set(LABELS) - FINDING_LABELS))
def test_other_labels_have_no_scenario(label: str) -> None:
    """News, complaints and adverts are weighed against nothing."""
    assert weigh(SEED_1, label) == []


def test_the_day_of_the_post_decides_which_text_holds() -> None:
    """Before the interpretation of 2019 nothing is said of 287-1, before that of 2017 nothing at all."""
    assert {one.data_class for one in weigh(SEED_1, on=date(2018, 5, 1))} == {"other_pi", "income"}
    assert weigh(SEED_1, on=date(2016, 5, 1)) == []


def test_money_that_is_not_yuan_is_not_converted() -> None:
    """A lump sum in USDT makes an order of records without yuan."""
    scenarios = weigh("1.4M records of car owners, whole thing 900 USDT")
    assert pick(scenarios, "other_pi").orders_needed == 1
    assert pick(scenarios, "income").orders_needed is None


@settings(deadline=None)
@given(wild_texts())
def test_nothing_raises_and_every_number_is_above_nothing(text: str) -> None:
    """Whatever is claimed, thresholds and orders are positive and the JSON has every key."""
    for scenario in weigh(text):
        data = plain_scenario(scenario)
        assert data["threshold"] > 0
        assert data["orders_needed"] is None or data["orders_needed"] >= 1
        assert {"class", "threshold", "basis", "orders_needed", "confidence"} <= set(data)


def test_counsels_own_table_holds_instead(tmp_path: Path) -> None:
    """A file of the same form replaces the whole table."""
    own = tmp_path / "thresholds.toml"
    own.write_text(
        f"read = 2026-05-01\n[[threshold]]\n{ROW}since = 2020-01-01\n",
        encoding="utf-8",
    )
    claims = Claims("offer", Offer(), "", POSTED)
    (scenario,) = list_scenarios(claims, load_law(own))
    assert (scenario.threshold, scenario.basis, scenario.grade) == (5, "b", "serious")
    assert load_law(tmp_path / "none.toml") == LAW


ROW = (
    'class = "c"\nzh = "甲"\nen = "a"\nunit = "records"\namount = 5\nlabels = ["offer"]\nconfidence = "default"\n'
    'basis = "b"\n'
)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("read = ", "thresholds.toml"),
        ("[[threshold]]\nclass = 'c'\n", "read"),
        ("read = 2026-05-01\nthreshold = []\n", "at least one"),
        (f"read = 2026-05-01\n[[threshold]]\n{ROW}", "since"),
        (f"read = 2026-05-01\n[[threshold]]\n{ROW}since = 'soon'\n", "since"),
        (f"read = 2026-05-01\n[[threshold]]\n{ROW}since = 2020-01-01\ngoods = ['cars']\n", "cars"),
        (f"read = 2026-05-01\n[[threshold]]\n{ROW}since = 2020-01-01\nfactor = 2\n", "factor"),
        (f"read = 2026-05-01\n[[threshold]]\n{ROW.replace('= 5', '= -5')}since = 2020-01-01\n", "above 0"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_name(tmp_path: Path, written: str, why: str) -> None:
    """Each fault of counsel's file gets one clear line."""
    own = tmp_path / "thresholds.toml"
    own.write_text(written, encoding="utf-8")
    with pytest.raises(BadValue) as fault:
        load_law(own)
    assert why in str(fault.value)
