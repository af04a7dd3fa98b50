"""Rewriting a folded text for one reader, with the way back to the author's own characters kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from classifier.fold import Folded
from classifier.offer.tokens import lower

# Characters one of which a text must have for the rule to be tried; what it looks for in the text in lower case; what
# is written instead, None to leave it.
Rule = tuple[str, re.Pattern[str], Callable[[re.Match[str]], str | None]]
Edits = list[tuple[int, int, str]]


def rewrite(folded: Folded, rules: tuple[Rule, ...]) -> Folded:
    """`folded` after the rules, in their order; itself where none applies. Linear."""
    written, starts, ends = _write(folded.text, rules)
    return folded if starts is None or ends is None else _trace(folded, written, starts, ends)


def replace_spans(folded: Folded, edits: Edits) -> Folded:
    """`folded` after edits of its text, in order and apart; a new character stands for all that it replaces."""
    return _trace(folded, *_apply(folded.text, None, None, edits))


def _trace(folded: Folded, text: str, starts: Sequence[int], ends: Sequence[int]) -> Folded:
    """`folded` with another text; `starts` and `ends` tell where in the old one each new character stood."""
    if folded.starts is not None and folded.ends is not None:
        starts = [folded.starts[at] for at in starts]
        ends = [folded.ends[at - 1] for at in ends]
    return replace(folded, text=text, starts=starts, ends=ends)


def _write(text: str, rules: tuple[Rule, ...]) -> tuple[str, Sequence[int] | None, Sequence[int] | None]:
    """The text after the rules, and where each of its characters stood; None where nothing was changed."""
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None
    lowered = lower(text)
    letters = set(lowered)
    for signs, pattern, spell in rules:
        if letters.isdisjoint(signs):
            continue
        edits = list(_find_edits(lowered, pattern, spell))
        if edits:
            text, starts, ends = _apply(text, starts, ends, edits)
            lowered = lower(text)
            letters = set(lowered)
    return text, starts, ends


def _find_edits(
    text: str, pattern: re.Pattern[str], spell: Callable[[re.Match[str]], str | None]
) -> Iterator[tuple[int, int, str]]:
    for match in pattern.finditer(text):
        spelled = spell(match)
        if spelled is not None and spelled != match.group():
            yield match.start(), match.end(), spelled


def _apply(
    text: str, starts: Sequence[int] | None, ends: Sequence[int] | None, edits: Edits
) -> tuple[str, list[int], list[int]]:
    """The text with edits, which come in order; each new character stands for the whole of what it replaces."""
    before: Sequence[int] = range(len(text)) if starts is None else starts
    after: Sequence[int] = range(1, len(text) + 1) if ends is None else ends
    parts: list[str] = []
    lefts: list[int] = []
    rights: list[int] = []
    at = 0
    for start, end, spelled in edits:
        parts += (text[at:start], spelled)
        lefts += before[at:start]
        rights += after[at:start]
        # What is put in between two characters stands for the one before it.
        first, last = (start, end - 1) if start < end else (max(0, start - 1), max(0, start - 1))
        lefts += [before[first]] * len(spelled)
        rights += [after[last]] * len(spelled)
        at = end
    parts.append(text[at:])
    return "".join(parts), [*lefts, *before[at:]], [*rights, *after[at:]]
