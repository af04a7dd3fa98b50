"""A classifier that is only a rule, so that tests of the steps need no model: the shape of the real one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from classifier.reader import Reader
from domain.signals import LABELS, Contact, Offer, Passage, Price, Reading, Reason, Signal


class RuleReader:
    """Takes a post for an offer when it holds all of `words`."""

    threshold = 0.5
    review_low = 0.2

    def __init__(self, *words: str, model: str = "rule/1") -> None:
        self.words = words
        self.model = model
        self.read_texts: list[str] = []

    def read(self, passages: Sequence[Passage], *, read_all: bool = False, masked: bool = False) -> list[Reading]:
        """A reading for each passage; the last word's place serves as price and reason."""
        return [self._read(passage) for passage in passages]

    def given(self) -> Callable[[], Reader]:
        """This one, as steps ask for the real one."""
        return lambda: cast("Reader", self)

    def _read(self, passage: Passage) -> Reading:
        self.read_texts.append(passage.text)
        is_offer = all(word in passage.text for word in self.words)
        label = "offer" if is_offer else "unrelated"
        score = 0.9 if is_offer else 0.01
        start = passage.text.find(self.words[-1]) if is_offer else 0
        end = start + len(self.words[-1])
        span = passage.text[start:end]
        price = Price(0.5, "CNY", 1, "record", 1000, None, span, start, end)
        contact = Contact("wechat", "planted_seller", span, start, end, valid=True)
        signal = Signal(
            id=passage.id, label=label, score=score,
            labels={name: (score if name == "offer" else (1 - score) / (len(LABELS) - 1)) for name in LABELS},
            kind="list_sale" if is_offer else None,
            offer=Offer(prices=(price,), contacts=(contact,)) if is_offer else None,
            reasons=(Reason("rule", span, start, end, 2.0),) if is_offer else (), model=self.model,
        )  # fmt: skip
        return Reading(signal, passage, folded=passage.text)
