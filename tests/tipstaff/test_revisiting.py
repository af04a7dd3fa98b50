"""Edits and removals, noticed on a board that makes it hard: no date but relative ones, no two links alike."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reader import RuleReader
from sqlmodel import update

from domain.sources import Source
from store.database import open_store
from store.findings import Query, search_findings
from store.sources import add_source
from store.tables import FindingRow, FindingVersionRow, FingerprintRow
from tipstaff import steps
from tipstaff.settings import load_settings

WORD = "车主名单"
PER_PAGE = 4


class Board:
    """Threads of numbered posts; pages overlap by a post, and each says that it is the first."""

    def __init__(self) -> None:
        self.threads: dict[int, dict[int, str]] = {}

    def answer(self, target: str) -> str | None:
        """A page; every link on it has another session id."""
        parts = urlsplit(target)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        number = int(parts.path.rpartition("-")[2]) if parts.path.startswith("/topic-") else 0
        if parts.path == "/board":
            return self.frame("车友", f"<table>{''.join(map(self.row, self.threads))}</table>")
        if number not in self.threads:
            return None
        posts = list(self.threads[number].items())
        start = (page - 1) * (PER_PAGE - 1)
        said = "".join(self.post(*one, floor) for floor, one in enumerate(posts[start:][:PER_PAGE], start + 1))
        more = start + PER_PAGE < len(posts)
        pager = f'<a rel="next" href="{self.link(f"/topic-{number}?page={page + 1}")}">下一页</a>' if more else ""
        canonical = f'<link rel="canonical" href="/topic-{number}">'
        return self.frame(f"话题 {number}", f"{said}<p>{pager}</p>", canonical)

    @staticmethod
    def link(address: str) -> str:
        return f"{address}{'&' if '?' in address else '?'}sid={secrets.token_hex(16)}"

    @staticmethod
    def frame(title: str, body: str, head: str = "") -> str:
        return (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
            f"<body><h1>{title}</h1>{body}</body></html>"
        )

    def row(self, number: int) -> str:
        replies = len(self.threads[number]) - 1
        return (
            f'<tr><td><a href="{self.link(f"/topic-{number}")}">关于第 {number} 件事的话题</a></td><td>老周</td>'
            f"<td>{replies}</td><td>{number} 小时前</td></tr>"
        )

    @staticmethod
    def post(number: int, text: str, floor: int) -> str:
        return (
            f'<div class="post" id="post{number}"><div class="who"><a href="/people-{number % 3}">网友{number % 3}</a>'
            f'</div><span class="when">{floor} 天前</span><div class="words">{text}</div></div>'
        )


@pytest.fixture
def board() -> Iterator[tuple[Board, str]]:
    """A board that is served, and its address."""
    state = Board()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = state.answer(self.path)
            body = (found or "<html><body>话题不存在</body></html>").encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield state, f"http://127.0.0.1:{server.server_address[1]}/board"
    server.shutdown()
    server.server_close()


def test_edits_and_removals_are_noticed(board: tuple[Board, str], tmp_path: Path) -> None:
    """An edited finding keeps both wordings, one that was deleted and one whose thread is gone are marked and kept."""
    state, address = board
    chat = {number: f"周末去洗车，排了第 {number} 个" for number in range(20, 28)}
    state.threads = {
        1: {10: f"{WORD} 五毛一条", **chat, 11: f"另有{WORD}，价格面议"},
        2: {12: f"{WORD}，整体打包"},
        3: {13: "有人去自驾吗，下个月", 14: "算我一个"},
    }
    with open_store(tmp_path / "home") as store:
        settings, reader = load_settings(home=store.home), RuleReader(WORD)
        source = Source("board", address, allow_private=True, practice=True, render="never", delay=0)
        watched = add_source(store, source, every_seconds=3600, now=datetime.now(UTC))

        def watch() -> dict[str, dict[str, Any]]:
            steps.watch(store, settings, watched, reader.given(), lambda event: None)
            return {finding["post"]["post_id"]: finding for finding in search_findings(store, Query())}

        first = watch()
        assert sorted(first) == ["10", "11", "12"]
        assert len(reader.read_texts) == 13
        assert sorted(watch()) == sorted(first)
        assert len(reader.read_texts) == 13

        state.threads[1][10] = f"{WORD} 三毛一条"
        del state.threads[1][11], state.threads[2]
        state.threads[3][15] = "我也去"
        long_ago = datetime.now(UTC) - timedelta(days=8)
        with store.transaction() as session:
            for table in (FindingRow, FindingVersionRow, FingerprintRow):
                session.exec(update(table).values(first_seen=long_ago, last_seen=long_ago))
        second = watch()
    assert sorted(second) == ["10", "11", "12"]
    assert [version["text"] for version in second["10"]["versions"]] == [f"{WORD} 五毛一条", f"{WORD} 三毛一条"]
    assert ["removed_at" in second[post] for post in ("10", "11", "12")] == [False, True, True]
    assert len(second["11"]["captures"]) == len(second["12"]["captures"]) == 1
    assert sorted(reader.read_texts[13:]) == sorted([f"{WORD} 三毛一条", "我也去"])
