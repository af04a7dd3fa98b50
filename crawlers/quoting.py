"""Quotes that only signs mark, as mail and image boards write them: who is quoted, then lines that begin with ">".

A run of such lines counts as a quote where the line over it says so, or a reference to another post (">>257") does:
sellers begin their own lines with ">" too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MARKED = re.compile(r"\s{0,3}>(?!>\d+\s*$)")
REFERENCE = re.compile(r"\s*>>\d{1,12}(?:\s*\((?:OP|You)\))?\s*")
NAMED = re.compile(
    r"(?i)^(?=\S).{0,120}?(?:(?<=.)\b(?:wrote|writes|said|says|schrieb)|(?:replying|in\s+reply)\s+to\s.{1,60}"
    r"|写道|寫道|说道|說道|发表于.{0,40}|说|說)\s*[:：]\s*$"
)
MOST_LINES = 2  # of the sentence that names who is quoted; mailers break it


def split_quotes(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The author's own lines, and the quotes that stood among them, each as one text."""
    own: list[str] = []
    quotes: list[str] = []
    place = 0
    while place < len(lines):
        end = place
        while end < len(lines) and MARKED.match(lines[end]):
            end += 1
        lead = _lead_of(own) if end > place else 0
        if not lead:
            own.extend(lines[place : max(end, place + 1)])
        else:
            del own[len(own) - lead :]
            quotes.append("\n".join(re.sub(r"^\s*(?:>\s?)+", "", line) for line in lines[place:end]))
        place = max(end, place + 1)
    return own, quotes


def names_quoted(text: str) -> bool:
    """Whether a line says whom the lines under it are by: "Kite wrote:", "Replying to Kite:"."""
    return NAMED.match(text.strip()) is not None


def _lead_of(lines: list[str]) -> int:
    """How many of the last lines lead to a quote: a reference to a post, or who is quoted."""
    blank = next((count for count, line in enumerate(reversed(lines)) if line.strip()), len(lines))
    said = lines[: len(lines) - blank]
    if not said or blank > 1:
        return 0
    if REFERENCE.fullmatch(said[-1]):
        return blank + 1
    for count in range(1, MOST_LINES + 1):
        if names_quoted(" ".join(said[-count:])) and (count == 1 or re.match(r"(?i)on\b|am\b|在|于", said[-count])):
            return blank + count
    return 0
