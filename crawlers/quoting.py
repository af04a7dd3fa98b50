"""Lines that say who is quoted, and quotes that only signs mark, as mail and image boards write them: who is quoted,
then lines that begin with ">".

A run of such lines counts as a quote only where the line over it says so beyond doubt, or refers to another post of the
page (">>257"), and only where something is said beside it: sellers begin their own lines with ">" too, and write
"a customer said:" over what they sell.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

MARKED = re.compile(r"\s{0,3}>(?!>\d+\s*$)")
REFERENCE = re.compile(r"\s*>>(\d{1,12})(?:\s*\((?:OP|You)\))?\s*")
NAME = r"[^\s,，。;；!！?？:：、<>]{1,30}(?: [^\s,，。;；!！?？:：、<>]{1,30}){0,2}"
NAMED = re.compile(
    rf"(?i){NAME}\s?(?:(?<=\s)(?:wrote|writes|schrieb)|写道|寫道)\s?[:：]|(?:replying|in\sreply)\sto\s{NAME}\s?[:：]"
    rf"|{NAME}\s(?:发表于|發表於)\s?[\d/:年月日时時分秒前昨天今上下午小 -]{{4,40}}[:：]?"
)
MAILED = re.compile(
    r"(?i)(?:(?:(?:on|am)\s(?:[^\W\d]{2,9}[.,]*\s){0,3}\d|[在于]\s?\d{4}\s?[-/年]).{0,100}[\s,，>]"
    r"|(?:on|am)\s.{0,80}<[^<>\s]+@[^<>\s]+>\s)(?:wrote|schrieb|写道|寫道)\s?[:：]"
)
CONTACT = re.compile(r"\d{5}")  # what may be somebody's number is not thrown away with the name
MOST_LINES = 2  # of the sentence that names who is quoted; mailers break it
LONGEST = 200  # letters of that sentence


def split_quotes(lines: Sequence[str], posts: Collection[str] = ()) -> tuple[list[str], list[str]]:
    """The author's own lines, and the quotes that stood among them, each as one text.

    `posts` are the numbers of the posts that a reference may lead to. Lines that are nothing but quotes are own ones.
    """
    own: list[str] = []
    quotes: list[str] = []
    place = 0
    while place < len(lines):
        end = place
        while end < len(lines) and MARKED.match(lines[end]):
            end += 1
        lead = _lead_of(own, posts) if end > place else 0
        if not lead:
            own.extend(lines[place : max(end, place + 1)])
        else:
            del own[len(own) - lead :]
            quotes.append("\n".join(re.sub(r"^\s*(?:>\s?)+", "", line) for line in lines[place:end]))
        place = max(end, place + 1)
    return (own, quotes) if any(line.strip() for line in own) else (list(lines), [])


def names_quoted(text: str) -> bool:
    """Whether a line says, and says no more, whom the words under it are by: "Kite wrote:", "Replying to Kite:"."""
    line = text.strip()
    return len(line) <= LONGEST and bool(NAMED.fullmatch(line)) and not CONTACT.search(line)


def _lead_of(lines: list[str], posts: Collection[str]) -> int:
    """How many of the last lines lead to a quote: a reference to a post, or who is quoted."""
    blank = next((count for count, line in enumerate(reversed(lines)) if line.strip()), len(lines))
    said = lines[: len(lines) - blank]
    if not said or blank > 1:
        return 0
    referred = REFERENCE.fullmatch(said[-1])
    if names_quoted(said[-1]) or (referred and referred[1] in posts):
        return blank + 1
    mailed = (
        count for count in range(1, MOST_LINES + 1) if MAILED.fullmatch(" ".join(said[-count:]).strip()[:LONGEST])
    )
    return blank + next(mailed, -blank)
