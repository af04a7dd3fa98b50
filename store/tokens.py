"""Timestamp tokens (RFC 3161): the request that is carried to an authority, and what an authority answers.

What is stamped is the hash of an entry of the ledger, as it stands: `openssl ts -verify -data LINE -in TOKEN` proves a
token over the line of that entry without this program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError
from rfc3161_client.verify import VerifierBuilder

from domain.errors import BadValue, UnknownName

_SEQUENCE, _CERTIFICATES = 0x30, 0xA0
# PKIStatusInfo { status granted (0) }: what stands before a token in an answer.
_GRANTED = bytes.fromhex("3003020100")
WANT = "an answer of a timestamp authority (RFC 3161, DER)"

Element = tuple[int, bytes]


@dataclass(frozen=True)
class Token:
    """What a token says, once its signature held. `imprint` is the hash that was stamped, lower-case hex.

    `der` is the whole answer (TimeStampResp), as openssl reads it.
    """

    imprint: str
    stamped_at: datetime
    authority: str
    serial: str
    policy: str
    der: bytes


def make_request(line: str) -> bytes:
    """The request for a token over a line of the ledger: SHA-256, a nonce, and the authority's certificate."""
    builder = TimestampRequestBuilder().data(line.encode()).hash_algorithm(HashAlgorithm.SHA256)
    return builder.cert_request(cert_request=True).build().as_bytes()


def read_token(der: bytes, roots: Sequence[Certificate]) -> Token:
    """What an authority answered, or its token alone. Raises BadValue where one of `roots` does not vouch for it."""
    try:
        whole = _complete(der)
        answer = decode_timestamp_response(_tidy(whole))
        if answer.status != 0:
            raise BadValue(name="the answer", value=f"a refusal {answer.status_string}", want=WANT)
        told, certificates = answer.tst_info, answer.signed_data.certificates
        signer = answer.signed_data.signer_infos
        VerifierBuilder(roots=list(roots)).build().verify(answer, told.message_imprint.message)
    except (ValueError, IndexError, TypeError) as error:
        raise BadValue(name="the answer", value=f"read ({error})"[:200], want=WANT) from None
    except VerificationError as error:
        want = "a token that a certificate of tsa_roots vouches for"
        # What stands behind is the inside of a library, line numbers and all.
        reason = str(error).partition("ErrorStack")[0].rstrip(" :(")
        raise BadValue(name="the token", value=f"trusted ({reason})"[:300], want=want) from None
    return Token(
        told.message_imprint.message.hex(), told.gen_time.replace(tzinfo=UTC), _name_authority(certificates, signer),
        str(told.serial_number), told.policy.dotted_string, whole,
    )  # fmt: skip


def read_roots(path: Path) -> list[Certificate]:
    """The certificates of a PEM file. Raises UnknownName or BadValue."""
    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError):
        raise UnknownName(kind="file", name=str(path)) from None
    except ValueError:
        raise BadValue(name="tsa_roots", value=path, want="certificates in PEM") from None


def _name_authority(certificates: set[bytes], signers: object) -> str:
    """The subject of the certificate that signed."""
    from cryptography.x509 import load_der_x509_certificate

    (signer,) = signers  # type: ignore[misc]
    known = [load_der_x509_certificate(one) for one in certificates]
    return next(
        (one.subject.rfc4514_string() for one in known
         if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number)),  # type: ignore[has-type]
        "-",
    )  # fmt: skip


def _complete(der: bytes) -> bytes:
    """A token that came without the answer around it, in one. Raises ValueError."""
    ((tag, body),) = _split(der)
    parts = _split(body)
    if tag == _SEQUENCE and parts[0][0] == 0x06:  # an object identifier: ContentInfo
        return _join(_SEQUENCE, _GRANTED + der)
    return der


def _tidy(der: bytes) -> bytes:
    """An answer with its certificates in the order of DER's sets, which authorities do not keep and readers want.

    Certificates are no part of what is signed. Raises ValueError.
    """
    ((_, answer),) = _split(der)
    status, (outer, token) = _split(answer)
    kind, (explicit, content) = _split(token)
    ((inner, signed),) = _split(content)
    parts = b"".join(
        _join(tag, b"".join(sorted(_join(*one) for one in _split(body))) if tag == _CERTIFICATES else body)
        for tag, body in _split(signed)
    )
    wrapped = _join(outer, _join(*kind) + _join(explicit, _join(inner, parts)))
    return _join(_SEQUENCE, _join(*status) + wrapped)


def _split(data: bytes) -> list[Element]:
    """The elements that stand in `data` one after the other: tag and body (X.690, definite lengths)."""
    found: list[Element] = []
    place = 0
    while place < len(data):
        tag, length, place = data[place], data[place + 1], place + 2
        if length & 0x80:
            size = length & 0x7F
            length, place = int.from_bytes(data[place : place + size], "big"), place + size
        if not 0 <= length <= len(data) - place:
            raise ValueError("cut short")
        found.append((tag, data[place : place + length]))
        place += length
    return found


def _join(tag: int, body: bytes) -> bytes:
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
    head = length if len(body) < 0x80 else bytes([0x80 | len(length)]) + length
    return bytes([tag]) + head + body
