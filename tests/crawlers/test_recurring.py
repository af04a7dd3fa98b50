"""Words that recur in every post: the author's own stay, those of panels, buttons and signatures do not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from web_poet import HttpResponse

from crawlers.generic import PLATFORM
from crawlers.pages import Visit

VISIT = Visit(fetched_at=datetime(2026, 11, 22, 9, tzinfo=UTC), timezone="Asia/Shanghai")
NEWS = ["今天到了一批新的", "南方的也有了，昨天更新", "还有两千条，要的快", "顶起来，一直有货", "晚上在线"]
ADVERT = "每条0.{n}元，加微信 tent{n}{n}01"
POST = (
    "<div class='row'><b class='author'>卖家{who}</b> <span>2026-11-0{n} 10:00</span>{body}<a href='/r'>回复</a></div>"
)
BODIES = {
    "after": "<div class='c'><p>{news}</p><p>{advert}</p></div>",
    "before": "<div class='c'><p>{advert}</p><p>{news}</p></div>",
    "breaks": "<div class='c'>{news}<br><br>{advert}</div>",
    "divs": "<section><div>{news}</div><div>{advert}</div></section>",
    "own": "<div class='c'><p>{news}</p><div class='line'>{advert}</div></div>",
    "cell": "<table><tr><td>{news}<br>{advert}</td></tr></table>",
}


def read(bodies: list[str]) -> list[str]:
    """The texts of a thread with these bodies."""
    posts = "".join(POST.format(who=n % 2, n=n, body=body) for n, body in enumerate(bodies, 1))
    markup = f"<html><head><title>一手货源</title></head><body><h1>一手货源</h1>{posts}</body></html>"
    response = HttpResponse(
        "http://e.test/t/5", body=markup.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
    )
    item = asyncio.run(PLATFORM.thread(response=response, visit=VISIT).to_item())
    return [post.text for post in item.posts]


@pytest.mark.parametrize("digits", ["alike", "differ"])
@pytest.mark.parametrize("body", BODIES)
def test_recurring_paragraph_stays(body: str, digits: str) -> None:
    """Who ends every post of a thread with the same offer has said it in every post."""
    adverts = [ADVERT.format(n=n if digits == "differ" else 5) for n in range(1, len(NEWS) + 1)]
    texts = read([BODIES[body].format(news=news, advert=advert) for news, advert in zip(NEWS, adverts, strict=True)])
    assert len(texts) == len(NEWS)
    assert all(news in text and advert in text for news, advert, text in zip(NEWS, adverts, texts, strict=True))


@pytest.mark.parametrize("body", ["<div class='c'>{0}</div>", "<div class='c'><p>{0}</p></div>", "<p>{0}</p>"])
def test_nothing_but_the_offer(body: str) -> None:
    """Posts that all say the same, or some of which say nothing else, keep their words."""
    advert = ADVERT.format(n=5)
    assert read([body.format(advert)] * 4) == [advert] * 4
    some = read([body.format(text) for text in (advert, NEWS[0], advert, advert, advert)])
    assert some == [advert, NEWS[0], advert, advert, advert]


@pytest.mark.parametrize(
    "sign",
    [
        "<hr><font>一路有你相伴</font>",
        "<br>--<br>一路有你相伴",
        "<p class='sign'>一路有你相伴</p>",
        "<p>签名：一路有你相伴</p>",
    ],
)
def test_signature_goes(sign: str) -> None:
    """What has the mark of a signature is none of a post's words, though it stands in the body."""
    texts = read([f"<div class='c'><font>{news}</font>{sign}</div>" for news in NEWS])
    assert [news in text for news, text in zip(NEWS, texts, strict=True)] == [True] * len(NEWS)
    assert not any("一路有你" in text for text in texts)
