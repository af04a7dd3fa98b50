"""Parquet: a file a table, compressed, descriptions of the columns in their metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# So many rows before they are written: small groups compress badly, large ones take room.
GROUP = 50_000


class ParquetSink:
    """Writes one table as it streams by."""

    suffix = "parquet"

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer: Any = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def write(self, table: pa.Table) -> None:
        """Take some rows."""
        self._waiting.append(table)
        self._rows += table.num_rows
        if self._rows >= GROUP:
            self._flush()

    def close(self) -> None:
        """All that was taken is in the file, which is whole."""
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.concat_tables(self._waiting).combine_chunks(), row_group_size=GROUP * 2)
        self._waiting, self._rows = [], 0
