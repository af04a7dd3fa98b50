"""The pictures that stand in posts, fetched where the source asks for them; attachments and linked files never.

They pass the same gate as pages (guard, robots.txt, turn), on the source's own host and port only, a bounded number a
post and a page, bounded in bytes and time. A picture that cannot be had is left out; no post is ever lost for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrapy.http import Response

from crawlers.belongings import Download, Sort, fetch_belonging
from crawlers.capture import capture_page
from crawlers.conduct.gate import Conduct
from crawlers.conduct.scope import is_image_type, normalise
from domain.errors import CrawlEnded
from domain.pages import Page, Picture
from domain.posts import Post

MOST_A_POST = 4
MOST_A_PAGE = 12
MOST_BYTES = 4 * 1024 * 1024
# So many that are not to be had end the pictures of a page.
MOST_FAILURES = 3
# How the forms that are read begin, whatever a server calls them.
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM")


class Images:
    """Fetches the pictures of one crawl. `download` asks for a request through Scrapy's own downloader."""

    def __init__(self, conduct: Conduct, download: Download) -> None:
        self._conduct = conduct
        self._download = download
        self._over = not conduct.plan.source.images or conduct.plan.mode != "watch"

    async def fetch(self, page: Page, posts: Iterable[Post]) -> tuple[Picture, ...]:
        """The pictures of those of the page's posts that want scoring, in their order. Never raises."""
        if self._over:
            return ()
        found: list[Picture] = []
        failures = 0
        for address in self._choose(posts):
            try:
                picture = await self._fetch(address, page)
            except CrawlEnded as ended:
                # The host has had enough, or somebody stops the crawl: no more pictures, and the page goes its way.
                self._over = ended.reason in ("rate_limited", "interrupted")
                picture = None
            if picture is not None:
                found.append(picture)
            failures += picture is None
            if self._over or failures >= MOST_FAILURES:
                break
        return tuple(found)

    def _choose(self, posts: Iterable[Post]) -> Iterator[str]:
        """The addresses to ask for, each once."""
        candidates = [post for post in posts if post.images]
        fresh = self._conduct.intake.fresh_of(candidates) if candidates else frozenset()
        seen: set[str] = set()
        for post in candidates:
            if post.id not in fresh:
                continue
            wanted = [one for one in dict.fromkeys(post.images) if self._conduct.scope.holds_image(one)]
            for address in wanted[:MOST_A_POST]:
                if len(seen) < MOST_A_PAGE and normalise(address) not in seen:
                    seen.add(normalise(address))
                    yield address

    async def _fetch(self, address: str, page: Page) -> Picture | None:
        """One picture, or None. Raises CrawlEnded when none may be asked for any more."""
        fetched = await fetch_belonging(
            self._conduct, self._download, IMAGE, normalise(address), referer=page.url, named=address
        )
        return fetched and Picture(address, capture_page(fetched[1], self._conduct.guard, (page.url,)))


def is_picture(response: Response) -> bool:
    """Whether a response is a picture to look at and says so: neither a page nor a file to be saved."""
    kind, disposition = (
        (response.headers.get(name) or b"").decode("latin-1") for name in ("Content-Type", "Content-Disposition")
    )
    body = response.body
    return (
        response.status == 200
        and is_image_type(kind)
        and not disposition.strip().lower().startswith("attachment")
        and (body.startswith(SIGNATURES) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP"))
    )


IMAGE = Sort(
    "image",
    "image/webp,image/png,image/jpeg,image/gif;q=0.8,image/*;q=0.5",
    MOST_BYTES,
    is_picture,
)
