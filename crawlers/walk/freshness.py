"""What need not be fetched again. Decisions only: marks and links in, what to do out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawlers.pages import ThreadLink
from domain.pages import Mark, Validators

# Of pages that show no more than this, fewer means nothing.
LEAST_USUAL = 5
# What changes without a sign (an early post that was edited, a reply that did not lift its thread) is found this late.
DEEP_AFTER = timedelta(days=30)
# skip: nothing changed. ask: with the validators, it may not have changed. read: it has, or nobody knows.
Action = Literal["skip", "ask", "read"]


@dataclass(frozen=True)
class Step:
    """What to do about a thread, and the page to begin at (from 1), before which `floors_before` posts stand."""

    action: Action
    page: int = 1
    floors_before: int = 0


def decide_thread(link: ThreadLink, mark: Mark | None, *, can_jump: bool, deep: bool = False) -> Step:
    """What a list page's line and the mark say of a thread. `can_jump`: the address of its page n can be told.

    `deep`: it is to be read from its first page, whatever its sign says.

    A page beyond the first is only gone to where it is known how many posts stand before it: a floor counted from the
    wrong beginning would make every post of the page a new one.
    """
    if mark is None or (deep and mark.ended):
        return Step("read")
    if mark.ended and link.sign is not None and link.sign == mark.sign:
        return Step("skip", mark.page, mark.floors_before)
    jump = can_jump and mark.page > 1 and mark.floors_before > 0
    if mark.ended and link.sign is None and (mark.page == 1 or jump):
        return Step("ask", mark.page, mark.floors_before)
    return Step("read", mark.page, mark.floors_before) if jump else Step("read")


def is_deep(mark: Mark | None, now: datetime) -> bool:
    """Whether it is long ago that a thread or list was read whole."""
    return mark is not None and mark.deep_at is not None and now - mark.deep_at >= DEEP_AFTER


def ends_list(threads: Iterable[ThreadLink], marks: Mapping[str, Mark]) -> bool:
    """Whether every thread of a list page is known and unchanged, so that what follows is too.

    It holds only for lists in the order of the last reply, against a pass that ended; sticky threads stand on top
    whatever their age and say nothing. A list that shows no signs never ends early.
    """
    ordinary = [link for link in threads if not link.sticky]
    return bool(ordinary) and all(
        decide_thread(link, marks.get(link.key), can_jump=False).action == "skip" for link in ordinary
    )


def is_fewer(shown: int, known: Mark | None) -> bool | None:
    """Whether a page shows less than half of what it showed before; None where that says nothing."""
    return None if known is None or known.shown < LEAST_USUAL else 2 * shown < known.shown


def keep_shown(shown: int, known: Mark | None) -> int:
    """What is to be remembered as usual. A page that has shrunk alarms again, but not for ever: by then it is usual."""
    return max(shown, known.shown * 3 // 4) if known is not None and is_fewer(shown, known) else shown


def list_key(url: str) -> str:
    """The key of the mark that says whether the pass over a list (by its normal address) ended."""
    return f"list:{url}"


def validator_headers(validators: Validators | None) -> dict[str, str]:
    """The headers that ask a server whether a page has changed (RFC 9110, 13.1); empty without validators."""
    if validators is None:
        return {}
    pairs = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in pairs.items() if value}
