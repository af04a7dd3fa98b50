"""Where the bytes of a haul stand in its plain form: what is text goes into JSON, what is bytes beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def bodies_of(haul: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The dicts and names that hold bytes, in the order in which the bytes are packed."""
    for page in (haul["page"], *(picture["page"] for picture in haul.get("pictures", ()))):
        yield page, "body"
        yield page, "served_body"
        for exchange in page.get("exchanges", ()):
            yield exchange, "body"
