"""What the store knows of a source's threads and addresses, so that a crawl goes on where the last one stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, delete, select

from domain.pages import Haul, Mark, Validators
from store.engine import Store, in_batches
from store.keys import Keys
from store.tables import MarkRow, ValidatorRow


def mark_of(store: Store, source_id: str, key: str) -> Mark | None:
    """How far the thread or list `key` of a source has been read."""
    return marks_of(store, source_id, [key]).get(key)


def marks_of(store: Store, source_id: str, keys: Iterable[str]) -> dict[str, Mark]:
    """How far the threads and lists `keys` of a source have been read; those that were not are left out."""
    names = {mark_key(store.keys, key): key for key in keys}
    found: dict[str, Mark] = {}
    with store.reading() as session:
        for batch in in_batches(names):
            rows = select(MarkRow).where(col(MarkRow.source_id) == source_id, col(MarkRow.key).in_(batch))
            for row in session.exec(rows):
                sign, address = (
                    store.keys.unveil(veiled, row.key) if veiled is not None else None
                    for veiled in (row.sign, row.address)
                )
                key = names[row.key]
                found[key] = Mark(
                    key, sign, row.page, row.ended, row.floors_before, row.shown, address=address, deep_at=row.deep_at
                )
    return found


def validators_of(store: Store, source_id: str, url: str) -> Validators | None:
    """What the server said of `url` at the last visit."""
    name = _url_key(store.keys, url)
    with store.reading() as session:
        row = session.get(ValidatorRow, (source_id, name))
    value = store.keys.unveil(row.value, name) if row else None
    return Validators(*json.loads(value)) if value else None


def mark_key(keys: Keys, key: str) -> bytes:
    """What stands for a thread's key."""
    return keys.fingerprint("mark", key)


def remember(session: Session, keys: Keys, source_id: str, hauls: Sequence[Haul]) -> None:
    """Store what hauls say of their threads and addresses, over what was known; the last one's word counts."""
    marks = {mark_key(keys, haul.mark.key): (haul.role, haul.mark) for haul in hauls if haul.mark is not None}
    # A redirected address is asked for by its old name next time.
    given = {_url_key(keys, url): haul.validators for haul in hauls for url in (haul.page.requested_url, haul.page.url)}
    for table, names in ((MarkRow, list(marks)), (ValidatorRow, list(given))):
        for batch in in_batches(names):
            session.exec(delete(table).where(col(table.source_id) == source_id, col(table.key).in_(batch)))
    rows = [_mark_row(keys, name, role, mark) | {"source_id": source_id} for name, (role, mark) in marks.items()]
    values = [
        {"source_id": source_id, "key": name, "value": keys.veil(json.dumps([one.etag, one.last_modified]), name)}
        for name, one in given.items()
        if one.etag or one.last_modified
    ]
    if rows:
        session.exec(insert(MarkRow), params=rows)
    if values:
        session.exec(insert(ValidatorRow), params=values)


def _mark_row(keys: Keys, name: bytes, role: str, mark: Mark) -> dict[str, Any]:
    sign, address = (keys.veil(word, name) if word is not None else None for word in (mark.sign, mark.address))
    return {
        "key": name, "role": role, "sign": sign, "page": mark.page, "ended": mark.ended,
        "floors_before": mark.floors_before, "shown": mark.shown, "address": address, "deep_at": mark.deep_at,
    }  # fmt: skip


def forget(session: Session, source_id: str, mark: bytes | None) -> None:
    """Forget a thread, so that it is read again from its first page.

    The lists that lead to it must be walked again too, to their end and whether they changed or not: so the marks
    of lists and all validators of the source go with it.
    """
    session.exec(
        delete(MarkRow).where(
            col(MarkRow.source_id) == source_id, (col(MarkRow.role) != "thread") | (col(MarkRow.key) == mark)
        )
    )
    session.exec(delete(ValidatorRow).where(col(ValidatorRow.source_id) == source_id))


def forget_source(session: Session, source_id: str) -> None:
    """Forget all threads and addresses of a source."""
    session.exec(delete(MarkRow).where(col(MarkRow.source_id) == source_id))
    session.exec(delete(ValidatorRow).where(col(ValidatorRow.source_id) == source_id))


def _url_key(keys: Keys, url: str) -> bytes:
    return keys.fingerprint("url", url)
