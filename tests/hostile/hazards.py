"""The table of hazards: pages that stand as threads among good ones. All of it is data for test_hazards.py.

`reason` is the word of CONTRACT.md that a page ends with, None where it is a page to be read; then `texts` stand in its
posts. A page may be given up for more than one good reason; the table has the one that says most.
"""

from __future__ import annotations

import gzip
import socket
import zlib
from dataclasses import dataclass

import brotli
from tyres import WORDS, post, thread
from wire import Act, Answer, Line, drip, page, pour, redirect

MEGABYTE = 1024 * 1024
EMPTY = bytes(100 * MEGABYTE)
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
ATTRIBUTES = HTML + b"\r\n<html><body><p "
SIMPLIFIED = "车主论坛的旧帖：轮胎转让，价格面议。"
TRADITIONAL = "車主論壇的舊帖：輪胎轉讓，價格面議，請與版主聯絡，謝謝各位。"


@dataclass(frozen=True)
class Hazard:
    """One page. `{port}` in a text answer's address is another server's, which must not be asked."""

    name: str
    answer: Answer
    reason: str | None
    texts: tuple[str, ...] = ()


def hang_up(line: Line) -> None:
    """Ends its side without a word, and listens on."""
    line.wire.shutdown(socket.SHUT_WR)
    line.wire.recv(1)


def cut_and_reset(line: Line) -> None:
    """Half an answer, then a reset."""
    line.say(HTML + b"Content-Length: 90000\r\n\r\n<html><body>half")
    line.reset()


def go_on_promising(line: Line) -> None:
    """Interim answers without end."""
    for _ in range(20_000):
        line.say(b"HTTP/1.1 102 Processing\r\n\r\n")


def add_headers(line: Line) -> None:
    """Header lines without end."""
    line.say(b"HTTP/1.1 200 OK\r\n")
    for number in range(200_000):
        line.say(f"X-{number}: {'y' * 100}\r\n".encode())


def bomb(coding: str) -> bytes:
    """100 MB of nothing in some hundred kilobytes at most; twice packed, in some hundred bytes."""
    packed = {
        "gzip": lambda: gzip.compress(EMPTY, 1),
        "deflate": lambda: zlib.compress(EMPTY, 1),
        "br": lambda: brotli.compress(EMPTY, quality=1),
        "gzip, gzip": lambda: gzip.compress(gzip.compress(EMPTY, 1), 9),
    }
    return page(packed[coding](), Content_Encoding=coding)


def large(start: str, piece: str, count: int, end: str = "") -> Act:
    """A page of much the same, made when it is asked for."""
    return lambda line: line.say(page(start + piece * count + end))


def said(sentence: str, status: int = 200) -> bytes:
    """A page with one sentence."""
    return page(f"<html><head><title>提示</title></head><body><p>{sentence}</p></body></html>", status)


def written(codec: str, declared: str, text: str = SIMPLIFIED, *, meta: str = "utf-8") -> bytes:
    """A good page in a codec of its own."""
    kind = f"text/html; charset={declared}" if declared else "text/html"
    return page(
        thread(70, text * 4, text * 3)
        .replace('charset="utf-8"', f'charset="{meta}"')
        .encode(codec, "xmlcharrefreplace"),
        kind=kind,
    )


GOOD = thread(1)
FIFTH = thread(5).encode()
# Where no crawl may be led: (name, address). `{port}` is a server of this test.
PRIVATE = (
    ("loopback", "http://127.0.0.1:{port}/secret"),
    ("loopback_name", "http://localhost:{port}/secret"),
    ("loopback_short", "http://127.1:{port}/secret"),
    ("loopback_decimal", "http://2130706433:{port}/secret"),
    ("loopback_octal", "http://0177.0.0.1:{port}/secret"),
    ("loopback_hexadecimal", "http://0x7f000001:{port}/secret"),
    ("loopback_full_width", "http://１２７.０.０.１:{port}/secret"),
    ("loopback_ipv6", "http://[::1]:{port}/secret"),
    ("loopback_mapped", "http://[::ffff:127.0.0.1]:{port}/secret"),
    ("loopback_mapped_hexadecimal", "http://[::ffff:7f00:1]:{port}/secret"),
    ("loopback_nat64", "http://[64:ff9b::7f00:1]:{port}/secret"),
    ("unspecified", "http://0.0.0.0:{port}/secret"),
    ("link_local", "http://169.254.169.254/latest/meta-data/"),
    ("link_local_decimal", "http://2852039166/latest/meta-data/"),
    ("link_local_ipv6", "http://[fe80::1]/"),
    ("private_ten", "http://10.0.0.1/"),
    ("private_home", "http://192.168.1.1/admin"),
    ("unique_local", "http://[fd00::1]/"),
    ("carrier", "http://100.100.100.200/latest/meta-data/"),
    ("multicast", "http://224.0.0.1/"),
)

REDIRECTS = (
    Hazard("circle", redirect("/circle"), "failed"),
    Hazard("ping", redirect("/pong"), "failed"),
    Hazard("chain", redirect("/chain?step=1"), "failed"),
    Hazard("to_a_file", redirect("file:///etc/passwd"), "refused_address"),
    Hazard("to_data", redirect("data:text/html,<p>x"), "refused_address"),
    Hazard("to_a_script", redirect("javascript:alert(1)"), "refused_address"),
    Hazard("to_log_in", redirect("/login?next=x"), "login_wall"),
    Hazard("to_nothing", redirect(""), "failed"),
    *(Hazard(f"to_{name}", redirect(address), "refused_address") for name, address in PRIVATE),
)

CONNECTIONS = (
    Hazard("drip_body", drip(HTML + b"Content-Length: 5000\r\n\r\n"), "unreachable"),
    Hazard("drip_headers", drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), "unreachable"),
    Hazard("silence", lambda line: line.wire.recv(1) and None, "unreachable"),
    Hazard("half_closed", hang_up, "unreachable"),
    Hazard("connection_reset", lambda line: line.reset(), "unreachable"),
    Hazard("reset_half_way", cut_and_reset, "unreachable"),
    Hazard("garbage", b"\x00\xff\xfe no such protocol\r\n\r\n\r\n", "unreachable"),
    Hazard("interim_for_ever", go_on_promising, "unreachable"),
    Hazard("headers_for_ever", add_headers, "unreachable"),
    Hazard("one_long_header", b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * (2 * MEGABYTE) + b"\r\n\r\n", "unreachable"),
    Hazard("length_too_long", HTML + b"Content-Length: 90000\r\n\r\n" + GOOD.encode(), "unreachable"),
    Hazard("length_not_a_number", HTML + b"Content-Length: many\r\n\r\n" + GOOD.encode(), "unreachable"),
    Hazard(
        "length_twice", HTML + b"Content-Length: 10\r\nContent-Length: 90000\r\n\r\n" + GOOD.encode(), "unreachable"
    ),
    Hazard("chunks_broken", HTML + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nno\r\n", "unreachable"),
)

BODIES = (
    Hazard("two_gigabytes_said", pour(HTML + b"Content-Length: 2147483648\r\n\r\n", b"x" * 65536, 2**31), "failed"),
    Hazard("two_gigabytes_unsaid", pour(HTML + b"Connection: close\r\n\r\n", b"x" * 65536, 2**31), "failed"),
    Hazard("bomb_gzip", bomb("gzip"), "failed"),
    Hazard("bomb_deflate", bomb("deflate"), "failed"),
    Hazard("bomb_brotli", bomb("br"), "failed"),
    Hazard("bomb_in_a_bomb", bomb("gzip, gzip"), "failed"),
    Hazard("gzip_that_is_none", page(b"\x00" * 500, Content_Encoding="gzip"), "failed"),
    Hazard("picture", page(b"\x89PNG\r\n\x1a\n" + bytes(500), kind="image/png"), "not_html"),
    Hazard("zip_file", page(b"PK\x03\x04" + bytes(500), kind="application/zip"), "not_html"),
    Hazard("nothing", page(b""), "empty"),
)

SHAPES = (
    Hazard("nested_deep", large("<html><body>", "<div>", 100_000, GOOD), "empty"),
    Hazard("nested_quotes", large(thread(20), "<blockquote>x", 50_000), None, (WORDS,)),
    Hazard("a_million_links", large("<html><body>", '<a href="/t">x</a>', 1_000_000 // 2), "failed"),
    Hazard("links_by_the_score", large(thread(21), '<a href="/t?n=1">x</a>', 40_000), None, (WORDS,)),
    Hazard("fifty_megabytes_of_attributes", pour(ATTRIBUTES, b'data-x="y" ' * 6000, 50 * MEGABYTE), "failed"),
    Hazard("an_attribute_of_megabytes", large(thread(22) + '<p title="', "x ", MEGABYTE, '">'), None, (WORDS,)),
    Hazard("many_attributes", large(thread(23) + "<p ", "a=1 b=2 ", 100_000, ">"), None, (WORDS,)),
    Hazard(
        "many_posts", lambda line: line.say(page("<html><body>" + "".join(post(n, "x") for n in range(9000)))), "failed"
    ),
    Hazard("open_tags", large(thread(24), "<", 3 * MEGABYTE), "failed"),
)

TEXTS = (
    Hazard("open_comment", large(thread(25), "<!-", 30_000), None, (WORDS,)),
    Hazard("text_of_digits", large(thread(26) + "<p>", "1", 2 * MEGABYTE), None, (WORDS,)),
    Hazard("text_of_blanks", large(thread(27) + "<p>", " \t", MEGABYTE), None, (WORDS,)),
    Hazard("text_of_times", large(thread(28) + "<p>", "2026-09-01 10:00 昨天 ", 40_000), None, (WORDS,)),
    Hazard("title_of_megabytes", large("<title>", "- | ", MEGABYTE // 4, f"</title>{thread(29)}"), None, (WORDS,)),
    Hazard("json_nested", large(thread(30) + '<script type="application/ld+json">', '{"a":', 60_000), None, (WORDS,)),
    Hazard("select_of_megabytes", large(thread(31) + "<select>", "<option>2026-09-01 10:00", 50_000), None, (WORDS,)),
    Hazard("tables_in_tables", large(thread(32), "<table><tr><td>", 15_000), None, (WORDS,)),
    Hazard("nul_bytes", large(thread(33), "\0", MEGABYTE), None, (WORDS,)),
)

CHARSETS = (
    Hazard("gbk_said_utf8", written("gbk", "utf-8"), None, (SIMPLIFIED,)),
    Hazard("gbk_unsaid", written("gbk", "", meta=""), None, (SIMPLIFIED,)),
    Hazard("gb18030_said_gb2312", written("gb18030", "gb2312", SIMPLIFIED + "㐂𠮷"), None, ("㐂𠮷",)),
    Hazard("big5_said_latin", written("big5", "iso-8859-1", TRADITIONAL, meta="iso-8859-1"), None, (TRADITIONAL,)),
    Hazard("utf8_said_gbk", written("utf-8", "gbk", meta="gbk"), None, (SIMPLIFIED,)),
    Hazard("utf16_with_mark", written("utf-16", ""), None, (SIMPLIFIED,)),
    Hazard("utf16_without_mark", written("utf-16-le", "utf-16le", meta="utf-16le"), None, (SIMPLIFIED,)),
    Hazard("utf8_with_mark", written("utf-8-sig", "gbk"), None, (SIMPLIFIED,)),
    Hazard("no_such_charset", written("utf-8", "x-klingon", meta="x-klingon"), None, (SIMPLIFIED,)),
    Hazard("mixed_bytes", page(thread(71, WORDS, "@@").encode().replace(b"@@", "轮胎".encode("gbk"))), None, (WORDS,)),
)

HEADERS = (
    Hazard("cookies_bad", page(GOOD, Set_Cookie="=;;=; \x7f; Domain=.; Expires=never; Max-Age=x"), None, (WORDS,)),
    Hazard("cookie_of_another", page(thread(2), Set_Cookie="sid=1; Domain=example.org"), None, (WORDS,)),
    Hazard("cookie_large", page(thread(3), Set_Cookie="a=" + "b" * 9000), None, (WORDS,)),
    Hazard("header_of_bytes", page(thread(4), X_Name="轮胎\x01\x02"), None, (WORDS,)),
    Hazard(
        "header_without_colon",
        HTML + b"Content-Length: %d\r\nno colon here\r\n\r\n%s" % (len(FIFTH), FIFTH),
        None,
        (WORDS,),
    ),
    Hazard(
        "location_of_a_page",
        page(thread(6), Location="http://127.0.0.1/", Refresh="0; url=http://127.0.0.1/"),
        None,
        (WORDS,),
    ),
    Hazard("tags_bad", page(thread(7), ETag="\x00", Last_Modified="yesterday", Content_Type="x"), None, (WORDS,)),
)

WALLS = (
    Hazard("log_in", said("抱歉，您尚未登录，没有权限访问该版块"), "login_wall"),
    Hazard("log_in_401", said("no", 401), "login_wall"),
    Hazard("captcha", page('<html><body>Security check<div class="g-recaptcha"></div></body></html>'), "captcha"),
    Hazard("sum", said("请计算：3 + 4 = ？"), "captcha"),
    Hazard("reload", said("页面重载开启<script>location.reload()</script>"), "blocked"),
    Hazard("forbidden", said("Access denied", 403), "blocked"),
    Hazard("teapot", said("no", 418), "blocked"),
    Hazard("law", said("no", 451), "blocked"),
    Hazard("gone", said("gone", 410), "soft_404"),
    Hazard("soft_404", said("抱歉，指定的主题不存在或已被删除或正在被审核"), "soft_404"),
    Hazard("broken_down", said("oops", 500), "unreachable"),
    Hazard("status_of_its_own", said("x", 799), "unreachable"),
)

WORDS_THAT_ARE_PAGES = (
    Hazard(
        "closing_tags", page(thread(40, f"{WORDS}</div></div></body></html>", WORDS + "完", raw=True)), None, (WORDS,)
    ),
    Hazard("a_whole_page", page(thread(41, f"{WORDS}<html><body><h1>404</h1>", WORDS, raw=True)), None, (WORDS,)),
    Hazard("a_plea_for_log_in", page(thread(42, f"{WORDS} 您尚未登录，请先登录", WORDS)), None, (WORDS, "请先登录")),
    Hazard(
        "unseen", page(thread(43, f'{WORDS}<i style="display:none">暗语一二三</i>', WORDS, raw=True)), None, (WORDS,)
    ),
    Hazard("unending", page(thread(44, f"{WORDS}<textarea><script>", WORDS, raw=True)), None, (WORDS,)),
    Hazard("another_base", page(thread(45, head='<base href="http://127.0.0.1:1/">')), None, (WORDS,)),
    Hazard("refresh", page(thread(46, head='<meta http-equiv="refresh" content="0; url=/login">')), None, (WORDS,)),
    Hazard("odd_characters", page(thread(47, WORDS + "\u202e\u200b\ufeff\ud7ff", WORDS)), None, (WORDS,)),
    Hazard("pager_to_page_one", page(thread(48, following="/pager_to_page_one?page=2")), None, (WORDS,)),
    Hazard("pager_to_itself", page(thread(49, following="/pager_to_itself")), None, (WORDS,)),
    Hazard("pager_to_a_script", page(thread(50, following="javascript:next()")), None, (WORDS,)),
    Hazard("pager_to_private", page(thread(51, following="http://169.254.169.254/")), None, (WORDS,)),
)

# Each group is crawled at once, from one board.
GROUPS = {
    "redirects": REDIRECTS, "connections": CONNECTIONS, "bodies": BODIES, "shapes": SHAPES, "texts": TEXTS,
    "charsets": CHARSETS, "headers": HEADERS, "walls": WALLS, "words": WORDS_THAT_ARE_PAGES,
}  # fmt: skip
