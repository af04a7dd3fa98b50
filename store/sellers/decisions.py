"""What analysts said of posts: these are one seller's, these are not. It holds whatever linking finds later.

A later word goes before an earlier one: to merge what was split joins it again, to split what was merged parts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from store.sellers.unions import Unions


@dataclass(frozen=True)
class Decision:
    """One word of an analyst. `merge`: all of `left` and `right` are one seller's. `split`: none of `left` is of the
    seller of `right`. Both hold ids of posts."""

    id: str
    kind: Literal["merge", "split"]
    left: tuple[str, ...]
    right: tuple[str, ...]


class Bounds(Unions):
    """Posts that are joined, except where that would undo a decision."""

    def __init__(self, places: Mapping[str, int], decisions: Sequence[Decision]) -> None:
        """`places` are the posts' numbers; `decisions` stand in the order in which they were taken."""
        super().__init__(len(places))
        self.sides: dict[int, dict[str, int]] = {}
        for decision in reversed(decisions):
            left, right = (
                [places[name] for name in names if name in places] for names in (decision.left, decision.right)
            )
            if decision.kind == "merge":
                self.link_all(sorted(left + right))
            elif {self.find(one) for one in left}.isdisjoint(self.find(other) for other in right):
                self._mark(decision.id, left, 0)
                self._mark(decision.id, right, 1)

    def link(self, one: int, other: int) -> bool:
        """Join two posts unless a decision keeps them apart; whether they are one now."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        mine, theirs = self.sides.get(one), self.sides.get(other)
        if mine and theirs and any(theirs.get(split, side) != side for split, side in mine.items()):
            return False
        name = self.join(one, other)
        if mine or theirs:
            self.sides[name] = {**(mine or {}), **(theirs or {})}
        return True

    def link_all(self, members: Iterable[int]) -> None:
        """Join these posts, the first with the next; one that may not join takes the first that lets it."""
        heads: list[int] = []
        for member in members:
            if not any(self.link(head, member) for head in heads):
                heads.append(member)

    def _mark(self, split: str, members: Iterable[int], side: int) -> None:
        for member in members:
            self.sides.setdefault(self.find(member), {})[split] = side
