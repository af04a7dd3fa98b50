"""One crawl in a process of its own: Twisted's reactor runs once in a process, a browser that dies takes only its
crawl along, and no model shares the event loop.

The parent starts `python -m tipstaff.child` and sends a job as one JSON line; the child answers with events as JSON
lines, the last one {"event": "ended", …}. The child has a session of its own, so that Ctrl-C reaches it once, through
the parent; when the parent is gone (its end of the pipe closes) it stops by itself.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domain.errors import TipstaffError
from domain.plain import plain, restore
from domain.sources import RunOutcome
from tipstaff.settings import child_environment

Event = dict[str, Any]
HELD_SECONDS = 0.1


class Child:
    """A crawl that has been started. `wait` hands on its events and says how it ended; `interrupt` asks it to stop."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tipstaff.child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True,
            env=child_environment(), cwd=Path(__file__).parent.parent,
        )  # fmt: skip
        assert self.process.stdin
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()

    def wait(self, tell: Callable[[Event], None]) -> RunOutcome:
        """Every event goes to `tell`, until the child ends; a child that died without a word has failed."""
        outcome: RunOutcome | None = None
        assert self.process.stdout
        assert self.process.stdin
        for line in self.process.stdout:
            event = json.loads(line)
            if event["event"] == "ended":
                outcome = restore(RunOutcome, event["outcome"])
            else:
                tell(event)
        self.process.stdin.close()
        status = self.process.wait()
        return outcome or RunOutcome("failed", f"the crawl's process ended with status {status}")

    def interrupt(self) -> None:
        """Let it finish what is in hand and stop."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)


@contextmanager
def hear_interrupts() -> Iterator[threading.Event]:
    """Sets the event when somebody asks to stop (Ctrl-C, SIGTERM), so that no transaction is torn in the middle.

    Who asks twice does not want to wait: the second time is a KeyboardInterrupt. In a thread nobody is heard.
    """
    asked = threading.Event()

    def hear(_signal: int, _frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Voice:
    """Events to the parent, one a line; those that come within `HELD_SECONDS` go out together, which wakes it once."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._lock = threading.Lock()
        self._due = threading.Event()
        threading.Thread(target=self._speak, daemon=True).start()

    def emit(self, event: Event) -> None:
        """One event, soon."""
        line = json.dumps(event, ensure_ascii=False) + "\n"
        with self._lock:
            self._lines.append(line)
        self._due.set()

    def flush(self) -> None:
        """What is held, now. A parent that is gone is no reason to lose what is in hand."""
        with self._lock:
            lines, self._lines = self._lines, []
            if not lines:
                return
            try:
                sys.stdout.write("".join(lines))
                sys.stdout.flush()
            except BrokenPipeError:
                sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (it lives as long as the process)

    def _speak(self) -> None:
        while True:
            self._due.wait()
            time.sleep(HELD_SECONDS)
            self._due.clear()
            self.flush()


def stop_with_parent() -> None:
    """Ends this process in good order when the parent's end of standard input closes."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Read the job, crawl, report."""
    from crawlers.crawl import Plan, run
    from store.database import open_store
    from tipstaff.intake import LookIntake, StoreIntake

    job = json.loads(sys.stdin.readline())
    threading.Thread(target=stop_with_parent, daemon=True).start()
    plan, voice = restore(Plan, job["plan"]), Voice()
    emit = voice.emit
    try:
        if job.get("run_id"):
            with open_store(Path(job["home"]), job["database"]) as store:
                outcome = run(plan, StoreIntake(store, source_id=job["source_id"], run_id=job["run_id"], emit=emit))
        else:
            outcome = run(plan, LookIntake(emit))
    except TipstaffError as error:
        outcome = RunOutcome("failed", str(error))
    emit({"event": "ended", "outcome": plain(outcome)})
    voice.flush()


if __name__ == "__main__":
    main()
