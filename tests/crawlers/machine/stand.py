"""One crawl in a process of its own, with an intake that tells everything as JSON lines. Started by rig.py.

Standard input has a job on each line: the plan, what is known from before, and where to tell. Each job is done by a
fork of this process, because a reactor runs only once and the imports take longer than most crawls; the answers on
standard output are the fork's number and, at its end, its status. Pages are read by a toy platform, so that these tests
are about the machine and not about reading.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from web_poet import HttpResponse, field

import crawlers.conduct.addresses
import crawlers.reading
import crawlers.spider
from crawlers.browser import chromium
from crawlers.crawl import Plan, run
from crawlers.pages import BoardLink, BoardPage, Platform, ThreadLink, ThreadPage
from domain.errors import DiskFull
from domain.pages import Mark, Role, Validators
from domain.plain import plain, restore
from domain.posts import Author, Post, post_identity, text_digest
from domain.sources import site_of


class ToyBoard(BoardPage):
    @field
    def name(self) -> str | None:
        return self.response.css("h1::text").get()

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        return tuple(
            BoardLink(str(self.response.urljoin(a.attrib["href"])), a.css("::text").get()) for a in self.css("a.board")
        )

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        return tuple(
            ThreadLink(
                url=str(self.response.urljoin(li.css("a::attr(href)").get())),
                key=li.attrib["data-key"],
                title=li.css("a::text").get(),
                sign=li.attrib.get("data-sign"),
                sticky="data-sticky" in li.attrib,
            )
            for li in self.css("li.thread")
        )

    @field
    def next_url(self) -> str | None:
        href = self.css("a.next::attr(href)").get()
        return str(self.response.urljoin(href)) if href else None


class ToyThread(ThreadPage):
    @field
    def key(self) -> str:
        return self.css("body").attrib.get("data-key", "?")

    @field
    def title(self) -> str | None:
        return self.css("h1::text").get() or self.visit.title

    @field
    def posts(self) -> tuple[Post, ...]:
        if self.css("[data-broken]"):
            raise ValueError("a reader's own fault")
        found = []
        for number, div in enumerate(self.css("div.post"), 1):
            text = " ".join(div.css("::text").getall()).strip()
            name = div.attrib.get("id", "")
            found.append(
                Post(
                    id=post_identity(site_of(str(self.response.url)), name),
                    url=f"{self.response.url}#{name}",
                    text=text,
                    fetched_at=self.visit.fetched_at,
                    content_sha256=text_digest(text),
                    thread_title=self.title,
                    board=self.visit.board,
                    post_id=name,
                    floor=self.visit.floors_before + number,
                    author=Author(name=div.attrib.get("data-author")),
                    images=tuple(str(self.response.urljoin(src)) for src in div.css("img::attr(src)").getall()),
                )
            )
        return tuple(found)

    @field
    def next_url(self) -> str | None:
        href = self.css("a.next::attr(href)").get()
        return str(self.response.urljoin(href)) if href else None


def toy_role(response: HttpResponse) -> Role:
    kind = (response.css("body").attrib.get("class") or "").removeprefix("toy ") if response.css("body") else ""
    return kind if kind in ("home", "board", "thread") else "other"


def page_url(url: str, number: int) -> str:
    return url.split("?")[0] + (f"?page={number}" if number > 1 else "")


def platform_of(job: dict[str, Any]) -> Platform:
    return Platform(
        name=job.get("name", "toy"), role=toy_role, board=ToyBoard, thread=ToyThread,
        ready=job.get("ready"), page_url=page_url if job.get("can_jump") else None,
    )  # fmt: skip


def tell(kind: str, **facts: Any) -> None:
    sys.stdout.write(json.dumps({"kind": kind, **facts}, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


class TellingIntake:
    """Waits are told, and only slept when they are short."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.marks = {key: restore(Mark, mark) for key, mark in job.get("marks", {}).items()}
        self.validators = {url: restore(Validators, data) for url, data in job.get("validators", {}).items()}
        self.known = set(job.get("known", ()))
        self.revisits = job.get("revisits", [])
        self.turns: dict[str, float] = {}
        self.patience = job.get("patience", 0.2)
        self.full_after = job.get("full_after")
        self.wait = job.get("wait")
        self.delivered = 0

    def marks_of(self, keys: Any) -> dict[str, Mark]:
        return {key: self.marks[key] for key in keys if key in self.marks}

    def take_revisits(self, now: Any) -> list[str]:
        return self.revisits

    def validators_of(self, url: str) -> Validators | None:
        return self.validators.get(url)

    def take_turn(self, host: str, delay: float, now: Any) -> float:
        clock = time.monotonic()
        turn = max(self.turns.get(host, clock), clock)
        self.turns[host] = turn + delay
        tell("turn", host=host, delay=delay, wait=turn - clock)
        return self.wait if self.wait is not None else min(turn - clock, self.patience)

    def postpone(self, host: str, seconds: float, now: Any) -> None:
        tell("postpone", host=host, seconds=seconds)
        self.turns[host] = time.monotonic() + min(seconds, self.patience)

    def robots_seen(self, site: str, text: str, now: Any) -> None:
        tell("robots", site=site, text=text)

    def fresh_of(self, posts: Any) -> frozenset[str]:
        return frozenset(post.id for post in posts if post.id not in self.known)

    def deliver(self, haul: Any) -> int:
        if self.full_after is not None and self.delivered >= self.full_after:
            raise DiskFull(path="/nowhere")
        self.delivered += 1
        if haul.mark:
            self.marks[haul.mark.key] = haul.mark
        page = haul.page
        facts = plain(page)
        facts["body"] = page.body.decode("utf-8", "replace")[:3000]
        facts["served_body"] = page.served_body.decode("utf-8", "replace")[:3000] if page.served_body else None
        new = [post for post in haul.posts if post.id not in self.known]
        self.known.update(post.id for post in haul.posts)
        tell(
            "haul", page=facts, posts=plain(haul.posts), role=haul.role, platform=haul.platform, title=haul.title,
            board=haul.board, mark=plain(haul.mark), validators=plain(haul.validators), roll=plain(haul.roll),
            pictures=[[one.address, one.page.url, len(one.page.body), one.page.peer] for one in haul.pictures],
        )  # fmt: skip
        return len(new)

    def flush(self) -> int:
        return 0

    def note(self, event: str, url: str, detail: str = "") -> None:
        tell("note", event=event, url=url, detail=detail)


def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
    """The system's own resolver, which is asked for no name in these tests: it would be by a way round the guard."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        tell("looked_up", host=str(host))
        raise OSError("no look-ups here") from None
    return real_look_up(host, *args, **kwargs)


real_look_up = socket.getaddrinfo


def do_job(job: dict[str, Any]) -> None:
    platform = platform_of(job)
    if not job.get("real"):
        crawlers.reading.recognise = lambda response, name=None: (platform, toy_role(response))  # type: ignore[assignment]
    if "recycle" in job:
        chromium.PAGES_A_CONTEXT, chromium.PAGES_A_BROWSER = job["recycle"]
    answers: dict[str, list[list[str]]] = job.get("names", {})
    asked: dict[str, int] = {}

    def resolve(host: str, port: int) -> tuple[str, ...]:
        if host not in answers:
            raise OSError("no such name")
        number = asked.get(host, 0)
        asked[host] = number + 1
        tell("resolved", host=host, number=number)
        return tuple(answers[host][min(number, len(answers[host]) - 1)])

    crawlers.conduct.addresses.resolve_name = resolve
    socket.getaddrinfo = look_up  # type: ignore[assignment]
    public = set(job.get("public", ()))
    judge = crawlers.conduct.addresses.is_public
    crawlers.conduct.addresses.is_public = lambda address: str(address) in public or judge(address)
    try:
        outcome = run(restore(Plan, job["plan"]), TellingIntake(job))
    except DiskFull as error:
        tell("raised", error=str(error))
    else:
        tell("outcome", **plain(outcome))


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        number = os.fork()
        if number == 0:
            for stream, path in ((1, job["out"]), (2, job["err"])):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            try:
                do_job(job)
            except Exception:  # noqa: BLE001 (a fork must never go on as its parent)
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(0)
        answer(number)
        answer(os.waitpid(number, 0)[1])


def answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
