"""E-mail addresses in lower case, also with at and dot spelt out (DOMAIN.md 3.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.shape import Hit, Kind

_AT = (
    r"(?:@|＠|\s?[(（\[{【〔［｛]\s?(?:at|@|艾特|圈?a)\s?[)）\]}】〕］｝]\s?|\s?(?:艾特|小老鼠|㉿)\s?|\sat\s"
    r"|#(?=(?:qq|163|126|gmail|foxmail|proton|outlook|hotmail|sina|yeah)|[a-z0-9-]+\.(?:com|cn|net|org|me|io"
    r"|test|example)\b))"
)
_DOT = r"(?:\.|\s?[(（\[{【〔［｛]\s?(?:dot|点|\.)\s?[)）\]}】〕］｝]\s?|\s?点\s?|\sdot\s|。)"
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9._%+-])(?P<local>[A-Za-z0-9_%+-]++(?:(?:\.|\s?点\s?)[A-Za-z0-9_%+-]++)*+)(?P<at>{_AT})"
    rf"(?P<host>[A-Za-z0-9-]{{1,63}}(?:{_DOT}[A-Za-z0-9-]{{1,63}}){{0,3}}{_DOT}[A-Za-z]{{2,12}})(?![A-Za-z0-9@])",
    re.IGNORECASE,
)
_VALID = re.compile(r"[a-z0-9_%+-][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


def find_addresses(text: str) -> Iterator[tuple[str, int, int]]:
    """Normal form and span of every address; chat accounts (XMPP) have the same shape."""
    for match in _ADDRESS.finditer(text):
        host = re.sub(_DOT, ".", match.group("host"), flags=re.IGNORECASE)
        local = re.sub(r"\s?点\s?", ".", match.group("local"))
        yield f"{local}@{host}".lower(), match.start(), match.end()


def _find(text: str) -> Iterator[Hit]:
    if (
        "@" not in text
        and not re.search("艾特|小老鼠|㉿|〔|［|｛", text)
        and not re.search(r"[(\[（【{ ]at\b|#[a-z0-9-]+\b", text, re.IGNORECASE)
    ):
        return
    for value, start, end in find_addresses(text):
        yield Hit("email", value, start, end, _VALID.fullmatch(value) is not None)


EMAIL = Kind("email", find=_find)
