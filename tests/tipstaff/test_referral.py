"""`refer` and `verify FILE.zip`: what a person and a script see of them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answers import Said

from domain.pages import Haul, Page
from domain.posts import Post, text_digest
from domain.signals import Contact, Offer, Price, Reason, Signal, Volume
from domain.sources import Source
from store.database import open_store
from store.referrals.checking import FAULTS
from store.runs import begin_run
from store.sources import add_source
from store.spool import Verdict, deliver, settle, waiting
from tipstaff.words import read_words

Run = Callable[..., Said]
THEN = datetime.now(UTC) - timedelta(days=1)
SITE = "https://forum.example.org"
TEXT = "出一手车主名单，0.5元一条，1000条起售，手里30万条，微信 Che_Zhu88"


@pytest.fixture
def finding(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a finding that is sealed. Documents are looked at elsewhere: here they are a line."""
    monkeypatch.setattr("store.referrals.composing.print_paper", lambda paper: paper.title.encode())
    monkeypatch.setattr("tipstaff.steps.draw", lambda *_words, **_options: 0)
    with open_store(home) as store:
        source = add_source(store, Source("board", SITE), every_seconds=3600, now=THEN)
        run = begin_run(store, source.id, THEN, THEN)
        post = Post(id="post-1", url=f"{SITE}/1", text=TEXT, fetched_at=THEN, content_sha256=text_digest(TEXT))
        page = Page(SITE, SITE, "GET", 200, (), (), f"<p>{TEXT}</p>".encode(), THEN, peer="192.0.2.7:443")
        deliver(store, run_id=run, source_id=source.id, haul=Haul(page, (post,), "generic", "thread"), now=THEN)
        (page_id,) = waiting(store, THEN)
        offer = Offer(
            goods=("owner_list",), prices=(Price(0.5, "CNY", 1, "record", 1000, None, "0.5元一条", 8, 14),),
            contacts=(Contact("wechat", "che_zhu88", "Che_Zhu88", 33, 42, valid=True),),
            volumes=(Volume(300_000, "30万条", 25, 30),),
        )  # fmt: skip
        signal = Signal("post-1", "offer", 0.9, {}, "list_sale", offer, (Reason("r", "出", 0, 1, 1.0),), "m")
        settled = settle(store, page_id, [Verdict(post, signal, keep=True)], THEN)
    return settled.new[0]


def test_a_finding_is_referred_and_the_package_verified_elsewhere(
    run: Run, finding: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON says all there is to keep; a machine without any store proves the file, and makes none."""
    said = run("refer", finding[:12], "--out", str(tmp_path / "r.zip"), "--case", "A-7", "--operator", "李", "--json")
    assert said.status == 0, said
    (told,) = said.lines
    assert (told["findings"], told["to"], told["practice"]) == ([finding], "police", False)
    assert run("key").output.strip() == told["key"]
    assert run("findings", "--state", "referred", "--json").lines[0]["id"] == finding
    assert run("verify", "--store").status == 0

    monkeypatch.setenv("TIPSTAFF_HOME", str(tmp_path / "elsewhere"))
    proved = run("verify", str(tmp_path / "r.zip"), "--key", told["key"])
    assert proved.status == 0
    assert told["id"] in proved.output
    assert "not checked" not in proved.errors
    unchecked = run("verify", str(tmp_path / "r.zip"))
    assert unchecked.status == 0
    assert "origin was not checked" in unchecked.errors
    (shown,) = run("verify", str(tmp_path / "r.zip"), "--json").lines
    assert (shown["ok"], shown["case"], shown["operator"], shown["faults"]) == (True, "A-7", "李", [])
    assert not (tmp_path / "elsewhere").exists()


def test_what_does_not_hold_ends_with_status_one(run: Run, finding: str, tmp_path: Path) -> None:
    """A changed byte, another key: named in a line; no file: wrong input."""
    path = tmp_path / "r.zip"
    assert run("refer", finding, "--out", str(path), "--to", "12377").status == 0
    other = run("verify", str(path), "--key", "ab" * 32)
    assert (other.status, "another key" in other.output) == (1, True)
    data = path.read_bytes()
    at = data.index(b"/findings.jsonl") + 60
    path.write_bytes(data[:at] + b"\x00" + data[at + 1 :])
    changed = run("verify", str(path))
    assert changed.status == 1
    assert changed.output.strip() == "a file was changed: findings.jsonl"
    assert run("verify", str(path), "--json").lines[0]["faults"] == [
        {"what": "file_changed", "subject": "findings.jsonl"}
    ]
    assert run("verify", str(tmp_path / "none.zip")).status == 2
    assert run("verify").status == 2
    assert run("verify", str(path), "--store").status == 2
    assert run("verify", str(path), "--head", "1:" + "0" * 64).status == 2


def test_every_flaw_has_its_sentence() -> None:
    """Whatever a check can find is said in a line."""
    assert [what for what in FAULTS if f"flaw_{what}" not in read_words()] == []


def test_wrong_use_changes_nothing(run: Run, finding: str, tmp_path: Path) -> None:
    """One clear line each: no such finding, recipient, language, folder; a file that is there."""
    out = str(tmp_path / "r.zip")
    wrong = (
        ("nobody", "--out", out), (finding, "--out", out, "--to", "110"), (finding, "--out", out, "--language", "fr"),
        (finding, "--out", str(tmp_path / "none" / "r.zip")), (finding, "--out", out, "--corrects", "1none"),
    )  # fmt: skip
    for words in wrong:
        said = run("refer", *words)
        assert (said.status, len(said.errors.strip().splitlines())) == (2, 1), said
    run("judge", finding, "dismissed")
    assert "dismissed" in run("refer", finding, "--out", out).errors
    assert not Path(out).exists()
    assert run("findings", "--json").lines[0]["state"] == "dismissed"


def test_what_has_a_gap_is_not_referred(run: Run, finding: str, home: Path, tmp_path: Path) -> None:
    """A capture that is gone: status 1, and the gap is named."""
    for sealed in (home / "captures").rglob("*.page"):
        sealed.unlink()
    said = run("refer", finding, "--out", str(tmp_path / "r.zip"))
    assert said.status == 1
    assert "seal_gone" in said.errors
    assert list(tmp_path.glob("*.zip*")) == []


def test_the_report_is_chinese_and_english_by_option(run: Run, finding: str, tmp_path: Path) -> None:
    """Whatever language the desk speaks, the authority gets Chinese unless told."""
    for language, title in (("zh", "移送材料"), ("en", "Referral")):
        path = tmp_path / f"{language}.zip"
        assert run("refer", finding, "--out", str(path), "--language", language).status == 0
        with zipfile.ZipFile(path) as opened:
            (name,) = (one for one in opened.namelist() if one.endswith("/report.pdf"))
            assert title in opened.read(name).decode()
