"""How much of a page is read: a page past these bounds is named and left, whatever it is.

Real pages stay far below them: a thread of a hundred posts has some thirty thousand tags and is read in about a second.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Counted before any parser sees the page: each tag costs a parser some hundred bytes, and a reader some microseconds.
MOST_TAGS = 120_000
# Processor time, not time: a busy machine reads the same pages as an idle one.
READING_SECONDS = 8.0
# Until the signal is heard again, should somebody on the way have taken it for a fault of the page's own.
AGAIN_SECONDS = 1.0


class Overrun(Exception):
    """A page is too large, or takes too long, to be read. The text says which."""


def check_size(body: bytes) -> None:
    """Raises Overrun for a page with more tags than are read."""
    if body.count(b"<") > MOST_TAGS:
        raise Overrun(f"the page has more than {MOST_TAGS} tags")


@contextmanager
def bound_time(seconds: float = READING_SECONDS) -> Iterator[None]:
    """Raises Overrun inside the block once it has used so much processor time; regular expressions hear it too.

    Only the main thread can be interrupted; in others the block runs on. Blocks are not nested.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Overrun(f"the page takes longer than {seconds:.0f} s to read")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
