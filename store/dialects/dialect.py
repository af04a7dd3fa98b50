"""What a database that keeps a store must answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from domain.errors import StoreFault

# The execution option of a connection whose transaction writes.
WRITES = "tipstaff_writes"
# How long a transaction that writes waits for the one before it.
BUSY_SECONDS = 30


@dataclass(frozen=True)
class Dialect:
    """How a database is opened and spoken to, where that is not the same everywhere.

    `noun` is what messages call it. `connect` makes the engine of a store (its folder, and the URL if one was given);
    a transaction with the option WRITES is alone from its first statement on, and a connection with the options
    `reading` sees one unchanging state. `migrating` surrounds the transaction that changes tables, and `level` is
    called at its end. `compact` lets nothing of what was deleted stay where the database keeps its rows, and says
    whether it could. `explain` is what an error of the driver means, None where it is not known (home, error).

    In statements that are written by hand, `marker` is where the driver puts a value in, `day` the day in China of the
    column {0} as text, and `moment` a time as the database compares it.
    """

    noun: str
    connect: Callable[[Path, str | None], Engine]
    reading: Mapping[str, Any]
    migrating: Callable[[Connection], AbstractContextManager[object]]
    level: Callable[[Connection], None]
    compact: Callable[[Engine], bool]
    explain: Callable[[Path, BaseException], StoreFault | None]
    marker: str
    day: str
    moment: Callable[[datetime], Any]
