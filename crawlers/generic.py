"""A page that nobody wrote a platform for: repeated-record inference. The floor under every other platform."""

from __future__ import annotations

import attrs
from web_poet import HttpResponse

from crawlers.pages import BoardPage, Platform, ThreadPage
from domain.pages import Role


def recognise_role(response: HttpResponse) -> Role | None:
    """What a page of no known program is for."""
    return "other"


@attrs.define(kw_only=True)
class GenericBoardPage(BoardPage):
    """A list of links."""


@attrs.define(kw_only=True)
class GenericThreadPage(ThreadPage):
    """A page of posts."""


PLATFORM = Platform(name="generic", role=recognise_role, board=GenericBoardPage, thread=GenericThreadPage)
