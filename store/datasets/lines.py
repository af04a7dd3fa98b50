"""JSON lines: each finding whole, as CONTRACT.md has it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write_lines(folder: Path, findings: Iterable[dict[str, Any]]) -> int:
    """findings.jsonl in `folder`; the number of lines."""
    count = 0
    with (folder / "findings.jsonl").open("w", encoding="utf-8") as out:
        for count, finding in enumerate(findings, 1):  # noqa: B007 (the last count is the answer)
            out.write(json.dumps(finding, ensure_ascii=False) + "\n")
    return count
