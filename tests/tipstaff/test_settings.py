"""Where settings come from, and what happens when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import BadValue
from tipstaff.settings import load_settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("CONTACT", "DELAY", "ALLOW_PRIVATE", "LANGUAGE"):
        monkeypatch.delenv(f"TIPSTAFF_{name}", raising=False)
    monkeypatch.setenv("TIPSTAFF_HOME", str(tmp_path))
    return tmp_path


def test_the_file_in_the_home_is_read(clean: Path) -> None:
    """settings.toml in TIPSTAFF_HOME is in force, and the contact stands in the user agent."""
    (clean / "settings.toml").write_text('contact = "mailto:a@b.example"\ndelay = 3\n')
    settings = load_settings()
    assert settings.delay == 3
    assert "mailto:a@b.example" in settings.user_agent


def test_the_environment_goes_before_the_file_and_an_option_before_both(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options, environment, file, default: in this order."""
    (clean / "settings.toml").write_text("delay = 3\n")
    monkeypatch.setenv("TIPSTAFF_DELAY", "4")
    assert load_settings().delay == 4
    assert load_settings(delay=5).delay == 5


@pytest.mark.parametrize(
    "content", ["delay = ", "delay = -1\n", 'colour = "red"\n', 'prevalence = "often"\n', "\udcff"]
)
def test_a_bad_settings_file_is_one_line(clean: Path, content: str) -> None:
    """A settings file that cannot be used is a BadValue of one line."""
    (clean / "settings.toml").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadValue) as caught:
        load_settings()
    assert "settings.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("spoken", "expected"), [("zh_CN.UTF-8", "zh"), ("en_US.UTF-8", "en"), ("C", "en")])
def test_the_language_follows_the_locale(monkeypatch: pytest.MonkeyPatch, spoken: str, expected: str) -> None:
    """Messages are Chinese in a Chinese locale and English in any other."""
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LC_ALL", spoken)
    assert load_settings().speaks == expected
