"""The demo, whole: the practice market crawled, scored with the shipped model, stored and shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store.database import open_store
from store.findings import Query, search_findings
from store.runs import list_runs
from store.seals import read_capture
from tipstaff.market.stock import Stock

COMMAND = Path(sys.executable).parent / "tipstaff"
OPEN_BOARDS = ("chat", "trade", "ads", "live")


@dataclass(frozen=True)
class Shown:
    """What a demo left behind."""

    home: Path
    output: str
    errors: str
    findings: list[dict[str, Any]]


def run_demo(home: Path) -> subprocess.CompletedProcess[str]:
    """`tipstaff demo` with nobody at the terminal."""
    given = {**os.environ, "TIPSTAFF_HOME": str(home), "TIPSTAFF_LANGUAGE": "en"}
    return subprocess.run(
        [str(COMMAND), "demo"], capture_output=True, text=True, env=given, stdin=subprocess.DEVNULL, timeout=280,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """One demo for all the tests of this file."""
    home = tmp_path_factory.mktemp("demo") / "home"
    done = run_demo(home)
    assert done.returncode == 0, done.stderr
    with open_store(home) as store:
        return Shown(home, done.stdout, done.stderr, search_findings(store, Query(limit=1000)))


def gold() -> dict[str, str]:
    """The label of each open post of the market, by its post id."""
    from datetime import UTC, datetime

    threads = Stock(datetime(2026, 1, 1, tzinfo=UTC)).threads.values()
    return {
        str(entry.id): entry.gold for thread in threads for entry in thread.entries
        if thread.board in OPEN_BOARDS and not entry.banned
    }  # fmt: skip


def test_the_demo_shows_findings_with_prices_and_contacts(shown: Shown) -> None:
    """The table names prices with their minimum and contacts, and says that it is practice."""
    assert "PRACTICE" in shown.output
    assert "0.5 CNY / record, ≥ 1000" in shown.output
    assert "wechat" in shown.output
    assert all(finding["practice"] for finding in shown.findings)


def test_the_markets_offers_are_found(shown: Shown) -> None:
    """Nearly every offer that was written for the market is a finding, also on the board that needs a browser."""
    labels = gold()
    offers = {post for post, label in labels.items() if label == "offer"}
    found = {finding["post"]["post_id"] for finding in shown.findings}
    assert len(offers & found) >= 0.9 * len(offers), sorted(offers - found)
    boards = {finding["post"]["board"] for finding in shown.findings if finding["signal"]["label"] == "offer"}
    assert "即时广场" in boards


def test_an_offer_that_stands_in_a_picture_is_found(shown: Shown) -> None:
    """Price, handle and code of the market's one picture are those of a finding, and say that they came from it."""
    (finding,) = [finding for finding in shown.findings if "看图扫码" in finding["post"]["text"]]
    offer = finding["signal"]["offer"]
    assert finding["signal"]["label"] == "offer"
    assert [(price["amount"], price["min_qty"], price["picture"]) for price in offer["prices"]] == [(0.6, 2000, 1)]
    assert {(contact["kind"], contact["value"], contact["picture"]) for contact in offer["contacts"]} == {
        ("wechat", "tucha_ziyuan66", 1), ("telegram", "tucha_ziyuan", 1),
    }  # fmt: skip


def test_ordinary_posts_are_left_alone(shown: Shown) -> None:
    """Few of the market's chatter, adverts, complaints and reports are labelled as offers."""
    labels = gold()
    ordinary = {
        post
        for post, label in labels.items()
        if label not in ("offer", "other_pii_offer", "wanted", "insider_recruitment")
    }
    wrong = [
        f["post"]["text"]
        for f in shown.findings
        if f["signal"]["label"] == "offer" and f["post"]["post_id"] in ordinary
    ]
    assert len(wrong) <= 0.05 * len(ordinary), wrong


def test_victims_stand_only_in_the_sealed_page(shown: Shown) -> None:
    """The sample rows of an offer are masked in the store and whole in the capture, which is no plain file."""
    rows = [finding for finding in shown.findings if "＊＊" in finding["post"]["text"]]
    assert rows
    with open_store(shown.home) as store:
        captured = read_capture(store, rows[0]["captures"][0]["id"])
    (original,) = [post for post in captured.posts if post.id == rows[0]["post"]["id"]]
    masked = rows[0]["post"]["text"]
    assert len(original.text) == len(masked)
    hidden = [original.text[i:j] for i, j in masked_runs(masked) if j - i >= 7]
    assert hidden
    kept = b"".join(path.read_bytes() for path in shown.home.rglob("*") if path.is_file())
    assert [value for value in hidden if value.encode() in kept] == []


def masked_runs(text: str) -> list[tuple[int, int]]:
    """Where runs of the mask character begin and end."""
    runs, start = [], None
    for place, character in enumerate(text + " "):
        if character == "＊" and start is None:
            start = place
        elif character != "＊" and start is not None:
            runs.append((start, place))
            start = None
    return runs


def test_what_the_demo_proposes_next_works(shown: Shown, tmp_path: Path) -> None:
    """Each command that is printed at the end runs as it is printed."""
    proposed = [line.strip() for line in shown.output.split("Try next")[1].splitlines()[1:] if line.strip()]
    assert len(proposed) >= 5
    for line in proposed:
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, (line, done.stderr)
    assert (tmp_path / "dataset" / "posts.csv").exists()


def test_a_second_demo_stores_nothing_twice(shown: Shown) -> None:
    """Run again on the same store, the demo finds nothing new and is as content."""
    done = run_demo(shown.home)
    assert done.returncode == 0, done.stderr
    with open_store(shown.home) as store:
        assert list_runs(store)[0]["reason"] == "nothing_new"
        assert len(search_findings(store, Query(limit=1000))) == len(shown.findings)


def test_the_demo_keeps_out_of_a_store_with_real_sources(tmp_path: Path) -> None:
    """A store that watches something real is refused in one line, and nothing is added to it."""
    home = tmp_path / "home"
    environment = {**os.environ, "TIPSTAFF_HOME": str(home)}
    add = [str(COMMAND), "source", "add", "https://forum.example/board", "--name", "real"]
    subprocess.run(add, env=environment, check=True, capture_output=True)
    done = run_demo(home)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    listed = subprocess.run(
        [str(COMMAND), "source", "list", "--json"], env=environment, capture_output=True, text=True, check=True
    )
    assert [json.loads(line)["name"] for line in listed.stdout.splitlines()] == ["real"]
