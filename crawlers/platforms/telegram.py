"""The public preview of a Telegram channel (`t.me/s/NAME`), from its published markup (docs/platforms.md).

A channel is one thread whose first page holds the newest posts; older ones are asked for by the number of the oldest
that a page shows, because the link to them may be missing. What was forwarded is the channel's post. Posts without
text or picture (voice, a joined member) are left out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

import attrs
from parsel import Selector
from web_poet import HttpResponse, field

from crawlers.bodies import read_body
from crawlers.pages import BoardPage, Platform, ThreadPage
from crawlers.posts import Thread, build_post, first, once, pick_text, read_count, read_element, text_of
from domain.pages import Role
from domain.posts import Author, Counts, Post

NAME = "telegram"
POST = re.compile(r"^([A-Za-z]\w{2,63})/(\d+)$")
PICTURE = re.compile(r"background-image\s*:\s*url\(['\"]?(https?://[^'\")]+)", re.IGNORECASE)
QUOTED = ".tgme_widget_message_reply"


def recognise_role(response: HttpResponse) -> Role | None:
    """By the classes that its page is made of; a page of a channel without preview is "other"."""
    if "tgme_" not in response.text:
        return None
    if response.css(".tgme_widget_message[data-post]"):
        return "thread"
    return "other" if response.css(".tgme_page, .tgme_channel_info") else None


@attrs.define(kw_only=True)
class TelegramBoardPage(BoardPage):
    """A preview lists no channels."""


@attrs.define(kw_only=True)
class TelegramThreadPage(ThreadPage):
    """One page of a channel."""

    @property
    def channel(self) -> str:
        """The channel's name in addresses."""
        stated = POST.match(self.response.css(".tgme_widget_message::attr(data-post)").get() or "")
        return stated[1] if stated else urlsplit(str(self.response.url)).path.rstrip("/").rpartition("/")[2]

    @field
    def key(self) -> str:
        """ "telegram:NAME", in lower case as names are compared."""
        return f"{NAME}:{self.channel.lower()}"

    @field
    def title(self) -> str | None:
        """What the channel calls itself."""
        title = pick_text(self.response, ".tgme_channel_info_header_title", ".tgme_header_title")
        return title or self.visit.title

    @field
    def posts(self) -> tuple[Post, ...]:
        """The page's posts, oldest first as it shows them."""
        url = f"https://t.me/s/{self.channel}"
        members = next(
            (
                read_count("".join((pick_text(each, ".counter_value") or "").split()))
                for each in self.response.css(".tgme_channel_info_counter")
                if re.search(r"(?i)subscriber|member|订阅|訂閱|成员", pick_text(each, ".counter_type") or "")
            ),
            read_count(pick_text(self.response, ".tgme_header_counter")),
        )
        here = str(self.response.url).split("#", 1)[0]
        thread = Thread(NAME, here, self.key, url, self.title, self.visit.board, Counts(members=members))
        nodes = self.response.css(".tgme_widget_message[data-post]")
        return once(post for node in nodes if (post := self._read_message(node, thread)) is not None)

    def _read_message(self, node: Selector, thread: Thread) -> Post | None:
        match = POST.match(node.attrib["data-post"])
        texts = node.xpath(
            ".//*[has-class('tgme_widget_message_text')][not(ancestor::*[has-class('tgme_widget_message_reply')])]"
        )
        pictures = PICTURE.findall(" ".join(node.css(".tgme_widget_message_photo_wrap::attr(style)").getall()))
        if match is None or not (texts or pictures):
            return None
        answered = node.css(f"{QUOTED} .js-message_reply_text, {QUOTED} .tgme_widget_message_metatext").getall()
        quoted = "".join(f"<blockquote>{each}</blockquote>" for each in answered)
        body = read_body(f"<div>{quoted}{''.join(texts[-1:].getall())}</div>", thread.page_url)
        body = replace(body, images=tuple(dict.fromkeys((*body.images, *pictures))))
        owner = first(node.css("a.tgme_widget_message_owner_name"))
        views = read_count(pick_text(node, ".tgme_widget_message_views"))
        counts = Counts(views=views, members=thread.counts.members)
        return build_post(
            replace(thread, counts=counts),
            self.visit,
            identity=("channel", match[1].lower(), match[2]),
            url=f"https://t.me/{match[1]}/{match[2]}",
            body=body,
            author=Author(text_of(owner) or thread.title, match[1], f"https://t.me/{match[1]}"),
            moment=read_element(self.visit, first(node.css(".tgme_widget_message_date time, time[datetime]"))),
            post_id=match[2],
        )

    @field
    def next_url(self) -> str | None:
        """Older posts, by the number of the oldest one shown."""
        shown = [POST.match(each) for each in self.response.css(".tgme_widget_message::attr(data-post)").getall()]
        numbers = [int(match[2][:12]) for match in shown if match]
        return f"https://t.me/s/{self.channel}?before={min(numbers)}" if numbers and min(numbers) > 1 else None


PLATFORM = Platform(name=NAME, role=recognise_role, board=TelegramBoardPage, thread=TelegramThreadPage)
