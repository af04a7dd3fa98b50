"""From a watched source to findings, step by step, over the practice market on loopback."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from reader import RuleReader

from classifier.fold import fold
from domain.errors import BadValue, Refused
from domain.signals import Passage, Reading
from domain.sources import Source
from store.database import open_store
from store.engine import Store
from store.findings import Query, search_findings
from store.runs import list_runs
from store.seals import read_capture
from store.sources import WatchedSource, add_source
from tipstaff import steps
from tipstaff.child import Child
from tipstaff.market.site import Site, serve
from tipstaff.settings import Settings, load_settings

OFFER = "内部渠道，全国车主名单，五毛一条，一千条起，另有说明"
CHATTER = "昨天洗车排了一个钟头的队，下次早点去"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with open_store(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def settings(store: Store) -> Settings:
    """Settings for the store, with nothing from the environment."""
    return load_settings(home=store.home)


@pytest.fixture
def market() -> Iterator[Site]:
    """The practice market."""
    with serve() as site:
        yield site


@pytest.fixture
def board(market: Site, store: Store) -> WatchedSource:
    """The market's trade board, watched without a browser and without waiting."""
    source = Source(
        name="board", url=f"{market.url}b/trade", allow_private=True, practice=True, render="never", delay=0
    )
    return add_source(store, source, every_seconds=3600, now=datetime.now(UTC))


def quiet(event: dict[str, Any]) -> None:
    """Nobody listens."""


def watch(store: Store, settings: Settings, board: WatchedSource, reader: RuleReader) -> steps.Watched:
    """One crawl with a reader that is a rule."""
    return steps.watch(store, settings, board, reader.given(), quiet)


def test_a_source_becomes_findings_once(market: Site, store: Store, settings: Settings, board: WatchedSource) -> None:
    """A planted offer becomes one finding; a second crawl scores nothing again and stores nothing twice."""
    market.post("trade", "出一批名单", "planted", OFFER)
    reader = RuleReader("全国车主名单", "五毛一条")
    first = watch(store, settings, board, reader)
    (finding,) = search_findings(store, Query(limit=10))
    assert first.outcome.reason == "done"
    assert first.findings == (finding["id"],)
    assert finding["practice"] is True
    assert finding["post"]["text"] == OFFER
    assert finding["signal"]["offer"]["prices"][0]["amount"] == 0.5
    assert len(finding["captures"]) == 1

    scored, asked = len(reader.read_texts), len(market.hits)
    second = watch(store, settings, board, reader)
    assert second.outcome.reason == "nothing_new"
    assert second.findings == ()
    assert len(reader.read_texts) == scored
    assert len(market.hits) - asked < asked / 2
    assert len(search_findings(store, Query(limit=10))) == 1


class FoldingReader(RuleReader):
    """One that undoes disguises as the real one does."""

    def _read(self, passage: Passage) -> Reading:
        return replace(super()._read(passage), folded=fold(passage.text).text)


def test_disguised_words_are_found_by_their_plain_form(
    market: Site, store: Store, settings: Settings, board: WatchedSource
) -> None:
    """However the seller writes it, in the post or in the thread's title, the plain word finds it, and so does his."""
    forms = ("车zhu", "車主", "车.主", "车祝")
    for form in forms:
        market.post("trade", "转让", "planted", f"出一手{form}名单，七毛三一条，一千条起")
    market.post("trade", "全国車主", "planted", "要的来，七毛三一条")
    watch(store, settings, board, FoldingReader("七毛三一条"))
    found = search_findings(store, Query(text="车主", folded=fold("车主").text))
    assert len(found) == len(forms) + 1
    for form in forms:
        written = [one for one in found if form in one["post"]["text"]]
        assert written == search_findings(store, Query(text=f"一手{form}"))


def test_what_is_new_is_fetched_and_what_was_edited_gets_a_version(
    market: Site, store: Store, settings: Settings, board: WatchedSource
) -> None:
    """A reply that came later is read on the next crawl, and only the new posts are scored."""
    thread = market.post("trade", "聊天", "someone", CHATTER)
    reader = RuleReader("全国车主名单", "五毛一条")
    watch(store, settings, board, reader)
    market.reply(thread, "planted", OFFER)
    before = len(reader.read_texts)
    again = watch(store, settings, board, reader)
    assert reader.read_texts[before:] == [OFFER]
    assert len(again.findings) == 1


def test_the_words_of_other_posts_are_kept_nowhere(
    market: Site, store: Store, settings: Settings, board: WatchedSource
) -> None:
    """A sentence in a post that is no finding is in no byte of the store's folder after scoring."""
    sentence = "这一句话只是闲聊别处不会再有"
    market.post("trade", f"题目{sentence}", "bystander-of-that-thread", sentence)
    market.post("trade", "出一批名单", "planted", OFFER)
    watch(store, settings, board, RuleReader("全国车主名单", "五毛一条"))
    kept = b"".join(path.read_bytes() for path in store.home.rglob("*") if path.is_file())
    for form in (
        sentence.encode(),
        sentence.encode("utf-16-le"),
        sentence.encode("gb18030"),
        b"bystander-of-that-thread",
    ):
        assert form not in kept
    assert OFFER.encode() in kept


def test_an_interrupted_crawl_keeps_what_it_had_and_the_next_goes_on(
    market: Site, store: Store, settings: Settings, board: WatchedSource
) -> None:
    """Ctrl-C in the middle ends the run as interrupted; the next run reads the rest."""
    market.post("trade", "出一批名单", "planted", OFFER)
    reader = RuleReader("全国车主名单", "五毛一条")
    fetched: list[str] = []

    def interrupt_after_ten(event: dict[str, Any]) -> None:
        if event["event"] == "fetched":
            fetched.append(event["url"])
            if len(fetched) == 10:
                os.kill(os.getpid(), signal.SIGINT)

    stopped = steps.watch(store, settings, board, reader.given(), interrupt_after_ten)
    assert stopped.outcome.reason == "interrupted"
    (run,) = list_runs(store)
    assert run["reason"] == "interrupted"
    watch(store, settings, board, reader)
    assert [finding["post"]["text"] for finding in search_findings(store, Query(limit=10))] == [OFFER]


def test_a_crawl_that_is_killed_is_a_failed_run(
    market: Site, store: Store, settings: Settings, board: WatchedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crawl's process that dies without a word ends the run as failed; the next run reads the rest."""
    market.post("trade", "出一批名单", "planted", OFFER)
    started: list[Child] = []
    begin = Child.__init__

    def remember(child: Child, job: dict[str, Any]) -> None:
        begin(child, job)
        started.append(child)

    def kill_at_first_page(event: dict[str, Any]) -> None:
        if event["event"] == "delivered":
            started[0].process.kill()

    monkeypatch.setattr(Child, "__init__", remember)
    reader = RuleReader("全国车主名单", "五毛一条")
    stopped = steps.watch(store, settings, board, reader.given(), kill_at_first_page)
    assert stopped.outcome.reason == "failed"
    assert list_runs(store)[0]["reason"] == "failed"
    assert watch(store, settings, board, reader).outcome.reason == "done"
    assert [finding["post"]["text"] for finding in search_findings(store, Query(limit=10))] == [OFFER]


def test_a_fault_while_scoring_leaves_the_pages_waiting(
    market: Site, store: Store, settings: Settings, board: WatchedSource
) -> None:
    """When the classifier fails, the run is written down as failed and the next run scores what waits."""

    class Broken(RuleReader):
        def read(self, passages: Any, *, read_all: bool = False) -> Any:
            raise BadValue(name="the model", value="broken", want="to be whole")

    with pytest.raises(BadValue):
        watch(store, settings, board, Broken("x"))
    assert list_runs(store)[0]["reason"] == "failed"
    market.post("trade", "出一批名单", "planted", OFFER)
    reader = RuleReader("全国车主名单", "五毛一条")
    assert len(watch(store, settings, board, reader).findings) == 1
    assert len(reader.read_texts) > 80


def test_a_public_address_wants_a_contact_first(store: Store, settings: Settings) -> None:
    """Without the setting `contact` no public address is crawled, and no run is begun."""
    source = add_source(
        store, Source(name="public", url="https://forum.example/"), every_seconds=3600, now=datetime.now(UTC)
    )
    with pytest.raises(Refused, match="contact"):
        steps.watch(store, settings, source, RuleReader("x").given(), quiet)
    assert list_runs(store) == []


@pytest.mark.parametrize("wanted", [True, False])
def test_pictures_are_read_with_their_post_where_the_source_says_so(
    market: Site, store: Store, settings: Settings, wanted: bool
) -> None:
    """What stands in a post's picture comes to the reader with the post; without the setting it is never fetched."""
    source = Source(
        name="pictures", url=f"{market.url}t/1237", allow_private=True, practice=True, render="never", delay=0,
        images=wanted,
    )  # fmt: skip
    watched = add_source(store, source, every_seconds=3600, now=datetime.now(UTC))
    shown: list[Passage] = []

    class Watching(RuleReader):
        def read(self, passages: Sequence[Passage], *, read_all: bool = False) -> list[Reading]:
            shown.extend(passages)
            return super().read(passages)

    done = steps.watch(store, settings, watched, lambda: Watching("看图扫码"), quiet)
    assert len(done.findings) == 1
    pictures = [passage.pictures for passage in shown if "看图扫码" in passage.text]
    assert ["tucha_ziyuan66" in "".join(texts) for texts in pictures] == [wanted]
    assert any(hit.path == "/static/offer-sheet.png" for hit in market.hits) is wanted
    (finding,) = search_findings(store, Query())
    assert ("pictures" in finding) is wanted
    assert len(read_capture(store, finding["captures"][0]["id"]).pictures) == int(wanted)
