"""A post and its pictures are read as one text, and what was found is given back to where it stands.

So a bare "看图" above a picture full of prices is an offer. A picture that shows two or more rows of personal data is
withheld: nothing of it stays readable but lines, outside those rows, that name a price or a way to reach the seller.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from classifier.fold import fold
from classifier.redact import MASK_CHARACTER
from domain.signals import Contact, Mask, Offer, Passage, Price, Reading, Reason, Volume

BETWEEN = "\n\n"
# So many rows of personal data are a sample, not a slip.
MOST_ROWS = 1

Value = TypeVar("Value", Price, Contact, Volume, Reason)


class Section(NamedTuple):
    """Where a text stands in the joined one; `picture` is its number from 1, None for the post's own words."""

    start: int
    end: int
    picture: int | None


def join(passage: Passage) -> Passage:
    """The post with what was read in its pictures behind its own words."""
    if not any(passage.pictures):
        return passage
    return replace(passage, text=BETWEEN.join(_texts_of(passage)), pictures=())


def part(passage: Passage, reading: Reading) -> Reading:
    """The reading of a joined passage as one of `passage`: every span is of the text that it stands in."""
    if not any(passage.pictures):
        return reading
    sections = _sections_of(passage)
    shown = reading.passage.text
    masks = [_place(sections, mask.start) for mask in reading.masks]
    own = tuple(mask for mask, section in zip(reading.masks, masks, strict=True) if section.picture is None)
    hidden: dict[int, list[tuple[int, int]]] = {}
    for section in sections:
        inside = [mask for mask, place in zip(reading.masks, masks, strict=True) if place == section]
        if section.picture is not None and len(rows := _rows_of(shown, section, inside)) > MOST_ROWS:
            hidden[section.picture] = _hide(shown, section, rows, reading.signal.offer or Offer())
            shown = _black(shown, hidden[section.picture])
    blind = [span for spans in hidden.values() for span in spans]
    signal = reading.signal
    texts = [shown[section.start : section.end] for section in sections]
    pictures = [texts.pop(0) if text else "" for text in ("own", *passage.pictures)]
    return replace(
        reading,
        signal=replace(
            signal,
            offer=_part_offer(signal.offer, sections, shown, blind) if signal.offer else None,
            reasons=_move(signal.reasons, sections, shown, blind),
        ),
        passage=replace(reading.passage, text=pictures[0], pictures=tuple(pictures[1:])),
        masks=own,
        folded=fold(shown).text if reading.folded else "",
        withheld=tuple(sorted(hidden)),
    )


def _texts_of(passage: Passage) -> list[str]:
    return [passage.text, *filter(None, passage.pictures)]


def _sections_of(passage: Passage) -> list[Section]:
    """The post's own words first, then each picture in which anything was read."""
    sections = [Section(0, len(passage.text), None)]
    for number, text in enumerate(passage.pictures, 1):
        if text:
            start = sections[-1].end + len(BETWEEN)
            sections.append(Section(start, start + len(text), number))
    return sections


def _place(sections: Sequence[Section], position: int) -> Section:
    return sections[max(0, bisect_right([section.start for section in sections], position) - 1)]


def _rows_of(shown: str, section: Section, masks: Iterable[Mask]) -> list[tuple[int, int]]:
    """The lines of a picture on which personal data stands, each once, in order."""
    rows: set[tuple[int, int]] = set()
    for mask in masks:
        rows.update(_lines_of(shown, section, mask.start, mask.end))
    return sorted(rows)


def _lines_of(shown: str, section: Section, start: int, end: int) -> list[tuple[int, int]]:
    """The lines that a span touches."""
    left = shown.rfind("\n", section.start, start) + 1 or section.start
    found = []
    while left < min(end, section.end):
        right = shown.find("\n", left, section.end)
        right = section.end if right < 0 else right
        found.append((left, right))
        left = right + 1
    return found


def _hide(shown: str, section: Section, rows: list[tuple[int, int]], offer: Offer) -> list[tuple[int, int]]:
    """What of a withheld picture is not to be read: all but the seller's own lines before and after the rows."""
    first, last = rows[0][0], rows[-1][1]
    values: tuple[Price | Contact, ...] = (*offer.prices, *offer.contacts)
    kept = {
        line
        for value in values
        if section.start <= value.start < section.end
        for line in _lines_of(shown, section, value.start, value.end)
        if line[1] <= first or line[0] >= last
    }
    spans: list[tuple[int, int]] = []
    at = section.start
    for start, end in sorted(kept):
        spans.append((at, start))
        at = end
    return [span for span in (*spans, (at, section.end)) if span[0] < span[1]]


def _black(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with nothing to read in the spans; lines stay lines."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = [letter if letter == "\n" else MASK_CHARACTER for letter in letters[start:end]]
    return "".join(letters)


def _part_offer(offer: Offer, sections: Sequence[Section], shown: str, blind: Sequence[tuple[int, int]]) -> Offer:
    return replace(
        offer,
        prices=_move(offer.prices, sections, shown, blind),
        contacts=_move(offer.contacts, sections, shown, blind),
        volumes=_move(offer.volumes, sections, shown, blind),
    )


def _move(
    values: Iterable[Value], sections: Sequence[Section], shown: str, blind: Sequence[tuple[int, int]]
) -> tuple[Value, ...]:
    """The values with spans of the text that each stands in, without those that are not to be read."""
    moved: list[Value] = []
    for value in values:
        section = _place(sections, value.start)
        end = min(value.end, section.end)
        if any(value.start < right and left < end for left, right in blind):
            continue
        text, start = shown[value.start : end], value.start - section.start
        moved.append(replace(value, text=text, start=start, end=start + len(text), picture=section.picture))
    return tuple(moved)
