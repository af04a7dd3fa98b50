"""Invented forums: the same conversations in many markups. Used by the tests and by benchmarks/generic.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from web_poet import HttpResponse

from crawlers.pages import Visit

FOLDER = Path(__file__).parent.parent / "fixtures" / "skins"
UNTIMED = {"untimed"}
WORDS = {1: "楼主", 2: "沙发", 3: "板凳", 4: "地板"}
ADDRESSES = {
    "fonts": "show.asp?id=77", "dl": "read/4-77-1.html", "mobile": "t.php?tid=8", "rows": "viewtopic.php?t=9",
    "nested": "2026/08/a-post/", "imageboard": "car/res/91.html", "cells": "threads/rattle.55/",
    "panel": "thread-7-1-1.html",
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """One conversation in one skin, and what a reader should find on it."""

    skin: str
    talk: str
    response: HttpResponse
    visit: Visit
    title: str
    posts: list[dict[str, Any]]  # author, when (None where the page does not say), precision, text, relative


def threads() -> Iterator[Sheet]:
    """Every thread skin with every conversation, whole and before anybody answered."""
    for path in sorted(FOLDER.glob("thread-*.html")):
        for talk in json.loads((FOLDER / "talks.json").read_text("utf-8")):
            yield sheet(path.stem.removeprefix("thread-"), talk)
            alone = {**talk, "name": f"{talk['name']}-alone", "posts": talk["posts"][:1]}
            yield sheet(path.stem.removeprefix("thread-"), alone)


def sheet(skin: str, talk: dict[str, Any]) -> Sheet:
    """One page."""
    now = datetime.fromisoformat(talk["now"])
    posts = [
        {**post, "when": datetime.fromisoformat(post["when"]), "floor": n} for n, post in enumerate(talk["posts"], 1)
    ]
    zh = not talk["name"].startswith("en")
    template = environment(now, zh).get_template(f"thread-{skin}.html")
    body = template.render(title=talk["title"], board=talk["board"], posts=posts, zh=zh)
    url = f"http://{skin}.example.org/{ADDRESSES.get(skin, 'topic/77')}"
    response = HttpResponse(url, body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
    wanted = [
        {
            "author": post["author"],
            "when": None if skin in UNTIMED else post["when"],
            "text": "\n".join(post["text"]),
        }
        for post in posts
    ]
    if skin == "nested" and len(posts) > 3:
        text = "An answer that stands inside what it answers."
        wanted.insert(2, {"author": "nested one", "when": posts[1]["when"], "text": text})
    return Sheet(skin, talk["name"], response, Visit(fetched_at=now, timezone=talk["zone"]), talk["title"], wanted)


def environment(now: datetime, zh: bool) -> Environment:
    """Templates with the ways of writing a time that forums have."""
    made = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, keep_trailing_newline=True)

    def ago(when: datetime) -> str:
        gone = now - when
        spans = ((365, "年前", "year"), (30, "个月前", "month"), (1, "天前", "day"))
        for days, chinese, english in spans:
            count = gone.days // days
            if count:
                return f"{count}\xa0{chinese}" if zh else f"{count} {english}{'s' * (count > 1)} ago"
        minutes = gone // timedelta(minutes=1)
        if minutes >= 60:
            return f"{minutes // 60} 小时前" if zh else f"{minutes // 60} hours ago"
        return f"{minutes} 分钟前" if zh else f"{minutes} minutes ago"

    def quote_fonts(post: dict[str, Any]) -> str:
        quote = post.get("quote")
        if not quote:
            return ""
        return Markup(
            f'<div class="quote"><b>{escape(quote["author"])} 发表于 2026-9-18</b><br>{escape(quote["text"])}</div>'
        )

    def us(when: datetime) -> str:
        half = "p.m." if when.hour >= 12 else "a.m."
        return f"{when:%b} {when.day}, {when.year}, {(when.hour - 1) % 12 + 1}:{when.minute:02} {half}"

    def join(texts: list[str], mark: str) -> Markup:
        return Markup(mark).join(texts)

    made.filters.update(
        ago=ago,
        quote_fonts=quote_fonts,
        us=us,
        join=join,
        ymd=lambda when: f"{when.year}-{when.month}-{when.day}",
        ymd_hm=lambda when: f"{when.year}-{when.month}-{when.day} {when:%H:%M}",
        ymd_hms=lambda when: f"{when.year}-{when.month}-{when.day} {when:%H:%M:%S}",
        md_hm=lambda when: f"{when:%m-%d %H:%M}",
        image=lambda when: f"{when:%Y/%m/%d(%a)%H:%M:%S}",
        words=lambda floor: WORDS.get(floor, f"{floor}#"),
    )
    return made


def score(sheet: Sheet, posts: tuple[Any, ...]) -> dict[str, float]:
    """Share of the wanted posts found, of the found ones wanted, and of right texts, names and times.

    A post counts as found when its text holds the wanted one or the other way round; a time is right within the
    precision that was read (relative times: within one unit).
    """
    pairs = []
    left = list(posts)
    for want in sheet.posts:
        letters = squeeze(want["text"])
        got = next((post for post in left if letters in squeeze(post.text)), None)
        if got is not None:
            left.remove(got)
        pairs.append((want, got))
    found = [(want, got) for want, got in pairs if got is not None]
    count = max(1, len(found))
    timed = [(want, got) for want, got in found if want["when"] is not None]
    return {
        "recall": len(found) / len(sheet.posts),
        "precision": len(found) / max(1, len(posts)),
        "text": sum(squeeze(want["text"]) == squeeze(got.text) for want, got in found) / count,
        "author": sum(want["author"] == got.author.name for want, got in found) / count,
        "time": sum(is_close(want["when"], got) for want, got in timed) / max(1, len(timed)) if timed else 1.0,
    }


def squeeze(text: str) -> str:
    """Without spaces."""
    return "".join(text.split())


UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "month": 31 * 86400, "year": 366 * 86400}


def is_close(when: datetime, post: Any) -> bool:
    """Whether a post's time is right to its own precision."""
    if post.posted_at is None:
        return False
    return abs((post.posted_at - when).total_seconds()) <= UNITS[post.posted_at_precision]
