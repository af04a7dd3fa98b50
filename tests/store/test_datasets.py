"""Datasets, read back as a researcher would."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadValue
from store.datasets import DATASETS, write_dataset

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def make_finding(number: int, text: str, *, practice: bool = False) -> dict[str, Any]:
    """A finding as CONTRACT.md has it, with what the exports look at."""
    price = {
        "amount": 0.5,
        "currency": "CNY",
        "per": 1,
        "unit": "record",
        "min_qty": 1000,
        "max_qty": None,
        "text": text[:2],
        "start": 0,
        "end": 2,
    }
    return {
        "id": f"f{number}", "state": "new", "practice": practice, "source": "board", "seller_id": None, "captures": [],
        "first_seen": NOW.isoformat(), "last_seen": NOW.isoformat(), "versions": [],
        "post": {
            "url": f"https://forum.example/{number}", "text": text, "thread_title": "=1+1", "board": "b",
            "author": {"name": "@seller", "id": None, "url": None}, "posted_at": None, "posted_at_precision": None,
            "platform": "discuz", "floor": 1,
        },
        "signal": {
            "label": "offer", "score": 0.9, "kind": "list_sale", "model": "m", "reasons": [],
            "offer": {
                "goods": ["车主名单"], "fields": ["name", "phone"], "regions": [], "channel": None, "freshness": None,
                "guarantees": [], "volumes": [], "prices": [price], "contacts": [],
            },
        },
    }  # fmt: skip


def test_json_lines_give_the_findings_back(tmp_path: Path) -> None:
    """Each line of findings.jsonl is a finding, whole and in order."""
    findings = [make_finding(1, "五毛一条"), make_finding(2, "六毛\n一条")]
    assert write_dataset(tmp_path / "set", "jsonl", findings, None, None, NOW) == 2
    lines = (tmp_path / "set" / "findings.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == findings


def test_tables_join_on_the_finding(tmp_path: Path) -> None:
    """findings.csv and prices.csv hold the same ids; lists are joined; line breaks survive."""
    write_dataset(tmp_path / "set", "csv", [make_finding(1, "五毛\n一条")], None, None, NOW)
    with (tmp_path / "set" / "findings.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    with (tmp_path / "set" / "prices.csv").open(encoding="utf-8-sig", newline="") as stream:
        (price,) = csv.DictReader(stream)
    assert (row["id"], row["text"], row["fields"]) == ("f1", "五毛\n一条", "name; phone")
    assert (price["finding_id"], price["amount"], price["min_qty"], price["max_qty"]) == ("f1", "0.5", "1000", "")


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """A cell that a spreadsheet would run begins with an apostrophe."""
    write_dataset(tmp_path / "set", "csv", [make_finding(1, "-2+3")], None, None, NOW)
    text = (tmp_path / "set" / "findings.csv").read_text(encoding="utf-8-sig")
    for cell in ("'=1+1", "'@seller", "'-2+3"):
        assert cell in text


@pytest.mark.parametrize("form", DATASETS)
def test_the_data_sheet_names_files_labels_and_practice(tmp_path: Path, form: str) -> None:
    """DATASHEET.md carries a true digest of each file, the counts, and the practice mark."""
    folder = tmp_path / "set"
    write_dataset(folder, form, [make_finding(1, "五毛一条", practice=True)], None, None, NOW)
    sheet = (folder / "DATASHEET.md").read_text(encoding="utf-8")
    assert "PRACTICE" in sheet
    assert "| offer | 1 |" in sheet
    for path in folder.iterdir():
        if path.name != "DATASHEET.md":
            assert hashlib.sha256(path.read_bytes()).hexdigest() in sheet


def test_a_dataset_is_all_or_nothing(tmp_path: Path) -> None:
    """When writing fails in the middle no folder and no half of one is left."""

    def broken() -> Any:
        yield make_finding(1, "五毛一条")
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        write_dataset(tmp_path / "set", "csv", broken(), None, None, NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    """An export never writes among other files, and an unknown format writes nothing."""
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "mine.txt").write_text("mine")
    with pytest.raises(BadValue, match="folder"):
        write_dataset(tmp_path / "set", "jsonl", [], None, None, NOW)
    with pytest.raises(BadValue, match="jsonl"):
        write_dataset(tmp_path / "other", "xlsx", [], None, None, NOW)
    assert not (tmp_path / "other").exists()
