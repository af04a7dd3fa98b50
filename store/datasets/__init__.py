"""Datasets for research: a folder of files with a data sheet. One file a format, one line in DATASETS."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.errors import BadValue
from store.datasets.lines import write_lines
from store.datasets.sheet import Extent, write_sheet
from store.datasets.tables import write_tables

# Each takes the folder and the findings (CONTRACT.md's JSON), writes its files and gives their number of findings.
DATASETS = {"jsonl": write_lines, "csv": write_tables}


def write_dataset(
    folder: Path,
    form: str,
    findings: Iterable[dict[str, Any]],
    since: datetime | None,
    until: datetime | None,
    now: datetime,
    enter: Callable[[int, dict[str, str]], None] = lambda _count, _digests: None,
) -> int:
    """Write `findings` to `folder` in `form`, all or nothing; the number of findings written.

    `enter` is told that number and the SHA-256 of each file before the folder is where it was asked for.

    Raises BadValue for a format there is not, and for a folder that holds something already.
    """
    if form not in DATASETS:
        raise BadValue(name="--format", value=form, want=" or ".join(DATASETS))
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadValue(name="the folder", value=folder, want="a folder that is not there yet, or is empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        extent = Extent(since, until, now)
        count = DATASETS[form](made, (extent.see(finding) for finding in findings))
        write_sheet(made, form, extent)
        enter(count, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(made.iterdir())})
        made.chmod(0o755)
        made.replace(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return count
