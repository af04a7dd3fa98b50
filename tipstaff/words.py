"""What the commands say, in English and in Chinese; the sentences themselves lie in words.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


def say(language: str, key: str, **facts: object) -> str:
    """The sentence `key` in `language` ("zh" or "en"), with its facts."""
    return read_words()[key][language].format(**facts)


def name_reason(language: str, why: str) -> str:
    """A reason's name in `language`; its detail, after a colon, stays. A name of an older model stays as it is."""
    name, colon, detail = why.partition(": ")
    key = "why_" + name.replace(" ", "_")
    return say(language, key) + colon + detail if key in read_words() else why


@cache
def read_words() -> dict[str, dict[str, str]]:
    """Every sentence: key → language → template."""
    return tomllib.loads((resources.files("tipstaff") / "words.toml").read_text(encoding="utf-8"))
