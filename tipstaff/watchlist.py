"""The watch list as people write it: `KEY=VALUE` words, options, and files of sources in TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from domain.errors import BadInput, BadSourceFile, BadValue, UnknownName, UnknownPlatform
from domain.sources import RENDERS, Source, check_address
from tipstaff.conduct import check_onion, check_private, is_private
from tipstaff.retention import read_retention

DEFAULT_EVERY = 6 * 3600
_SPAN = re.compile(r"(\d+)\s*(m|min|h|d|w)", re.IGNORECASE)
_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_TRUE, _FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")


@dataclass(frozen=True)
class Entry:
    """One source as it stands in the watch list, before it has an id."""

    source: Source
    every_seconds: int = DEFAULT_EVERY
    basis: str | None = None
    assessor: str | None = None
    retention: Mapping[str, int | None] = field(default_factory=dict)


def read_span(value: Any) -> int:
    """Seconds of "30m", "6h", "1d" or "2w". Raises BadValue."""
    match = _SPAN.fullmatch(str(value).strip())
    seconds = int(match[1]) * _SECONDS[match[2].lower()] if match else 0
    if seconds < 60:
        raise BadValue(name="every", value=value, want="a span such as 30m, 6h, 1d or 2w")
    return seconds


def read_render(value: Any) -> str:
    """One of RENDERS. Raises BadValue."""
    if value not in RENDERS:
        raise BadValue(name="render", value=value, want=" or ".join(RENDERS))
    return str(value)


def read_timezone(value: Any) -> str:
    """An IANA zone name. Raises BadValue."""
    try:
        return ZoneInfo(str(value)).key
    except (KeyError, ValueError, OSError):
        raise BadValue(name="timezone", value=value, want="an IANA name such as Asia/Shanghai") from None


def read_platform(value: Any) -> str | None:
    """The name of a platform there is. Raises UnknownPlatform."""
    from crawlers.platforms import PLATFORMS

    known = sorted(PLATFORMS)
    if value in ("", "auto"):
        return None
    if value not in known:
        raise UnknownPlatform(name=value, known=", ".join(known))
    return str(value)


def read_flag(value: Any) -> bool:
    """A yes or no. Raises BadValue."""
    word = str(value).lower()
    if word not in _TRUE + _FALSE:
        raise BadValue(name="the flag", value=value, want="true or false")
    return word in _TRUE


def read_count(value: Any) -> int:
    """A whole number from 1. Raises BadValue."""
    if not re.fullmatch(r"[1-9]\d{0,8}", str(value)):
        raise BadValue(name="the number", value=value, want="a whole number from 1")
    return int(value)


def read_seconds(value: Any) -> float:
    """Seconds from 0. Raises BadValue."""
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", str(value)):
        raise BadValue(name="delay", value=value, want="seconds, such as 2 or 0.5")
    return float(value)


def read_proxy(value: Any) -> str | None:
    """The address of an HTTP or SOCKS5 proxy, or none. Raises BadValue."""
    from crawlers.conduct.proxies import SCHEMES

    if not value:
        return None
    try:
        parts = urlsplit(str(value))
        known = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0 and parts.path in ("", "/")
    except ValueError:
        known = False
    if not known or any(character.isspace() for character in str(value)):
        raise BadValue(
            name="proxy",
            value=value,
            want="an address such as http://proxy.example.org:3128 or socks5://127.0.0.1:9050",
        )
    return str(value)


def read_words(value: Any) -> tuple[str, ...]:
    """One query, or a list of them; "@owners" names a list that is shipped. Raises BadValue."""
    from tipstaff.queries import open_themes

    words = value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(word, str) and word.strip() for word in words):
        raise BadValue(name="query", value=value, want="words, or a list of words")
    open_themes(words)
    return tuple(words)


def read_selectors(value: Any) -> dict[str, str]:
    """The selectors of a site that is described by hand, checked together. Raises BadValue for the first faulty one."""
    from crawlers.declared import check_selector, check_selectors

    if not isinstance(value, Mapping):
        raise BadValue(name="selectors", value=value, want='a table, as in selectors = { post = ".post" }')
    read = {part: check_selector(part, selector) for part, selector in value.items()}
    check_selectors(read)
    return read


def read_text(value: Any) -> str:
    """Some text on one line. Raises BadValue."""
    if not isinstance(value, str) or not value.strip() or "\n" in value:
        raise BadValue(name="the text", value=repr(value), want="some words on one line")
    return value.strip()


# What can be set of a source, and who reads it. Names as in `tipstaff source set NAME KEY=VALUE`.
KEYS: Mapping[str, Callable[[Any], Any]] = {
    "name": read_text,
    "url": lambda value: check_address(str(value)),
    "every": read_span,
    "render": read_render,
    "timezone": read_timezone,
    "platform": read_platform,
    "query": read_words,
    "proxy": read_proxy,
    "allow_private": read_flag,
    "max_pages": read_count,
    "delay": read_seconds,
    "images": read_flag,
    "selectors": read_selectors,
    "retention": read_retention,
    "basis": read_text,
    "assessor": read_text,
}
# Keys whose field in Source (or beside it) has another name.
FIELDS = {"query": "queries", "every": "every_seconds"}
BESIDE = ("every_seconds", "basis", "assessor", "retention")


def read_key(key: str, value: Any) -> tuple[str, Any]:
    """The field that `key` stands for, and its value. Raises BadValue or another BadInput."""
    if key not in KEYS:
        raise BadValue(name="the key", value=key, want="one of " + ", ".join(KEYS))
    try:
        return FIELDS.get(key, key), KEYS[key](value)
    except BadValue as error:
        if key == "selectors":
            raise  # which of them is said already
        raise BadValue(name=key, value=value, want=error.facts["want"]) from None


def read_assignments(words: list[str]) -> dict[str, Any]:
    """The fields that words such as `every=2h` change. Raises BadValue for the first that cannot be read."""
    changes: dict[str, Any] = {}
    words, selectors = split_selectors(words)
    if selectors:
        changes["selectors"] = selectors
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise BadValue(name="the change", value=word, want="KEY=VALUE, as in every=2h")
        field, read = read_key(key.strip(), value.strip())
        changes[field] = changes.get(field, ()) + read if field == "queries" else read
    return changes


def split_selectors(words: Sequence[str], prefix: str = "selectors.") -> tuple[list[str], dict[str, str]]:
    """Words such as `selectors.post=.msg` apart from the others, by part. Raises BadValue for what is no selector.

    An empty one stays: it takes the selector out that was there before.
    """
    from crawlers.declared import check_selector

    others: list[str] = []
    found: dict[str, str] = {}
    for word in words:
        part, equals, selector = word.partition("=")
        if not part.strip().startswith(prefix):
            others.append(word)
        elif not equals:
            raise BadValue(name="the selector", value=word, want=f"KEY=SELECTOR, as in {prefix}post=.post")
        else:
            part = part.strip().removeprefix(prefix)
            found[part] = check_selector(part, selector) if selector.strip() else ""
    return others, found


def make_entry(given: Mapping[str, Any]) -> Entry:
    """A whole source from the keys of KEYS, checked together. Raises BadInput."""
    fields = dict(read_key(key, value) for key, value in given.items())
    beside = {name: fields.pop(name) for name in BESIDE if name in fields}
    if "url" not in fields:
        raise BadValue(name="url", value="left out", want="the address to watch")
    fields.setdefault("name", name_address(fields["url"]))
    source = Source(**fields)
    if ("{query}" in source.url) != bool(source.queries):
        raise BadValue(
            name="query", value=list(source.queries), want="{query} in the address and at least one query, or neither"
        )
    check_private(source.url, allowed=source.allow_private)
    check_onion(source)
    return Entry(source, **beside)


def name_address(address: str) -> str:
    """A name for a source that was given none: its host and the telling parts of its path."""
    parts = urlsplit(address)
    tail = re.sub(r"[^0-9A-Za-z一-鿿]+", "-", f"{parts.path} {parts.query}").strip("-")
    return "-".join(filter(None, (parts.netloc.replace(":", "-"), tail)))[:80]


def read_source_file(path: Path, *, allow_private: bool = False, taken: frozenset[str] = frozenset()) -> list[Entry]:
    """The sources of a TOML file, one table each. Raises BadSourceFile with every fault, or UnknownName."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise UnknownName(kind="file", name=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSourceFile(path=str(path), faults=(f"not TOML: {error}",)) from None
    entries: list[Entry] = []
    faults: list[str] = []
    for name, table in tables.items():
        read = _read_table(name, table, allow_private)
        entries.extend(entry for entry in read if isinstance(entry, Entry))
        faults.extend(f"[{name}] {fault}" for fault in read if isinstance(fault, str))
        if name in taken:
            faults.append(f"[{name}] there is a source of that name already")
    if not tables:
        faults.append('no source in it; each source is a table: [name] and under it url = "https://…"')
    if faults:
        raise BadSourceFile(path=str(path), faults=tuple(faults))
    return entries


def _read_table(name: str, table: Any, allow_private: bool) -> list[Entry | str]:
    """The entry of one table, or every fault it has, one line each."""
    if not isinstance(table, dict):
        return [f"it is not a table but {type(table).__name__}; write [{name}] and under it url = …"]
    faults: list[Entry | str] = []
    for key, value in table.items():
        try:
            read_key(key, value)
        except BadInput as error:
            faults.append(str(error))
    url = table.get("url")
    if url is None:
        faults.append("url is left out")
    elif isinstance(url, str) and url.startswith("http") and not is_private(url):
        faults.extend(f"{key} is left out: a public source says why it may be watched and who assessed that"
                      for key in ("basis", "assessor") if key not in table)  # fmt: skip
    if faults:
        return faults
    try:
        return [make_entry({"name": name, "allow_private": allow_private, **table})]
    except BadInput as error:
        return [str(error)]
