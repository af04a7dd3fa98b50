"""Who holds a run or a page: a process, named so that its death can be seen.

A holder is "host machine pid start": the host's name, its boot and process namespace, the process id, and the tick the
process started at, so that another process with the same number is not taken for it (proc(5)).
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

# How long a holder on another host, whose processes cannot be seen from here, is taken to be alive.
FAR_LIFE = timedelta(days=1)


def this_holder() -> str:
    """The process that asks."""
    return f"{_host()} {_machine()} {os.getpid()} {_start_of(os.getpid())}"


def is_gone(holder: str, since: datetime, now: datetime) -> bool:
    """Whether the process that took hold at `since` no longer lives."""
    host, machine, pid, start = holder.rsplit(" ", 3)
    if host != _host():
        return now - since > FAR_LIFE
    return machine != _machine() or _start_of(int(pid)) != start


def _host() -> str:
    return socket.gethostname()


def _machine() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}/{os.readlink('/proc/self/ns/pid')}"


def _start_of(pid: int) -> str:
    """The tick at which a process started; "" when there is none of that number, or it is a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The second field is the program's name in brackets, which may hold anything.
    fields = state.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]
