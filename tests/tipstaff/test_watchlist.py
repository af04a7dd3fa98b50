"""The watch list as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadAddress, BadInput, BadSourceFile, BadValue, Refused
from tipstaff import watchlist

GOOD = """
["车主版"]
url = "https://forum.example/board/7"
every = "2h"
render = "never"
timezone = "Asia/Taipei"
basis = "公开版块"
assessor = "Chen"

[search]
url = "https://forum.example/find?q={query}"
query = ["车主数据", "车险名单"]
basis = "公开搜索"
assessor = "Chen"
max_pages = 5
"""
FIVE_FAULTS = """
[one]
url = "ftp://forum.example/"
every = "soon"

[two]
render = "sometimes"

[three]
url = "http://forum.example/"
colour = "red"
timezone = "Mars/Olympus"
basis = "b"
assessor = "a"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("written", "seconds"), [("30m", 1800), ("6h", 21600), ("1d", 86400), ("2w", 1209600)])
def test_spans_are_read(written: str, seconds: int) -> None:
    """A span such as 6h is read as seconds."""
    assert watchlist.read_span(written) == seconds


@given(st.text())
def test_any_span_is_read_or_refused(written: str) -> None:
    """No text as a span does anything but give seconds or a BadValue."""
    try:
        assert watchlist.read_span(written) >= 60
    except BadValue as error:
        assert "every" in str(error)


def test_a_file_of_sources_is_read(tmp_path: Path) -> None:
    """Each table becomes an entry with its own settings, and a search keeps its queries."""
    board, search = watchlist.read_source_file(write(tmp_path, GOOD))
    assert (board.source.name, board.every_seconds, board.source.render) == ("车主版", 7200, "never")
    assert search.source.queries == ("车主数据", "车险名单")
    assert search.source.max_pages == 5


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    """A file with faults in three tables gives all of them together, each with its table."""
    with pytest.raises(BadSourceFile) as caught:
        watchlist.read_source_file(write(tmp_path, FIVE_FAULTS))
    text = str(caught.value)
    for fault in (
        "[one] not an address",
        "[one] every",
        "[two] render",
        "[two] url is left out",
        "[three] the key",
        "Mars",
    ):
        assert fault in text


def test_a_name_that_is_taken_is_a_fault(tmp_path: Path) -> None:
    """A table named like a source that is watched already is refused with the file."""
    with pytest.raises(BadSourceFile, match="already"):
        watchlist.read_source_file(write(tmp_path, GOOD), taken=frozenset({"search"}))


def test_a_public_source_in_a_file_says_its_basis(tmp_path: Path) -> None:
    """Import refuses a public source without basis and assessor."""
    with pytest.raises(BadSourceFile, match="basis") as caught:
        watchlist.read_source_file(write(tmp_path, '[a]\nurl = "https://forum.example/"\n'))
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    "address",
    ["forum.example", "file:///etc/passwd", "http://", "http://a:b@c.example/", "http://[::1", "http://x:99999/"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """Only full http(s) addresses without a log-in can be watched."""
    with pytest.raises(BadAddress):
        watchlist.make_entry({"url": address})


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8000/", "http://localhost/", "http://[::1]/", "http://10.1.2.3/", "http://169.254.169.254/"],
)
def test_private_addresses_need_a_permit(address: str) -> None:
    """A private or loopback address is refused until it is permitted by name."""
    with pytest.raises(Refused, match="allow-private"):
        watchlist.make_entry({"url": address})
    assert watchlist.make_entry({"url": address, "allow_private": True}).source.allow_private


def test_a_search_needs_queries_and_queries_a_search() -> None:
    """{query} in the address and the list of queries come together or not at all."""
    with pytest.raises(BadValue):
        watchlist.make_entry({"url": "https://forum.example/?q={query}"})
    with pytest.raises(BadValue):
        watchlist.make_entry({"url": "https://forum.example/", "query": "车主"})


@settings(deadline=None)  # the first table pays for the list of platforms
@given(
    st.dictionaries(
        st.sampled_from([*watchlist.KEYS, "unknown"]),
        st.one_of(st.text(), st.integers(), st.booleans(), st.lists(st.text())),
    )
)
def test_any_table_is_an_entry_or_a_bad_input(table: dict[str, object]) -> None:
    """Whatever a table holds, it is read or refused with a BadInput, never anything else."""
    try:
        assert watchlist.make_entry(table).source.url.startswith("http")
    except BadInput as error:
        assert str(error)
        assert error.say("zh")


def test_assignments_change_several_fields() -> None:
    """KEY=VALUE words are read as the fields they stand for; the same key twice adds queries."""
    assert watchlist.read_assignments(["every=1d", "query=a", "query=b", "allow_private=yes"]) == {
        "every_seconds": 86400, "queries": ("a", "b"), "allow_private": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("http://proxy.example:3128", True), ("socks5://127.0.0.1:9050", True), ("socks5h://ann:pw@tor.example", True),
        ("https://proxy.example", True), ("ftp://proxy.example", False), ("127.0.0.1:9050", False),
        ("socks5://", False), ("socks4://127.0.0.1:9050", False), ("socks5://127.0.0.1:99999", False),
        ("socks5://a b:1", False),
    ],
)  # fmt: skip
def test_proxies(written: str, known: bool) -> None:
    """A proxy speaks HTTP or SOCKS5 and is given by its whole address."""
    if known:
        assert watchlist.read_proxy(written) == written
    else:
        with pytest.raises(BadValue):
            watchlist.read_proxy(written)


def test_hidden_services_need_their_proxy() -> None:
    """An .onion address without a SOCKS proxy is refused with what would make it possible."""
    onion = {"url": "http://" + "a" * 56 + ".onion/board"}
    for proxy in ({}, {"proxy": "http://127.0.0.1:8118"}):
        with pytest.raises(Refused, match="socks5://"):
            watchlist.make_entry(onion | proxy)
    assert watchlist.make_entry(onion | {"proxy": "socks5://127.0.0.1:9050"}).source.proxy


SELECTORS = '[site]\nurl = "http://127.0.0.1:1/"\nallow_private = true\n[site.selectors]\npost = ".m"\nbody = "{}"\n'


def test_a_site_is_described_in_a_file(tmp_path: Path) -> None:
    """A table of selectors is read with its source, and a faulty one is named by its part."""
    file = tmp_path / "sources.toml"
    file.write_text(SELECTORS.format(".x"), encoding="utf-8")
    (entry,) = watchlist.read_source_file(file)
    assert entry.source.selectors == {"post": ".m", "body": ".x"}
    file.write_text(SELECTORS.format("div["), encoding="utf-8")
    with pytest.raises(BadSourceFile, match=r"\[site\] selectors\.body cannot be 'div\['"):
        watchlist.read_source_file(file)


def test_selectors_are_set_one_by_one() -> None:
    """`selectors.PART=…` words are gathered; an empty one stays, to take the part out."""
    assert watchlist.read_assignments(["selectors.post=.m > p", "selectors.body=", "every=2h"]) == {
        "selectors": {"post": ".m > p", "body": ""},
        "every_seconds": 7200,
    }
    with pytest.raises(BadInput, match=r"selectors\.post"):
        watchlist.read_assignments(["selectors.post=div["])
    with pytest.raises(BadInput, match="poster"):
        watchlist.read_assignments(["selectors.poster=a"])
