"""The program as a user runs it: the installed command, a store of its own, JSON out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).parent / "tipstaff"


@dataclass(frozen=True)
class Said:
    """What one command answered."""

    status: int
    lines: list[dict[str, Any]]
    errors: str


@dataclass(frozen=True)
class Program:
    """`tipstaff` with its TIPSTAFF_HOME."""

    home: Path

    def __call__(self, *words: str, **environment: str) -> Said:
        """Run `tipstaff WORDS`; standard output is read as JSON lines when --json is among the words."""
        given = {**os.environ, "TIPSTAFF_HOME": str(self.home), "TIPSTAFF_LANGUAGE": "en", **environment}
        done = subprocess.run(
            [str(COMMAND), *words], capture_output=True, text=True, env=given, timeout=280, check=False
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()] if "--json" in words else []
        return Said(done.returncode, lines, done.stderr)
