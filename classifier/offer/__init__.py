"""Reading an offer: what is sold, at what price, from how many, how the seller is reached.

Every reader takes a folded text and answers with values whose `start` and `end` count code points of the original.
"""

from __future__ import annotations

from classifier.fold import Folded
from classifier.offer.contacts import read_contacts
from classifier.offer.prices import read_prices
from classifier.victims import find_personal
from domain.signals import Offer


def read_offer(folded: Folded) -> Offer:
    """All that a text offers, as claimed. Never raises; what is not there is empty."""
    _, victims = find_personal(folded.text)
    return Offer(prices=read_prices(folded), contacts=read_contacts(folded, victims))


def read_kind(folded: Folded, offer: Offer) -> str | None:
    """The word of OFFER_KINDS for an offer, None where the text does not tell."""
    return None
