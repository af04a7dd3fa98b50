"""Emoji in place of whole words: 📞 in a list of what a record holds, 🛰 before a handle (`lexicon/emoji.tsv`)."""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.folding.edits import Edit, needs
from classifier.folding.scene import Scene, is_han, market_edges, view
from classifier.lexicon import read_terms

_HANDLE = re.compile(r"\s{0,2}(?:[:：]\s{0,2}@?[A-Za-z0-9_-]{5,}|@[A-Za-z0-9_]{4,}|(?=[a-z_]*\d)[A-Za-z0-9_-]{5,})")
# So often in one text, it is decoration.
_OFTEN = 3


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    table = {row["glyph"]: (row["word"], row["when"]) for row in read_terms("emoji") if row["word"]}
    return re.compile(f"[{''.join(table)}]\ufe0f?"), table


@needs(lambda: _table()[0])
def spell_emoji(text: str) -> list[Edit]:
    """带📞和姓名 is 带电话和姓名, 🐧123456789 QQ123456789: emoji as words, where they are used as such."""
    pattern, table = _table()
    scene = view(text)
    edits = []
    for match in pattern.finditer(text):
        word, when = table[match.group()[0]]
        start, end = match.span()
        fits = bool(_HANDLE.match(text, end)) if when == "handle" else _is_listed(scene, start, end, word)
        if fits:
            # 🆔证 is 身份证.
            word = word[:-1] if text[end : end + 1] == word[-1] else word
            edits.append(Edit(start, end, word, "emoji"))
    return edits


def _is_listed(scene: Scene, start: int, end: int, word: str) -> bool:
    text = scene.text
    after = text[end : end + 1]
    beside = text[max(0, start - 2) : start] in market_edges()[1] or bool(after and is_han(after))
    told = text.startswith(word, end) or text.endswith(word, 0, start)
    often = text.count(text[start], max(0, start - 300), end + 300) >= _OFTEN
    return beside and not told and not often and scene.is_market(start)
