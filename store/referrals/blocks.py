"""What a document of a referral is made of, whatever it is printed as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Heading:
    """A heading; `level` 1 is a part, 2 a finding or form in it, 3 what a quotation is of."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Line:
    """A paragraph. `notice` is one that must not be overlooked, `code` one that is typed as it stands."""

    text: str
    notice: bool = False
    code: bool = False


@dataclass(frozen=True)
class Facts:
    """Pairs of what and how much."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Grid:
    """A table with heads; `widths` in percent. Cells of `digests` columns (from 0) are broken anywhere."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()
    digests: Sequence[int] = ()


@dataclass(frozen=True)
class Quote:
    """A post's own words. `spans` are those that were read as prices, contacts and volumes, in code points."""

    text: str
    spans: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True)
class Signs:
    """Places where people sign; each is who signs."""

    rows: Sequence[str]


@dataclass(frozen=True)
class Picture:
    """The picture of a captured page; `title` says of which."""

    title: str
    png: bytes


Block: TypeAlias = Heading | Line | Facts | Grid | Quote | Signs | Picture


@dataclass(frozen=True)
class Paper:
    """One document: its title, what stands above and below it on every page, and its blocks."""

    title: str
    language: str
    reference: str
    practice: bool
    blocks: Sequence[Block]
    subtitle: str = ""
    landscape: bool = False
