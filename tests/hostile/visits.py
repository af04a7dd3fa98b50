"""A crawl as the program runs it: its own child process, with what it used measured by the system."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawlers.plan import Plan
from domain.plain import plain
from domain.sources import Source

ROOT = Path(__file__).parents[2]
AGENT = "Tipstaff/0.1 (+mailto:ops@example.org)"
# What every hazard is held to, in seconds and bytes.
MOST_SECONDS = 60.0
MOST_BYTES = 1024**3
# A whole group of hazards is one crawl.
GIVE_UP_SECONDS = 280.0
# Linux counts what the starting process held as the child's own highest (exec keeps the mark of the memory it
# replaces), and the process that runs the whole suite is large: a small one between them starts and weighs the crawl.
WEIGH = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, end="", file=sys.stderr)
sys.exit(status)
"""


@dataclass
class Visit:
    """What a crawl told, and what it took: when it ended, and bytes of memory at the highest.

    `stamps` are when each of `events` was told, by the clock of time.monotonic.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    outcome: dict[str, Any] = field(default_factory=dict)
    ended: float = 0.0
    memory: int = 0
    stamps: list[float] = field(default_factory=list)

    @property
    def reason(self) -> str:
        return str(self.outcome.get("reason"))

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [event["post"] for event in self.events if event["event"] == "post"]

    def noted(self, path: str) -> list[str]:
        """The words that were said of a path, without those on how it came."""
        passing = ("fetched", "rendered", "recognised", "robots_seen", "post", "feed")
        return [event["event"] for event in self.events if event["event"] not in passing and path_of(event) == path]

    def seconds_of(self, path: str) -> float:
        """How long one page took, pauses and all: pages are read one after the other, and while one is read the next
        ones are asked for and wait."""
        own = [place for place, event in enumerate(self.events) if path_of(event) == path]
        if not own:
            return 0.0
        first, last = own[0], own[-1]
        earlier = {path_of(event) for event in self.events[:first]}
        waited = [place for place in range(first, last) if path_of(self.events[place]) in earlier]
        return self.stamps[last] - self.stamps[waited[-1] if waited else first - 1]

    def texts_of(self, path: str) -> list[str]:
        """The texts of the posts that were read at a path."""
        return [event["post"]["text"] for event in self.events if event["event"] == "post" and path_of(event) == path]


def path_of(event: dict[str, Any]) -> str:
    """The path and query that an event is about, without its first stroke."""
    url = str(event["post"]["thread_url"] if event["event"] == "post" else event.get("url", ""))
    return url.partition("://")[2].partition("/")[2].partition("#")[0]


def visit(url: str, *, timeout: float = 3.0, max_pages: int | None = None, **source: Any) -> Visit:
    """Looks at `url`, which may be private, without any delay between requests."""
    made = Source(**{"name": "test", "url": url, "allow_private": True, "delay": 0.0} | source)
    plan = Plan(source=made, mode="look", user_agent=AGENT, timeout=timeout, max_pages=max_pages, delay=0.0)
    child = subprocess.Popen(
        [sys.executable, "-c", WEIGH, sys.executable, "-m", "tipstaff.child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "SCRAPY_SETTINGS_MODULE": "crawlers.settings"}, start_new_session=True,
    )  # fmt: skip
    assert child.stdin
    assert child.stdout
    assert child.stderr
    overdue = threading.Timer(GIVE_UP_SECONDS, os.killpg, (child.pid, signal.SIGKILL))
    overdue.start()
    found = Visit()
    child.stdin.write(json.dumps({"plan": plain(plan)}) + "\n")
    child.stdin.flush()
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "ended":
            found.outcome = event["outcome"]
        else:
            found.events.append(event)
            found.stamps.append(time.monotonic())
    said, _, weight = child.stderr.read().rpartition("\n")
    child.wait()
    overdue.cancel()
    found.ended = time.monotonic()
    found.memory = int(weight)
    for pipe in (child.stdin, child.stdout, child.stderr):
        pipe.close()
    assert child.returncode == 0, (child.returncode, said)
    assert "Traceback" not in said, said
    return found
