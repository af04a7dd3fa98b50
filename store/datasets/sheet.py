"""The data sheet of a dataset: what it is, how it came about, what it must not be used for."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

SHEET = """\
# Data sheet: public offers of personal data, as found by Tipstaff

{practice}Made {made}. Findings first seen {since} to {until}. {count} findings; the newest was last seen {newest}.

| label | findings |
|---|---|
{labels}

## What it is
Posts on public pages that a classifier labelled as offers of (or requests for) data on persons, or whose score lay
in the band that a person reviews. Each row names the model that scored it. `score` is the calibrated probability that a
post is an offer of car-owner data. Prices, volumes and contents are **what the post claims (自称,未经核实)**:
nothing was bought, tested or asked for.

## How it was made
Crawled without log-in from pages that robots.txt leaves open; no attachment or sample was fetched. Victims' data in the
posts is masked with one character for each of its characters, so offsets (`start`, `end`: code points) hold.
The text of posts that are no findings was never kept, so this is not a sample of the boards: it cannot give a
prevalence by itself.

## Limits
Labels in state `new` or `review` were not looked at by a person. Sellers may be frauds. Handles of sellers are exact
and personal: use them for research in the public interest only, and do not contact them.

## Files
{files}
In CSV a cell that begins with = + - @ has an apostrophe before it, so that no spreadsheet runs it.
"""


class Extent:
    """What a dataset covers, learnt while its findings stream by."""

    def __init__(self, since: datetime | None, until: datetime | None, now: datetime) -> None:
        self.since, self.until, self.now = since, until, now
        self.labels: Counter[str] = Counter()
        self.practice = False
        self.newest = ""

    def see(self, finding: dict[str, Any]) -> dict[str, Any]:
        """Count `finding` and hand it on."""
        self.labels[finding["signal"]["label"]] += 1
        self.practice |= finding["practice"]
        self.newest = max(self.newest, finding["last_seen"])
        return finding


def write_sheet(folder: Path, form: str, extent: Extent) -> None:
    """DATASHEET.md in `folder`, with a SHA-256 of each file of the dataset."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    sums = [f"- `{path.name}` sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
    sheet = SHEET.format(
        practice="**演示 / PRACTICE: it holds posts of the practice market, which nobody wrote in earnest.**\n\n"
        if extent.practice else "",
        made=extent.now.isoformat(), since=extent.since.isoformat() if extent.since else "from the beginning",
        until=extent.until.isoformat() if extent.until else "now", count=extent.labels.total(),
        newest=extent.newest or "never",
        labels="\n".join(f"| {label} | {count} |" for label, count in extent.labels.most_common()) or "| none | 0 |",
        files="\n".join(sums),
    )  # fmt: skip
    (folder / "DATASHEET.md").write_text(sheet, encoding="utf-8")
