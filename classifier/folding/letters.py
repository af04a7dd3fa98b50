"""Disguises of Latin words: letters of other alphabets, leet, words spelled out with dots."""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.folding.edits import Edit, needs
from classifier.lexicon import read_terms


@lru_cache(maxsize=1)
def _confusables() -> dict[str, str]:
    return {row["glyph"]: row["plain"] for row in read_terms("confusables")}


@lru_cache(maxsize=1)
def _confusable() -> re.Pattern[str]:
    return re.compile(f"[{''.join(_confusables())}]")


_ALPHABETIC = re.compile(
    "[A-Za-z0-9_\u0131-\u0298\u0370-\u03ff\u0400-\u052f\u1d00-\u1d2b\u2160-\u217f\ua730-\ua731"
    "\u13a0-\u13fd\uab70-\uabbf\ua4d0-\ua4f7\u0531-\u0587\u2c80-\u2cff\u2c71]+"
)
# Letters of phonetic alphabets; no word of any language is written in them alone.
_SMALL_CAPITALS = frozenset("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")
_SHORT_ALIASES = frozenset({"vx", "wx", "tg", "qq", "ws"})


@needs(lambda: _confusable())
def fold_lookalikes(text: str) -> list[Edit]:
    """Cyrillic, Greek and small-capital letters that stand among Latin letters or digits."""
    if not _confusable().search(text):
        return []
    table = _confusables()
    edits = []
    for match in _ALPHABETIC.finditer(text):
        token = match.group()
        if token.isascii():
            continue
        foreign = [letter for letter in token if not letter.isascii()]
        if not all(letter in table for letter in foreign) or not _mixed(token, foreign, table):
            continue
        edits += [
            Edit(match.start() + at, match.start() + at + 1, table[letter], "lookalike")
            for at, letter in enumerate(token)
            if letter in table
        ]
    return edits


def _mixed(token: str, foreign: list[str], table: dict[str, str]) -> bool:
    latin = sum(letter.isascii() and letter.isalpha() for letter in token)
    digits = sum(letter.isascii() and letter.isdigit() for letter in token)
    if latin:
        return True
    plain = "".join(table.get(letter, letter) for letter in token).lower()
    if plain in _SHORT_ALIASES or plain in _english() or (len(token) >= 3 and _SMALL_CAPITALS.issuperset(foreign)):
        return True
    return digits >= 3 and all(table[letter] in "oOlI" for letter in foreign)


# Digits and signs that are drawn like a letter.
_LEET = str.maketrans("013457@€$!|£¢", "oleastaesillc")
# A class comes first, since a search for one is fast; the look back then goes past it.
_LEET_TOKEN = re.compile(
    r"[A-Za-z013457@€$!|£¢](?<![\w@€$!|£¢./:-].)[A-Za-z013457@€$!|£¢]{2,13}(?![\w€$|£¢/@-]|[.:]\w)"
)
_SPELLED = re.compile(r"[A-Za-z](?<![A-Za-z0-9.].)(?:([.\-_*⁎·• |/])[A-Za-z])(?:\1[A-Za-z]){1,12}(?![A-Za-z0-9]|\1\d)")


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    return frozenset(row["term"] for row in read_terms("english"))


@needs("013457@€$!|£¢")
def fold_leet(text: str) -> list[Edit]:
    """t3l3gram, te1egram, d4ta: digits and signs inside an English word of the market."""
    edits = []
    for match in _LEET_TOKEN.finditer(text):
        written = match.group().lower()
        plain = written.translate(_LEET)
        if plain == written or len(plain) != len(written):
            continue
        # 1 is an l or an i.
        for word in (plain, written.replace("1", "i").translate(_LEET)):
            if word in _english() and sum(letter.isalpha() for letter in written) >= 2:
                edits.append(Edit(match.start(), match.end(), word, "leet"))
                break
    return edits


@needs("A-Za-z")
def join_spelled(text: str) -> list[Edit]:
    """c.a.r o.w.n.e.r: an English word of the market with one sign between its letters."""
    edits = []
    for match in _SPELLED.finditer(text):
        word = match.group()[::2]
        if word.lower() in _english():
            edits.append(Edit(match.start(), match.end(), word, "separator"))
    return edits
