"""The commands, run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tipstaff import cli


@dataclass(frozen=True)
class Said:
    """What one command answered."""

    status: int
    output: str
    errors: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.output.splitlines()]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of one's own, messages in English."""
    folder = tmp_path / "home"
    monkeypatch.setenv("TIPSTAFF_HOME", str(folder))
    monkeypatch.setenv("TIPSTAFF_LANGUAGE", "en")
    monkeypatch.delenv("TIPSTAFF_CONTACT", raising=False)
    monkeypatch.delenv("TIPSTAFF_ALLOW_PRIVATE", raising=False)
    return folder


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """`tipstaff WORDS`, answered with exit status, standard output and standard error."""

    def say(*words: str) -> Said:
        monkeypatch.setattr("sys.argv", ["tipstaff", *words])
        status = 0
        try:
            cli.main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfd.readouterr()
        return Said(status, out, err)

    return say
