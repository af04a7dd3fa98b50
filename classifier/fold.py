"""Undo the disguises of a text, and remember where every character came from.

`fold` walks a table of small steps, each of which reads a text and answers with edits; the edits are applied to the
text and to its map back to the original. Rounds are repeated until nothing changes, so folding twice is folding once.
What ordinary writers do (punctuation of either width, emoji, numbered lists, accents) is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from classifier.folding import (
    characters,
    emoji,
    glosses,
    glyphs,
    layout,
    letters,
    numerals,
    parts,
    readings,
    sounds,
    words,
)
from classifier.folding.edits import Edit, Step

# A text that still changes after so many rounds was built to; what is left of its disguises stays.
MAX_ROUNDS = 24


class Evasion(NamedTuple):
    """One disguise that was undone: what it was, and its span in the original, in code points."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Folded:
    """A folded text and the way back. Spans are half-open and count code points.

    `text` is what readers read, `original` what the author wrote; `evasions` are the disguises undone, in the
    order of the original (full width and traditional characters are folded too, but are no disguise).
    """

    text: str
    original: str
    evasions: tuple[Evasion, ...] = ()
    # Per folded character, where its source begins and ends; None while both texts are the same.
    starts: Sequence[int] | None = field(default=None, repr=False)
    ends: Sequence[int] | None = field(default=None, repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `text[start:end]` was folded from: `original[s:e]` is what a reader sees.

        Positions outside the text are drawn to its edge. An empty span stays empty.
        """
        size = len(self.text)
        start, end = max(0, min(start, size)), max(0, min(end, size))
        if self.starts is None or self.ends is None:
            return start, max(start, end)
        if start >= end:
            at = self.starts[start] if start < size else len(self.original)
            return at, at
        return self.starts[start], self.ends[end - 1]

    def cut(self, start: int, end: int) -> str:
        """The author's own words at a folded span."""
        left, right = self.span(start, end)
        return self.original[left:right]


# What a character is, then what a word is: the first are settled before the second are looked at.
GLYPH_STEPS: tuple[Step, ...] = (
    glyphs.strip_marks,
    glyphs.fold_width,
    glyphs.fold_enclosed,
    letters.fold_lookalikes,
    letters.fold_leet,
    letters.join_spelled,
    characters.join_radicals,
    characters.simplify,
)
WORD_STEPS: tuple[Step, ...] = (
    layout.join_columns,
    layout.join_marked,
    glosses.strip_pinyin,
    glosses.strip_inserts,
    readings.read_aloud,
    readings.join_syllables,
    words.join_words,
    emoji.spell_emoji,
    sounds.restore_sounds,
    parts.join_parts,
    numerals.read_numbers,
)


class _Bits(dict[str, int]):
    """For every character met so far, which steps it calls for, one bit each."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__()
        self._classes = [(1 << at, step.needs()) for at, step in enumerate(steps)]

    def __missing__(self, character: str) -> int:
        bits = self[character] = sum(bit for bit, characters in self._classes if characters.match(character))
        return bits


@cache
def _bits() -> _Bits:
    return _Bits(GLYPH_STEPS + WORD_STEPS)


def _look(text: str) -> int:
    """The steps for which `text` holds a character that they look for, one bit each."""
    known = _bits()
    bits = 0
    for character in set(text):
        bits |= known[character]
    return bits


def fold(text: str) -> Folded:
    """`text` without its disguises. Never raises, whatever the text; linear in its length."""
    draft = _Draft(text)
    for _ in range(MAX_ROUNDS):
        while draft.take(GLYPH_STEPS, 0) and draft.rounds < MAX_ROUNDS:
            draft.rounds += 1
        if not draft.take(WORD_STEPS, len(GLYPH_STEPS)):
            break
    return draft.finish()


class _Draft:
    """A text on its way: the present form and, once it differs, the map back."""

    def __init__(self, text: str) -> None:
        self.original = text
        self.text = text
        self.starts: list[int] | None = None
        self.ends: list[int] | None = None
        self.evasions: list[Evasion] = []
        self.rounds = 0
        self.bits = _look(text)

    def take(self, steps: Sequence[Step], first: int) -> bool:
        """Take each step once, of which the first is the `first` of all; whether any changed the text."""
        changed = False
        for at, step in enumerate(steps, first):
            edits = step.run(self.text) if self.bits >> at & 1 else ()
            if edits:
                self.apply(edits)
                changed = True
        return changed

    def apply(self, edits: Sequence[Edit]) -> None:
        """Put the edits (in order, not overlapping) into the text and its map."""
        pieces: list[str] = []
        at = 0
        for edit in edits:
            pieces += (self.text[at : edit.start], edit.text)
            at = edit.end
            if edit.kind:
                self.evasions.append(Evasion(edit.kind, *self.span(edit.start, edit.end)))
        pieces.append(self.text[at:])
        if any(len(edit.text) != edit.end - edit.start for edit in edits):
            self._move(edits)
        self.text = "".join(pieces)
        self.bits = _look(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original `[start, end)` of the present form comes from."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def _move(self, edits: Sequence[Edit]) -> None:
        """Bring the map to the form that the edits make."""
        old_starts = self.starts if self.starts is not None else range(len(self.text))
        old_ends = self.ends if self.ends is not None else range(1, len(self.text) + 1)
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for edit in edits:
            starts += old_starts[at : edit.start]
            ends += old_ends[at : edit.start]
            if len(edit.text) == edit.end - edit.start:
                starts += old_starts[edit.start : edit.end]
                ends += old_ends[edit.start : edit.end]
            else:
                starts += [old_starts[edit.start]] * len(edit.text)
                ends += [old_ends[edit.end - 1]] * len(edit.text)
            at = edit.end
        starts += old_starts[at:]
        ends += old_ends[at:]
        self.starts, self.ends = starts, ends

    def finish(self) -> Folded:
        """The value; the map is left out where nothing changed, and short where nothing moved."""
        if self.text == self.original and self.starts is None:
            return Folded(self.text, self.original)
        evasions = tuple(sorted(set(self.evasions), key=lambda evasion: (evasion.start, evasion.end, evasion.kind)))
        if self.starts is not None and self.ends is not None:
            return Folded(self.text, self.original, evasions, tuple(self.starts), tuple(self.ends))
        size = len(self.text)
        return Folded(self.text, self.original, evasions, range(size), range(1, size + 1))
