"""`tipstaff doctor`: every part of the machine, and the command that mends what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from answers import Said

from classifier.pictures import lettering
from tipstaff import health
from tipstaff.settings import Settings, load_settings

Run = Callable[..., Said]


def test_a_whole_machine_is_well(run: Run) -> None:
    """On a machine that the set-up made, every needed part is there and nothing is to be mended."""
    said = run("doctor", "--json")
    parts = {part["name"]: part for part in said.lines}
    assert said.status == 0, said.output
    assert {"Python", "packages", "torch", "encoder", "browser", "certificates", "store"} <= set(parts)
    assert all(part["mend"] is None for part in parts.values() if part["well"])


def test_a_missing_browser_is_named_with_its_mending(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a browser doctor ends with status 1 and says what to run."""
    monkeypatch.setenv("TIPSTAFF_BROWSER", str(tmp_path / "none"))
    said = run("doctor", "--quick", "--json")
    (browser,) = [part for part in said.lines if part["name"] == "browser"]
    assert said.status == 1
    assert browser["well"] is False
    assert "install" in browser["mend"]


def test_a_browser_that_does_not_start_is_no_browser(home: Path, tmp_path: Path) -> None:
    """A file that cannot be run as a browser is reported, not believed."""
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\nexit 1\n")
    stub.chmod(0o755)
    part = health.check_browser(load_settings(browser=stub))
    assert not part.well
    assert str(stub) in part.state


def test_the_contact_is_wanted_but_not_needed(run: Run) -> None:
    """Without a contact address doctor says that public pages are not crawled; that alone is no failure."""
    (contact,) = [part for part in run("doctor", "--quick", "--json").lines if part["name"] == "contact"]
    assert (contact["well"], contact["needed"]) == (False, False)


@pytest.mark.parametrize("check", health.CHECKS, ids=lambda check: check.__name__)
def test_each_check_says_what_it_looks_at(check: Callable[[Settings], health.Part]) -> None:
    """Every check has a docstring for whoever reads the list."""
    assert check.__doc__


def test_models_for_pictures_that_are_missing_are_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a model doctor says so and how to mend it, and fetches nothing."""
    monkeypatch.setitem(lettering.MODELS, "Rec", "not-there.onnx")
    part = health.check_pictures(load_settings())
    assert not part.well
    assert "rapidocr" in part.state
    assert part.mend == health.SETUP
