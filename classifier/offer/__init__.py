"""Reading an offer: what is sold, at what price, from how many, how the seller is reached.

Every reader takes a folded text and answers with values whose `start` and `end` count code points of the original.
"""

from __future__ import annotations

import re
from dataclasses import replace

from classifier.fold import Folded
from classifier.offer.codes import decode
from classifier.offer.contacts import read_contacts
from classifier.offer.kinds import read_kind_of
from classifier.offer.plain import Plain, look
from classifier.offer.prices import parse_prices
from classifier.offer.regions import read_regions
from classifier.offer.spelling import respell
from classifier.offer.spread import close_up
from classifier.offer.terms import read_slots
from classifier.offer.tokens import lower
from classifier.offer.victims import find_others, hide_items
from classifier.offer.volumes import read_volumes
from domain.signals import Offer


def read_offer(text: Folded | Plain) -> Offer:
    """All that a text offers, as claimed. Never raises; what is not there is empty."""
    plain = look(text)
    folded = plain.folded
    items, victims = plain.personal
    contacts = read_contacts(folded, plain.hits, victims)
    # A sample row's plate or address is no region that is sold, its numbers are no volume.
    others = [
        item for item in find_others(folded, items, contacts) if not _PRICED.search(folded.text, item.start, item.end)
    ]
    said = replace(folded, text=hide_items(folded.text, others))
    counted = decode(respell(close_up(said)))
    slots = read_slots(lower(counted.text))
    parsed = parse_prices(counted, slots, people=len(others) >= _SAMPLES)
    return Offer(
        goods=slots["goods"],
        fields=slots["fields"],
        regions=read_regions(lower(said.text)),
        channel=_strongest(slots["channel"]),
        freshness=_first(slots["freshness"]),
        guarantees=slots["guarantees"],
        volumes=read_volumes(counted, parsed),
        prices=parsed.prices,
        contacts=contacts,
    )


# 住址 港币700一次: what looks like a field of a card, and is a price.
_PRICED = re.compile(r"每[条份个次筆笔]|\d ?(?:[元块]|/[条份次])|[港台]币|[元块角毛]一[条份个次]")
# So many pieces of people's data in a text are samples of what it sells.
_SAMPLES = 4


def read_kind(folded: Folded, offer: Offer) -> str | None:
    """The word of OFFER_KINDS for an offer, None where the text does not tell."""
    return read_kind_of(lower(folded.text), offer)


# What says most of where the data come from, first: "4S店内部" is an insider's.
_CHANNELS = ("insider", "carrier", "captured", "leaked", "dealer", "lookup")


def _strongest(codes: tuple[str, ...]) -> str | None:
    return min(codes, key=_CHANNELS.index) if codes else None


def _first(codes: tuple[str, ...]) -> str | None:
    return codes[0] if codes else None
