"""No cell of a CSV is ever run by a spreadsheet."""

from __future__ import annotations

import csv
import hmac
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.datasets.cells import CellSink, guard_cell
from store.datasets.lines import LineSink
from store.datasets.parquet import ParquetSink
from store.datasets.pseudonyms import Pseudonyms

SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"
PARTS = ",;|\t\n\r\v\f\x1c\x85\u2028\u2029，；｜"
UNSEEN = " \t\xa0\u3000\u200b\u200e\u202e\u2060\ufeff\xad\x00\x01\x1f\"'＂"
CASES = Path(__file__).parent.parent / "data" / "formulas.jsonl"
PAYLOADS = [json.loads(line)["text"] for line in CASES.read_text(encoding="utf-8").splitlines()]
WILD = st.lists(
    st.sampled_from((*SIGNS, *PARTS, *UNSEEN, "a", "1", "车主", "cmd|' /C calc'!A0", "SUM(1)")), max_size=12
).map("".join)


def begins_of_cells(line: str) -> list[str]:
    """All that a reader could take for a cell, whatever it parts cells at, without what nobody sees before it."""
    strip = UNSEEN.replace("'", "") + PARTS
    return [piece.lstrip(strip) for part in PARTS for piece in line.split(part)]


def write(folder: Path, cells: list[str]) -> Path:
    """A table of one text column."""
    folder.mkdir(exist_ok=True)
    path = folder / "cells.csv"
    schema = pa.schema([pa.field("text", pa.string()), pa.field("number", pa.int64())])
    sink = CellSink(path, schema)
    sink.write(pa.table([cells, list(range(len(cells)))], schema=schema))
    sink.close()
    return path


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_known_payload_survives(payload: str) -> None:
    """Wherever a spreadsheet could begin a cell, no sign of a formula stands first."""
    assert [cell for cell in begins_of_cells(guard_cell(payload)) if cell[:1] and cell[0] in SIGNS] == []


@settings(max_examples=500, deadline=None)
@given(WILD)
def test_no_mixture_of_signs_separators_and_unseen_characters_survives(cell: str) -> None:
    """The same of whatever can be put together from the dangerous characters; nothing but apostrophes is added."""
    guarded = guard_cell(cell)
    assert [piece for piece in begins_of_cells(guarded) if piece[:1] and piece[0] in SIGNS] == []
    assert re.sub("'", "", guarded) == re.sub("'", "", cell)


def test_the_file_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """A CSV reader gets every cell, quotes and line breaks as well, with the apostrophes and nothing else changed."""
    path = write(tmp_path, list(PAYLOADS))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(line.replace("\0", "") for line in stream))
    assert [row["text"] for row in rows] == [guard_cell(payload).replace("\0", "") for payload in PAYLOADS]
    assert [row["number"] for row in rows] == [str(number) for number in range(len(PAYLOADS))]


def test_words_without_danger_stay_as_they_are() -> None:
    """Hyphens, plus signs and handles inside words are nobody's formula."""
    for words in ("packaged-e5-small 7", "0.5元一条+包换", "广东", "a@example.org", "1-2", "", "x=y"):
        assert guard_cell(words) == words


@pytest.mark.parametrize("sink", [ParquetSink, CellSink, LineSink])
def test_a_sink_takes_many_pieces(tmp_path: Path, sink: type[ParquetSink | CellSink | LineSink]) -> None:
    """What comes in pieces, empty ones as well, is one whole table in the end."""
    schema = pa.schema([pa.field("post", pa.string()), pa.field("number", pa.int64())])
    written = sink(tmp_path / "table", schema)
    for start in range(0, 120_000, 30_000):
        numbers = list(range(start, start + 30_000))
        written.write(pa.table([[f"p{number}" for number in numbers], numbers], schema=schema))
        written.write(schema.empty_table())
    written.close()
    if sink is ParquetSink:
        import pyarrow.parquet as pq

        assert pq.read_table(tmp_path / "table")["number"].to_pylist() == list(range(120_000))
    elif sink is LineSink:
        lines = (tmp_path / "table").read_text(encoding="utf-8").splitlines()
        assert json.loads(lines[-1]) == {"post": "p119999", "number": 119_999}
        assert len(lines) == 120_000
    else:
        with (tmp_path / "table").open(encoding="utf-8-sig", newline="") as stream:
            assert [int(row["number"]) for row in csv.DictReader(stream)] == list(range(120_000))


def test_a_pseudonym_is_an_hmac() -> None:
    """The pseudonyms of a project stay what they were: HMAC-SHA-256 as the standard library has it, cut to 128 bits."""
    made = Pseudonyms(b"key" * 10).name("post", "车主")
    assert made == hmac.digest(b"key" * 10, "post\x1f车主".encode(), "sha256")[:16].hex()
