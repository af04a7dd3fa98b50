"""Which platform is this, and what is the page for?"""

from __future__ import annotations

from web_poet import HttpResponse

from crawlers.generic import PLATFORM as GENERIC
from crawlers.pages import Platform
from crawlers.platforms import PLATFORMS
from domain.errors import UnknownPlatform
from domain.pages import Role


def find_platform(name: str) -> Platform:
    """The platform of that name. Raises UnknownPlatform."""
    if name == GENERIC.name:
        return GENERIC
    if name not in PLATFORMS:
        raise UnknownPlatform(name=name, known=", ".join((*PLATFORMS, GENERIC.name)))
    return PLATFORMS[name]


def recognise(response: HttpResponse, name: str | None = None) -> tuple[Platform, Role]:
    """The platform that reads `response`, and the page's role, told from the page itself.

    The first platform of PLATFORMS that knows the page as its own reads it; the generic one reads everything else.
    With `name` that platform is taken, whatever the page looks like; a role that it cannot tell is the generic one's.
    Raises UnknownPlatform for a name that is in no table; never for anything in the page.
    """
    if name is not None:
        platform = find_platform(name)
        return platform, platform.role(response) or GENERIC.role(response) or "other"
    for platform in PLATFORMS.values():
        role = platform.role(response)
        if role is not None:
            return platform, role
    return GENERIC, GENERIC.role(response) or "other"
