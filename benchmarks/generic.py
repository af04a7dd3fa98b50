"""How much of unknown forums is read: every skin of tests/fixtures/skins with every conversation.

    python -m benchmarks.generic [-v]

prints, for each skin, the share of posts found, of found posts that are posts, and of right texts, names and times.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "crawlers"))

import skins  # type: ignore[import-not-found]  # of the tests

from crawlers.generic import PLATFORM

MEASURES = ("role", "recall", "precision", "text", "author", "time")


def main() -> None:
    """Prints the table."""
    verbose = "-v" in sys.argv
    only = [word for word in sys.argv[1:] if not word.startswith("-")]
    rows: dict[str, list[dict[str, float]]] = {}
    started = time.perf_counter()
    for sheet in skins.threads():
        if only and sheet.skin not in only:
            continue
        page = PLATFORM.thread(response=sheet.response, visit=sheet.visit)
        item = asyncio.run(page.to_item())
        figures = {"role": float(PLATFORM.role(sheet.response) == "thread"), **skins.score(sheet, item.posts)}
        rows.setdefault(sheet.skin, []).append(figures)
        if verbose and min(figures.values()) < 1:
            print(f"--- {sheet.skin} {sheet.talk} {figures}")
            for post in item.posts:
                print(f"    {post.author.name!r} {post.posted_at_text!r} {post.floor} {post.text[:90]!r}")
    took = time.perf_counter() - started
    print(f"{'skin':12}", *(f"{name:>9}" for name in MEASURES))
    every = [figures for group in rows.values() for figures in group]
    for skin, group in (*rows.items(), ("all", every)):
        print(f"{skin:12}", *(f"{sum(each[name] for each in group) / len(group):9.3f}" for name in MEASURES))
    print(f"{len(every)} pages, {took / max(1, len(every)) * 1000:.0f} ms a page")


if __name__ == "__main__":
    main()
