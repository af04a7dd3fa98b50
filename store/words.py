"""The forms in which words and handles are searched: the same for what is stored and for what is asked."""

from __future__ import annotations

import re
import unicodedata

# An index entry of PostgreSQL holds a third of a page, and no handle is longer.
LONGEST = 200
_PHONE = re.compile(r"\+?[\d().-]{5,}")
_LEADS = ("https://", "http://", "www.", "t.me/", "@")


def fold_words(text: str) -> str:
    """Width, case and white space levelled.

    >>> fold_words("ＶＩＮ  Code")
    'vin code'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def fold_handle(handle: str) -> str:
    """A handle without what people add to it or leave out.

    >>> fold_handle("@Car_Data"), fold_handle("https://t.me/Car_Data"), fold_handle("+86 138-0013-8000")
    ('car_data', 'car_data', '8613800138000')
    """
    folded = "".join(fold_words(handle).split())
    for lead in _LEADS:
        folded = folded.removeprefix(lead)
    if _PHONE.fullmatch(folded):
        folded = re.sub(r"\D", "", folded)
    return folded[:LONGEST]


def handle_forms(handle: str) -> set[str]:
    """The folded forms a handle may be stored in: a mobile number is kept with its country code.

    >>> sorted(handle_forms("138 0013 8000"))
    ['13800138000', '8613800138000']
    """
    folded = fold_handle(handle)
    return {folded, "86" + folded} if re.fullmatch(r"1\d{10}", folded) else {folded}
