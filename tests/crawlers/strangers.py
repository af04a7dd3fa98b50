"""Pages of programs that nobody wrote a platform for, and how tests have them read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from web_poet import HttpResponse

from crawlers.documents import MarkupResponse
from crawlers.generic import PLATFORM
from crawlers.pages import BoardItem, ThreadItem, Visit

VISIT = Visit(fetched_at=datetime(2026, 11, 22, 9, tzinfo=UTC), timezone="Asia/Shanghai")


def page(url: str, inner: str, title: str = "营地") -> HttpResponse:
    """A page with that body."""
    markup = f"<html><head><title>{title}</title></head><body>{inner}</body></html>"
    return MarkupResponse(url, body=markup.encode(), encoding="utf-8")


def read_thread(response: HttpResponse) -> ThreadItem:
    """It, read as a thread."""
    return asyncio.run(PLATFORM.thread(response=response, visit=VISIT).to_item())


def read_board(response: HttpResponse) -> BoardItem:
    """It, read as a list."""
    return asyncio.run(PLATFORM.board(response=response, visit=VISIT).to_item())
