"""The program with its store on PostgreSQL: from the crawl to the export, and by its commands."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from answers import Said
from reader import RuleReader
from stores import Databases, url_of

from domain.sources import Source
from store.database import open_store
from store.findings import Query, search_findings
from store.runs import list_runs
from store.sources import add_source
from tipstaff import steps
from tipstaff.market.site import Site, serve
from tipstaff.settings import load_settings

TEXTS = ("内部渠道，全国车主名单，五毛一条，一千条起，另有说明", "全国车主名单当天的，五毛一条，要的来")
# What is drawn anew each time.
DRAWN = {"id", "seller_id", "captures", "first_seen", "last_seen", "fetched_at"}


def crawl(market: Site, home: Path, url: str | None) -> list[dict[str, Any]]:
    """What is found on the market's trade board with a store there, and that its second crawl finds nothing more."""
    source = Source(
        name="board", url=f"{market.url}b/trade", allow_private=True, practice=True, render="never", delay=0
    )
    settings = load_settings(home=home)
    with open_store(home, url) as store:
        board = add_source(store, source, every_seconds=3600, now=datetime.now(UTC))
        for reason in ("done", "nothing_new"):
            watched = steps.watch(
                store, settings, board, RuleReader("全国车主名单", "五毛一条").given(), lambda _event: None
            )
            assert watched.outcome.reason == reason
        assert [run["findings"] for run in list_runs(store)] == [0, len(TEXTS)]
        return search_findings(store, Query())


def bare(value: Any) -> Any:
    """A finding without what is drawn anew or follows the clock."""
    if isinstance(value, dict):
        return {name: bare(inner) for name, inner in value.items() if name not in DRAWN}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


@pytest.fixture
def place(server: Databases, home: Path) -> Iterator[Path]:
    """A folder whose store, with nothing in it, is on PostgreSQL."""
    shutil.copytree(server.home, home)
    server.provide(home)
    yield home
    server.take_back(home)


def test_the_market_gives_the_same_findings_on_either_database(
    place: Path, tmp_path: Path, run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crawled into SQLite and into PostgreSQL the same posts become the same findings, each with its proof; and the
    commands, told by TIPSTAFF_DATABASE, list, judge, prove, export and purge them."""
    with serve() as market:
        for number, words in enumerate(TEXTS):
            market.post("trade", f"出名单 {number}", f"planted-{number}", words)
        there = crawl(market, place, url_of(place))
        here = crawl(market, tmp_path / "sqlite", None)
    assert sorted(map(str, map(bare, there))) == sorted(map(str, map(bare, here)))
    assert [len(finding["captures"]) for finding in there] == [1, 1]
    assert not (place / "store.db").exists()

    monkeypatch.setenv("TIPSTAFF_DATABASE", str(url_of(place)))
    listed = run("findings", "车主", "--json")
    assert [finding["id"] for finding in listed.lines] == [finding["id"] for finding in there]
    assert run("judge", there[0]["id"], "dismissed").status == 0
    assert run("verify", "--store").status == 0
    assert run("export", str(tmp_path / "set"), "--format", "csv").status == 0
    assert (tmp_path / "set" / "posts.csv").read_text(encoding="utf-8-sig").count("\n") == 1 + len(TEXTS)
    monkeypatch.setenv("TIPSTAFF_RETENTION", "dismissed=0d")
    assert run("purge").status == 0
    left = run("findings", "--json")
    assert [finding["id"] for finding in left.lines] == [there[1]["id"]]
    assert run("verify", "--store").status == 0


@pytest.mark.parametrize("url", ["mysql://me:s3cret@host/name", "postgresql://me:s3cret@127.0.0.1:1/name"])
def test_a_database_that_will_not_do_is_one_line(
    run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Another kind of database, or a server that is not there: exit status 2 or 1, and the password is not told."""
    monkeypatch.setenv("TIPSTAFF_DATABASE", url)
    said = run("findings")
    assert said.status in (1, 2)
    assert said.output == ""
    assert len(said.errors.splitlines()) == 1
    assert "s3cret" not in said.errors
