"""Real forum software, read as a user would have it read."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from forums import Site, Written
from program import Program

# How far a time may be off: what the site shows of it (Spirit shows minutes, and a browser's "2 hours ago" less).
TOLERANCE = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "month": 31 * 86400, "year": 366 * 86400}


@pytest.fixture(params=["spirit", "isso"])
def site(request: pytest.FixtureRequest) -> Site:
    """Each real site in turn."""
    found: Site = request.getfixturevalue(request.param)
    return found


def words(text: str) -> str:
    return " ".join(text.split())


def faults_of(post: dict[str, Any], written: Written) -> list[str]:
    """What of `post` is not as the forum stored it."""
    faults = []
    if post["author"]["name"] != written.author:
        faults.append(f"author {post['author']['name']!r} for {written.author!r}")
    if words(post["text"]) != words(written.text):
        faults.append(f"text {post['text']!r} for {written.text!r}")
    if post["thread_title"] != written.title:
        faults.append(f"title {post['thread_title']!r} for {written.title!r}")
    if post["posted_at"] is None:
        faults.append("no time")
    else:
        apart = abs(datetime.fromisoformat(post["posted_at"]) - written.posted_at)
        if apart > timedelta(seconds=TOLERANCE[post["posted_at_precision"]]):
            faults.append(f"time {post['posted_at']} for {written.posted_at}")
    return faults


def test_every_post_is_read_once_and_right(site: Site, program: Program) -> None:
    """`tipstaff posts` on a site's home gives each post of it once, with its author, time, title and text."""
    said = program("posts", site.url, "--allow-private", "--timezone", "UTC", "--json")
    assert said.status == 0, said.errors
    read = Counter(post["url"].removeprefix(site.url.rstrip("/")) for post in said.lines)
    assert read == Counter(written.url_path for written in site.written)
    by_url = {post["url"].removeprefix(site.url.rstrip("/")): post for post in said.lines}
    faults = {w.url_path: faults for w in site.written if (faults := faults_of(by_url[w.url_path], w))}
    assert faults == {}


def test_planted_offers_become_findings_and_a_second_crawl_adds_nothing(site: Site, program: Program) -> None:
    """Every planted offer is found with its price and contact; crawled again, nothing is stored twice."""
    added = program("source", "add", site.url, "--name", "real", "--allow-private", "--timezone", "UTC", "--json")
    assert added.status == 0, added.errors
    first = program("crawl", "real", "--json")
    assert first.status == 0, first.errors
    assert first.lines[0]["posts"] == len(site.written)
    assert first.lines[0]["reason"] == "done"
    found = program("findings", "--limit", "1000", "--json").lines
    by_url = {finding["post"]["url"].removeprefix(site.url.rstrip("/")): finding for finding in found}
    planted = [written for written in site.written if written.gold]
    missed = [written.text for written in planted if written.url_path not in by_url]
    assert missed == []
    for written in planted:
        finding = by_url[written.url_path]
        assert written.gold
        assert finding["signal"]["label"] == written.gold["label"], written.text
        offer = finding["signal"]["offer"]
        prices = [[price["amount"], price["per"], price["unit"], price["min_qty"]] for price in offer["prices"]]
        assert all(price in prices for price in written.gold["prices"]), (written.text, prices)
        contacts = [[contact["kind"], contact["value"]] for contact in offer["contacts"]]
        assert all(contact in contacts for contact in written.gold["contacts"]), (written.text, contacts)

    second = program("crawl", "real", "--json")
    assert second.status == 0, second.errors
    assert (second.lines[0]["new"], second.lines[0]["findings"]) == (0, 0)
    assert second.lines[0]["pages"] <= first.lines[0]["pages"]
    again = program("findings", "--limit", "1000", "--json").lines
    assert {finding["id"] for finding in again} == {finding["id"] for finding in found}
