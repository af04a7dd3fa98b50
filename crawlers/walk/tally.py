"""What a crawl has come to so far, and the word for how it ended."""

from __future__ import annotations

from collections import Counter

from domain.sources import RunCounts, RunOutcome

# So many pages in a row that cannot be reached, or that are puzzles and blocks, and the site is left alone.
MOST_IN_A_ROW = 5
# What most of a site's pages end with when it is down, shuts us out, or looks different overnight.
ALARMS = ("selector_drift", "empty", "unreachable", "blocked", "captcha")
SERIAL_REASONS = frozenset({"unreachable", "captcha", "blocked"})


class Tally:
    """Counts, and the reasons of what could not be read."""

    def __init__(self, *, watching: bool) -> None:
        self.watching = watching
        self.pages = 0
        self.posts = 0
        self.new = 0
        self.unchanged = 0
        self.lists = 0
        self.quiet = 0
        self.faults: Counter[str] = Counter()
        self.first_details: dict[str, str] = {}
        self.start_reason: str | None = None
        self.spent = False
        # Some list or thread was longer than what is read of one at a time.
        self.cut = False
        # Thread pages read; pages compared with what they showed before, and those of them that show far less.
        self.threads = 0
        self.compared = 0
        self.fewer = 0
        self._row: tuple[str, int] = ("", 0)

    def fail(self, reason: str, detail: str, *, at_start: bool) -> bool:
        """One page that could not be read; the answer is whether there have been too many in a row."""
        self.faults[reason] += 1
        self.first_details.setdefault(reason, detail)
        if at_start and self.start_reason is None:
            self.start_reason = reason
        before, length = self._row
        self._row = (reason, length + 1 if reason == before else 1)
        return reason in SERIAL_REASONS and self._row[1] >= MOST_IN_A_ROW

    def compare(self, fewer: bool | None, detail: str) -> None:
        """One page held against what it showed before; None where that says nothing."""
        if fewer is not None:
            self.compared += 1
            self.fewer += fewer
        if fewer:
            self.first_details.setdefault("fewer_than_usual", detail)

    def succeed(self) -> None:
        """A page that could be read."""
        self._row = ("", 0)

    @property
    def counts(self) -> RunCounts:
        """The counts so far."""
        return RunCounts(pages=self.pages, posts=self.posts, new=self.new, unchanged=self.unchanged)

    def outcome(self) -> RunOutcome:
        """How a crawl ended that came to its own end."""
        reason = self.reason()
        return RunOutcome(reason, self.detail(reason), self.counts)

    def reason(self) -> str:
        """A word of RUN_REASONS."""
        if (self.spent and (self.pages or self.start_reason is None)) or (self.cut and self.new):
            return "budget_spent"
        alarm = self.alarm()
        if alarm is not None:
            return alarm
        if self.posts or self.unchanged or (self.quiet and not self.faults):
            return "nothing_new" if self.watching and not self.new else "done"
        if self.start_reason is not None:
            return self.start_reason
        if self.faults:
            return self.faults.most_common(1)[0][0]
        return "empty"

    def alarm(self) -> str | None:
        """The reason of a run in which something was read, but most of what was asked for was not."""
        if self.fewer and 2 * self.fewer > self.compared:
            return "fewer_than_usual"
        if not (self.posts or self.unchanged):
            return None
        reason, count = max(((name, self.faults[name]) for name in ALARMS), key=lambda pair: pair[1])
        return reason if count >= MOST_IN_A_ROW and count > 2 * self.threads else None

    def detail(self, reason: str) -> str:
        """One line: what the reason does not say."""
        if reason in self.first_details:
            return self.first_details[reason]
        for changed in ("selector_drift", "fewer_than_usual"):  # what a person has to know first
            if changed in self.first_details:
                return self.first_details[changed]
        if self.faults:
            listing = ", ".join(f"{name} {count}" for name, count in self.faults.most_common())
            return f"pages that could not be read: {listing}"
        return "no posts and no threads were found" if reason == "empty" else ""
