"""What a finding's claims would come to before the law, computed when it is shown and stored nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from domain.posts import BEIJING
from tipstaff.words import say

# Counsel's own thresholds in TIPSTAFF_HOME; the form is that of classifier/lexicon/thresholds.toml.
OWN = "thresholds.toml"


def list_scenarios(finding: Mapping[str, Any], home: Path) -> list[dict[str, Any]]:
    """The scenarios of a finding (as `find_finding` gives it) as JSON data, each with its sentence in both languages.

    The words are 涉嫌 and 自称，未经核实; nothing here is a verdict. Raises BadValue for a bad file of counsel's.
    """
    from classifier.fold import fold
    from classifier.offer.law import load_law
    from classifier.offer.scenarios import Claims, plain_scenario
    from classifier.offer.scenarios import list_scenarios as weigh
    from domain.plain import restore
    from domain.signals import Offer

    post, signal = finding["post"], finding["signal"]
    claims = Claims(
        label=signal["label"],
        offer=restore(Offer, signal["offer"] or {}),
        text=fold(" ".join(filter(None, (post["thread_title"], post["text"])))).text,
        on=_day(post["posted_at"] or finding["first_seen"]),
        members=post["counts"]["members"],
    )
    law = load_law(home / OWN)
    return [
        {**(data := plain_scenario(one)), "law_read": law.read.isoformat(), "names": dict(one.names),
         "wording": {language: word_scenario(language, {**data, "name": name}) for language, name in one.names.items()}}
        for one in weigh(claims, law)
    ]  # fmt: skip


def list_seller_scenarios(seller: Mapping[str, Any], home: Path) -> list[dict[str, Any]]:
    """What the confirmed posts of a seller (as `find_seller` gives it) count as before the law, as JSON data.

    Only posts that handles, accounts or an analyst tie are counted. `reached` says whether the number is.
    """
    from classifier.offer.law import load_law
    from classifier.offer.scenarios import plain_scenario, weigh_counts

    counted = seller["confirmed"]
    if counted["last"] is None:
        return []
    law = load_law(home / OWN)
    counts = {unit: counted[unit] for unit in ("posts", "members") if counted[unit] is not None}
    found = []
    for one in weigh_counts(counts, set(seller["labels"]), _day(counted["last"]), law):
        data = {**plain_scenario(one), "law_read": law.read.isoformat(), "names": dict(one.names),
                "reached": (one.claimed or 0) >= one.threshold, "of": "seller"}  # fmt: skip
        wording = {language: word_scenario(language, {**data, "name": name}) for language, name in one.names.items()}
        found.append({**data, "wording": wording})
    return found


def describe_finding(
    finding: Mapping[str, Any], home: Path, seller: Mapping[str, Any] | None
) -> tuple[list[dict[str, Any]], str]:
    """What a referral adds to a finding: its scenarios, and its words, those in its pictures too, undisguised.

    What all posts of its `seller` (as `find_seller` gives it) count as stands beside what the one post does.
    """
    from classifier.fold import fold

    post = finding["post"]
    pictures = (picture["text"] for picture in finding.get("pictures", ()))
    words = "\n".join(filter(None, (post["thread_title"], post["text"], *pictures)))
    counted = list_seller_scenarios(seller, home) if seller and seller["confirmed"]["posts"] > 1 else []
    return [*list_scenarios(finding, home), *counted], fold(words).text


def word_scenario(language: str, scenario: dict[str, Any]) -> str:
    """One scenario in a sentence: what is suspected, what is only claimed, how many orders would reach it."""
    unit = say(language, f"unit_{scenario['unit']}")
    parts = [
        say(
            language,
            "scenario",
            name=scenario["name"],
            threshold=f"{scenario['threshold']:,}",
            unit=unit,
            grade=say(language, f"grade_{scenario['grade']}"),
            basis=scenario["basis"],
            confidence=say(language, f"confidence_{scenario['confidence']}"),
        )
    ]
    if scenario["if_insider"]:
        parts.append(say(language, "scenario_insider"))
    if scenario["claimed"] is not None:
        counted = "scenario_seller" if scenario.get("of") == "seller" else "scenario_counted"
        key = "scenario_claimed" if scenario["unit"] == "records" else counted
        parts.append(say(language, key, claimed=f"{scenario['claimed']:,}", unit=unit))
    parts += [_word_order(language, order) for order in scenario["orders"]]
    return say(language, "scenario_join").join(parts)


def _word_order(language: str, order: dict[str, Any]) -> str:
    size = []
    if order["records"] is not None:
        size.append(f"{order['records']:,} {say(language, 'unit_records')}")
    if order["yuan"] is not None:
        size.append(f"{order['yuan']:,.10g} {say(language, 'unit_yuan')}")
    return say(language, "scenario_order", order=" / ".join(size), needed=f"{round(order['needed'], 1):,g}")


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(BEIJING).date()
