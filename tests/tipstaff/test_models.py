"""Another model: what it learns from verdicts, and findings that are read again with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from answers import Said
from reader import RuleReader

from domain.sources import Source
from store.database import open_store
from store.engine import Store
from store.findings import Query, find_finding, judge_finding, search_findings
from store.sources import add_source
from tipstaff import steps
from tipstaff.commands import desk
from tipstaff.market.site import serve
from tipstaff.settings import load_settings

Run = Callable[..., Said]
OFFER = "内部渠道，全国车主名单，五毛一条，一千条起，另有说明"
OTHER = "本市车主名单，五毛一条，五百条起"


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """A store in TIPSTAFF_HOME with two findings, read by rule/1."""
    with open_store(home) as opened, serve() as market:
        market.post("trade", "出一批名单", "planted", OFFER)
        market.post("trade", "出名单", "planted", OTHER)
        source = Source(
            name="board", url=f"{market.url}b/trade", allow_private=True, practice=True, render="never", delay=0
        )
        watched = add_source(opened, source, every_seconds=3600, now=datetime.now(UTC))
        reader: Any = RuleReader("车主名单", "五毛一条")
        steps.watch(opened, load_settings(home=home), watched, lambda: reader, lambda event: None)
        yield opened


def use(monkeypatch: pytest.MonkeyPatch, reader: RuleReader) -> None:
    """Commands read with this reader."""
    monkeypatch.setattr(desk.LazyReader, "__call__", lambda self: reader)


def test_findings_are_read_again_once(run: Run, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changed is printed, what was judged stays as judged, and a second time nothing is left to do."""
    found = {finding["post"]["text"]: finding["id"] for finding in search_findings(store, Query())}
    judge_finding(store, found[OTHER], state="confirmed", note=None, by="li", now=datetime.now(UTC))
    use(monkeypatch, RuleReader("全国车主名单", model="rule/2"))
    said = run("rescore", "--json")
    (line,) = said.lines
    assert said.status == 0
    assert (line["id"], line["keep"]) == (found[OTHER], False)
    assert (line["old"]["label"], line["new"]["label"]) == ("offer", "unrelated")
    assert (line["old"]["model"], line["new"]["model"]) == ("rule/1", "rule/2")
    assert (line["old"]["state"], line["new"]["state"]) == ("confirmed", "confirmed")
    assert "2 finding(s) read again, 1 changed" in said.errors
    for finding_id in found.values():
        whole = find_finding(store, finding_id)
        assert whole["signal"]["model"] == "rule/2"
        assert [former["signal"]["model"] for former in whole["former_signals"]] == ["rule/1"]
    before = [find_finding(store, finding_id) for finding_id in found.values()]
    again = run("rescore", "--json")
    assert again.lines == []
    assert "0 finding(s) read again" in again.errors
    assert [find_finding(store, finding_id) for finding_id in found.values()] == before


def test_rescoring_goes_on_where_it_was_stopped(store: Store) -> None:
    """Each finding is stored by itself: whoever stops after one has that one, and the rest is read next time."""
    second: Any = RuleReader("全国车主名单", model="rule/2")
    first = next(iter(steps.rescore(store, second)))
    assert find_finding(store, first.finding_id)["signal"]["model"] == "rule/2"
    (rest,) = steps.rescore(store, second)
    assert rest.finding_id != first.finding_id
    assert list(steps.rescore(store, second)) == []


def test_practice_findings_are_not_learnt_from(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Train says how many verdicts it used; what was judged in the practice market is none of them."""
    (first, *_rest) = search_findings(store, Query())
    judge_finding(store, first["id"], state="confirmed", note=None, by="li", now=datetime.now(UTC))
    given: list[Any] = []

    def build(_models: Path, **options: Any) -> Path:
        given.append(options["lessons"])
        return tmp_path

    monkeypatch.setattr("classifier.training.build", build)
    said = run("train")
    assert said.status == 0
    assert given == [()]
    assert "0 verdict(s)" in said.errors
    assert said.output.strip() == str(tmp_path)


def test_training_makes_no_store(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a store there is nothing to learn but the corpus, and none is made for it."""
    monkeypatch.setattr("classifier.training.build", lambda _models, **_options: tmp_path)
    assert run("train").status == 0
    assert not (home / "store.db").exists()
