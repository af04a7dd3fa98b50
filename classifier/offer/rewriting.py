"""Rewriting a folded text for one reader, with the way back to the author's own characters kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from classifier.fold import Folded
from classifier.offer.tokens import lower

# Characters one of which a text must have for the rule to be tried; what it looks for in the text in lower case; what
# is written instead, None to leave it.
Rule = tuple[str, re.Pattern[str], Callable[[re.Match[str]], str | None]]


def rewrite(folded: Folded, rules: Iterable[Rule]) -> Folded:
    """`folded` after the rules, in their order; itself where none applies. Linear."""
    text = lower(folded.text)
    for signs, pattern, spell in rules:
        if any(sign in text for sign in signs):
            changed = _apply(folded, _find_edits(text, pattern, spell))
            if changed is not folded:
                folded, text = changed, lower(changed.text)
    return folded


def _find_edits(
    text: str, pattern: re.Pattern[str], spell: Callable[[re.Match[str]], str | None]
) -> Iterator[tuple[int, int, str]]:
    for match in pattern.finditer(text):
        spelled = spell(match)
        if spelled is not None and spelled != match.group():
            yield match.start(), match.end(), spelled


def _apply(folded: Folded, edits: Iterator[tuple[int, int, str]]) -> Folded:
    """The text with edits, which come in order; each new character stands for the whole of what it replaces."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for start, end, spelled in edits:
        _keep(folded, at, start, parts, starts, ends)
        parts.append(spelled)
        left, right = folded.span(start, end) if start < end else folded.span(start - 1, start)
        starts += [left] * len(spelled)
        ends += [right] * len(spelled)
        at = end
    if at == 0 and not parts:
        return folded
    _keep(folded, at, len(folded.text), parts, starts, ends)
    return replace(folded, text="".join(parts), starts=starts, ends=ends)


def _keep(folded: Folded, start: int, end: int, parts: list[str], starts: list[int], ends: list[int]) -> None:
    parts.append(folded.text[start:end])
    starts += range(start, end) if folded.starts is None else folded.starts[start:end]
    ends += range(start + 1, end + 1) if folded.ends is None else folded.ends[start:end]
