"""Whether memory stays flat over many rendered pages (scrapy-playwright's issue 240).

    python -m benchmarks.rendering --pages 2000

A board on loopback whose threads exist only after JavaScript is crawled as `tipstaff posts --render always` does it.
Of the crawl's process, Playwright's driver and the browser's processes the memory is read as the kernel shares it out
(Pss), every so many pages. Flat means: the mean of the last quarter is at most a tenth above that of the second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import mean
from typing import Any

from crawlers.plan import Plan
from domain.plain import plain
from domain.sources import Source
from tipstaff.settings import load_settings

ROWS = 20
SCRIPT = """<script>
const said = n => `<div class="post" id="post${n}"><div class="author"><a href="/people?id=${n}">林小满${n}</a></div>
<time datetime="2026-09-01T10:00:00+08:00">2026-09-01 10:00</time><div class="message">出售一批二手轮胎，编号 ${n}。
${'请在本帖下面回复，周末可以看货。'.repeat(20)}</div></div>`;
const first = 100 * Number(location.pathname.split('/').pop());
document.getElementById('app').innerHTML = [0, 1, 2, 3, 4].map(n => said(first + n)).join('');
window.kept = Array.from({length: 200000}, (_, n) => ({n}));
</script>"""


class Site(BaseHTTPRequestHandler):
    """List pages of twenty threads, and threads that a script writes."""

    pages = 0

    def do_GET(self) -> None:
        """One page."""
        path, _, query = self.path.partition("?")
        if path == "/board":
            body = board(int(query.partition("=")[2] or 1), type(self).pages)
        elif path.startswith("/thread/"):
            body = f'<html><body><h1>轮胎 {path[8:]}</h1><div id="app"></div>{SCRIPT}</body></html>'
        else:
            self.send_error(404)
            return
        data = f'<!DOCTYPE html><meta charset="utf-8">{body}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


def board(number: int, pages: int) -> str:
    """One list page."""
    rows = range((number - 1) * ROWS, min(number * ROWS, pages))
    lines = "".join(
        f'<tr class="thread"><td><a href="/thread/{row}">轮胎 {row}</a></td><td>何青青</td><td>2026-09-01</td></tr>'
        for row in rows
    )
    following = f'<a rel="next" href="/board?page={number + 1}">下一页</a>' if number * ROWS < pages else ""
    return f"<html><body><h1>轮胎交流</h1><table>{lines}</table>{following}</body></html>"


def tree_of(root: int) -> list[int]:
    """The process and all below it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [root]
    for number in found:
        found += [child for child, parent in parents.items() if parent == number]
    return found


def weigh(root: int) -> dict[str, float]:
    """Megabytes of the crawl, the driver and the browser."""
    parts = {"crawl": 0.0, "driver": 0.0, "browser": 0.0}
    for number in tree_of(root):
        try:
            name = Path(f"/proc/{number}/comm").read_text().strip()
            rollup = Path(f"/proc/{number}/smaps_rollup").read_text()
        except OSError:
            continue
        pss = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
        parts["crawl" if number == root else "driver" if "node" in name or "Main" in name else "browser"] += pss
    return parts


def main() -> None:
    """Crawl, weigh, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000, help="rendered threads")
    parser.add_argument("--every", type=int, default=50, help="pages between two weighings")
    arguments = parser.parse_args()
    wanted = arguments.pages
    Site.pages = wanted
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    source = Source(
        name="rendering", url=f"http://127.0.0.1:{server.server_address[1]}/board", allow_private=True, delay=0.0,
        render="always",
    )  # fmt: skip
    plan = Plan(source, "look", "Tipstaff (+mailto:ops@example.org)", browser=load_settings().browser_path, delay=0.0)
    child = subprocess.Popen(
        [sys.executable, "-m", "tipstaff.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "SCRAPY_SETTINGS_MODULE": "crawlers.settings"},
    )  # fmt: skip
    assert child.stdin
    assert child.stdout
    child.stdin.write(json.dumps({"plan": plain(plan)}) + "\n")
    child.stdin.flush()
    began, shown, posts = time.monotonic(), 0, 0
    weights: list[float] = []
    for line in child.stdout:
        event = json.loads(line)
        posts += event["event"] == "post"
        if event["event"] == "ended":
            print(event["outcome"]["reason"], event["outcome"]["detail"])
        if event["event"] == "rendered":
            shown += 1
            if shown % arguments.every == 0:
                parts = weigh(child.pid)
                weights.append(sum(parts.values()))
                said = "  ".join(f"{name} {value:6.0f}" for name, value in parts.items())
                print(
                    f"{shown:5} pages  {time.monotonic() - began:6.0f} s  {said}  in all {weights[-1]:6.0f} MB",
                    flush=True,
                )
    child.wait()
    quarter = max(1, len(weights) // 4)
    second, last = mean(weights[quarter : 2 * quarter] or weights), mean(weights[-quarter:])
    flat = last <= 1.1 * second
    print(
        f"{shown} pages rendered, {posts} posts, {shown / (time.monotonic() - began):.2f} pages/s; "
        f"second quarter {second:.0f} MB, last quarter {last:.0f} MB: {'flat' if flat else 'NOT FLAT'}"
    )
    sys.exit(not flat)


if __name__ == "__main__":
    main()
