"""Cases that are kept as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data"


def read_cases(name: str) -> list[dict[str, Any]]:
    """The lines of a file of tests/data/."""
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]
