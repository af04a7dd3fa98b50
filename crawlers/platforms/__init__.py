"""One file a platform. PLATFORMS is the only list of them: a new one is a file, a line here, fixtures, a line in docs.

The order is that of asking: feeds, which any program may write, then forum programs, then what may be built into any
page (comment boxes, words for machines).
"""

from __future__ import annotations

from crawlers.pages import Platform
from crawlers.platforms import (
    archiver,
    classified,
    discourse,
    discuz,
    feed,
    isso,
    market,
    mybb,
    nodebb,
    phpbb,
    spirit,
    telegram,
    tieba,
    vbulletin,
    xenforo,
)

PLATFORMS: dict[str, Platform] = {
    platform.name: platform
    for platform in (
        feed.PLATFORM,
        archiver.PLATFORM,
        discuz.PLATFORM,
        phpbb.PLATFORM,
        mybb.PLATFORM,
        nodebb.PLATFORM,
        discourse.PLATFORM,
        xenforo.PLATFORM,
        vbulletin.PLATFORM,
        telegram.PLATFORM,
        tieba.PLATFORM,
        spirit.PLATFORM,
        market.PLATFORM,
        isso.PLATFORM,
        classified.PLATFORM,
    )
}
