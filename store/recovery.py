"""What a process that died left half done, put right when the store is opened next.

Files without a row: a delivery that was not committed, or a page that was settled and not yet removed; they go (a
sealed page lies among the captures by then). Rows without a file: the page is gone, so that all that would keep it
from being fetched again goes too. Packages that were being written are finished or go (store/referrals/drafts.py).
Findings that an older version has left unfiled are filed.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from store.catalogue import file_rest
from store.engine import Store
from store.evidence import adopt
from store.ledger import replaced_keys
from store.locks import sweeping
from store.purging import finish_purge
from store.referrals.drafts import finish_drafts
from store.runs import close_dead_runs
from store.seals import clear_spool, destroy_page, spooled_pages
from store.signing import destroy_signers, list_signers
from store.spool import discard
from store.tables import CaptureRow, PageRow, RunRow


def recover(store: Store, now: datetime) -> None:
    """Put right what is half done and whose process is gone. Living processes are not disturbed."""
    files, rows = spooled_pages(store), _page_rows(store)
    if files != rows:
        with sweeping(store.home) as alone:
            # Nothing is being delivered now: what still differs was left behind.
            if alone:
                files, rows = spooled_pages(store), _page_rows(store)
                _sweep(store, files - rows)
                for page_id in rows - files:
                    discard(store, page_id)
    adopt(store, now)
    file_rest(store)
    finish_purge(store)
    clear_signers(store)
    finish_drafts(store, now)
    with store.reading() as session:
        running = session.exec(select(RunRow.id).where(col(RunRow.ended_at).is_(None))).first()
    if running is not None:
        close_dead_runs(store, now)


def clear_signers(store: Store) -> None:
    """Destroy the private keys that another replaced, where a process died before it came to that."""
    lying = list_signers(store.keys.folder)
    if len(lying) > 1:
        with store.reading() as session:
            destroy_signers(store.keys.folder, lying & replaced_keys(session))


def _sweep(store: Store, page_ids: set[str]) -> None:
    for page_id in page_ids:
        with store.reading() as session:
            sealed = session.get(CaptureRow, page_id) is not None
        if sealed:
            clear_spool(store, page_id)
        else:
            destroy_page(store, page_id)


def _page_rows(store: Store) -> set[str]:
    with store.reading() as session:
        return set(session.exec(select(PageRow.id)))
