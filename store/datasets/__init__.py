"""Datasets for research: a folder of tables with a data sheet. One file a format, one line in DATASETS.

An open dataset holds what may be handed on: no text, address, post id, handle or victim's data. A restricted one holds
the masked words as well. What the tables are is written in codebook.py, and nowhere else.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from domain.errors import BadValue
from domain.posts import BEIJING
from store.datasets.cells import CellSink
from store.datasets.codebook import schemas
from store.datasets.extent import Extent
from store.datasets.folder import whole_folder
from store.datasets.index import Cell, Observations, make_index
from store.datasets.lines import LineSink
from store.datasets.package import write_package
from store.datasets.parquet import ParquetSink
from store.datasets.picture import draw_index
from store.datasets.pseudonyms import Pseudonyms
from store.datasets.rates import Rate, load_rates
from store.datasets.records import Wanted, read_batches
from store.datasets.sheet import write_sheet
from store.datasets.splits import place_findings
from store.engine import Store
from store.faults import telling_faults


class Sink(Protocol):
    """Where one table goes. Made with the file's path and the table's schema."""

    suffix: str

    def write(self, table: pa.Table) -> None:
        """Take some rows."""

    def close(self) -> None:
        """All that was taken is in the file."""


DATASETS: dict[str, Callable[[Path, pa.Schema], Sink]] = {"parquet": ParquetSink, "csv": CellSink, "jsonl": LineSink}
_EVER = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Order:
    """What is wanted: the findings first seen in [since, until), None for no bound, in a format of DATASETS.

    `project` names whose pseudonyms they are given; `version` is the program's.
    """

    form: str
    since: datetime | None = None
    until: datetime | None = None
    project: str = "default"
    restricted: bool = False
    version: str = ""


def write_dataset(
    store: Store,
    folder: Path,
    order: Order,
    now: datetime,
    enter: Callable[[int, dict[str, str]], None] = lambda _count, _digests: None,
) -> int:
    """Write a dataset to `folder`, all or nothing; the number of its findings. The same day's are alike byte for byte.

    `enter` is told that number and the SHA-256 of each file before the folder is where it was asked for.

    Raises BadValue for a format there is not, a project without a name, and a folder that holds something already.
    """
    if order.form not in DATASETS:
        raise BadValue(name="--format", value=order.form, want=" or ".join(DATASETS))
    if order.project != order.project.strip() or not (0 < len(order.project) <= 80 and order.project.isprintable()):
        raise BadValue(name="--project", value=repr(order.project), want="a name on one line, of at most 80 characters")
    with telling_faults(folder), whole_folder(folder, private=order.restricted) as made, _uncollected():
        rates = load_rates(store.home)
        pseudonyms = Pseudonyms(store.keys.project_key(order.project))
        place_findings(store)
        since, until = order.since or _EVER[0], order.until or _EVER[1]
        wanted = Wanted(since, until, pseudonyms, rates, order.restricted)
        extent, cells = _write_tables(store, made, order.form, wanted)
        draw_index(made, cells, practice=extent.practice > 0)
        facts = _state(order, pseudonyms, extent, now)
        write_package(made, facts, digests := _digest(made, {}))
        write_sheet(made, facts, extent, cells, digests := _digest(made, digests))
        digests = _digest(made, digests)
        sums = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
        (made / "SHA256SUMS").write_text(sums, encoding="ascii")
        enter(extent.posts, _digest(made, digests))
    return extent.posts


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: rows by the million have none, and looking for them took a third of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _write_tables(store: Store, folder: Path, form: str, wanted: Wanted) -> tuple[Extent, list[Cell]]:
    extent, seen, used = Extent(), Observations(), set[Rate]()
    with _open_sinks(folder, form, restricted=wanted.restricted) as sinks:

        def write(name: str, table: pa.Table) -> None:
            extent.see(name, table)
            sinks[name].write(table)

        with store.reading() as session:
            for batch in read_batches(session, wanted):
                for name, table in batch.tables.items():
                    write(name, table)
                seen.see(batch)
                used |= batch.rates
        cells = make_index(seen)
        fields = schemas(restricted=wanted.restricted)
        write("rates", pa.Table.from_pylist([asdict(rate) for rate in sorted(used)], fields["rates"]))
        write("price_index", pa.Table.from_pylist([asdict(cell) for cell in cells], fields["price_index"]))
    return extent, cells


@contextmanager
def _open_sinks(folder: Path, form: str, *, restricted: bool) -> Iterator[dict[str, Sink]]:
    with ExitStack() as stack:
        sinks = {}
        for name, schema in schemas(restricted=restricted).items():
            sinks[name] = DATASETS[form](folder / f"{name}.{form}", schema)
            stack.callback(sinks[name].close)
        yield sinks


def _state(order: Order, pseudonyms: Pseudonyms, extent: Extent, now: datetime) -> dict[str, Any]:
    return {
        "created": now.astimezone(BEIJING).date().isoformat(),
        "access": "restricted" if order.restricted else "open",
        "format": order.form,
        "practice": extent.practice > 0,
        "since": order.since.isoformat() if order.since else None,
        "until": order.until.isoformat() if order.until else None,
        "project": order.project,
        "project_check": pseudonyms.check,
        "software": {"name": "tipstaff", "version": order.version},
        "models": extent.tally("model"),
        "counts": {"posts": extent.posts, "practice": extent.practice,
                   **{name: extent.tally(name) for name in ("label", "verdict", "split", "platform")}},
        "rows": {name: extent.rows[name] for name in schemas(restricted=order.restricted)},
    }  # fmt: skip


def _digest(folder: Path, known: Mapping[str, str]) -> dict[str, str]:
    """The SHA-256 of each file; of those that are `known` as it is."""
    return {path.name: known.get(path.name) or _digest_file(path) for path in sorted(folder.iterdir())}


def _digest_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
