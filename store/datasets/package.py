"""datapackage.json: a dataset as a program sees it, a Frictionless Data Package (specs.frictionlessdata.io)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from store.datasets.codebook import KEYS, Column, columns_of

TYPES = {
    "key": "string", "word": "string", "date": "date", "month": "yearmonth", "whole": "integer", "number": "number",
    "flag": "boolean", "text": "string",
}  # fmt: skip
MEDIA = {"csv": "text/csv", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}


def write_package(folder: Path, facts: Mapping[str, Any], digests: Mapping[str, str]) -> None:
    """`facts` are told as they are, `rows` in them those of each table; `digests` the SHA-256 of each file there is."""
    form, restricted = facts["format"], facts["access"] == "restricted"
    package = {
        "profile": "data-package" if form == "parquet" else "tabular-data-package",
        "name": "tipstaff-offers",
        "title": "Public offers of personal data of car owners, as found by Tipstaff",
        **facts,
        "resources": [
            {
                "name": table.replace("_", "-"), "path": f"{table}.{form}", "format": form, "mediatype": MEDIA[form],
                "encoding": "utf-8", "bytes": (folder / f"{table}.{form}").stat().st_size, "rows": count,
                "hash": f"sha256:{digests[f'{table}.{form}']}",
                "schema": _write_schema(table, restricted=restricted),
            }
            for table, count in facts["rows"].items()
        ],
    }  # fmt: skip
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8")


def _write_schema(table: str, *, restricted: bool) -> dict[str, Any]:
    columns = columns_of(table, restricted=restricted)
    schema: dict[str, Any] = {
        "fields": [_write_field(column) for column in columns],
        "missingValues": [""],
        "primaryKey": list(KEYS[table]),
    }
    if table != "posts" and columns[0].name == "post":
        schema["foreignKeys"] = [{"fields": ["post"], "reference": {"resource": "posts", "fields": ["post"]}}]
    return schema


def _write_field(column: Column) -> dict[str, Any]:
    bounds: dict[str, Any] = {"required": True} if column.needed else {}
    if column.values:
        bounds["enum"] = list(column.values)
    if column.kind == "key":
        bounds["pattern"] = "[0-9a-f]{32}"
    field = {"name": column.name, "type": TYPES[column.kind], "description": column.about}
    return field | ({"constraints": bounds} if bounds else {})
