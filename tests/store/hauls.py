"""Sources, posts, pages and verdicts, invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from domain.pages import Haul, Mark, Page, Validators
from domain.posts import Author, Counts, Post, text_digest
from domain.signals import Contact, Offer, Price, Reason, Signal, Volume
from domain.sources import Source
from store.database import Store
from store.runs import begin_run
from store.sources import add_source
from store.spool import Settled, Verdict, deliver, open_page, settle, waiting

T0 = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SITE = "https://forum.example.org"
OFFER = "出售车主数据 0.5元一条 1000条起 微信 Che_Zhu88"
CHAT = "今天洗车排了两个小时的队"


def at(minutes: float) -> datetime:
    """So many minutes after T0."""
    return T0 + timedelta(minutes=minutes)


class Run(NamedTuple):
    """A run of a watched source."""

    source_id: str
    id: str


def watch(store: Store, name: str = "board", url: str = f"{SITE}/board/1", **fields: Any) -> Run:
    """A watched source, and a run of it."""
    watched = add_source(store, Source(name, url, **fields), every_seconds=3600, now=T0)
    return Run(watched.id, begin_run(store, watched.id, T0, T0))


def take(store: Store, run: Run, haul: Haul, now: datetime | None = None) -> int:
    """Deliver a haul of a run, at once when it was fetched unless told."""
    return deliver(store, run_id=run.id, source_id=run.source_id, haul=haul, now=now or haul.page.fetched_at)


def make_post(number: int, text: str, fetched_at: datetime = T0, **fields: Any) -> Post:
    """A post, its id from its number."""
    facts: dict[str, Any] = {
        "thread_url": f"{SITE}/t/7", "thread_title": "车友闲聊", "board": "二手", "platform": "generic",
        "post_id": str(number), "floor": number, "author": Author("老周", "u7", f"{SITE}/u/7"),
        "posted_at": T0 - timedelta(days=1), "posted_at_text": "昨天 16:00", "posted_at_precision": "minute",
        "quoted": ("楼上说的",), "links": (f"{SITE}/go",), "images": (), "counts": Counts(120, 4, None),
    }  # fmt: skip
    return Post(
        id=f"post-{number}", url=f"{SITE}/p/{number}", text=text, fetched_at=fetched_at,
        content_sha256=text_digest(text), **{**facts, **fields},
    )  # fmt: skip


def make_haul(
    posts: Sequence[Post],
    fetched_at: datetime = T0,
    *,
    path: str = "/t/7",
    body: bytes | None = None,
    mark: Mark | None = None,
    validators: Validators | None = None,
    role: Any = "thread",
) -> Haul:
    """A page with these posts on it."""
    text = "".join(f"<article>{post.text}</article>" for post in posts)
    page = Page(
        url=SITE + path, requested_url=SITE + path, method="GET", status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
        request_headers=(("User-Agent", "tipstaff"),),
        body=f"<html>{text}</html>".encode() if body is None else body, fetched_at=fetched_at,
        peer="192.0.2.7:443", http_version="HTTP/1.1", entry_steps=(SITE, SITE + "/board/1"),
    )  # fmt: skip
    return Haul(
        page, tuple(posts), "generic", role, title="车友闲聊", board="二手",
        mark=mark or Mark(path, "4|老周", 1, ended=True),
        validators=validators or Validators('"v1"', "Fri, 20 Nov 2026 08:00:00 GMT"),
    )  # fmt: skip


def make_offer(text: str) -> Offer:
    """What OFFER offers, whatever the text."""
    start = text.find("0.5元一条")
    return Offer(
        goods=("车主数据",), fields=("姓名", "电话"), regions=("广东省", "上海"), channel="微信", freshness="当天",
        guarantees=("包换",), volumes=(Volume(2_000_000, "二百万", 0, 3),),
        prices=(
            Price(0.5, "CNY", 1, "record", 1000, None, "0.5元一条", start, start + 6),
            Price(300.0, "CNY", 1000, "record", None, None, "一千条三百", 0, 5),
        ),
        contacts=(Contact("wechat", "che_zhu88", "Che_Zhu88", 20, 29, True),
                  Contact("phone", "+8613800138000", "138-0013-8000", 0, 13, True)),
    )  # fmt: skip


def make_verdict(post: Post, keep: bool | None = None, **fields: Any) -> Verdict:
    """Kept is what says 出售, unless told."""
    kept = "出售" in post.text if keep is None else keep
    label, score = ("offer", 0.97) if kept else ("unrelated", 0.02)
    signal = Signal(
        post.id, label, score, {"offer": score, "unrelated": 1 - score}, "list_sale" if kept else None,
        make_offer(post.text) if kept else None, (Reason("说要出售", post.text[:2], 0, 2, 2.5),), "model-1",
    )  # fmt: skip
    return Verdict(post=post, signal=signal, keep=kept, **fields)


def score_all(store: Store, now: datetime = T0) -> list[Settled]:
    """Settle every page that waits."""
    settled = []
    while pages := waiting(store, now):
        for page_id in pages:
            page = open_page(store, page_id)
            fresh = [make_verdict(post) for post in page.haul.posts if post.id in page.fresh]
            settled.append(settle(store, page_id, fresh, now))
    return settled


def find_bytes(home: Path, wanted: str) -> list[str]:
    """The files under `home` that hold `wanted` in any encoding a program might write it in."""
    forms = {wanted.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")}
    forms.add(wanted.encode("unicode_escape"))
    files = [path for path in home.rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(home)) for path in files if any(form in path.read_bytes() for form in forms))


def files_under(folder: Path) -> set[str]:
    """The names of all files below a folder that are not locks."""
    return {path.name for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}
