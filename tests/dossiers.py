"""Dossiers, invented: findings with prices, disguised handles and masked rows, and captures made by warcio."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from store.ledger import NOTHING, digest_of, write_line
from store.referrals.dossier import Custody, Dossier, Exhibit, Link, Request, Subject
from store.seals import Digests
from store.signing import fingerprint_of, public_bytes

T0 = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SITE = "https://forum.example.org"
TEXT = (
    "一手车险到期料子，广东江苏都有，姓名+电话+车牌+到期日，内部渠道当天出。\n0.5元一条，1000条起售，5000条以上0.3元一条，库存约20万条。\n"
    "样本：＊＊＊ 1＊＊＊＊＊＊＊＊＊＊ 粤B＊＊＊＊＊\n包售后，走担保，免测勿扰。加薇：Che_Zhu88，飞机 @chezhu_data"
)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def span(text: str, words: str) -> dict[str, Any]:
    """Where words stand in a text."""
    start = text.index(words)
    return {"text": words, "start": start, "end": start + len(words)}


def make_finding(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A finding in CONTRACT.md's JSON."""
    price = {"currency": "CNY", "per": 1, "unit": "record", "max_qty": None}
    offer = {
        "goods": ["insurance_list", "owner_list"], "fields": ["name", "phone", "plate", "expiry"],
        "regions": ["广东", "江苏"], "channel": "insider", "freshness": "same_day",
        "guarantees": ["replacement", "escrow"],
        "volumes": [{"records": 200_000, **span(TEXT, "约20万条")}],
        "prices": [
            {"amount": 0.5, "min_qty": 1000, **price, **span(TEXT, "0.5元一条")},
            {"amount": 0.3, "min_qty": 5000, **price, **span(TEXT, "0.3元一条")},
        ],
        "contacts": [
            {"kind": "wechat", "value": "che_zhu88", "valid": True, **span(TEXT, "Che_Zhu88")},
            {"kind": "telegram", "value": "chezhu_data", "valid": True, **span(TEXT, "@chezhu_data")},
        ],
    }  # fmt: skip
    identity = f"1ng5finding{number:06d}"
    post = {
        "id": f"post-{number}", "url": f"{SITE}/t/{number}#pid1", "thread_url": f"{SITE}/t/{number}",
        "thread_title": "【出】全国车主数据", "board": "车友交易", "platform": "discuz", "post_id": "1", "floor": 1,
        "author": {"name": "车险小王", "id": "u7", "url": f"{SITE}/u/7"}, "posted_at": "2026-11-19T16:00:00+08:00",
        "posted_at_text": "昨天 16:00", "posted_at_precision": "minute", "edited_at": None, "text": TEXT,
        "quoted": [], "links": [], "images": [], "counts": {"views": 120, "replies": 4, "members": None},
        "fetched_at": T0.isoformat(), "content_sha256": "ab" * 32,
    }  # fmt: skip
    signal = {
        "id": post["id"], "label": "offer", "score": 0.973, "labels": {"offer": 0.973}, "kind": "list_sale",
        "offer": offer, "model": "e5+ngrams/1",
        "reasons": [{"why": "disguise undone: 微信", "weight": 1.1, **span(TEXT, "薇")}],
    }  # fmt: skip
    finding = {
        "id": identity, "state": "confirmed", "practice": False, "post": post, "signal": signal, "source": "board",
        "seller_id": None, "first_seen": T0.isoformat(), "last_seen": T0.isoformat(),
        "versions": [{"id": "v1", "text": TEXT, "content_sha256": post["content_sha256"]}],
        "captures": [{"id": f"1ng5capture{number:06d}"}],
        "verdicts": [{"id": "w1", "state": "confirmed", "label": "offer", "note": "有样本", "by": "分析员甲",
                      "at": T0.isoformat()}],
    }  # fmt: skip
    return {**finding, **fields}


SCENARIOS = tuple(
    {
        "class": "other_pi", "threshold": threshold, "unit": "records", "grade": grade, "if_insider": insider,
        "basis": "法释〔2017〕10号 第五条第一款第（五）项", "confidence": "default", "claimed": 200_000,
        "orders_needed": 5, "orders": [{"records": 1000, "yuan": 500.0, "needed": threshold / 1000}],
        "law_read": "2025-04-19", "names": {"zh": "其他公民个人信息", "en": "other personal information"},
    }
    for threshold, grade, insider in (
        (5000, "serious", False), (50_000, "especially_serious", False), (2500, "serious", True),
    )
)  # fmt: skip


def make_warc(url: str, body: bytes) -> bytes:
    """A WARC file with a request and a response."""
    written = io.BytesIO()
    writer = WARCWriter(written, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record("capture.warc.gz", {"software": "Tipstaff"}))
    answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
    moment = {"WARC-Date": T0.strftime("%Y-%m-%dT%H:%M:%SZ")}
    response = writer.create_warc_record(
        url, "response", payload=io.BytesIO(body), http_headers=answer, warc_headers_dict=moment
    )
    asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "forum.example.org")], is_http_request=True)
    request = writer.create_warc_record(url, "request", http_headers=asked, warc_headers_dict=moment)
    writer.write_request_response_pair(request, response)
    return written.getvalue()


def make_exhibit(number: int = 1, *, withheld: bool = False) -> Exhibit:
    """A captured page."""
    url = f"{SITE}/t/{number}"
    body = f"<!doctype html><meta charset=utf-8><title>车主数据 {number}</title><h1>车友交易</h1><p>{TEXT}</p>".encode()
    warc, sealed, served = make_warc(url, body), Digests.of(b"sealed"), Digests.of(body)
    drawn = io.BytesIO()
    Image.new("RGB", (40, 60), "white").save(drawn, "PNG")
    wound, png = Digests.of(warc), Digests.of(drawn.getvalue())
    record = {
        "id": f"1ng5capture{number:06d}", "url": url, "fetched_at": T0.isoformat(), "sealed_at": T0.isoformat(),
        "size": sealed.size, "sha256": sealed.sha256, "md5": sealed.md5, "body_sha256": served.sha256,
        "body_md5": served.md5, "warc_size": wound.size, "warc_sha256": wound.sha256, "warc_md5": wound.md5,
        "picture": {"gap": None, "png_sha256": png.sha256, "png_md5": png.md5, "png_size": png.size, "missing": 0,
                    "width": 40, "height": 60, "full_height": 60, "drawn_at": T0.isoformat(), "browser": "Chromium"},
    }  # fmt: skip
    facts = {
        "requested_url": url, "redirects": [], "method": "GET", "status": 200, "headers": [], "request_headers": [],
        "peer": "192.0.2.7:443", "certificate_sha256": "cd" * 32, "http_version": "HTTP/1.1",
        "entry_steps": [SITE, f"{SITE}/board/1"], "rendered": False, "finished_at": T0.isoformat(),
        "clock": {"source": "date_header", "offset_seconds": 0.4, "bound_seconds": None}, "resolved": ["192.0.2.7"],
        "proxied": False, "browser": None, "title": f"车主数据 {number}", "body_size": len(body),
        "content_type": "text/html; charset=utf-8", "recorded": True, "picture_gap": None,
    }  # fmt: skip
    proves = (f"1ng5finding{number:06d}",)
    if withheld:
        return Exhibit(record, proves, {})
    return Exhibit(record, proves, facts, warc, drawn.getvalue())


def make_custody(exhibits: tuple[Exhibit, ...]) -> Custody:
    """A small ledger that holds: a key, and the sealing of each capture."""
    public = public_bytes(KEY)
    key = fingerprint_of(public)
    entries: list[tuple[str, str, dict[str, Any]]] = [
        ("key_made", key, {"public": public.hex(), "algorithm": "Ed25519"})
    ]
    for exhibit in exhibits:
        facts = {name: exhibit.record[name] for name in ("sha256", "body_sha256", "warc_sha256")}
        entries.append(("captured", exhibit.record["id"], facts))
        entries.append(("pictured", exhibit.record["id"], {"png_sha256": exhibit.record["picture"]["png_sha256"]}))
    links, previous = [], NOTHING
    for seq, (action, subject, facts) in enumerate(entries, 1):
        line = write_line({"seq": seq, "at": T0.isoformat(), "by": "tipstaff", "action": action, "subject": subject,
                           "facts": facts, "previous": previous, "key": key})  # fmt: skip
        previous = digest_of(line)
        links.append(Link(line, previous, KEY.sign(line.encode()).hex()))
    return Custody(tuple(links), f"{len(links)}:{previous}", key, public)


def make_dossier(to: str = "police", count: int = 2, language: str = "zh", **fields: Any) -> Dossier:
    """A dossier of so many findings, a capture each."""
    numbers = range(1, count + 1)
    exhibits = tuple(make_exhibit(number, withheld=to != "police") for number in numbers)
    subjects = tuple(Subject(make_finding(number), SCENARIOS, TEXT.replace("薇", "微信")) for number in numbers)
    request = Request(to, "某监测中心", "（2026）网监字第7号", "日常监测发现", language)
    made = Dossier("1ng5referral00001", T0, request, subjects, exhibits, make_custody(exhibits), "Tipstaff 0.1.0")
    return replace(made, **fields)
