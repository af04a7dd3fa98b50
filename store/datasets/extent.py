"""What a dataset covers, learnt while its findings stream by."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

COUNTED = ("label", "verdict", "split", "model", "platform")
UNKNOWN = "none"


class Extent:
    """Counts of posts by what `COUNTED` names, of rows by table, and the days between which posts were first seen."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
        self.rows: Counter[str] = Counter()
        self.practice = 0
        self.first: date | None = None
        self.last: date | None = None

    @property
    def posts(self) -> int:
        """How many posts there are."""
        return self.rows["posts"]

    def see(self, table: str, rows: pa.Table) -> None:
        """Count some rows of a table."""
        self.rows[table] += rows.num_rows
        if table != "posts":
            return
        for name in COUNTED:
            for one in pc.value_counts(rows[name]).to_pylist():
                self.counts[name][one["values"] or UNKNOWN] += one["counts"]
        self.practice += pc.sum(rows["practice"]).as_py() or 0
        days = pc.min_max(rows["first_seen_on"]).as_py()
        self.first, self.last = self.first or days["min"], days["max"]

    def tally(self, name: str) -> dict[str, int]:
        """One of the counts, the most frequent first, equals by name."""
        return dict(sorted(self.counts[name].items(), key=lambda item: (-item[1], item[0])))
