"""Handles that are spelt out and then given whole: heng tai 〇〇七 → hengtai007, "row" + underscore + "cn" (row_cn)."""

from __future__ import annotations

import re
from bisect import bisect_right

from classifier.fold import Folded
from classifier.offer.contacts.places import find_aliases
from classifier.offer.rewriting import replace_spans
from classifier.offer.tokens import lower

_GIVEN = re.compile(
    r"(?:[→➜➔⇒]|[=-]>|[=＝]|也?就是|即|[(（](?:[^()（）\n:：]{0,10}[:：])?|(?:underscore|zero|下划线|数字)\s?[:：])"
    r"\s?(?:也?就是|即|read \w+ as \w+\s?:)?\s?(?P<whole>[a-z][a-z0-9_.-]{4,31})(?![a-z0-9_@])(?:\s?[)）])?"
)
_LINK = re.compile(r"(?:[\s:：,，=＝→➜➔>☞👉@号的]|id)*")
_STOP = re.compile(r"[\n。！!;；]")
# Another handle follows, not the same one once more; one that was plain already.
_ANOTHER = re.compile(r"备用|备选|小号|另|或|https?:|(?<![a-z])(?:or|and|backup)(?![a-z])")
_PLAIN = re.compile(r"[a-z0-9_.-]{5,}\s*")
_SOUND = re.compile("拼音|读音")
_SQUEEZED = re.compile("[^a-z0-9]")
_REACH, _HEAD = 60, 3


def give_wholes(folded: Folded) -> Folded:
    """`folded` with what is spelt out between a place and the whole handle left out; itself where there is none."""
    edits = _find_edits(lower(folded.text))
    return replace_spans(folded, list(edits)) if edits else folded


def _find_edits(text: str) -> tuple[tuple[int, int, str], ...]:
    edits: list[tuple[int, int, str]] = []
    ends: list[int] | None = None
    for given in _GIVEN.finditer(text):
        around = text[max(0, given.start() - _REACH) : given.start()]
        if given.group("whole")[0] not in around and not _SOUND.search(around):
            continue
        ends = [alias.end for alias in find_aliases(text)] if ends is None else ends
        at = bisect_right(ends, given.start())
        if not at or ends[at - 1] < given.start() - _REACH:
            continue
        link = _LINK.match(text, ends[at - 1], given.start())
        start = link.end() if link else ends[at - 1]
        if _is_spelt(text[start : given.start()], given.group("whole")) and not (edits and start < edits[-1][1]):
            edits.append((start, given.end(), given.group("whole")))
    return tuple(edits)


def _is_spelt(spelt: str, whole: str) -> bool:
    """Whether `spelt` spells `whole`: it begins as it does, or says that it is to be read by its sound."""
    if whole in spelt or _STOP.search(spelt) or _ANOTHER.search(spelt) or _PLAIN.fullmatch(spelt):
        return False
    if _SQUEEZED.sub("", spelt)[:_HEAD] == _SQUEEZED.sub("", whole)[:_HEAD]:
        return True
    runs = re.findall("[a-z0-9]{2,}", spelt)
    return bool(_SOUND.search(spelt) and runs) and all(run in whole for run in runs)
