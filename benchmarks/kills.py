"""What kill -9 leaves: `python -m benchmarks.kills [--times 200] [--seed 1] [--url URL]`.

A process captures, judges, pictures, purges and enters without end, and is killed at a random moment; in one of five
rounds it is a migration that is killed, in one the writing of referrals. After each kill the store is opened as the
next command does, and must be whole: the chain holds against the last head that was told, nothing that was told as done
is lost, nothing is half written, and of what is no finding no byte is left once the pages are settled. One store goes
through all rounds. `--url` does it on PostgreSQL, in databases (kills, kills_older, kills_copy) that are made there.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from unittest.mock import patch

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import make_url
from sqlmodel import select

from domain.pages import Haul, Page, PagePicture
from domain.posts import Author, Post, text_digest
from domain.signals import Reason, Signal
from domain.sources import RunOutcome, Source
from store.database import Store, open_store
from store.engine import make_engine
from store.findings import judge_finding
from store.ledger import Head, head_of, read_entry
from store.picturing import keep_picture, list_undrawn
from store.purging import purge_findings
from store.referrals import freezing
from store.referrals.dossier import Member, Request
from store.referrals.gathering import gather
from store.rotation import show_key
from store.runs import begin_run, finish_run
from store.schema import MIGRATIONS
from store.seals import read_capture
from store.sources import add_source, find_source
from store.spool import Verdict, deliver, open_page, settle, waiting
from store.tables import CaptureRow, FindingRow, LedgerRow, PagePictureRow, PageRow, ReferralRow
from store.verification import verify_store

FORK = multiprocessing.get_context("fork")
SITE = "https://forum.example.org"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
SECRET = "紫檀木匣里的旧信"
# Seconds that a process may live after it is ready.
LONGEST = 1.5
# The form of the store that a migration begins with.
OLDER = "0004"


def make_page(name: str) -> Haul:
    """A page with an offer and with what somebody else said."""
    posts = tuple(
        Post(
            id=f"{name}-{floor}", url=f"{SITE}/{name}#{floor}", text=text, fetched_at=NOW,
            content_sha256=text_digest(text), thread_url=f"{SITE}/{name}", author=Author("老周"), floor=floor,
        )
        for floor, text in enumerate((f"出售车主数据 0.5元一条 {name}", f"路过 {SECRET} {name}"), 1)
    )  # fmt: skip
    body = "".join(f"<p>{post.text}</p>" for post in posts).encode()
    page = Page(f"{SITE}/{name}", f"{SITE}/{name}", "GET", 200, (("Content-Type", "text/html"),), (), body, NOW)
    return Haul(page, posts, "generic", "thread")


def score(store: Store) -> list[str]:
    """Settle what waits; the new findings."""
    found: list[str] = []
    while pages := waiting(store, NOW + timedelta(days=1)):
        for page_id in pages:
            page = open_page(store, page_id)
            verdicts = [_judge(post) for post in page.haul.posts if post.id in page.fresh]
            found += settle(store, page_id, verdicts, NOW).new
    return found


def _judge(post: Post) -> Verdict:
    kept = post.text.startswith("出售")
    signal = Signal(post.id, "offer" if kept else "unrelated", 0.9 if kept else 0.1, {}, None, None,
                    (Reason("offer", post.text[:2], 0, 2, 1.0),), "model")  # fmt: skip
    return Verdict(post, signal, keep=kept)


def work(home: Path, url: str | None, round_: int, said: Connection) -> None:
    """Do everything there is to do, and say what is done once it is."""
    with open_store(home, url) as store:
        watched = find_source(store, "board")
        said.send(("ready", ""))
        run = begin_run(store, watched.id, NOW, NOW)
        for number in itertools.count():
            deliver(store, run_id=run, source_id=watched.id, haul=make_page(f"r{round_}n{number}"), now=NOW)
            for finding in score(store):
                said.send(("found", finding))
                judge_finding(store, finding, state="dismissed", note=None, by="kills", now=NOW)
            for capture_id in list_undrawn(store, limit=2):
                keep_picture(store, capture_id, PagePicture(b"\x89PNG" + os.urandom(5000)), NOW)
            if number % 2 == 1:
                purged = purge_findings(store, {"dismissed": 1}, by="kills", now=NOW + timedelta(days=2))
                for one in (next(purged, None), next(purged, None)):
                    said.send(("purged", one.due.finding_id if one else ""))
            said.send(("head", str(_head(store))))


def refer(home: Path, url: str | None, round_: int, said: Connection) -> None:
    """Write referrals, and say which. What is in them is no matter here, and their documents take seconds."""
    members = [Member("pages.bin", os.urandom(2_000_000), "网页", "WARC")]
    with patch.object(freezing, "compose", lambda _dossier: members), open_store(home, url) as store:
        watched = find_source(store, "board")
        run = begin_run(store, watched.id, NOW, NOW)
        deliver(store, run_id=run, source_id=watched.id, haul=make_page(f"r{round_}"), now=NOW)
        (finding,) = score(store)
        judge_finding(store, finding, state="confirmed", note=None, by="kills", now=NOW)
        said.send(("ready", ""))
        for number in itertools.count():
            request = Request("police", operator="kills")
            desk = {"role": "analyst", "login": "kills", "software": "kills"}
            dossier = gather(store, [finding], request, lambda _: ([], ""), **desk, now=NOW)
            frozen = freezing.freeze(store, dossier, out_of(home) / f"r{round_}n{number}.zip", now=NOW)
            said.send(("referred", frozen.sha256))


def out_of(home: Path) -> Path:
    """Where the packages of a store go."""
    return home.with_name("packages")


def migrate(home: Path, url: str | None, said: Connection) -> None:
    """Bring an older store to the present form."""
    said.send(("ready", ""))
    open_store(home, url).close()
    said.send(("done", ""))


def kill_one(job: Callable[..., None], *arguments: object, after: float) -> Iterator[tuple[str, str]]:
    """Run a job in a process, kill it so many seconds after it is ready, and give what it said."""
    heard, said = FORK.Pipe(duplex=False)
    process = FORK.Process(target=job, args=(*arguments, said))
    process.start()
    said.close()
    yield heard.recv()
    time.sleep(after)
    process.kill()
    process.join()
    # A migration may have come to its end; nobody may have come to another one.
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    while True:
        try:
            yield heard.recv()
        except (EOFError, OSError):
            return


def check(home: Path, url: str | None, head: Head | None, found: set[str]) -> int:
    """Open the store as the next command does, and see that nothing is lost or half done; its entries."""
    with open_store(home, url) as store:
        proof = verify_store(store, [head] if head else [])
        assert proof.faults == (), proof.faults
        with store.reading() as session:
            kept = set(session.exec(select(FindingRow.id)))
            entries = [read_entry(line) for line in session.exec(select(LedgerRow.entry))]
        purged = {entry.subject for entry in entries if entry and entry.action == "purged"}
        assert found <= kept | purged, found - kept - purged
        assert kept.isdisjoint(purged)
        score(store)
        for capture_id in list_undrawn(store):
            keep_picture(store, capture_id, PagePicture(gap="timed_out"), NOW)
        _check_files(store)
        _check_packages(store)
        assert verify_store(store).faults == ()
    assert not [path for path in home.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    return proof.entries


def _check_files(store: Store) -> None:
    with store.reading() as session:
        assert session.exec(select(PageRow.id)).all() == []
        captures = set(session.exec(select(CaptureRow.id)))
        drawn = {row.capture_id for row in session.exec(select(PagePictureRow)) if row.gap is None}
    there = {path.name for path in (store.home / "captures").rglob("*") if path.is_file()}
    wanted = {f"{name}.page" for name in captures} | {f"{name}.png" for name in drawn}
    assert there == wanted, there ^ wanted
    keys = {path.stem for path in (store.keys.folder / "pages").rglob("*") if path.is_file()}
    assert keys == captures, keys ^ captures
    for capture_id in captures:
        read_capture(store, capture_id)


def _check_packages(store: Store) -> None:
    """Every referral that is entered is a file, and there is no other, nor a part of one."""
    with store.reading() as session:
        entered = set(session.exec(select(ReferralRow.sha256)))
    there = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in out_of(store.home).iterdir()}
    assert there.keys() == entered, (there, entered)


def _head(store: Store) -> Head | None:
    with store.reading() as session:
        return head_of(session)


def _copy(home: Path, to: Path, url: str | None, name: str, of: str) -> str | None:
    """A copy of a store in a folder that is not yet there, and in a database of that name; its URL."""
    shutil.copytree(home, to)
    return _make_database(url, name, of)


def _make_database(url: str | None, name: str, of: str = "template0") -> str | None:
    if url is None:
        return None
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        server.execute(f"CREATE DATABASE {name} TEMPLATE {of}".encode())
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _age(home: Path, url: str | None) -> None:
    """Bring a store into an older form."""
    engine = make_engine(home, url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, OLDER)
    engine.dispose()


def main() -> None:
    """Kill so many times, and say what was done meanwhile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", help="of a database of PostgreSQL beside which others can be made")
    given = parser.parse_args()
    chance, done, entries = random.Random(given.seed), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        home, older = Path(folder) / "home", Path(folder) / "older" / "home"
        out_of(home).mkdir()
        url = _make_database(given.url, "kills")
        with open_store(home, url) as store:
            watched = add_source(store, Source("board", SITE), every_seconds=3600, now=NOW)
            run = begin_run(store, watched.id, NOW, NOW)
            for name in "abc":
                deliver(store, run_id=run, source_id=watched.id, haul=make_page(name), now=NOW)
            finish_run(store, run, RunOutcome("done"), findings=0, now=NOW)
            show_key(store, by="kills", now=NOW)
        _age(older, _copy(home, older, given.url, "kills_older", "kills"))
        found: set[str] = set()
        head: Head | None = None
        for number in range(given.times):
            after = chance.uniform(0, LONGEST)
            if number % 5 == 4:
                copy = Path(folder) / "copy" / "home"
                copied = _copy(older, copy, given.url, "kills_copy", "kills_older")
                out_of(copy).mkdir()
                done.update(what for what, _ in kill_one(migrate, copy, copied, after=after))
                check(copy, copied, None, set())
                shutil.rmtree(copy.parent)
                continue
            for what, words in kill_one(refer if number % 5 == 2 else work, home, url, number, after=after):
                done[what] += 1
                if what == "found":
                    found.add(words)
                elif what == "head":
                    seq, _, digest = words.partition(":")
                    head = Head(int(seq), digest)
            entries = check(home, url, head, found)
    print(f"{given.times} kills, {done['found']} findings sealed, {done['purged']} purged, {done['referred']} referrals"
          f" made and {done['done']} migrations ended meanwhile, {entries} entries in the ledger")  # fmt: skip
    print("nothing lost, nothing half written, the chain holds")


if __name__ == "__main__":
    main()
