"""What a capture says of itself: how the page was reached, when, by what, and what is not known.

The fields are those that the Chinese rules on electronic data ask for: 公通字〔2018〕41号 (access method, date and
time, tools and methods, address or steps of entry, digests), 人民检察院办理网络犯罪案件规定 art. 37 (accompanying
information, system environment), GA/T 1564-2019 (device clock beside Beijing time).
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.pages import Page
from domain.plain import plain
from domain.posts import BEIJING

# What stands between the wire and the records, so that nobody takes it for more than it is.
LIMITS = (
    "the transfer coding (chunks) is undone and headers of the single connection are left out",
    "names of headers are spelt as the HTTP client spells them, and the reason phrase is the standard one",
    "where a browser fetched, the content coding is undone too, and the headers that named it are prefixed X-Orig-",
    "a capture shows what one server gave to one client at one time; it does not show who wrote it",
)


@dataclass(frozen=True)
class Maker:
    """Who captures, and with what: `operator` answers for it, `contact` is where to write to."""

    software: str = "Tipstaff"
    operator: str | None = None
    contact: str | None = None


@dataclass(frozen=True)
class Setting:
    """What a capture says beside the page: its id, the watched source, and that site's robots.txt as first seen."""

    capture_id: str
    sealed_at: datetime
    source: str | None = None
    source_url: str | None = None
    practice: bool = False
    timezone: str | None = None
    basis: str | None = None
    assessor: str | None = None
    robots_text: str | None = None
    robots_at: datetime | None = None


def describe_capture(page: Page, setting: Setting, maker: Maker) -> dict[str, Any]:
    """All of it, as JSON. What is not known is null."""
    described: dict[str, Any] = plain({
        "form": "tipstaff capture 1",
        "capture_id": setting.capture_id,
        "practice": setting.practice,
        "source": {"name": setting.source, "url": setting.source_url, "basis": setting.basis,
                   "assessor": setting.assessor},
        "access": _describe_access(page, setting),
        "time": _describe_time(page, setting),
        "tool": {
            "software": maker.software, "operator": maker.operator, "contact": maker.contact,
            "system": platform.platform(), "python": platform.python_version(), "browser": page.browser,
        },
        "hash": _describe_bytes(page),
        "limits": LIMITS,
    })  # fmt: skip
    return described


def _describe_access(page: Page, setting: Setting) -> dict[str, Any]:
    robots = setting.robots_text
    return {
        "method": f"anonymous {page.method}", "login_used": False, "url_requested": page.requested_url,
        "url_final": page.url, "redirect_chain": page.redirects, "entry_steps": page.entry_steps,
        "http_status": page.status, "http_version": page.http_version, "request_headers": page.request_headers,
        "response_headers": page.headers, "server": page.peer, "dns_answer": page.resolved or None,
        "certificate_sha256": page.certificate_sha256, "through_proxy": page.proxied, "network_egress_ip": None,
        "rendered": page.rendered,
        "robots": {
            "policy": "obeyed without override (RFC 9309)", "seen_at": setting.robots_at,
            "sha256": hashlib.sha256(robots.encode("utf-8", "surrogatepass")).hexdigest() if robots else None,
        },
    }  # fmt: skip


def _describe_time(page: Page, setting: Setting) -> dict[str, Any]:
    clock = page.clock
    return {
        "started_utc": page.fetched_at, "finished_utc": page.finished_at,
        "beijing_time": page.fetched_at.astimezone(BEIJING), "device_clock": page.fetched_at,
        "device_clock_minus_reference_seconds": clock.offset_seconds if clock else None,
        "largest_error_seconds": clock.bound_seconds if clock else None,
        "time_source": clock.source if clock else None, "server_date": page.header("Date"),
        "sealed_at": setting.sealed_at, "source_timezone": setting.timezone,
    }  # fmt: skip


def _describe_bytes(page: Page) -> list[dict[str, Any]]:
    """The digests of what was served, MD5 beside SHA-256 because forms of the police ask for it."""
    bodies = {"document as read": page.body, "document as served": page.served_body}
    return [
        {"what": what, "size": len(body), "sha256": hashlib.sha256(body).hexdigest(),
         "md5": hashlib.md5(body, usedforsecurity=False).hexdigest()}
        for what, body in bodies.items() if body is not None
    ]  # fmt: skip
