"""What the classifier says of one post. The JSON shapes are CONTRACT.md's Signal, Offer, Price, Contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LABELS = (
    "offer", "other_pii_offer", "wanted", "insider_recruitment", "news_report", "complaint", "legal_or_advice",
    "insurance_ad", "vehicle_ad", "legit_data_service", "other_spam", "unrelated",
)  # fmt: skip
FINDING_LABELS = frozenset({"offer", "other_pii_offer", "wanted", "insider_recruitment"})
OFFER_KINDS = ("list_sale", "realtime_capture", "lookup_service", "bundled_lead_system")
UNITS = ("record", "query", "vehicle", "package", "set", "city", "minute", "month", "year")
CURRENCIES = ("CNY", "USD", "USDT", "HKD", "TWD", "INR", "BTC")
CONTACT_KINDS = (
    "wechat", "qq", "qq_group", "phone", "landline", "telegram", "email", "batchat", "potato", "whatsapp", "line",
    "skype", "signal", "jabber", "url", "crypto", "other",
)  # fmt: skip
STATES = ("new", "review", "confirmed", "dismissed", "referred")


@dataclass(frozen=True)
class Price:
    """`amount` (in `currency`) buys `per` × `unit`; quantities in records. `text` is the post's own words at
    `[start, end)`, code points.

    Of this and of all values below: with a `picture` (its number from 1) the words and the span are of what was read
    in that picture of the post, and not of the post's text.
    """

    amount: float
    currency: str
    per: int
    unit: str
    min_qty: int | None
    max_qty: int | None
    text: str
    start: int
    end: int
    picture: int | None = field(default=None, metadata={"sparse": True})


@dataclass(frozen=True)
class Contact:
    """`value` is the one normal form by which a handle meets itself across sites; `text` the form as written."""

    kind: str
    value: str
    text: str
    start: int
    end: int
    valid: bool
    picture: int | None = field(default=None, metadata={"sparse": True})


@dataclass(frozen=True)
class Volume:
    """Records claimed to be held, or put out per period."""

    records: int
    text: str
    start: int
    end: int
    picture: int | None = field(default=None, metadata={"sparse": True})


@dataclass(frozen=True)
class Offer:
    """What is offered, as claimed."""

    goods: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    channel: str | None = None
    freshness: str | None = None
    guarantees: tuple[str, ...] = ()
    volumes: tuple[Volume, ...] = ()
    prices: tuple[Price, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why the score is what it is: `why` in words, `text` the post's own words at `[start, end)`.

    `weight` is in log-odds of `offer`: positive speaks for, negative against.
    """

    why: str
    text: str
    start: int
    end: int
    weight: float
    picture: int | None = field(default=None, metadata={"sparse": True})


@dataclass(frozen=True)
class Signal:
    """`score` is the calibrated probability of `offer` at the stated prevalence; `labels` sums to 1."""

    id: str
    label: str
    score: float
    labels: Mapping[str, float]
    kind: str | None
    offer: Offer | None
    reasons: tuple[Reason, ...]
    model: str


@dataclass(frozen=True)
class Mask:
    """One run of a victim's data that must not be shown: what it is, and where, in code points."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Passage:
    """What the classifier reads: one post's own words and what stands around them.

    `pictures` is what was read in its pictures, one for one and in their order, empty where nothing was.
    """

    id: str
    text: str
    thread_title: str | None = None
    board: str | None = None
    quoted: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """All that the classifier says of one passage: the signal, and the passage with victims' data masked.

    `passage.text` has the length of the original, so every offset of the signal holds in both. The strings inside
    `signal` (reasons, contacts, prices) are taken from the masked text. `evasions` counts how many disguises
    had to be undone, and `folded` is the masked text with them undone, for searching, that of pictures with it.
    `masks` are of the post's own text; `withheld` names (from 1) the pictures that show rows of victims' data.
    """

    signal: Signal
    passage: Passage
    masks: tuple[Mask, ...] = ()
    evasions: int = 0
    folded: str = ""
    withheld: tuple[int, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """What an analyst's verdict on a finding teaches. `passage` is the post as it is kept, victims' data masked.

    `label` is what the finding carried when it was `confirmed` or else dismissed, `labels` what the model that read it
    last finds likely; `source` is where it was found: posts of one source have much in common.
    """

    passage: Passage
    confirmed: bool
    label: str
    labels: Mapping[str, float]
    source: str
