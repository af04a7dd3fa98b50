"""Telegram: 5 to 32 of letters, digits and _, a letter first, no _ at the end or doubled (collectibles from 4).

Normal form without @ and t.me/, in lower case; invites are `+hash`, in their own case. Source: core.telegram.org.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.shape import Hit, Kind, read_word

_LINK = re.compile(
    r"(?:https?://)?(?<![A-Za-z0-9_.])(?:www\.)?(?:t ?[.。点] ?me|t me(?=/)|telegram ?[.。] ?(?:me|dog|org))"
    r" ?/ ?(?:s/)?"
    r"(?:(?P<invite>\+|joinchat/)(?P<hash>[A-Za-z0-9_-]{6,64})|(?P<name>[A-Za-z][A-Za-z0-9_]{3,31})(?![A-Za-z0-9_]))",
    re.IGNORECASE,
)
_RESOLVE = re.compile(r"tg://(?:resolve\?domain=(?P<name>\w{4,32})|join\?invite=(?P<hash>[\w-]{6,64}))", re.IGNORECASE)
_HOST = re.compile(r"(?<![A-Za-z0-9_.-])(?P<name>[a-z][a-z0-9_]{3,31})\.t\.me(?![A-Za-z0-9_.])", re.IGNORECASE)
_AT = re.compile(r"(?<![A-Za-z0-9_@./%+-])@[A-Za-z][A-Za-z0-9_]{4,31}(?![A-Za-z0-9_@])(?!\.[a-z])")
_HANDLE = re.compile(r"@?[A-Za-z][A-Za-z0-9_]{3,31}(?![A-Za-z0-9_@])")
# What follows t.me/ in an invitation, said without it.
_INVITE = re.compile(r"\+(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{12,64}(?![A-Za-z0-9_@])")
_VALID = re.compile(r"(?!.*__)[a-z][a-z0-9_]{2,30}[a-z0-9]")
_RESERVED = frozenset(
    {"share", "joinchat", "addstickers", "proxy", "socks", "setlanguage", "login", "iv", "blog", "telegram"}
)


def is_valid(value: str) -> bool:
    """Whether a normal form keeps Telegram's rules."""
    return value.startswith("+") or _VALID.fullmatch(value) is not None


def _find(text: str) -> Iterator[Hit]:
    linked = (_LINK, _RESOLVE) if "/" in text else ()
    for pattern in (*linked, _HOST) if "." in text else linked:
        for match in pattern.finditer(text):
            hashed = match.groupdict().get("hash")
            value = "+" + hashed if hashed else match.group("name").lower()
            if value not in _RESERVED:
                yield Hit("telegram", value, match.start(), match.end(), is_valid(value), led=True)
    for match in _AT.finditer(text) if "@" in text else ():
        value = match.group()[1:].lower()
        yield Hit("telegram", value, match.start(), match.end(), is_valid(value))


def _read(text: str, at: int) -> Hit | None:
    invite = _INVITE.match(text, at)
    if invite:
        return Hit("telegram", invite.group(), at, invite.end(), True, led=True)
    word = read_word(text, at, _HANDLE)
    if word is None:
        return None
    value = word[0].lstrip("@").lower()
    return Hit("telegram", value, at, word[1], is_valid(value), led=True)


def _share(hit: Hit) -> str | None:
    value = hit.value.lower()
    return (
        value
        if hit.kind in ("wechat", "phone", "whatsapp", "batchat", "potato", "other", "line", "skype", "signal")
        else None
    )


TELEGRAM = Kind("telegram", find=_find, read=_read, share=_share)
