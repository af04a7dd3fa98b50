"""A sealed page is a WARC file: other programs read it, and everything comes back out of it."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from custody import BY, actions, capture_ids, fill, finding_ids, read_ledger
from custody import faults as faults_of
from hauls import CHAT, OFFER, SITE, T0, at, make_haul, make_post, make_verdict, score_all, take, watch
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import change
from warcio.archiveiterator import ArchiveIterator

from domain.errors import BadValue, DamagedSeal, UnknownName
from domain.pages import Clock, Exchange, Haul, Picture
from store.database import Store
from store.evidence import adopt
from store.keys import seal
from store.seals import capture_path, open_capture, pack, read_capture
from store.signing import signing_folder
from store.spool import open_page, settle, waiting
from store.tables import CaptureRow
from store.unsealing import Access, unseal_captures
from store.warc import Maker, Setting, read_warc, write_warc

SETTING = Setting("1kqa0000000000000", T0, "board", robots_text="User-agent: *\nDisallow: /closed\n", robots_at=T0)
MAKER = Maker("Tipstaff/0.1.0", "验证员", "mailto:ops@example.org")
HTML = (("Content-Type", "text/html; charset=gb18030"), ("Date", "Fri, 20 Nov 2026 08:00:01 GMT"))


def make_exchange(path: str, **fields: Any) -> Exchange:
    """An exchange with the site."""
    facts: dict[str, Any] = {
        "role": "document", "status": 200, "headers": HTML, "request_headers": (("Host", "forum.example.org"),),
        "fetched_at": T0, "peer": "192.0.2.7:443", "http_version": "HTTP/1.1",
    }  # fmt: skip
    return Exchange(url=SITE + path, **{**facts, **fields})


def make_coded() -> Haul:
    """A page that was redirected to and came gzipped."""
    haul = make_haul([make_post(1, OFFER)])
    hop = make_exchange("/old", role="redirect", status=302, headers=(("Location", "/t/7"),), body=b"moved")
    coded = (("Content-Encoding", "gzip"), ("X-Name", "\xe4\xb8\xad"), *HTML)
    document = make_exchange("/t/7", headers=coded, body=gzip.compress(haul.page.body, mtime=0))
    clock = Clock("ntp", offset_seconds=0.002, bound_seconds=0.05)
    page = replace(
        haul.page, exchanges=(hop, document), redirects=(SITE + "/old",), requested_url=SITE + "/old", clock=clock,
        finished_at=T0 + timedelta(seconds=1), resolved=("192.0.2.7",), certificate_sha256="ab" * 32, headers=coded,
    )  # fmt: skip
    return replace(haul, page=page)


def make_drawn() -> Haul:
    """A page that a browser drew, with what it needed for it."""
    haul = make_haul([make_post(1, OFFER)])
    served = b"<html><script src=/a.js></script></html>"
    coded = (("content-encoding", "br"), ("content-length", "12"), *HTML)
    document = make_exchange("/t/7", headers=coded, decoded=True)
    data = make_exchange("/api", role="resource", body=b"[1]", decoded=True)
    page = replace(
        haul.page, rendered=True, served_body=served, exchanges=(document, data), browser="Chromium 156"
    )  # fmt: skip
    return replace(haul, page=page)


def read_records(warc: bytes) -> list[tuple[str, str | None, Any, bytes]]:
    """Type, address, headers (of the record, and of the message in it) and payload of each record, digests checked."""
    return [
        (one.rec_type, one.rec_headers.get_header("WARC-Target-URI"), one, one.raw_stream.read())
        for one in ArchiveIterator(BytesIO(warc), check_digests="raise")
    ]


def read_facts(warc: bytes) -> dict[str, Any]:
    """The capture's own fields."""
    found = [json.loads(body) for kind, _, _, body in read_records(warc) if kind == "metadata"]
    (facts,) = [one for one in found if one["form"] == "tipstaff capture 1"]
    return dict(facts)


@pytest.mark.parametrize("make", [make_coded, make_drawn, lambda: make_haul([make_post(1, OFFER)])])
def test_what_is_written_comes_back(make: Any) -> None:
    """Every field and every byte of a haul."""
    assert read_warc(write_warc(make(), SETTING, MAKER)) == make()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=9), st.text(max_size=30)), max_size=3),
    st.text(max_size=30), st.none() | st.binary(max_size=60), st.binary(max_size=60), st.integers(100, 999),
)  # fmt: skip
def test_whatever_a_site_sends_can_be_archived(
    headers: list[tuple[str, str]], path: str, served: bytes | None, body: bytes, status: int
) -> None:
    """No header, address, status or body breaks the file; every digest in it is true."""
    haul = make_coded()
    exchange = make_exchange(f"/{path}", headers=tuple(headers), body=served, status=status)
    page = replace(haul.page, url=f"{SITE}/{path}", body=body, exchanges=(exchange,), served_body=served)
    haul = replace(haul, page=page)
    warc = write_warc(haul, SETTING, MAKER)
    assert read_warc(warc) == haul
    assert [kind for kind, *_ in read_records(warc)][:3] == ["warcinfo", "response", "request"]


def test_the_records_are_those_of_the_standard(tmp_path: Path) -> None:
    """WARC 1.1, a gzip member a record; another program finds every digest true."""
    warc = write_warc(make_coded(), SETTING, MAKER)
    records = read_records(warc)
    assert [kind for kind, *_ in records] == [
        "warcinfo", "response", "request", "response", "request", "conversion", "metadata", "metadata",
    ]  # fmt: skip
    assert {one.rec_headers.protocol for _, _, one, _ in records} == {"WARC/1.1"}
    info = dict(line.split(": ", 1) for line in records[0][3].decode().splitlines() if line)
    assert (info["software"], info["operator"]) == ("Tipstaff/0.1.0", "验证员, mailto:ops@example.org")
    assert (info["robots"], info["isPartOf"]) == ("classic", "board")
    hop, document = records[1][2], records[3][2]
    assert (hop.http_headers.get_statuscode(), hop.http_headers.get_header("Location")) == ("302", "/t/7")
    assert document.rec_headers.get_header("WARC-IP-Address") == "192.0.2.7"
    assert records[4][2].rec_headers.get_header("WARC-Concurrent-To") == document.rec_headers.get_header(
        "WARC-Record-ID"
    )
    # As it came over the wire, coding and all.
    assert gzip.decompress(records[3][3]) == make_coded().page.body == records[5][3]
    assert b"X-Name: \xe4\xb8\xad\r\n" in b"".join(gzip.decompress(warc).split(b"\r\n\r\n")[6:9]) + gzip.decompress(
        warc
    )
    path = tmp_path / "page.warc.gz"
    path.write_bytes(warc)
    check = [str(Path(sys.executable).with_name("warcio")), "check", str(path)]
    assert subprocess.run(check, capture_output=True).returncode == 0
    path.write_bytes(gzip.compress(gzip.decompress(warc).replace(b"moved", b"loved")))
    assert subprocess.run(check, capture_output=True).returncode == 1


def test_a_drawn_page_has_what_was_served_and_what_came_of_it() -> None:
    """The document as served, what it fetched, and the document after JavaScript, each as what it is."""
    haul = make_drawn()
    records = read_records(write_warc(haul, SETTING, MAKER))
    assert [(kind, url) for kind, url, *_ in records if kind in ("response", "conversion")] == [
        ("response", SITE + "/t/7"), ("response", SITE + "/api"), ("conversion", SITE + "/t/7"),
    ]  # fmt: skip
    response, conversion = records[1], records[5]
    assert (response[3], conversion[3]) == (haul.page.served_body, haul.page.body)
    # A reader would undo the coding a second time.
    assert response[2].http_headers.get_header("Content-Encoding") is None
    assert response[2].http_headers.get_header("X-Orig-content-encoding") == "br"
    assert conversion[2].rec_headers.get_header("WARC-Refers-To") == response[2].rec_headers.get_header(
        "WARC-Record-ID"
    )


def test_the_capture_says_how_it_came_about() -> None:
    """Entry steps, redirects, server, certificate, clocks and digests; what is not known is null."""
    facts = read_facts(write_warc(make_coded(), SETTING, MAKER))
    access, time = facts["access"], facts["time"]
    assert access["method"] == "anonymous GET"
    assert access["login_used"] is False
    assert (access["url_requested"], access["redirect_chain"]) == (SITE + "/old", [SITE + "/old"])
    assert access["entry_steps"] == [SITE, SITE + "/board/1"]
    assert (access["server"], access["dns_answer"]) == ("192.0.2.7:443", ["192.0.2.7"])
    assert access["certificate_sha256"] == "ab" * 32
    assert access["network_egress_ip"] is None
    assert access["robots"]["sha256"] == hashlib.sha256(str(SETTING.robots_text).encode()).hexdigest()
    assert (time["started_utc"], time["beijing_time"]) == ("2026-11-20T08:00:00+00:00", "2026-11-20T16:00:00+08:00")
    assert (time["time_source"], time["device_clock_minus_reference_seconds"]) == ("ntp", 0.002)
    assert facts["hash"][0]["md5"] == hashlib.md5(make_coded().page.body).hexdigest()
    assert facts["tool"]["operator"] == "验证员"


def _seal_one(store: Store) -> CaptureRow:
    take(store, watch(store), make_coded())
    (page_id,) = waiting(store, T0)
    posts = open_page(store, page_id).haul.posts
    settle(store, page_id, [make_verdict(post) for post in posts], at(1), MAKER)
    with store.reading() as session:
        return session.get_one(CaptureRow, page_id)


def test_the_very_file_is_in_the_ledger(store: Store) -> None:
    """What a capture opens as has the digests that were entered when it was sealed; who captured stands in it."""
    row = _seal_one(store)
    warc = open_capture(store, row.id)
    assert (hashlib.sha256(warc).hexdigest(), hashlib.md5(warc).hexdigest()) == (row.warc_sha256, row.warc_md5)
    assert [entry.facts["warc_sha256"] for entry in read_ledger(store) if entry.action == "captured"] == [
        row.warc_sha256
    ]
    assert read_facts(warc)["tool"]["software"] == "Tipstaff/0.1.0"
    assert read_facts(warc)["capture_id"] == row.id
    assert faults_of(store) == []


def _open(store: Store, *names: str, reason: str = "移送") -> Any:
    return unseal_captures(store, names, Access(reason, "analyst", BY, "desk1"), at(30))


def test_captures_are_opened_for_several_findings_at_once(store: Store) -> None:
    """An entry a finding, before anything is read; each capture once, with what it proves and the recorded file."""
    fill(store)
    first, second, _ = finding_ids(store)
    opening = _open(store, first[:-2], second, first)
    assert opening.findings == (first, second)
    assert actions(store)[-2:] == ["unsealed", "unsealed"]
    assert opening.head.seq == read_ledger(store)[-1].seq
    assert [one.findings for one in opening.captures] == [(first,), (second,)]
    for one in opening.captures:
        assert hashlib.sha256(one.warc).hexdigest() == one.capture.warc_sha256
        assert (one.recorded, one.picture, one.gap) == (True, None, "not_drawn")
        assert one.haul == read_capture(store, one.capture.id)
    with pytest.raises(BadValue):
        _open(store, first, reason=" ")
    with pytest.raises(BadValue):
        _open(store)
    with pytest.raises(UnknownName):
        _open(store, "nobody")
    capture_path(store, opening.captures[1].capture.id).unlink()
    with pytest.raises(DamagedSeal):
        _open(store, first, second)


def test_what_was_sealed_in_the_older_form_opens_and_holds(store: Store) -> None:
    """A packed haul opens as ever, is proved, and is handed over as a WARC file that was written now."""
    fill(store, count=1)
    (capture_id,) = capture_ids(store)
    haul = read_capture(store, capture_id)
    older = seal(store.keys.page_key(capture_id), pack(haul), capture_id)
    capture_path(store, capture_id).write_bytes(older)
    change(
        store.home, "UPDATE captures SET warc_size = NULL, warc_sha256 = NULL, warc_md5 = NULL, sha256 = ?, md5 = ?",
        hashlib.sha256(older).hexdigest(), hashlib.md5(older).hexdigest(),
    )  # fmt: skip
    _enter_anew(store)
    assert faults_of(store) == []
    (opened,) = _open(store, finding_ids(store)[0]).captures
    assert (opened.recorded, opened.haul) == (False, haul)
    assert read_warc(opened.warc) == haul


def _enter_anew(store: Store) -> None:
    """Begin the ledger again, as a store that is older than its ledger does."""

    change(store.home, "DELETE FROM ledger")
    change(store.home, "INSERT INTO store (name, value) VALUES ('ledger_due', 'yes')")
    shutil.rmtree(signing_folder(store.keys.folder))
    adopt(store, at(50))


def test_pictures_of_posts_are_archived_with_their_own_answers(store: Store) -> None:
    """A finding's picture is a response of its own in the page's file."""
    page = replace(make_haul([]).page, url=f"{SITE}/1.png", headers=(("Content-Type", "image/png"),), body=b"\x89PNG 1")
    haul = make_haul([make_post(1, OFFER, images=(f"{SITE}/1.png",)), make_post(2, CHAT)])
    take(store, watch(store), replace(haul, pictures=(Picture(f"{SITE}/1.png", page),)))
    score_all(store)
    records = read_records(open_capture(store, capture_ids(store)[0]))
    assert [(kind, url) for kind, url, *_ in records][3] == ("response", f"{SITE}/1.png")
    assert records[3][3] == b"\x89PNG 1"
