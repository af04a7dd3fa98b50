"""蝙蝠 (BatChat): numbers or free names; its rules are not published, so every shape counts as valid."""

from __future__ import annotations

from classifier.offer.contacts.others import read_free, share_free
from classifier.offer.contacts.shape import Hit, Kind


def _read(text: str, at: int) -> Hit | None:
    return read_free("batchat", text, at)


BATCHAT = Kind("batchat", read=_read, share=share_free)
