"""Addresses that take payment: USDT on Tron and Ethereum, Bitcoin. Known by shape, valid by checksum.

Tron and old Bitcoin: base58check; Ethereum: EIP-55 where the case is mixed; new Bitcoin: bech32 and bech32m
(BIP 173, BIP 350). Normal form: as written, but lower case for Ethereum and bech32, whose case says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import base58

from classifier.offer.contacts.keccak import keccak_256
from classifier.offer.contacts.shape import Hit, Kind

_SHAPE = re.compile(
    r"(?<![A-Za-z0-9])(?:(?P<tron>T[1-9A-HJ-NP-Za-km-z]{33})|(?P<ether>0x[0-9a-fA-F]{40})"
    r"|(?P<bitcoin>[13][1-9A-HJ-NP-Za-km-z]{25,34})|(?P<bech>bc1[02-9ac-hj-np-z]{11,71}"
    r"|BC1[02-9AC-HJ-NP-Z]{11,71}))(?![A-Za-z0-9])"
)
# An address of Tron in groups, which its checksum tells from other words.
_BASE = "[1-9A-HJ-NP-Za-km-z]"
_PARTED = re.compile(
    rf"(?<![A-Za-z0-9])T(?:[ ·.-]{_BASE}){{33}}(?![A-Za-z0-9])"
    rf"|(?<![A-Za-z0-9])T{_BASE}{{3,30}}(?:[ \n-]{{1,2}}{_BASE}{{2,30}}){{1,9}}(?![A-Za-z0-9])"
)
_TRON_LENGTH = 34
# No address is shorter; most texts have no such word.
_LONG = re.compile("[A-Za-z0-9]{14}")
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_TRON_VERSION, _BITCOIN_VERSIONS = 0x41, (0x00, 0x05)


def _find(text: str) -> Iterator[Hit]:
    for match in _PARTED.finditer(text):
        joined = re.sub(r"[\s·.-]", "", match.group())
        valid = _check_base58(joined, (_TRON_VERSION,))
        apart = len(match.group()) >= 2 * _TRON_LENGTH - 1  # letter by letter: no words
        if len(joined) == _TRON_LENGTH and (valid or apart):
            yield Hit("crypto", joined, match.start(), match.end(), valid, led=True)
    if _LONG.search(text) is None:
        return
    for match in _SHAPE.finditer(text):
        written = match.group()
        shape = str(match.lastgroup)
        value = written.lower() if shape in ("ether", "bech") else written
        valid = _CHECKS[shape](written)
        if shape == "bitcoin" and not valid and (written.isdigit() or not re.search("[A-Z]", written)):
            continue
        yield Hit("crypto", value, match.start(), match.end(), valid, led=True)


def _check_base58(address: str, versions: tuple[int, ...]) -> bool:
    try:
        payload = base58.b58decode_check(address)
    except ValueError:
        return False
    return len(payload) == 21 and payload[0] in versions


def _check_ether(address: str) -> bool:
    body = address[2:]
    if body in (body.lower(), body.upper()):
        return True
    digest = keccak_256(body.lower().encode("ascii")).hex()
    return all(
        letter.isdigit() or letter.isupper() == (int(nibble, 16) >= 8)
        for letter, nibble in zip(body, digest, strict=False)
    )


def _check_bech32(address: str) -> bool:
    values = [3, 3, 0, 2, 3, *(_CHARSET.index(letter) for letter in address.lower()[3:])]
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            remainder ^= generator if top >> bit & 1 else 0
    return remainder == (1 if values[5] == 0 else 0x2BC830A3)


_CHECKS = {
    "tron": lambda address: _check_base58(address, (_TRON_VERSION,)),
    "ether": _check_ether,
    "bitcoin": lambda address: _check_base58(address, _BITCOIN_VERSIONS),
    "bech": _check_bech32,
}

CRYPTO = Kind("crypto", find=_find)
