"""The table of hostile sites: what a whole server does, not one page of it. Data for test_places.py.

`start` is what is asked for, `reason` how the run ends, `posts` how many are read, `most` how many requests at most.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from hazards import HTML, MEGABYTE, PRIVATE, bomb, cut_and_reset, large
from tyres import board, thread
from wire import Answer, Server, drip, page, pour, redirect

Build = Callable[[Server, Server], None]
PLAIN = "text/plain"
TEXT = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
COMMENT = b"#" * 65535 + b"\n"
A_YEAR = page("User-agent: *\nCrawl-delay: 31536000\n", kind=PLAIN)


@dataclass(frozen=True)
class Place:
    """One site; `build` lays it out, given its server and another one that must not be asked."""

    name: str
    build: Build
    reason: str
    posts: int = 0
    start: str = "/board"
    most: int = 60


def good_board(server: Server, _other: Server, *, rows: int = 3, first: str = "") -> None:
    """An ordinary board of ordinary threads, two posts each."""
    threads = [(f"/thread/{number}", f"轮胎 {number}") for number in range(rows)]
    server.routes["/board"] = page(board(threads, extra=first))
    server.routes |= {f"/thread/{number}": page(thread(number)) for number in range(rows)}


def with_robots(answer: Answer) -> Build:
    """A good board behind a robots.txt."""

    def build(server: Server, other: Server) -> None:
        good_board(server, other)
        server.routes["/robots.txt"] = answer

    return build


def with_start(answer: Answer) -> Build:
    """A site whose start page is a hazard; without anything else."""

    def build(server: Server, _other: Server) -> None:
        server.routes["/board"] = answer

    return build


def lead_to_private(server: Server, other: Server) -> None:
    """Links, the pager and a picture of a board that lead into private networks, and links that are no addresses."""
    odd = [
        "javascript:alert(1)",
        "data:text/html,<p>x",
        "file:///etc/passwd",
        "mailto:a@example.org",
        "//",
        "http://",
        "x" * 9000,
    ]
    targets = [address.format(port=other.port) for _, address in PRIVATE] + odd
    rows = [(target, f"旧帖 {number}") for number, target in enumerate(targets)]
    server.routes["/board"] = page(board([*rows, ("/thread/1", "轮胎 1")], following=targets[0]))
    server.routes["/thread/1"] = page(thread(1, following=targets[2]))


def say_yes_to_all(server: Server, _other: Server) -> None:
    """Status 200 and the same page for everything, robots.txt too."""
    server.otherwise = lambda path: page(
        "<html><head><title>欢迎</title></head><body><p>欢迎光临本站。</p></body></html>"
    )


def say_yes_to_threads(server: Server, other: Server) -> None:
    """A board whose threads, of which there are many, all come with 200 and a friendly page."""
    good_board(server, other, rows=3)
    rows = [(f"/thread/{number}", f"轮胎 {number}") for number in range(3, 203)]
    server.routes["/board"] = page(board([*((f"/thread/{n}", f"轮胎 {n}") for n in range(3)), *rows]))
    server.otherwise = lambda path: (
        page("<html><body><p>欢迎光临本站。</p></body></html>") if "thread" in path else page("", 404)
    )


def turn_for_ever(server: Server, _other: Server) -> None:
    """A thread that always has another page, with other posts on it."""

    def answer(path: str) -> Answer:
        number = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        return page(thread(number, following=f"/thread?page={number + 1}"))

    server.otherwise = lambda path: answer(path) if path.startswith("/thread") else page("", 404)


def turn_back(server: Server, other: Server) -> None:
    """A board whose pager always leads on and always comes back to page one."""
    good_board(server, other)
    rows = [(f"/thread/{number}", f"轮胎 {number}") for number in range(3)]

    def answer(path: str) -> Answer:
        number = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        return page(board(rows, following=f"/board?page={number + 1}"))

    server.routes.pop("/board")
    server.otherwise = lambda path: answer(path) if path.startswith("/board") else page("", 404)


def write_calendars(server: Server, _other: Server) -> None:
    """Days of months without end, on which nothing ever happens."""

    def answer(path: str) -> Answer:
        query = parse_qs(urlsplit(path).query)
        month = int(query.get("month", ["1"])[0])
        if "day" in query:
            return page(f"<html><body><h1>{month} 月 {query['day'][0]} 日</h1><p>今天没有活动。</p></body></html>")
        days = [(f"/board?month={month}&day={day}", f"第 {month} 月 {day} 日的活动") for day in range(1, 29)]
        return page(board(days, following=f"/board?month={month + 1}"))

    server.otherwise = lambda path: answer(path) if path.startswith("/board") else page("", 404)


def change_addresses(server: Server, _other: Server) -> None:
    """The same three threads on every page of the board, each time under other addresses."""
    count = itertools.count()

    def answer(path: str) -> Answer:
        if path.startswith("/thread"):
            return page(thread(int(path.split("/")[2])))
        number = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        rows = [(f"/thread/{each}/{next(count)}", f"轮胎 {each}") for each in range(3)]
        return page(board(rows, following=f"/board?page={number + 1}"))

    server.otherwise = lambda path: page("", 404) if path == "/robots.txt" else answer(path)


def write_sessions(server: Server, _other: Server) -> None:
    """A session id of its own in every link of every page."""
    count = itertools.count(1)

    def answer(path: str) -> Answer:
        place = urlsplit(path).path
        if place.startswith("/thread"):
            return page(thread(int(place.split("/")[2]), following=f"{place}?sid={next(count):032x}"))
        rows = [(f"/thread/{each}?sid={next(count):032x}", f"轮胎 {each}") for each in range(3)]
        return page(board(rows, following=f"/board?sid={next(count):032x}"))

    server.otherwise = lambda path: page("", 404) if path == "/robots.txt" else answer(path)


def die(server: Server, other: Server) -> None:
    """A server that is gone after its second thread."""
    good_board(server, other, rows=30)
    good = server.routes["/thread/1"]
    assert isinstance(good, bytes)

    def act(line: object) -> None:
        line.say(good)  # type: ignore[attr-defined]
        server.stop()

    server.routes["/thread/1"] = act


def drip_threads(server: Server, other: Server) -> None:
    """A board whose threads never come to an end."""
    good_board(server, other, rows=30)
    slow = drip(HTML + b"Content-Length: 9000\r\n\r\n")
    server.routes |= {f"/thread/{number}": slow for number in range(30)}


def stars(count: int) -> bytes:
    """Rules for robots that take some thinking."""
    rules = "".join(f"Disallow: /*{'a*' * 40}b{number}$\n" for number in range(count))
    return page(f"User-agent: *\n{rules}", kind=PLAIN)


PLACES = (
    Place("robots_of_fifty_megabytes", with_robots(pour(TEXT + b"\r\n", COMMENT, 50 * MEGABYTE)), "done", 6),
    Place("robots_is_a_page", with_robots(page(thread(1))), "done", 6),
    Place("robots_is_a_bomb", with_robots(bomb("gzip")), "robots"),
    Place("robots_drips", with_robots(drip(TEXT + b"Content-Length: 9000\r\n\r\n")), "unreachable"),
    Place("robots_breaks_down", with_robots(page("oops", 500)), "robots"),
    Place("robots_breaks_off", with_robots(cut_and_reset), "unreachable"),
    Place("robots_goes_round", with_robots(redirect("/robots.txt")), "done", 6),
    Place("robots_leads_home", with_robots(redirect("http://192.168.1.1/robots.txt")), "refused_address"),
    Place("robots_of_stars", with_robots(stars(300)), "done", 6),
    Place("robots_asks_for_a_year", with_robots(A_YEAR), "rate_limited"),
    Place("links_into_private_networks", lead_to_private, "done", 2),
    Place("yes_to_everything", say_yes_to_all, "empty"),
    Place("yes_to_every_thread", say_yes_to_threads, "empty", 6),
    Place("a_thread_without_end", turn_for_ever, "budget_spent", 400, start="/thread", most=220),
    Place("a_pager_that_comes_back", turn_back, "done", 6),
    Place("calendars", write_calendars, "empty"),
    Place("addresses_that_change", change_addresses, "done", 6),
    Place("session_ids", write_sessions, "done", 6),
    Place("it_dies", die, "unreachable", 4),
    Place("it_drips", drip_threads, "unreachable"),
    Place("it_asks_for_an_hour", with_start(page("later", 429, Retry_After="3600")), "rate_limited", most=2),
    Place("it_never_has_time", with_start(page("later", 503, Retry_After="0")), "rate_limited", most=5),
    Place("log_in_for_all", with_start(page("<html><body>您尚未登录，没有权限访问该版块</body></html>")), "login_wall"),
    Place("a_puzzle_for_all", with_start(page("<html><body>请计算：3 + 4 = ？</body></html>")), "captcha"),
    Place("out_of_bounds", with_start(page("no", 403)), "blocked"),
    Place("gone", with_start(page("no", 404)), "soft_404"),
    Place("start_leads_home", with_start(redirect("http://169.254.169.254/latest")), "refused_address"),
    Place("start_of_two_gigabytes", with_start(pour(HTML + b"\r\n", b"x" * 65536, 2**31)), "failed"),
    Place("start_of_a_million_links", with_start(large("<html><body>", "<a href=/t>x</a>", 500_000)), "failed"),
    Place("start_is_a_file", with_start(page(b"PK\x03\x04", kind="application/zip")), "not_html"),
)  # fmt: skip
