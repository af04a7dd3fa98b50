"""CSV: three tables that join on the finding's id, for spreadsheets and statistics programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

FINDING = (
    "id", "state", "practice", "source", "label", "score", "kind", "platform", "board", "thread_title", "url", "floor",
    "author", "posted_at", "posted_at_precision", "first_seen", "last_seen", "goods", "fields", "regions", "channel",
    "freshness", "guarantees", "text", "model",
)  # fmt: skip
PRICE = ("amount", "currency", "per", "unit", "min_qty", "max_qty", "text", "start", "end", "picture")
CONTACT = ("kind", "value", "text", "start", "end", "valid", "picture")
VOLUME = ("records", "text", "start", "end", "picture")
PARTS: Mapping[str, Sequence[str]] = {"prices": PRICE, "contacts": CONTACT, "volumes": VOLUME}


def write_tables(folder: Path, findings: Iterable[dict[str, Any]]) -> int:
    """findings.csv, prices.csv, contacts.csv and volumes.csv in `folder`; the number of findings."""
    count = 0
    names: dict[str, Sequence[str]] = {"findings": FINDING} | {
        name: ("finding_id", *columns) for name, columns in PARTS.items()
    }
    files = {name: (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") for name in names}
    try:
        writers = {name: csv.writer(stream) for name, stream in files.items()}
        for name, columns in names.items():
            writers[name].writerow(columns)
        for count, finding in enumerate(findings, 1):  # noqa: B007 (the last count is the answer)
            row = _flatten(finding)
            writers["findings"].writerow([_cell(row.get(column)) for column in FINDING])
            for name, columns in PARTS.items():
                for part in (finding["signal"]["offer"] or {}).get(name, ()):
                    writers[name].writerow([finding["id"], *(_cell(part.get(column)) for column in columns)])
    finally:
        for stream in files.values():
            stream.close()
    return count


def _flatten(finding: dict[str, Any]) -> dict[str, Any]:
    post, signal = finding["post"], finding["signal"]
    return {**(signal["offer"] or {}), **post, **signal, **finding, "author": post["author"]["name"]}


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; lists are joined with "; "."""
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, str) and value[:1] in "=+-@\t\r" and value:
        return "'" + value
    return value
