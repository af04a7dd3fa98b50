"""All that a referral says, as values: what every format is written from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# What the layout of a package is called; the number grows when older programs could not read it.
FORMAT = "tipstaff-referral"
VERSION = 1


@dataclass(frozen=True)
class Request:
    """What was asked for. `to` is a name of CHANNELS, `language` that of the report ("zh" or "en"), `corrects` the id
    of the referral that this one mends."""

    to: str
    operator: str
    case: str | None = None
    reason: str | None = None
    language: str = "zh"
    corrects: str | None = None


@dataclass(frozen=True)
class Subject:
    """One finding as it is referred: CONTRACT.md's JSON with its verdicts, the thresholds that its claims may come to
    (as `tipstaff show` gives them), and its title and text with disguises undone."""

    finding: Mapping[str, Any]
    scenarios: Sequence[Mapping[str, Any]] = ()
    folded: str = ""


@dataclass(frozen=True)
class Exhibit:
    """One captured page. `record` is what the store says of it: id, url, times, digests of the sealed file and of the
    body that was served. `facts` is what the capture says of how it was made, empty where it stays sealed; then
    `warc` and `picture` are None too.
    """

    record: Mapping[str, Any]
    findings: tuple[str, ...]
    facts: Mapping[str, Any]
    warc: bytes | None = None
    picture: bytes | None = None


@dataclass(frozen=True)
class Link:
    """One entry of the ledger as it stands there: the line, its hash and its signatures, in hexadecimal."""

    entry: str
    hash: str
    signature: str
    countersignature: str | None = None


@dataclass(frozen=True)
class Stamped:
    """A timestamp authority's word (RFC 3161) on an entry of the ledger: its answer (DER), over the bytes of `line`."""

    seq: int
    line: str
    stamped_at: datetime
    authority: str
    token: bytes


@dataclass(frozen=True)
class Custody:
    """Where the evidence stands in the ledger: the entries that concern it, the head, and the key that signs now.

    `stamps` are those on entries at or after the first sealing of it.
    """

    links: tuple[Link, ...]
    head: str
    key: str
    public: bytes
    stamps: tuple[Stamped, ...] = ()


@dataclass(frozen=True)
class Dossier:
    """A referral before it is a package."""

    id: str
    made_at: datetime
    request: Request
    subjects: tuple[Subject, ...]
    exhibits: tuple[Exhibit, ...]
    custody: Custody
    software: str

    @property
    def practice(self) -> bool:
        """Whether anything of it comes from the practice market: then every page says so."""
        return any(subject.finding["practice"] for subject in self.subjects)

    @property
    def models(self) -> tuple[str, ...]:
        """The models and rules that read the findings."""
        return tuple(dict.fromkeys(subject.finding["signal"]["model"] for subject in self.subjects))


@dataclass(frozen=True)
class Member:
    """One file of a package: its place below the package's folder, and what it is (类别 and 文件格式 of the forms)."""

    path: str
    data: bytes
    category: str
    form: str

    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {
            "path": self.path, "size": len(self.data), "sha256": hashlib.sha256(self.data).hexdigest(),
            "md5": hashlib.md5(self.data, usedforsecurity=False).hexdigest(), "category": self.category,
            "format": self.form,
        }  # fmt: skip
