"""Sets that are joined (union-find with path halving; R. Tarjan and J. van Leeuwen, 1984)."""

from __future__ import annotations


class Unions:
    """So many things, each in a set of its own until they are joined. A set is named by its smallest member."""

    def __init__(self, count: int) -> None:
        self.parents = list(range(count))

    def find(self, thing: int) -> int:
        """The name of the set that `thing` is in."""
        parents = self.parents
        while parents[thing] != thing:
            parents[thing] = parents[parents[thing]]
            thing = parents[thing]
        return thing

    def join(self, one: int, other: int) -> int:
        """Join two sets; the name of what they are then."""
        one, other = self.find(one), self.find(other)
        if one > other:
            one, other = other, one
        self.parents[other] = one
        return one
