"""Kill -9 in the middle of a crawl; `python -m benchmarks.deaths` does it fifty times."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_crawls_that_were_killed_lose_nothing() -> None:
    """After the next run every post was seen and scored once: in a store that was empty, and after new replies."""
    command = [sys.executable, "-m", "benchmarks.deaths", "--times", "2", "--threads", "6", "--seed", "3"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "every post seen and scored once" in done.stdout
