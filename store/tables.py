"""What has identity and a life of its own, a table a noun.

Of a post that is no finding nothing readable is in any of these: `key` columns are fingerprints (store/keys.py), and
what a site says in the words of its threads (signs, validators) is veiled.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index, LargeBinary, MetaData, String, text
from sqlmodel import Field, SQLModel

from store.columns import Json, Time, Whole, Words

ID = String(32)
WORD = String(32)


class Row(SQLModel):
    """The base of all tables. Constraints have names, so that a migration can change them on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class StoreRow(Row, table=True):
    """Facts about the store itself: `key_check` tells whether keys/store.key is this store's."""

    __tablename__ = "store"

    name: str = Field(primary_key=True, sa_type=WORD)
    value: str = Field(sa_type=Words)


class SourceRow(Row, table=True):
    """A watched source. One that is watched no longer stays, for the findings that came from it."""

    __tablename__ = "sources"
    __table_args__ = (
        Index(
            "ix_sources_living_name", "name", unique=True,
            sqlite_where=text("removed_at IS NULL"), postgresql_where=text("removed_at IS NULL"),
        ),
    )  # fmt: skip

    id: str = Field(primary_key=True, sa_type=ID)
    name: str = Field(sa_type=Words)
    url: str = Field(sa_type=Words)
    render: str = Field(sa_type=WORD)
    timezone: str = Field(sa_type=Words)
    platform: str | None = Field(default=None, sa_type=Words)
    queries: list[str] = Field(sa_type=Json)
    proxy: str | None = Field(default=None, sa_type=Words)
    allow_private: bool
    practice: bool
    max_pages: int | None = Field(default=None, sa_type=Whole)
    delay: float | None = None
    images: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    selectors: dict[str, str] = Field(default_factory=dict, sa_type=Json, sa_column_kwargs={"server_default": "{}"})
    every_seconds: int = Field(sa_type=Whole)
    paused: bool = False
    basis: str | None = Field(default=None, sa_type=Words)
    assessor: str | None = Field(default=None, sa_type=Words)
    assessed_at: datetime | None = Field(default=None, sa_type=Time)
    added_at: datetime = Field(sa_type=Time)
    removed_at: datetime | None = Field(default=None, sa_type=Time)
    robots_text: str | None = Field(default=None, sa_type=Words)
    robots_at: datetime | None = Field(default=None, sa_type=Time)
    retention: dict[str, int | None] = Field(
        default_factory=dict, sa_type=Json, sa_column_kwargs={"server_default": "{}"}
    )


class HostRow(Row, table=True):
    """The budget of requests to one host, for all processes."""

    __tablename__ = "hosts"

    host: str = Field(primary_key=True, sa_type=Words)
    last_turn_at: datetime | None = Field(default=None, sa_type=Time)
    next_allowed_at: datetime = Field(sa_type=Time)


class RunRow(Row, table=True):
    """One crawl of a source, from its beginning to the reason it ended. `holder` is the process that does it."""

    __tablename__ = "runs"

    id: str = Field(primary_key=True, sa_type=ID)
    source_id: str = Field(sa_type=ID, foreign_key="sources.id", index=True)
    planned_at: datetime = Field(sa_type=Time)
    started_at: datetime = Field(sa_type=Time)
    ended_at: datetime | None = Field(default=None, sa_type=Time, index=True)
    reason: str | None = Field(default=None, sa_type=WORD)
    pages: int = Field(default=0, sa_type=Whole)
    posts: int = Field(default=0, sa_type=Whole)
    new: int = Field(default=0, sa_type=Whole)
    findings: int = Field(default=0, sa_type=Whole)
    holder: str = Field(sa_type=Words)


class MarkRow(Row, table=True):
    """How far a thread (or, for any other role, a list) of a source has been read. `sign`, `address` are veiled."""

    __tablename__ = "marks"

    source_id: str = Field(primary_key=True, sa_type=ID, foreign_key="sources.id")
    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    role: str = Field(sa_type=WORD)
    sign: bytes | None = Field(default=None, sa_type=LargeBinary)
    page: int = Field(sa_type=Whole)
    ended: bool
    floors_before: int = Field(sa_type=Whole)
    shown: int = Field(default=0, sa_type=Whole, sa_column_kwargs={"server_default": "0"})
    address: bytes | None = Field(default=None, sa_type=LargeBinary)
    deep_at: datetime | None = Field(default=None, sa_type=Time)


class ValidatorRow(Row, table=True):
    """What a server gave so that it can be asked whether an address has changed. `value` is veiled."""

    __tablename__ = "validators"

    source_id: str = Field(primary_key=True, sa_type=ID, foreign_key="sources.id")
    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    value: bytes = Field(sa_type=LargeBinary)


class PageRow(Row, table=True):
    """A page that waits in the spool. `holder` scores it until `leased_until`; `mark` is the key of its thread."""

    __tablename__ = "pages"

    id: str = Field(primary_key=True, sa_type=ID)
    source_id: str = Field(sa_type=ID, foreign_key="sources.id", index=True)
    run_id: str = Field(sa_type=ID, foreign_key="runs.id", index=True)
    fetched_at: datetime = Field(sa_type=Time)
    delivered_at: datetime = Field(sa_type=Time)
    mark: bytes | None = Field(default=None, sa_type=LargeBinary)
    holder: str | None = Field(default=None, sa_type=Words)
    leased_at: datetime | None = Field(default=None, sa_type=Time)
    leased_until: datetime | None = Field(default=None, sa_type=Time)


class PendingRow(Row, table=True):
    """A post of a waiting page that wants scoring, and when and by which source those very words were seen."""

    __tablename__ = "pending"

    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    content: bytes = Field(primary_key=True, sa_type=LargeBinary)
    page_id: str = Field(sa_type=ID, foreign_key="pages.id", index=True)
    source_id: str = Field(sa_type=ID, foreign_key="sources.id")
    first_seen: datetime = Field(sa_type=Time)
    last_seen: datetime = Field(sa_type=Time)


class FingerprintRow(Row, table=True):
    """A post that has been scored: all that is kept of most. `band` is the tenth of the score, 0 to 9."""

    __tablename__ = "fingerprints"
    # The key is all there is to look for: on SQLite one tree instead of two.
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    content: bytes = Field(sa_type=LargeBinary)
    first_seen: datetime = Field(sa_type=Time)
    last_seen: datetime = Field(sa_type=Time)
    model: str = Field(sa_type=Words)
    band: int


class TallyRow(Row, table=True):
    """How many posts of a source were of a label, by the (UTC) day they were first fetched."""

    __tablename__ = "tallies"

    source_id: str = Field(primary_key=True, sa_type=ID, foreign_key="sources.id")
    day: date = Field(primary_key=True, sa_type=Date)
    label: str = Field(primary_key=True, sa_type=WORD)
    count: int = Field(sa_type=Whole)


class FindingRow(Row, table=True):
    """A post that is kept. `version_id` is the version that stands now; `label`, `score` are what was said of it.

    `source_id` is the source that saw it first. `judged_at` is null until an analyst has spoken; from then on the
    state is theirs. `seller_id` is who is behind it, null until it is linked and where it is nobody's offer. `number`
    is its place in the catalogue, in the order in which findings were made. `removed_at` is when it stood on its site
    no more; `revisited_at` when somebody was last sent to see.
    """

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_first_seen_id", "first_seen", "id"),)

    id: str = Field(primary_key=True, sa_type=ID)
    post_id: str = Field(sa_type=Words, unique=True)
    source_id: str = Field(sa_type=ID, foreign_key="sources.id", index=True)
    version_id: str = Field(sa_type=ID)
    state: str = Field(sa_type=WORD)
    judged_at: datetime | None = Field(default=None, sa_type=Time)
    label: str = Field(sa_type=WORD)
    score: float
    first_seen: datetime = Field(sa_type=Time)
    last_seen: datetime = Field(sa_type=Time)
    seller_id: str | None = Field(default=None, sa_type=ID, index=True)
    number: int | None = Field(default=None, sa_type=Whole, index=True, unique=True)
    removed_at: datetime | None = Field(default=None, sa_type=Time)
    revisited_at: datetime | None = Field(default=None, sa_type=Time)


class PostingRow(Row, table=True):
    """The findings of one shelf of the catalogue that are filed under a term: their places in it, packed."""

    __tablename__ = "postings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    shelf: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    term: str = Field(primary_key=True, sa_type=Words)
    slots: bytes = Field(sa_type=LargeBinary)


class StretchRow(Row, table=True):
    """Between which moments the findings of some neighbouring numbers were first seen, at the widest."""

    __tablename__ = "stretches"

    stretch: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    oldest: datetime = Field(sa_type=Time)
    newest: datetime = Field(sa_type=Time)


class SplitRow(Row, table=True):
    """The side of the frozen train/test split that a finding is on, and the sketch of its text that put it there."""

    __tablename__ = "splits"

    finding_id: str = Field(primary_key=True, sa_type=ID, foreign_key="findings.id", ondelete="CASCADE")
    side: str = Field(sa_type=WORD)
    sketch: bytes = Field(sa_type=LargeBinary)


class FindingVersionRow(Row, table=True):
    """One wording of a finding's post, victims' data masked, and the signal for it. `words` is what is searched.

    `pictures` is what was read in its `images`, one for one: the masked `text`, empty where nothing was read, and
    whether it is `withheld` because it shows rows of victims' data.
    """

    __tablename__ = "finding_versions"

    id: str = Field(primary_key=True, sa_type=ID)
    finding_id: str = Field(sa_type=ID, foreign_key="findings.id", index=True)
    state: str = Field(sa_type=WORD)
    first_seen: datetime = Field(sa_type=Time)
    last_seen: datetime = Field(sa_type=Time)
    words: str = Field(sa_type=Words)
    masked: int = Field(sa_type=Whole)
    evasions: int = Field(sa_type=Whole)

    url: str = Field(sa_type=Words)
    thread_url: str | None = Field(default=None, sa_type=Words, index=True)
    thread_title: str | None = Field(default=None, sa_type=Words)
    board: str | None = Field(default=None, sa_type=Words)
    platform: str | None = Field(default=None, sa_type=Words)
    site_post_id: str | None = Field(default=None, sa_type=Words)
    floor: int | None = Field(default=None, sa_type=Whole)
    author_name: str | None = Field(default=None, sa_type=Words)
    author_id: str | None = Field(default=None, sa_type=Words)
    author_url: str | None = Field(default=None, sa_type=Words)
    posted_at: datetime | None = Field(default=None, sa_type=Time)
    posted_at_text: str | None = Field(default=None, sa_type=Words)
    posted_at_precision: str | None = Field(default=None, sa_type=WORD)
    edited_at: datetime | None = Field(default=None, sa_type=Time)
    text: str = Field(sa_type=Words)
    quoted: list[str] = Field(sa_type=Json)
    links: list[str] = Field(sa_type=Json)
    images: list[str] = Field(sa_type=Json)
    pictures: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"}
    )
    views: int | None = Field(default=None, sa_type=Whole)
    replies: int | None = Field(default=None, sa_type=Whole)
    members: int | None = Field(default=None, sa_type=Whole)
    fetched_at: datetime = Field(sa_type=Time)
    content_sha256: str = Field(sa_type=String(64))

    label: str = Field(sa_type=WORD)
    score: float
    labels: dict[str, float] = Field(sa_type=Json)
    kind: str | None = Field(default=None, sa_type=WORD)
    model: str = Field(sa_type=Words)
    offered: bool
    goods: list[str] = Field(sa_type=Json)
    fields_: list[str] = Field(sa_type=Json, sa_column_kwargs={"name": "fields"})
    regions: list[str] = Field(sa_type=Json)
    channel: str | None = Field(default=None, sa_type=Words)
    freshness: str | None = Field(default=None, sa_type=Words)
    guarantees: list[str] = Field(sa_type=Json)


class Part(Row):
    """What a version's signal found at `[start, end)` of its text, in the order it was given.

    Where it was found in a picture, `picture` is its number (from 1), and the span is one of what was read there.
    """

    version_id: str = Field(primary_key=True, sa_type=ID, foreign_key="finding_versions.id")
    position: int = Field(primary_key=True)
    text: str = Field(sa_type=Words)
    start: int
    end: int
    picture: int | None = None


class PriceRow(Part, table=True):
    """A price. `single` is what one unit costs, in `currency`."""

    __tablename__ = "prices"

    amount: float
    currency: str = Field(sa_type=WORD)
    per: int = Field(sa_type=Whole)
    unit: str = Field(sa_type=WORD)
    min_qty: int | None = Field(default=None, sa_type=Whole)
    max_qty: int | None = Field(default=None, sa_type=Whole)
    single: float


class ContactRow(Part, table=True):
    """A handle. `value_folded` and `text_folded` are the forms that it is filed under."""

    __tablename__ = "contacts"

    kind: str = Field(sa_type=WORD)
    value: str = Field(sa_type=Words)
    valid: bool
    value_folded: str = Field(sa_type=Words)
    text_folded: str = Field(sa_type=Words)


class VolumeRow(Part, table=True):
    """A number of records claimed."""

    __tablename__ = "volumes"

    records: int = Field(sa_type=Whole)


class ReasonRow(Part, table=True):
    """Why the score is what it is."""

    __tablename__ = "reasons"

    why: str = Field(sa_type=Words)
    weight: float


class FormerSignalRow(Row, table=True):
    """What another model had said of a version, until it was read again. `signal` is CONTRACT.md's, `state` the
    version's at that time."""

    __tablename__ = "former_signals"

    id: str = Field(primary_key=True, sa_type=ID)
    version_id: str = Field(sa_type=ID, foreign_key="finding_versions.id", index=True)
    replaced_at: datetime = Field(sa_type=Time)
    state: str = Field(sa_type=WORD)
    signal: dict[str, Any] = Field(sa_type=Json)


class CaptureRow(Row, table=True):
    """A sealed page. `sha256` and `md5` are of the sealed file, `body_…` of the bytes that were read, `warc_…` of the
    WARC file that is sealed: what a referral hands over has that digest.

    MD5 is there because forms of the police ask for it; it is null in what was sealed before it was kept, as is
    `warc_…` in what was sealed in another form.
    """

    __tablename__ = "captures"

    id: str = Field(primary_key=True, sa_type=ID)
    source_id: str = Field(sa_type=ID, foreign_key="sources.id", index=True)
    run_id: str = Field(sa_type=ID, foreign_key="runs.id", index=True)
    url: str = Field(sa_type=Words)
    fetched_at: datetime = Field(sa_type=Time)
    sealed_at: datetime = Field(sa_type=Time)
    size: int = Field(sa_type=Whole)
    sha256: str = Field(sa_type=String(64))
    body_sha256: str = Field(sa_type=String(64))
    md5: str | None = Field(default=None, sa_type=String(32))
    body_md5: str | None = Field(default=None, sa_type=String(32))
    warc_size: int | None = Field(default=None, sa_type=Whole)
    warc_sha256: str | None = Field(default=None, sa_type=String(64))
    warc_md5: str | None = Field(default=None, sa_type=String(32))


class PagePictureRow(Row, table=True):
    """The picture that was drawn of a sealed page, or why there is none (`gap`, a word).

    `size`, `sha256` and `md5` are of the sealed file, `png_…` of the picture. `height` is in pixels, `full_height` that
    of the whole page, where the picture had to be cut; `missing` counts what the page asks for and was not captured.
    """

    __tablename__ = "page_pictures"

    capture_id: str = Field(primary_key=True, sa_type=ID, foreign_key="captures.id")
    drawn_at: datetime = Field(sa_type=Time)
    gap: str | None = Field(default=None, sa_type=WORD)
    size: int | None = Field(default=None, sa_type=Whole)
    sha256: str | None = Field(default=None, sa_type=String(64))
    md5: str | None = Field(default=None, sa_type=String(32))
    png_size: int | None = Field(default=None, sa_type=Whole)
    png_sha256: str | None = Field(default=None, sa_type=String(64))
    png_md5: str | None = Field(default=None, sa_type=String(32))
    width: int | None = Field(default=None, sa_type=Whole)
    height: int | None = Field(default=None, sa_type=Whole)
    full_height: int | None = Field(default=None, sa_type=Whole)
    missing: int | None = Field(default=None, sa_type=Whole)
    browser: str | None = Field(default=None, sa_type=Words)


class TimestampRow(Row, table=True):
    """A token of a timestamp authority (RFC 3161, DER) over the hash of the ledger's entry `seq`.

    `stamped_at` and `authority` are what the token says.
    """

    __tablename__ = "timestamps"

    id: str = Field(primary_key=True, sa_type=ID)
    seq: int = Field(sa_type=BigInteger, index=True)
    hash: str = Field(sa_type=String(64))
    stamped_at: datetime = Field(sa_type=Time)
    authority: str = Field(sa_type=Words)
    token: bytes = Field(sa_type=LargeBinary)
    sha256: str = Field(sa_type=String(64))
    entered_at: datetime = Field(sa_type=Time)


class DoomedRow(Row, table=True):
    """A capture that was purged: its key and file are to be destroyed, whoever opens the store next."""

    __tablename__ = "doomed"

    id: str = Field(primary_key=True, sa_type=ID)


class CaptureVersionRow(Row, table=True):
    """Which wordings of which findings a capture proves."""

    __tablename__ = "capture_versions"

    capture_id: str = Field(primary_key=True, sa_type=ID, foreign_key="captures.id")
    version_id: str = Field(primary_key=True, sa_type=ID, foreign_key="finding_versions.id", index=True)


class VerdictRow(Row, table=True):
    """What an analyst said of a finding, of which wording, and what `label` the finding carried then.

    `entered` is the number of its entry in the ledger, 0 where there was no ledger yet: verdicts follow one another by
    that, whatever clocks said.
    """

    __tablename__ = "verdicts"

    id: str = Field(primary_key=True, sa_type=ID)
    finding_id: str = Field(sa_type=ID, foreign_key="findings.id", index=True)
    version_id: str = Field(sa_type=ID, foreign_key="finding_versions.id")
    state: str = Field(sa_type=WORD)
    note: str | None = Field(default=None, sa_type=Words)
    by: str = Field(sa_type=Words)
    at: datetime = Field(sa_type=Time)
    label: str = Field(sa_type=WORD, sa_column_kwargs={"server_default": ""})
    entered: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class LedgerRow(Row, table=True):
    """One entry of the ledger (store/ledger.py). `entry` is the line that was hashed and signed; `seq`, `action` and
    `subject` repeat what stands in it. Signatures are in hexadecimal; `countersignature` is that of a new key."""

    __tablename__ = "ledger"

    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    action: str = Field(sa_type=WORD, index=True)
    subject: str = Field(sa_type=Words, index=True)
    entry: str = Field(sa_type=Words)
    hash: str = Field(sa_type=String(64))
    signature: str = Field(sa_type=String(128))
    countersignature: str | None = Field(default=None, sa_type=String(128))


class ReferralRow(Row, table=True):
    """A package that went out, as it was signed. Never changed: a correction is another that names it in `corrects`.

    `manifest` and `signature` (hexadecimal) are those of the package, `sha256` and `size` of its zip.
    """

    __tablename__ = "referrals"

    id: str = Field(primary_key=True, sa_type=ID)
    made_at: datetime = Field(sa_type=Time)
    recipient: str = Field(sa_type=WORD)
    case_no: str | None = Field(default=None, sa_type=Words)
    operator: str = Field(sa_type=Words)
    reason: str | None = Field(default=None, sa_type=Words)
    language: str = Field(sa_type=WORD)
    corrects: str | None = Field(default=None, sa_type=ID, foreign_key="referrals.id")
    practice: bool
    manifest: str = Field(sa_type=Words)
    signature: str = Field(sa_type=String(128))
    sha256: str = Field(sa_type=String(64))
    size: int = Field(sa_type=Whole)


class ReferralFindingRow(Row, table=True):
    """Which findings a referral is of, in its order. A finding that was purged later is still named."""

    __tablename__ = "referral_findings"

    referral_id: str = Field(primary_key=True, sa_type=ID, foreign_key="referrals.id")
    finding_id: str = Field(primary_key=True, sa_type=ID, index=True)
    position: int


class SellerRow(Row, table=True):
    """Who is behind findings. One whose posts all went to an elder seller says to which (`merged_into`).

    `posts` counts his findings; `turn` goes up whenever one of them, or what is said of him, changes.
    """

    __tablename__ = "sellers"
    __table_args__ = (Index("ix_sellers_posts_id", "posts", "id"),)

    id: str = Field(primary_key=True, sa_type=ID)
    made_at: datetime = Field(sa_type=Time)
    merged_into: str | None = Field(default=None, sa_type=ID, foreign_key="sellers.id", index=True)
    posts: int = Field(default=0, sa_type=Whole, sa_column_kwargs={"server_default": "0"})
    turn: int = Field(default=0, sa_type=Whole, sa_column_kwargs={"server_default": "0"})


class ProfileRow(Row, table=True):
    """What is told of a seller of many posts, in full and in short. It goes in the transaction that makes it untrue."""

    __tablename__ = "profiles"

    seller_id: str = Field(primary_key=True, sa_type=ID, foreign_key="sellers.id", ondelete="CASCADE")
    # The short one first: SQLite reads a row from its beginning, and the full one fills hundreds of pages.
    short: dict[str, Any] = Field(sa_type=Json)
    full: dict[str, Any] = Field(sa_type=Json)


class TraceRow(Row, table=True):
    """A finding that linking knows of, and the number under which its keys are kept."""

    __tablename__ = "traces"

    number: int | None = Field(default=None, primary_key=True)
    finding_id: str = Field(sa_type=ID, foreign_key="findings.id", ondelete="CASCADE", unique=True)


class TraceKeyRow(Row, table=True):
    """By what a finding meets others: 64 bits of a digest of each handle and account, and of the bands of its text."""

    __tablename__ = "trace_keys"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    number: int = Field(
        primary_key=True, foreign_key="traces.number", ondelete="CASCADE", index=True,
        sa_column_kwargs={"autoincrement": False},
    )  # fmt: skip


class SharedKeyRow(Row, table=True):
    """A handle or account that many sellers use, as linking found. `name` is its kind and value."""

    __tablename__ = "shared_keys"

    key: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    name: str = Field(sa_type=Words)


class SellerDecisionRow(Row, table=True):
    """What an analyst said of sellers: `kind` is merge or split, `left` and `right` the findings of either side."""

    __tablename__ = "seller_decisions"

    id: str = Field(primary_key=True, sa_type=ID)
    at: datetime = Field(sa_type=Time)
    by: str = Field(sa_type=Words)
    kind: str = Field(sa_type=WORD)
    left: list[str] = Field(sa_type=Json)
    right: list[str] = Field(sa_type=Json)
    note: str | None = Field(default=None, sa_type=Words)


class UnlinkedRow(Row, table=True):
    """A finding that is new or has changed, and waits for linking."""

    __tablename__ = "unlinked"

    finding_id: str = Field(primary_key=True, sa_type=ID, foreign_key="findings.id", ondelete="CASCADE")
