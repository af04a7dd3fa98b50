"""Stamps of a timestamp authority on the ledger: fetched, carried, refused, proved by another program."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from answers import Said
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput, BadValue
from store.tokens import read_roots, read_token

Run = Callable[..., Said]
OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="no openssl here to play the authority")
CONFIG = """
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[tsa]
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = name
[name]
[authority]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = no
"""


@dataclass
class Authority:
    """A root, and a timestamp authority that it vouches for, made by openssl."""

    folder: Path

    def call(self, *words: object, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        """One call of openssl in the folder."""
        return subprocess.run(
            [str(OPENSSL), *map(str, words)], cwd=self.folder, check=check, capture_output=True
        )  # fmt: skip

    def stamp(self, request: bytes, *more: str) -> bytes:
        """What it answers."""
        (self.folder / "in.tsq").write_bytes(request)
        signer = ("-signer", "tsa.pem", "-inkey", "tsa.key")
        asked = ("-config", "cnf", "-section", "authority", "-queryfile", "in.tsq")
        self.call("ts", "-reply", *asked, *signer, "-out", "out.tsr", *more)
        return (self.folder / "out.tsr").read_bytes()

    @property
    def root(self) -> Path:
        """Its root certificate."""
        return self.folder / "ca.pem"


def make_authority(folder: Path) -> Authority:
    """An authority in an empty folder."""
    made = Authority(folder)
    (folder / "cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "cnf")
    made.call("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Example Root",
              "-extensions", "ca", "-days", "30")  # fmt: skip
    made.call("req", *curve, "-keyout", "tsa.key", "-out", "csr", "-subj", "/O=Example/CN=Example Stamps")
    made.call("x509", "-req", "-in", "csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem",
              "-days", "20", "-extfile", "cnf", "-extensions", "tsa")  # fmt: skip
    return made


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority."""
    return make_authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def token(authority: Authority) -> bytes:
    """What it answers to a request over some line."""
    (authority.folder / "line").write_text("a line")
    authority.call("ts", "-query", "-data", "line", "-sha256", "-cert", "-out", "some.tsq")
    return authority.stamp((authority.folder / "some.tsq").read_bytes(), "-chain", "ca.pem")


@pytest.fixture
def served(authority: Authority) -> Iterator[str]:
    """The authority over HTTP; /moved leads elsewhere, /broken answers nonsense."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            moved = self.path == "/moved"
            body = b"nonsense" if self.path == "/broken" else authority.stamp(asked)
            self.send_response(302 if moved else 200)
            if moved:
                self.send_header("Location", "/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def trusting(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority, trusted by the settings."""
    monkeypatch.setenv("TIPSTAFF_TSA_ROOTS", str(authority.root))
    return authority


def test_a_stamp_is_fetched_and_proved_by_openssl(
    run: Run, served: str, trusting: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head is stamped over HTTP; `openssl ts -verify` proves the token over the line of the ledger."""
    monkeypatch.setenv("TIPSTAFF_TSA", served)
    run("key")
    (stamp,) = run("timestamp", "--json").lines
    assert stamp["head"].startswith("1:")
    assert stamp["authority"] == "CN=Example Stamps,O=Example"
    assert abs((datetime.fromisoformat(stamp["stamped_at"]) - datetime.now(UTC)).total_seconds()) < 60
    assert run("verify", "--store").status == 0
    # The entry that says so is part of the next head.
    (again,) = run("timestamp", "--json").lines
    assert again["head"].startswith("2:")
    out = tmp_path / "stamps"
    assert len(run("timestamp", "--out", str(out)).output.splitlines()) == 2
    for stem in {path.stem for path in out.iterdir()}:
        data, answer = out / f"{stem}.entry", out / f"{stem}.tsr"
        proof = ("ts", "-verify", "-data", data, "-in", answer, "-CAfile", trusting.root)
        assert b"Verification: OK" in trusting.call(*proof).stdout
        data.write_bytes(data.read_bytes() + b" ")
        assert trusting.call(*proof, check=False).returncode != 0


@pytest.mark.parametrize("alone", [False, True])
def test_a_stamp_is_carried_there_and_back(run: Run, trusting: Authority, tmp_path: Path, alone: bool) -> None:
    """On a machine without network: a request in a file, and the answer or its token alone brought in, once."""
    asked = tmp_path / "head.tsq"
    said = run("timestamp", "--request", str(asked))
    assert (said.status, said.output.startswith("head 1:")) == (0, True)
    assert run("timestamp", "--request", str(asked)).status == 2
    assert b"sha256" in trusting.call("ts", "-query", "-in", asked, "-text").stdout
    answer = tmp_path / "head.tsr"
    answer.write_bytes(trusting.stamp(asked.read_bytes(), *(("-token_out",) if alone else ())))
    assert run("timestamp", "--import", str(answer)).status == 0
    assert run("timestamp", "--import", str(answer)).status == 0
    assert len(run("timestamp", "--list", "--json").lines) == 1
    (proof,) = run("verify", "--store", "--json").lines
    assert (proof["ok"], proof["entries"]) == (True, 2)


def test_what_is_not_vouched_for_is_refused(
    run: Run, trusting: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without roots, with another root, over another ledger's line, refused by the authority, or no token: one line."""
    asked, answer = tmp_path / "head.tsq", tmp_path / "head.tsr"
    run("timestamp", "--request", str(asked))
    good = trusting.stamp(asked.read_bytes())
    (tmp_path / "other").mkdir()
    other = make_authority(tmp_path / "other")
    (tmp_path / "line").write_text("another line")
    foreign = tmp_path / "foreign.tsq"
    trusting.call("ts", "-query", "-data", tmp_path / "line", "-sha256", "-cert", "-out", foreign)
    wrong = {"head.tsq": asked.read_bytes(), "": b"", "junk": b"\x30\x82", "other": other.stamp(asked.read_bytes()),
             "foreign": trusting.stamp(foreign.read_bytes()), "changed": good[:-40] + bytes(40)}  # fmt: skip
    for name, data in wrong.items():
        answer.write_bytes(data)
        said = run("timestamp", "--import", str(answer))
        assert (said.status, said.errors.count("\n"), "ErrorStack" in said.errors) == (2, 1, False), (name, said)
    monkeypatch.delenv("TIPSTAFF_TSA_ROOTS")
    answer.write_bytes(good)
    assert "tsa_roots" in run("timestamp", "--import", str(answer)).errors
    assert run("timestamp", "--import", "nowhere.tsr").status == 2
    assert run("timestamp").status == 2
    assert run("timestamp", "--list", "--import", str(answer)).status == 2
    assert run("timestamp", "--list", "--json").lines == []
    assert run("verify", "--store", "--json").lines[0]["entries"] == 1


def test_an_authority_that_does_not_answer(
    run: Run, served: str, trusting: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody there, another address, nonsense: one clear line that says how to carry the request, nothing changed."""
    for url in ("http://127.0.0.1:9", served + "/moved", served + "/broken"):
        monkeypatch.setenv("TIPSTAFF_TSA", url)
        said = run("timestamp")
        assert (said.status, said.errors.count("\n")) == (2, 1), said
    assert run("timestamp", "--list", "--json").lines == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE timestamps SET token = x'00'", "stamp_changed"),
        ("UPDATE timestamps SET stamped_at = '2020-01-01 00:00:00.000000'", "stamp_changed"),
        ("DELETE FROM timestamps", "stamp_gone"),
        ("UPDATE timestamps SET id = 'slippedin'", "stamp_unrecorded"),
        ("UPDATE timestamps SET stamped_at = 'x'", "rows_unreadable"),
    ],
)
def test_a_stamp_that_was_changed_is_named(
    run: Run, trusting: Authority, tmp_path: Path, home: Path, statement: str, fault: str
) -> None:
    """Tokens are held against the ledger like all else."""
    asked, answer = tmp_path / "head.tsq", tmp_path / "head.tsr"
    run("timestamp", "--request", str(asked))
    answer.write_bytes(trusting.stamp(asked.read_bytes()))
    run("timestamp", "--import", str(answer))
    with sqlite3.connect(home / "store.db") as database:
        database.execute(statement)
    database.close()
    said = run("verify", "--store", "--json")
    assert said.status == 1
    assert fault in [one["what"] for one in said.lines[0]["faults"]]


def test_certificates_in_any_order_are_read(authority: Authority, token: bytes) -> None:
    """Authorities send their chain in an order that DER does not have; the signature holds all the same."""
    read = read_token(token, read_roots(authority.root))
    assert (read.policy, read.authority) == ("1.2.3.4.1", "CN=Example Stamps,O=Example")
    assert read.der == token


@given(place=st.integers(0, 4000), other=st.integers(0, 255), cut=st.integers(0, 4000))
def test_no_answer_breaks_the_reader(authority: Authority, token: bytes, place: int, other: int, cut: int) -> None:
    """Bytes changed or cut off are refused by name, or make no difference to what was signed."""
    changed = bytearray(token)
    changed[place % len(token)] = other
    roots = read_roots(authority.root)
    for wild in (bytes(changed), token[:cut]):
        try:
            read = read_token(wild, roots)
        except BadInput as error:
            assert isinstance(error, BadValue)
        else:
            assert read.imprint == read_token(token, roots).imprint
