"""The pictures of sealed pages: drawn later than the page is sealed, sealed under the same key, entered in the ledger.

That a picture could not be drawn is entered as well, with the reason in a word. Until somebody has tried there is no
row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from domain.pages import PagePicture
from store.engine import Store
from store.evidence import enter_picture
from store.findings import locate
from store.seals import Digests, clear_picture, seal_picture
from store.tables import CaptureRow, CaptureVersionRow, FindingVersionRow, PagePictureRow


def list_undrawn(store: Store, names: Sequence[str] | None = None, limit: int = 1000) -> list[str]:
    """The ids of at most so many captures of which nobody has drawn a picture yet, the newest first.

    Of all, or of those that prove the findings whose ids begin with `names`. Raises UnknownName.
    """
    drawn = select(PagePictureRow.capture_id).where(PagePictureRow.capture_id == CaptureRow.id).exists()
    found = select(CaptureRow.id).where(~drawn).order_by(col(CaptureRow.id).desc()).limit(limit)
    with store.reading() as session:
        if names is not None:
            ids = [locate(session, name)[0].id for name in names]
            proving = (
                select(CaptureVersionRow.capture_id)
                .join(FindingVersionRow, col(FindingVersionRow.id) == CaptureVersionRow.version_id)
                .where(col(FindingVersionRow.finding_id).in_(ids))
            )
            found = found.where(col(CaptureRow.id).in_(proving))
        return list(session.exec(found))


def keep_picture(store: Store, capture_id: str, picture: PagePicture, now: datetime) -> bool:
    """Seal the picture of a page, or write down why there is none; False when there is one already, or no such page.

    The file is there for good before the row says so. Raises DamagedSeal when the page's key is gone, DiskFull.
    """
    with store.transaction() as session:
        capture = session.get(CaptureRow, capture_id, with_for_update=True)
        if capture is None or session.get(PagePictureRow, capture_id) is not None:
            return False
        row = PagePictureRow(
            capture_id=capture_id, drawn_at=now, gap=picture.gap, width=picture.width, height=picture.height,
            full_height=picture.full_height, missing=picture.missing, browser=picture.browser,
        )  # fmt: skip
        clear_picture(store, capture_id)
        if picture.png is not None:
            sealed, drawn = seal_picture(store, capture_id, picture.png), Digests.of(picture.png)
            row.size, row.sha256, row.md5 = sealed.size, sealed.sha256, sealed.md5
            row.png_size, row.png_sha256, row.png_md5 = drawn.size, drawn.sha256, drawn.md5
        session.add(row)
        session.flush()
        enter_picture(session, store.keys, row, now)
    return True
