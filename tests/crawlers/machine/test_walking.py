"""The way through a site: home, boards, threads and their pages; what is fetched again and what is not."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from rig import CHROMIUM, Answer, Crawl, Site, Told, board_page, home_page, start_crawl, thread_page

Crawler = Callable[..., Told]


def lay_out(site: Site) -> None:
    """Two boards; one with two list pages and a thread of two pages, which begins page 2 with page 1's last post."""
    site.routes |= {
        "/": home_page("/b1", "/b2", "/login", "http://elsewhere.test/b"),
        "/b1": board_page(("t1", "/t1", "1"), ("t2", "/t2?sid=" + "a" * 32, "1"), following="/b1?page=2"),
        "/b1?page=2": board_page(("t3", "/t3#p9", "1"), ("t1", "/t1", "1")),
        "/b2": board_page(("t4", "/t4", "1"), ("x", "/attachment/5", "1"), ("y", "http://elsewhere.test/t", "1")),
        "/t1": thread_page("t1", ("a", "first"), ("b", "second"), following="/t1?page=2"),
        "/t1?page=2": thread_page("t1", ("b", "second"), ("c", "third"), following="/t1?page=2"),
        "/t2": thread_page("t2", ("d", "x")),
        "/t3": thread_page("t3", ("e", "y")),
        "/t4": thread_page("t4", ("f", "z")),
    }


def test_a_home(site: Site, crawl: Crawler) -> None:
    """A home leads to its boards, their list pages and every thread; each post comes once, whatever pages repeat it."""
    lay_out(site)
    told = crawl(site.url())
    assert told.reason == "done"
    assert sorted(told.names) == ["a", "b", "c", "d", "e", "f"]
    assert sorted(site.paths) == sorted(["/", "/b1", "/b1?page=2", "/b2", "/t1", "/t1?page=2", "/t2", "/t3", "/t4"])
    assert told.outcome["counts"] == {"pages": 9, "posts": 6, "new": 6, "unchanged": 0}
    page = next(haul for haul in told.hauls if haul["page"]["url"].endswith("/t1?page=2"))
    assert page["page"]["entry_steps"] == [site.url("/"), site.url("/b1"), site.url("/t1")]
    assert [post["post_id"] for post in page["posts"]] == ["c"]
    assert page["mark"] == {
        "key": "t1", "sign": "1", "page": 2, "ended": True, "floors_before": 2, "shown": 2,
        "address": site.url("/t1?page=2"), "deep_at": page["page"]["fetched_at"],
    }  # fmt: skip


def test_a_board_alone(site: Site, crawl: Crawler) -> None:
    """A board is that board: its list pages and their threads."""
    lay_out(site)
    told = crawl(site.url("/b1"))
    assert sorted(told.names) == ["a", "b", "c", "d", "e"]
    assert "/b2" not in site.paths


def test_a_thread_alone(site: Site, crawl: Crawler) -> None:
    """A thread is read to its end, and its pager's circle ended."""
    lay_out(site)
    told = crawl(site.url("/t1"))
    assert told.names == ["a", "b", "c"]
    assert site.paths == ["/t1", "/t1?page=2"]


def test_endless_pagers(site: Site, crawl: Crawler) -> None:
    """A pager that goes on for ever with what was seen ends; one with new things ends with the budget."""
    count = iter(range(10_000))
    site.routes["/b"] = board_page(("t1", "/t1", "1"), following="/b?page=2")
    site.routes["/t1"] = thread_page("t1", ("a", "x"), following="/t1?page=2")
    for number in range(2, 12):
        site.routes[f"/b?page={number}"] = board_page(("t1", "/t1", "1"), following=f"/b?page={number + 1}")
        site.routes[f"/t1?page={number}"] = thread_page("t1", ("a", "x"), following=f"/t1?page={number + 1}")
    told = crawl(site.url("/b"))
    assert (told.reason, sorted(site.paths)) == ("done", ["/b", "/b?page=2", "/t1", "/t1?page=2"])
    assert told.marks["t1"]["page"] == 1
    for number in range(40):
        site.routes[f"/c?p={number}"] = lambda _, n=number: thread_page(
            "c", (f"n{next(count)}", "x"), following=f"/c?p={n + 1}"
        )
    told = crawl(site.url("/c?p=0"), plan={"max_pages": 7})
    assert (told.reason, len(told.names)) == ("budget_spent", 7)
    assert not told.marks["c"]["ended"]


def test_a_second_crawl_fetches_lists_only(site: Site, crawl: Crawler) -> None:
    """Nothing changed: nothing new, and no thread is asked for; with validators the list itself need not be sent."""
    lay_out(site)
    site.routes["/robots.txt"] = Answer(b"User-agent: *\nAllow: /\n")
    first = crawl(site.url("/b1"), mode="watch")
    assert first.marks[f"list:{site.url('/b1')}"]["ended"]
    site.asked.clear()
    second = crawl(site.url("/b1"), mode="watch", **first.known())
    assert (second.reason, site.paths) == ("nothing_new", ["/b1"])
    assert second.outcome["counts"]["unchanged"] == 2


def test_a_changed_thread_is_read_from_its_last_page(site: Site, crawl: Crawler) -> None:
    """A new sign leads to the mark's page, with its floors counted on; the list ends where all is known."""
    lay_out(site)
    known = crawl(site.url("/b1"), mode="watch", can_jump=True).known()
    site.asked.clear()
    site.routes["/b1"] = board_page(("t1", "/t1", "2"), ("t2", "/t2", "1"), following="/b1?page=2")
    site.routes["/t1?page=2"] = thread_page("t1", ("b", "second"), ("c", "third"), ("g", "new"))
    told = crawl(site.url("/b1"), mode="watch", can_jump=True, **known)
    assert (told.reason, told.outcome["counts"]["new"]) == ("done", 1)
    assert site.paths == ["/b1", "/t1?page=2", "/b1?page=2"]
    assert {post["post_id"]: post["floor"] for post in told.posts} == {"b": 3, "c": 4, "g": 5}


def test_a_page_that_is_gone_restarts_its_thread(site: Site, crawl: Crawler) -> None:
    """When the mark's page is no more, the thread is read from its beginning."""
    lay_out(site)
    known = crawl(site.url("/b1"), mode="watch", can_jump=True).known()
    site.asked.clear()
    site.routes["/b1"] = board_page(("t1", "/t1", "2"))
    site.routes["/t1"] = thread_page("t1", ("a", "first"), ("h", "new"))
    del site.routes["/t1?page=2"]
    told = crawl(site.url("/b1"), mode="watch", can_jump=True, **known)
    assert (site.paths, told.names) == (["/b1", "/t1?page=2", "/t1"], ["a", "h"])


def test_conditional_requests(site: Site, crawl: Crawler) -> None:
    """Threads without a sign are asked whether they changed; a list with signs too; 304 is nothing new."""

    def with_etag(body: str) -> Callable[..., Answer]:
        def answer(handler: object) -> Answer:
            tag = f'"{hash(body) & 0xFFFF}"'
            if handler.headers.get("If-None-Match") == tag:  # type: ignore[attr-defined]
                return Answer(status=304, content_type=None)
            return Answer(body.encode(), headers={"ETag": tag})

        return answer

    site.routes["/b"] = with_etag(board_page(("t1", "/t1", None), ("t2", "/t2", None)))
    site.routes["/t1"] = with_etag(thread_page("t1", ("a", "x")))
    site.routes["/t2"] = with_etag(thread_page("t2", ("b", "x")))
    first = crawl(site.url("/b"), mode="watch")
    site.asked.clear()
    second = crawl(site.url("/b"), mode="watch", **first.known())
    assert (second.reason, second.names) == ("nothing_new", [])
    assert [event for event, _ in second.notes].count("unchanged") == 2
    site.routes["/c"] = with_etag(board_page(("t1", "/t1", "5")))
    first = crawl(site.url("/c"), mode="watch")
    site.asked.clear()
    second = crawl(site.url("/c"), mode="watch", **first.known())
    assert (second.reason, site.paths, second.hauls) == ("nothing_new", ["/c"], [])


def test_a_pass_that_broke_off_is_walked_again(site: Site, crawl: Crawler) -> None:
    """Known threads end a list only when the pass before came to its end, with every thread read."""
    lay_out(site)
    first = crawl(site.url("/b1"), mode="watch", plan={"max_pages": 4})
    assert first.reason == "budget_spent"
    assert not first.marks[f"list:{site.url('/b1')}"]["ended"]
    site.asked.clear()
    second = crawl(site.url("/b1"), mode="watch", **first.known())
    assert second.outcome["counts"]["new"] == 2
    assert sorted(site.paths) == ["/b1", "/b1?page=2", "/t1", "/t1?page=2", "/t3"]
    assert second.marks[f"list:{site.url('/b1')}"]["ended"]
    site.routes["/t3"] = Answer(b"oops", 500)
    third = crawl(site.url("/b1"), mode="watch")
    assert not third.marks[f"list:{site.url('/b1')}"]["ended"]


def test_lasting_walls_have_a_mark(site: Site, crawl: Crawler) -> None:
    """A thread for members is noted, never read as a post, and asked for again when its sign changes."""
    wall = "<html><body class='toy thread' data-key='m'><p>抱歉，您尚未登录，没有权限访问该版块</p></body></html>"
    site.routes["/b"] = board_page(("m", "/m", "1"), ("gone", "/gone", "1"), ("t", "/t", "1"))
    site.routes |= {"/m": wall, "/t": thread_page("t", ("a", "您尚未登录 is what the site says when I read it"))}
    first = crawl(site.url("/b"), mode="watch")
    assert (first.reason, first.names) == ("done", ["a"])
    assert ("login_wall", site.url("/m")) in first.notes
    assert ("soft_404", site.url("/gone")) in first.notes
    site.asked.clear()
    assert crawl(site.url("/b"), mode="watch", **first.known()).reason == "nothing_new"
    assert site.paths == ["/b"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("<html><body>您尚未登录</body></html>".encode()), "login_wall"),
        (Answer(b"", 302, {"Location": "/login?next=x"}), "login_wall"),
        (Answer(b"", 302, {"Location": "http://elsewhere.test/"}), "soft_404"),
        (Answer(b"no", 401), "login_wall"),
        (Answer(b"<html><body>1 + 2 = ?</body></html>"), "captcha"),
        (Answer(b"Forbidden", 403), "blocked"),
        (Answer("<html><body>指定的主题不存在</body></html>".encode()), "soft_404"),
        (Answer(b"{}", content_type="application/json"), "not_html"),
        (Answer(b"%PDF-1.4", content_type="application/pdf"), "not_html"),
        (Answer(b"<html><body></body></html>"), "empty"),
        (Answer(b"<html><body><p>Hello, this page is about us.</p></body></html>"), "empty"),
        (
            Answer(b"<html><body class='toy thread'><p>Hello, this page is about us.</p></body></html>"),
            "selector_drift",
        ),
        (Answer(b"oops", 500), "unreachable"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_reasons_of_a_start(site: Site, crawl: Crawler, answer: Answer, reason: str) -> None:
    """A start page that is not the page ends the run with its reason; nothing is delivered."""
    site.routes["/s"] = answer
    told = crawl(site.url("/s"))
    assert (told.reason, told.posts) == (reason, [])
    assert "/login?next=x" not in site.paths


def test_a_full_disk_is_raised(site: Site, crawl: Crawler) -> None:
    """What the intake cannot take ends the crawl, and the caller is told by the intake's own error."""
    lay_out(site)
    told = crawl(site.url("/b1"), full_after=2)
    assert "no room left" in told.of("raised")[0]["error"]
    assert len(told.hauls) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(site: Site, number: int) -> None:
    """A signal ends the crawl in good order; what was delivered stays delivered."""
    site.routes["/b"] = board_page(*((f"t{i}", f"/t{i}", "1") for i in range(60)))
    for i in range(60):
        site.routes[f"/t{i}"] = thread_page(f"t{i}", (f"p{i}", "x"))
    crawl = start_crawl(site.url("/b"), source={"delay": 0.2})
    while len(site.paths) < 4:
        time.sleep(0.05)
    os.kill(crawl.number, number)
    told = crawl.end(20)
    assert (told.reason, "Traceback" in told.stderr) == ("interrupted", False)
    assert 1 <= len(told.names) < 60


def test_an_interrupted_thread_is_not_at_its_end(site: Site) -> None:
    """The page that was under way when the signal came is kept, and the next run goes on from it."""
    crawls: list[Crawl] = []

    def answer(_handler: object) -> str:
        os.kill(crawls[0].number, signal.SIGTERM)
        time.sleep(0.3)
        return thread_page("t", ("a", "first"), following="/t?page=2")

    site.routes |= {"/b": board_page(("t", "/t", "1")), "/t": answer, "/t?page=2": thread_page("t", ("b", "second"))}
    crawls.append(start_crawl(site.url("/b"), source={"delay": 0.2}))
    told = crawls[0].end(20)
    assert (told.reason, told.names) == ("interrupted", ["a"])
    assert not told.marks["t"]["ended"]


def test_the_capture_says_how_it_came(site: Site, crawl: Crawler) -> None:
    """A page carries its headers as served, the request as sent, the redirect, the peer and the version of HTTP."""
    body = gzip.compress(thread_page("t", ("a", "x")).encode())
    site.routes["/old"] = Answer(b"", 301, {"Location": "/t"})
    site.routes["/t"] = Answer(body, headers={"Content-Encoding": "gzip", "X-Two": "1"})
    page = crawl(site.url("/old")).hauls[0]["page"]
    headers, sent = dict(page["headers"]), dict(page["request_headers"])
    assert (page["url"], page["requested_url"], page["redirects"]) == (
        site.url("/t"),
        site.url("/old"),
        [site.url("/old")],
    )
    assert (headers["Content-Encoding"], headers["X-Two"]) == ("gzip", "1")
    assert (sent["Host"], sent["User-Agent"]) == (f"127.0.0.1:{site.port}", "Tipstaff/0.1 (+mailto:ops@example.org)")
    assert (page["peer"], page["http_version"], page["status"]) == (f"127.0.0.1:{site.port}", "HTTP/1.1", 200)
    assert page["body"].startswith("<html>")
    hop, document = page["exchanges"]
    assert [(one["role"], one["url"], one["status"]) for one in (hop, document)] == [
        ("redirect", site.url("/old"), 301), ("document", site.url("/t"), 200),
    ]  # fmt: skip
    # As it went over the wire, coding and all.
    assert (hop["body"], document["body"]) == (str(b""), str(body))
    assert dict(hop["headers"])["Location"] == "/t"
    assert dict(document["request_headers"])["Host"] == f"127.0.0.1:{site.port}"
    assert hop["peer"] == document["peer"] == f"127.0.0.1:{site.port}"
    assert page["resolved"] == ["127.0.0.1"]
    assert page["fetched_at"] <= page["finished_at"]
    assert page["clock"]["source"] in ("ntp", "date_header")


def test_scrapys_own_command(site: Site, tmp_path: Path) -> None:
    """`scrapy list` knows the spider; `scrapy crawl watch` yields posts, and asks nothing private unless told."""
    lay_out(site)
    root = Path(__file__).parents[3]
    scrapy = [sys.executable, "-m", "scrapy"]
    listed = subprocess.run([*scrapy, "list"], cwd=root, capture_output=True, text=True, check=True)
    assert listed.stdout.split() == ["watch"]
    out = tmp_path / "posts.jsonl"
    command = [*scrapy, "crawl", "watch", "-a", f"url={site.url('/b1')}", "-a", "platform=generic", "-O", str(out)]
    for argument, word in [("contact=", "contact address"), ("contact=mailto:ops@example.org", "refused_address")]:
        done = subprocess.run([*command, "-a", argument], cwd=root, capture_output=True, text=True, check=True)
        assert word in done.stderr
        assert "Traceback" not in done.stderr
    assert not out.read_text()
    assert site.asked == []
    subprocess.run([*command, "-a", "allow_private=1"], cwd=root, capture_output=True, check=True)
    assert site.paths[0] == "/b1"
    assert all("text" in json.loads(line) for line in out.read_text().splitlines())


def test_https(crawl: Crawler, tmp_path: Path) -> None:
    """A page that came over TLS carries the digest of the certificate, also one that the browser drew."""
    certificate = make_certificate(tmp_path)
    site = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    try:
        site.routes["/t"] = thread_page("t", ("a", "x"))
        url = f"https://127.0.0.1:{site.port}/t"
        assert crawl(url).hauls[0]["page"]["certificate_sha256"] == hashlib.sha256(certificate).hexdigest()
        if CHROMIUM:
            drawn = crawl(url, source={"render": "always"}, plan={"browser": CHROMIUM}).hauls[0]["page"]
            assert drawn["certificate_sha256"] == hashlib.sha256(certificate).hexdigest()
            assert drawn["exchanges"][-1]["certificate_sha256"] == drawn["certificate_sha256"]
        # A public site with a certificate that nobody vouches for is not read.
        told = crawl(
            f"https://forum.test:{site.port}/t",
            source={"allow_private": False}, names={"forum.test": [["127.0.0.1"]]}, public=["127.0.0.1"],
        )  # fmt: skip
        assert (told.reason, told.outcome["detail"]) == ("unreachable", "its certificate is not valid")
    finally:
        site.close()


def make_certificate(folder: Path) -> bytes:
    """A self-signed certificate for 127.0.0.1, written with its key to both.pem; the answer is its DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forum.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(secret + made.public_bytes(Encoding.PEM))
    return made.public_bytes(Encoding.DER)
