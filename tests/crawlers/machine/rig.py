"""A small web site on loopback, and a crawl of it in a process of its own."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

STAND = Path(__file__).with_name("stand.py")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass
class Asked:
    """One request that reached the site; header names in lower case."""

    path: str
    headers: dict[str, str]


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = "text/html; charset=utf-8"


Route = Answer | str | bytes | Callable[[BaseHTTPRequestHandler], Answer | str | None]


class Site:
    """Routes by path and query; what nobody set is a 404. Robots.txt is absent unless set."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((host, port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.host = host
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(Asked(handler.path, {name.lower(): value for name, value in handler.headers.items()}))
        route = self.routes.get(handler.path)
        if callable(route):
            route = route(handler)
            if route is None:
                return
        if route is None:
            route = Answer(b"<html><body>Not found</body></html>", 404)
        if isinstance(route, str | bytes):
            route = Answer(route.encode() if isinstance(route, str) else route)
        handler.send_response(route.status)
        if route.content_type:
            handler.send_header("Content-Type", route.content_type)
        for name, value in route.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(route.body)))
        handler.end_headers()
        handler.wfile.write(route.body)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def thread_page(key: str, *posts: tuple[str, str], following: str = "", extra: str = "") -> str:
    """A thread page of the toy platform; posts are (id, text)."""
    divs = "".join(f'<div class="post" id="{name}" data-author="ann">{text}</div>' for name, text in posts)
    link = f'<a class="next" href="{following}">next</a>' if following else ""
    return f'<html><body class="toy thread" data-key="{key}"><h1>{key}</h1>{divs}{link}{extra}</body></html>'


def board_page(*threads: tuple[str, str, str | None], following: str = "", sticky: tuple[str, ...] = ()) -> str:
    """A list page of the toy platform; threads are (key, href, sign)."""
    lines = ""
    for key, href, sign in threads:
        marks = (f' data-sign="{sign}"' if sign is not None else "") + (" data-sticky" if key in sticky else "")
        lines += f'<li class="thread" data-key="{key}"{marks}><a href="{href}">{key}</a></li>'
    link = f'<a class="next" href="{following}">next</a>' if following else ""
    return f'<html><body class="toy board"><h1>board</h1>{lines}{link}</body></html>'


def home_page(*boards: str) -> str:
    """A home of the toy platform."""
    links = "".join(f'<a class="board" href="{href}">{href}</a>' for href in boards)
    return f'<html><body class="toy home">{links}</body></html>'


class Told:
    """What a crawl told."""

    def __init__(self, lines: list[dict[str, Any]], stderr: str) -> None:
        self.lines = lines
        self.stderr = stderr

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["kind"] == kind]

    @property
    def outcome(self) -> dict[str, Any]:
        (found,) = self.of("outcome")
        return found

    @property
    def reason(self) -> str:
        return str(self.outcome["reason"])

    @property
    def hauls(self) -> list[dict[str, Any]]:
        return self.of("haul")

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [post for haul in self.hauls for post in haul["posts"]]

    @property
    def names(self) -> list[str]:
        return [post["post_id"] for post in self.posts]

    @property
    def notes(self) -> list[tuple[str, str]]:
        return [(note["event"], note["url"]) for note in self.of("note")]

    @property
    def marks(self) -> dict[str, Any]:
        return {haul["mark"]["key"]: haul["mark"] for haul in self.hauls if haul["mark"]}

    @property
    def validators(self) -> dict[str, Any]:
        return {haul["page"]["url"]: haul["validators"] for haul in self.hauls if any(haul["validators"].values())}

    def known(self) -> dict[str, Any]:
        """What the next crawl is told of this one."""
        return {"marks": self.marks, "validators": self.validators, "known": [post["id"] for post in self.posts]}


class Stand:
    """The process that crawls are forked from; one for all tests."""

    process: subprocess.Popen[str] | None = None

    @classmethod
    def running(cls) -> subprocess.Popen[str]:
        if cls.process is None or cls.process.poll() is not None:
            cls.process = subprocess.Popen(
                [sys.executable, str(STAND)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        return cls.process

    @classmethod
    def stop(cls) -> None:
        if cls.process is not None:
            cls.process.communicate(timeout=10)
            cls.process = None


class Crawl:
    """A crawl that was started; one at a time: one that a failed test left behind is killed before the next."""

    left: Crawl | None = None

    def __init__(self, job: dict[str, Any]) -> None:
        if Crawl.left:
            Crawl.left.abandon()
        self.folder = Path(tempfile.mkdtemp(prefix="crawl-"))
        self.stand = Stand.running()
        assert self.stand.stdin
        assert self.stand.stdout
        whole = job | {"out": str(self.folder / "out"), "err": str(self.folder / "err")}
        self.stand.stdin.write(json.dumps(whole) + "\n")
        self.stand.stdin.flush()
        self.number = int(self.stand.stdout.readline())
        Crawl.left = self

    def abandon(self) -> None:
        """Kills the crawl, whose result nobody wants."""
        assert self.stand.stdout
        os.kill(self.number, signal.SIGKILL)
        self.stand.stdout.readline()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end(self, timeout: float = 90) -> Told:
        """Waits for the end; a crawl that takes longer than `timeout` seconds is killed."""
        assert self.stand.stdout
        if not select.select([self.stand.stdout], [], [], timeout)[0]:
            os.kill(self.number, signal.SIGKILL)
        status = int(self.stand.stdout.readline())
        Crawl.left = None
        out, err = (self.folder.joinpath(name).read_text("utf-8") for name in ("out", "err"))
        shutil.rmtree(self.folder)
        assert status == 0, (status, err)
        return Told([json.loads(line) for line in out.splitlines()], err)


def start_crawl(
    url: str,
    *,
    mode: str = "look",
    source: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
    **job: Any,
) -> Crawl:
    """Starts a crawl of `url`, by default of an allowed private address, without delays."""
    made = {"name": "test", "url": url, "allow_private": True, "delay": 0.0} | (source or {})
    agent = "Tipstaff/0.1 (+mailto:ops@example.org)"
    whole = {"source": made, "mode": mode, "user_agent": agent, "timeout": 5.0, "delay": 0.0} | (plan or {})
    return Crawl({"plan": whole, **job})
