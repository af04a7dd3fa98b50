"""CSV: a file a table, in UTF-8 with a mark, so that spreadsheets know it; no cell is ever run as a formula.

Spreadsheets run a cell that begins with = + - @ (or their full-width forms), also after blanks, tabs and characters
nobody sees; and one that parts cells at another character than the comma may begin a cell in the middle of ours. So
an apostrophe goes before such a sign wherever a cell could begin. Every text is between quotation marks.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫"
# Where a cell may begin, and what may stand before its first character unseen: blanks, controls, marks of direction,
# quotation marks.
_BEGINS = re.compile(
    rf"(^|[,;|\t\v\f\r\n\x1c-\x1e\x85\u2028\u2029，；｜])"
    rf"([\s\x00-\x20\x7f-\xa0\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\"'＂＇]*)"
    rf"(?=[{_SIGNS}])"
)
# Names and codes have none of these; most texts do not either.
_SUSPECT = rf"[{_SIGNS}]"


class CellSink:
    """Writes one table as it streams by."""

    suffix = "csv"

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._stream = path.open("wb")
        self._stream.write(b"\xef\xbb\xbf")
        options = pv.WriteOptions(include_header=True, quoting_style="needed")
        self._writer: Any = pv.CSVWriter(self._stream, schema, write_options=options)

    def write(self, table: pa.Table) -> None:
        """Take some rows."""
        for place, field in enumerate(table.schema):
            if pa.types.is_string(field.type):
                table = table.set_column(place, field, _guard(table[place]))
        self._writer.write_table(table)

    def close(self) -> None:
        """All that was taken is in the file, which is whole."""
        self._writer.close()
        self._stream.close()


def guard_cell(cell: str) -> str:
    """`cell` with an apostrophe before whatever a spreadsheet could take for the beginning of a formula."""
    return _BEGINS.sub(r"\1\2'", cell)


def _guard(column: pa.ChunkedArray) -> pa.ChunkedArray:
    suspect = pc.match_substring_regex(column, _SUSPECT)
    if not pc.any(suspect).as_py():
        return column
    cells = [guard_cell(cell) if cell else cell for cell in column.to_pylist()]
    return pa.chunked_array([pa.array(cells, pa.string())])
