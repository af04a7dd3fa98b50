"""The commands, run in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from answers import Said

from tipstaff import cli


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
