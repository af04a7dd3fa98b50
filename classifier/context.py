"""What the head reads of a post: its own words, folded, and a little of what stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.fold import Folded, fold

# A longer title says nothing more, and would push the post's own words out of a window.
TITLE_LENGTH = 80
BOARD_LENGTH = 30


@dataclass(frozen=True)
class Framed:
    """A folded post with its context: `title` is the thread's or, without one, the start of what is replied to."""

    folded: Folded
    title: str
    board: str

    @property
    def text(self) -> str:
        """The folded words of the post."""
        return self.folded.text

    def whole(self, start: int = 0, end: int | None = None) -> str:
        """What the encoder reads of the folded text from `start` to `end`: board and title stand before it."""
        words = self.text[start:end]
        title = "" if self.title and words.startswith(self.title) else self.title
        return "\n".join(part for part in (" ".join(part for part in (self.board, title) if part), words) if part)


def frame(text: str, title: str | None, board: str | None, quoted: Sequence[str]) -> Framed:
    """Fold a post and its context. A quoted reply is not the author's words: it stands in for a missing title only."""
    context = title or next((part for part in quoted if part.strip()), "")
    return Framed(fold(text), _shorten(context, TITLE_LENGTH), _shorten(board or "", BOARD_LENGTH))


def _shorten(text: str, length: int) -> str:
    # Cut before folding too: a title of a megabyte is somebody's idea of fun.
    return " ".join(fold(text[: length * 4]).text.split())[:length]
