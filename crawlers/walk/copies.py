"""Posts of unknown sites that were read before from pages of another kind: a list's previews, a view of one message."""

from __future__ import annotations

from crawlers.inference.links import pattern_of
from domain.posts import Post


class Copies:
    """The posts of one crawl, by writer, time and words; each belongs to the pages that showed it first."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], tuple[str, str]] = {}

    def holds(self, post: Post) -> bool:
        """Whether a post was met on a page of another kind; on one of the same kind only where seconds tell so."""
        name, thread = _name_of(post), post.thread_url or ""
        known = self._known.get(name) if name else None
        if known is None or known[1] == thread:
            return False
        return known[0] != pattern_of(thread) or post.posted_at_precision == "second"

    def add(self, post: Post) -> None:
        """A post was met."""
        name, thread = _name_of(post), post.thread_url or ""
        if name:
            self._known.setdefault(name, (pattern_of(thread), thread))


def _name_of(post: Post) -> tuple[str, str, str] | None:
    exact = post.posted_at is not None and post.posted_at_precision in ("minute", "second")
    return (post.author.name, str(post.posted_at), post.content_sha256) if exact and post.author.name else None
