"""Kill -9 at random moments; `python -m benchmarks.kills` does it two hundred times."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_few_kills_at_random_moments_lose_and_tear_nothing() -> None:
    """Captures, verdicts, pictures, purges and a migration, each killed: the store is whole and the chain holds."""
    command = [sys.executable, "-m", "benchmarks.kills", "--times", "5", "--seed", "7"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "nothing lost, nothing half written, the chain holds" in done.stdout
