"""How long findings are kept, as people write it: "dismissed=30d new=2y confirmed=never", or a table of the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from domain.errors import BadValue
from domain.signals import STATES

# Days by state, None for good. What was dismissed may be learnt from for 90 days (store/lessons.py).
DEFAULT: Mapping[str, int | None] = {
    "new": 365, "review": 365, "confirmed": None, "dismissed": 90, "referred": None,
}  # fmt: skip
_DAYS = {"d": 1, "w": 7, "y": 365}
_SPAN = re.compile(r"(\d{1,5})\s*([dwy])", re.IGNORECASE)
_WANT = "STATE=SPAN …, as in dismissed=30d new=2y confirmed=never, with the states " + ", ".join(STATES)


def read_retention(value: Any) -> dict[str, int | None]:
    """Days by state, None for good; what is not named is left out, "" names nothing. Raises BadValue."""
    if isinstance(value, str):
        pairs = [word.partition("=")[::2] for word in re.split(r"[\s,;]+", value.strip()) if word]
    elif isinstance(value, Mapping):
        pairs = [(str(state), span) for state, span in value.items()]
    else:
        raise BadValue(name="retention", value=value, want=_WANT)
    return {state: _read_days(state, span, value) for state, span in pairs}


def write_retention(retention: Mapping[str, int | None]) -> dict[str, str]:
    """The same for people: "30d", or "never"."""
    return {state: "never" if days is None else f"{days}d" for state, days in retention.items()}


def _read_days(state: str, span: Any, value: Any) -> int | None:
    match = _SPAN.fullmatch(str(span).strip())
    if state not in STATES or not (match or span in ("never", None)):
        raise BadValue(name="retention", value=value, want=_WANT)
    return int(match[1]) * _DAYS[match[2].lower()] if match else None
