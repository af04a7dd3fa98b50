"""How a page's bytes are written, when its server is wrong about it or says nothing (PLATFORMS.md, trap 11)."""

from __future__ import annotations

import codecs
import re

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

# What undeclared Chinese pages are written in; GB18030 holds GBK and GB2312.
CANDIDATES = ("utf-8", "gb18030", "big5hkscs")
# What a wrong codec makes: replacement characters, and the private use area, where GB18030 puts what it does not know.
STRANGE = re.compile("[\ufffd\ue000-\uf8ff]")
# One broken character in so many bytes is a broken character, not another encoding.
BYTES_PER_FAULT = 2000
FAMILY = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}


def find_encoding(content_type: str | None, body: bytes) -> str:
    """The name of a codec that reads `body`: a byte-order mark, else the declared one if it fits, else what fits."""
    bom, _ = read_bom(body)
    if bom:
        return bom
    declared = [http_content_type_encoding(content_type or ""), html_body_declared_encoding(body[:8192])]
    # Western names last: they are what servers say of pages that they know nothing about.
    names = sorted((widen(name) for name in declared if name), key=is_western)
    for name in (*names, *(name for name in CANDIDATES if name not in names)):
        if fits(name, body):
            return name
    return names[0] if names else detect_encoding(body)


def widen(name: str) -> str:
    """A codec that reads all that `name` reads, for the encodings that are often declared too narrow."""
    known = resolve_encoding(name) or "utf-8"
    return FAMILY.get(known.lower(), known)


def fits(name: str, body: bytes) -> bool:
    """Whether `body` decodes under `name` with next to no faults.

    A western code page reads any bytes, so there the share of accented letters decides.
    """
    if is_western(name):
        accented = sum(byte >= 0x80 for byte in body)
        return accented * 5 <= len(body) and (accented == 0 or not fits("utf-8", body))
    try:
        text = body.decode(name, "replace")
    except LookupError:
        return False
    return len(STRANGE.findall(text)) * BYTES_PER_FAULT <= len(body)


def is_western(name: str) -> bool:
    """Whether `name` is a code page in which every byte is a letter."""
    try:
        return codecs.lookup(name).name in ("iso8859-1", "cp1252")
    except LookupError:
        return False


def detect_encoding(body: bytes) -> str:
    """A guess from the bytes alone."""
    from charset_normalizer import from_bytes

    best = from_bytes(body[:65536]).best()
    return best.encoding if best else "utf-8"
