"""A text in hand: its handles written plainly, and what several readers look for in it, looked for once."""

from __future__ import annotations

from functools import cached_property

from classifier.fold import Folded
from classifier.offer.contacts import find_hits
from classifier.offer.contacts.script import write_plainly
from classifier.offer.contacts.shape import Hit
from classifier.offer.victims import find_personal
from classifier.offer.victims.item import Item


class Plain:
    """A folded text after `write_plainly`. Whoever reads an offer from a text and masks it hands this to both."""

    def __init__(self, folded: Folded) -> None:
        self.folded = write_plainly(folded)

    @property
    def text(self) -> str:
        """What the readers read."""
        return self.folded.text

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """Every handle of the text, whosever it is."""
        return find_hits(self.text)

    @cached_property
    def personal(self) -> tuple[tuple[Item, ...], tuple[Hit, ...]]:
        """Victims' data, and the handles among them."""
        return find_personal(self.text, self.hits)


def look(text: Folded | Plain) -> Plain:
    """The text in hand; itself where it is already."""
    return text if isinstance(text, Plain) else Plain(text)
