"""What the commands say, in English and in Chinese; the sentences themselves lie in words.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


def say(language: str, key: str, **facts: object) -> str:
    """The sentence `key` in `language` ("zh" or "en"), with its facts."""
    return read_words()[key][language].format(**facts)


@cache
def read_words() -> dict[str, dict[str, str]]:
    """Every sentence: key → language → template."""
    return tomllib.loads((resources.files("tipstaff") / "words.toml").read_text(encoding="utf-8"))
