"""A forum program written down as a table: where its pages keep what, read by the same two page objects.

A `Layout` holds selectors, and the forms of the program's addresses; what it does not say, and facts that a changed
skin hides, are filled in by the generic reader, so that knowing a program never makes its pages worse.
"""

from crawlers.layout.addresses import Addresses, Place, clean_url, turn_query
from crawlers.layout.board import LayoutBoardPage
from crawlers.layout.table import Layout
from crawlers.layout.thread import LayoutThreadPage

__all__ = ["Addresses", "Layout", "LayoutBoardPage", "LayoutThreadPage", "Place", "clean_url", "turn_query"]
