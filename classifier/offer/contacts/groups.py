"""QQ groups: numbers like QQ's own, said to be a group (群, 裙)."""

from __future__ import annotations

from dataclasses import replace

from classifier.offer.contacts.qq import QQ
from classifier.offer.contacts.shape import Hit, Kind


def _read(text: str, at: int) -> Hit | None:
    hit = QQ.read(text, at)
    return replace(hit, kind="qq_group") if hit else None


QQ_GROUP = Kind("qq_group", read=_read)
