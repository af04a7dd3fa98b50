"""What was set in brackets beside characters: pinyin, and one character again and again."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from classifier.folding.edits import HAN, Edit, needs
from classifier.lexicon import read_terms

_OPENING = r"(（\[【"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ"
_GLOSS = re.compile(rf"(?<=[{HAN}])((?: ?[(（\[【][a-z{_TONED}]{{1,6}}[)）\]】]){{1,8}})")
# The readings alone: where none stands nothing needs to be looked at.
_READING = re.compile(rf"[(（\[【][a-z{_TONED}]{{1,6}}[)）\]】]")
_SYLLABLE = re.compile(
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:a|o|e|ai|ei|ao|ou|an|en|ang|eng|ong|er|i|ia|ie|iao|iu|ian|in|iang|ing"
    r"|iong|u|ua|uo|uai|ui|uan|un|uang|ue|v|ve)"
)


@needs(_OPENING)
def strip_pinyin(text: str) -> list[Edit]:
    """車(chē)險(xiǎn): readings that a mirror set beside the characters. A single plain gloss is left alone."""
    if not _READING.search(text):
        return []
    found = [match for match in _GLOSS.finditer(text) if _reads(match.group())]
    edits = []
    for match in found:
        character = text[match.start() - 1]
        readings = re.findall(rf"[a-z{_TONED}]+", match.group())
        bare = _bare(readings[0])
        if len(found) >= 2 or len(readings) >= 2 or bare in _readings().get(character, ()):
            edits.append(Edit(match.start() - 1, match.end(), character, "pinyin"))
    return edits


_OFTEN = 3
_INSERTED = re.compile(rf"[(（\[【](?<=[{HAN}].)([{HAN}])[)）\]】]")


@needs(_OPENING)
def strip_inserts(text: str) -> list[Edit]:
    """查（哈）车（哈）主（哈）: one character in brackets that is put in again and again."""
    found = list(_INSERTED.finditer(text))
    if len(found) < _OFTEN:
        return []
    often = {word for word, count in Counter(match.group(1) for match in found).items() if count >= _OFTEN}
    return [
        Edit(match.start() - 1, match.end(), text[match.start() - 1], "inserted")
        for match in found
        if match.group(1) in often
    ]


def _reads(gloss: str) -> bool:
    return all(_SYLLABLE.fullmatch(_bare(word)) for word in re.findall(rf"[a-z{_TONED}]+", gloss))


def _bare(syllable: str) -> str:
    flat = unicodedata.normalize("NFD", syllable.replace("ü", "v"))
    return "".join(letter for letter in flat if letter.isascii())


@lru_cache(maxsize=1)
def _readings() -> dict[str, set[str]]:
    readings: dict[str, set[str]] = {}
    for row in read_terms("words"):
        for character, syllable in zip(row["term"], row["pinyin"].split(), strict=True):
            readings.setdefault(character, set()).add(syllable)
    return readings
