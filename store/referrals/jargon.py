"""The words of the trade in a post, with what they mean: `texts/jargon.tsv`, and the disguises that were undone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from store.referrals.dossier import Subject
from store.referrals.wording import say

_UNDONE = "disguise undone: "


@cache
def _read_jargon() -> tuple[Mapping[str, Mapping[str, str]], re.Pattern[str]]:
    """Each term's meaning per language, and what finds them, the longest first."""
    lines = (files("store.referrals.texts") / "jargon.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    terms = {term: {"zh": zh, "en": en} for names, zh, en in rows for term in names.split(";")}
    alternatives = (
        rf"(?<![A-Za-z0-9]){re.escape(term)}(?![A-Za-z0-9])" if term.isascii() else re.escape(term)
        for term in sorted(terms, key=len, reverse=True)
    )
    return terms, re.compile("|".join(alternatives))


def explain(subject: Subject, language: str) -> dict[str, str]:
    """The words of a finding that want explaining, in the order in which they stand there: word → meaning."""
    post = subject.finding["post"]
    terms, pattern = _read_jargon()
    meanings: dict[str, str] = {}
    for text in (post["thread_title"] or "", post["text"], subject.folded):
        for match in pattern.finditer(text):
            meanings.setdefault(match[0], terms[match[0]][language])
    for reason in subject.finding["signal"]["reasons"]:
        plain = reason["why"].removeprefix(_UNDONE)
        if plain != reason["why"] and reason["text"] != plain:
            meanings.setdefault(reason["text"], say(language, "disguise", plain=plain))
    return meanings
