"""Terms as data: one tab-separated file a subject, a header line, `#` for remarks. README.md names the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def read_terms(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of `<name>.tsv`, in the order of the file; a cell that is missing at the end of a line is ""."""
    lines = (files(__package__) / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    header = kept[0].split("\t")
    rows = []
    for line in kept[1:]:
        cells = [cell.strip() for cell in line.split("\t")]
        cells += [""] * (len(header) - len(cells))
        rows.append(MappingProxyType(dict(zip(header, cells, strict=False))))
    return tuple(rows)


def spread_term(term: str) -> Iterator[str]:
    """The terms of a family: `{全,都}拿{走,}` is 全拿走, 全拿, 都拿走, 都拿."""
    head, brace, rest = term.partition("{")
    if not brace:
        yield term
        return
    choices, _, tail = rest.partition("}")
    ends = tuple(spread_term(tail))
    yield from (head + choice + end for choice in choices.split(",") for end in ends)


def read_words(name: str, column: str = "term", **wanted: str) -> tuple[str, ...]:
    """One column of `<name>.tsv`, of the rows whose cells equal `wanted`."""
    return tuple(row[column] for row in read_terms(name) if all(row[key] == value for key, value in wanted.items()))
