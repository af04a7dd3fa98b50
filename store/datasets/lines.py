"""JSON lines: a file a table, an object a row."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa


class LineSink:
    """Writes one table as it streams by."""

    suffix = "jsonl"

    def __init__(self, path: Path, _schema: pa.Schema) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="\n")

    def write(self, table: pa.Table) -> None:
        """Take some rows. A day is written as ISO 8601 has it."""
        write = json.JSONEncoder(ensure_ascii=False, default=str, allow_nan=False).encode
        for batch in table.to_batches(max_chunksize=5000):
            self._stream.writelines(write(row) + "\n" for row in batch.to_pylist())

    def close(self) -> None:
        """All that was taken is in the file, which is whole."""
        self._stream.close()
