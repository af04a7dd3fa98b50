"""A package while it is being written, wherever that is: what a process that died has left there is put right.

The draft lies beside the place that was asked for, which may be anywhere; so a note in the store's folder says where,
and who writes it. A draft that was entered in the ledger before its process died is the referral and goes to its place,
any other goes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from store.engine import Store
from store.files import place_file
from store.holders import is_gone, this_holder
from store.tables import ReferralRow

_FOLDER = "drafts"


@contextmanager
def open_draft(store: Store, referral_id: str, path: Path, now: datetime) -> Iterator[tuple[BinaryIO, Path]]:
    """A file beside `path` that nobody else can read; gone again unless it was moved into its place. Raises OSError."""
    draft = _draft_of(path)
    note = store.home / _FOLDER / f"{referral_id}.json"
    told = {"path": str(path.absolute()), "holder": this_holder(), "at": now.isoformat()}
    place_file(note, json.dumps(told).encode(), durable=True)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream, draft
    finally:
        draft.unlink(missing_ok=True)
        note.unlink(missing_ok=True)


def finish_drafts(store: Store, now: datetime) -> None:
    """Put right what was being written by processes that are gone. A folder that is not there now is for later."""
    for note in sorted((store.home / _FOLDER).glob("*.json")):
        with suppress(OSError, ValueError):
            told = json.loads(note.read_bytes())
            path = Path(told["path"])
            if path.parent.is_dir() and is_gone(told["holder"], datetime.fromisoformat(told["at"]), now):
                _finish(store, note.stem, path)
                note.unlink(missing_ok=True)


def _finish(store: Store, referral_id: str, path: Path) -> None:
    draft = _draft_of(path)
    with store.reading() as session:
        made = session.get(ReferralRow, referral_id)
    if made is not None and draft.exists() and not path.exists():
        with draft.open("rb") as stream:
            entered = hashlib.file_digest(stream, "sha256").hexdigest() == made.sha256
        if entered:
            os.replace(draft, path)
    draft.unlink(missing_ok=True)


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
