"""Real forum programs on loopback, each in the environment that scripts/setup.sh made for it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FORUMS = ROOT / ".venv" / "forums"

SPIRIT_SETTINGS = """
from market.settings.dev import *
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "UTC"
ST_UPLOAD_FILE_ENABLED = False
ST_SITE_URL = "http://127.0.0.1/"
CSRF_TRUSTED_ORIGINS = []
"""


@dataclass(frozen=True)
class Written:
    """A post as the forum itself says it was stored."""

    url_path: str
    post_id: str
    author: str
    text: str
    posted_at: datetime
    title: str
    gold: dict[str, Any] | None


@dataclass(frozen=True)
class Site:
    """A site that is up: its address, and every post in it as the site itself stored it."""

    url: str
    written: list[Written]


def read_threads() -> list[dict[str, Any]]:
    """The threads that are written into the forums: board, title, posts with author, text, minutes_ago, gold."""
    return [json.loads(line) for line in (HERE / "threads.jsonl").read_text(encoding="utf-8").splitlines()]


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: list[str], url: str, **options: Any) -> Iterator[str]:
    """Runs a server until the block ends; `url` must answer within a minute."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, process.stderr.read()[-2000:]
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                assert time.monotonic() < deadline, f"{command[0]} did not answer at {url}"
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)
        process.stderr.close()


class Spirit:
    """A Spirit forum: made, filled and served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "market"
        self.bin = FORUMS / "spirit" / "bin"
        self.environment = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "DJANGO_SETTINGS_MODULE": "local"}
        self.environment.pop("PYTHONPATH", None)
        made = {**self.environment}
        made.pop("DJANGO_SETTINGS_MODULE")
        self.run([str(self.bin / "spirit"), "startproject", "market"], cwd=folder, env=made)
        (self.folder / "local.py").write_text(SPIRIT_SETTINGS, encoding="utf-8")
        self.run([str(self.bin / "python"), "manage.py", "spiritinstall"])

    def run(self, command: list[str], **options: Any) -> str:
        """One command of the forum's own, to its end."""
        given = {"cwd": self.folder, "env": self.environment, **options}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **given)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def write(self, threads: list[dict[str, Any]]) -> list[Written]:
        """Posts `threads` through the forum's models."""
        said = json.loads(self.run([str(self.bin / "python"), str(HERE / "spirit_seed.py")], input=json.dumps(threads)))
        return [
            Written(
                f"/comment/{told['id']}/find/",
                str(told["id"]),
                post["author"],
                post["text"],
                datetime.fromisoformat(told["date"]),
                thread["title"],
                post.get("gold"),
            )
            for thread, floors in zip(threads, said, strict=True)
            for post, told in zip(thread["posts"], floors, strict=True)
        ]

    @contextmanager
    def serve(self) -> Iterator[str]:
        """The forum on a free port; yields its home address."""
        url = f"http://127.0.0.1:{free_port()}/"
        command = [str(self.bin / "python"), "manage.py", "runserver", "--insecure", "--noreload", url.split("/")[2]]
        with serving(command, url, cwd=self.folder, env=self.environment):
            yield url


ARTICLE = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{title} - 老陈的车评</title></head>
<body><header><a href="/index.html">老陈的车评</a></header>
<article><h1>{title}</h1><p>这一篇写的是一个月里开着它上下班的感受，油耗和隔音都记在下面。</p></article>
<section id="isso-thread" data-title="{title}">
<noscript>Javascript needs to be activated to view comments.</noscript></section>
<script data-isso="/isso/" data-isso-css="true" data-isso-lang="en" src="/isso/js/embed.min.js"></script>
</body></html>"""
INDEX = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>老陈的车评</title></head>
<body><h1>老陈的车评</h1><ul>{items}</ul></body></html>"""


class Isso:
    """A static blog whose comments are kept by a real Isso, and exist only after JavaScript."""

    def __init__(self, folder: Path, threads: list[dict[str, Any]]) -> None:
        self.pages = folder / "pages"
        self.pages.mkdir()
        self.threads = threads
        for number, thread in enumerate(threads, 1):
            (self.pages / f"article-{number}.html").write_text(ARTICLE.format(title=thread["title"]), encoding="utf-8")
        items = "".join(
            f'<li><a href="/article-{number}.html">{thread["title"]}</a></li>'
            for number, thread in enumerate(threads, 1)
        )
        (self.pages / "index.html").write_text(INDEX.format(items=items), encoding="utf-8")

    @contextmanager
    def serve(self) -> Iterator[str]:
        """The blog on a free port; yields its home address."""
        url = f"http://127.0.0.1:{free_port()}/"
        python = FORUMS / "isso" / "bin" / "python"
        command = [str(python), str(HERE / "isso_serve.py"), str(self.pages), url.split(":")[-1].strip("/")]
        with serving(command, url):
            yield url

    def write(self, home: str) -> list[Written]:
        """Posts the threads as comments, through Isso's own interface; from the third on they answer the first."""
        written = []
        for number, thread in enumerate(self.threads, 1):
            first = None
            for place, post in enumerate(thread["posts"]):
                told = self._comment(home, number, thread["title"], post, first if place > 1 else None)
                first = first or told["id"]
                written.append(
                    Written(
                        f"/article-{number}.html#isso-{told['id']}",
                        str(told["id"]),
                        post["author"],
                        post["text"],
                        datetime.fromtimestamp(told["created"]).astimezone(),
                        thread["title"],
                        post.get("gold"),
                    )
                )
        return written

    def _comment(self, home: str, number: int, title: str, post: dict[str, Any], parent: int | None) -> dict[str, Any]:
        body = {
            "author": post["author"],
            "text": post["text"],
            "parent": parent,
            "title": title,
        }
        request = urllib.request.Request(
            f"{home}isso/new?uri=%2Farticle-{number}.html",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Origin": home.rstrip("/")},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            told: dict[str, Any] = json.load(answer)
        return told
