"""Whole sites that fight back: each run ends with its reason, having asked for little, in bounded time and memory."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from places import PLACES, Place
from tyres import thread
from visits import MOST_BYTES, MOST_SECONDS, ROOT, Visit, visit
from wire import Server, page

from domain.sources import RUN_REASONS

Held = tuple[Server, Server, Future[Visit]]


@pytest.fixture(scope="session")
def held() -> Iterator[dict[str, Held]]:
    """The crawls of all places, two at a time, each with its server and the one that must not be asked."""
    found: dict[str, Held] = {}
    with ThreadPoolExecutor(2) as pool:
        for place in PLACES:
            server, other = Server(), Server({"/secret": page(thread(9))})
            place.build(server, other)
            found[place.name] = (server, other, pool.submit(visit, f"{server.url}{place.start}"))
        yield found
    for server, other, _ in found.values():
        server.stop()
        other.stop()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_place_ends_with_its_reason(held: dict[str, Held], place: Place) -> None:
    """The run says why it ended; what is good was read, nothing private was asked, little was asked at all."""
    server, other, future = held[place.name]
    seen = future.result()
    assert (seen.reason, len(seen.posts)) == (place.reason, place.posts)
    assert other.asked == []
    assert len(server.asked) <= place.most
    assert seen.ended - server.first_asked < MOST_SECONDS
    assert seen.memory < MOST_BYTES


def test_the_table_of_places() -> None:
    """Each place has a name of its own and a reason of the contract."""
    assert len({place.name for place in PLACES}) == len(PLACES)
    assert {place.reason for place in PLACES} <= set(RUN_REASONS)


@pytest.mark.parametrize(("days", "reason"), [(-1, "unreachable"), (30, "done")])
def test_certificates(tmp_path: Path, days: int, reason: str) -> None:
    """Who permits a private host vouches for its name; a certificate that has expired is refused all the same."""
    pem = make_certificate(tmp_path, days)
    server = Server({"/thread": page(thread(1))}, pem=str(pem))
    seen = visit(f"{server.url}/thread")
    server.stop()
    assert seen.reason == reason
    assert "expired" in seen.outcome["detail"] or reason == "done"


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("robots_is_a_page", 0, ""),
        ("log_in_for_all", 1, "login_wall"),
        ("start_leads_home", 2, "refused_address"),
        ("start_is_a_file", 2, "not_html"),
    ],
)
def test_what_the_command_says(name: str, status: int, words: str, tmp_path: Path) -> None:
    """`tipstaff posts` prints the posts as JSON, and on standard error one line with the reason; no traceback."""
    (place,) = [place for place in PLACES if place.name == name]
    server, other = Server(), Server()
    place.build(server, other)
    done = subprocess.run(
        [sys.executable, "-m", "tipstaff.cli", "posts", f"{server.url}{place.start}", "--allow-private", "--json"],
        cwd=ROOT, env={**os.environ, "TIPSTAFF_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    server.stop()
    other.stop()
    assert done.returncode == status
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == place.posts
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def make_certificate(folder: Path, days: int) -> Path:
    """A self-signed certificate that ends in so many days, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "forum.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - datetime.timedelta(days=60)).not_valid_after(now + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "both.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path
