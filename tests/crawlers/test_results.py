"""Pages of results as search programs write them: which threads they lead to, and how they say that there are none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from web_poet import HttpResponse

from crawlers.pages import BoardItem, Visit
from crawlers.recognise import recognise
from crawlers.results import finds_nothing, read_results

FIXTURES = Path(__file__).parent.parent / "fixtures" / "results"
VISIT = Visit(fetched_at=datetime.fromisoformat("2026-11-21T15:30:20+08:00"))


def read(name: str, url: str) -> BoardItem:
    """A saved page of results."""
    response = HttpResponse(url, body=(FIXTURES / f"{name}.html").read_bytes(), encoding="utf-8")
    return read_results(response, VISIT, recognise(response)[0])


@pytest.mark.parametrize(
    ("name", "url", "threads", "following"),
    [
        ("discuz", "https://e.test/search.php?mod=forum&searchid=9",
         ["https://e.test/forum.php?mod=viewthread&tid=1204", "https://e.test/forum.php?mod=viewthread&tid=1187"],
         "https://e.test/search.php?mod=forum&searchid=9&orderby=lastpost&ascdesc=desc&searchsubmit=yes&page=2"),
        ("phpbb-posts", "https://e.test/search.php?keywords=owners",
         ["https://e.test/viewtopic.php?t=77", "https://e.test/viewtopic.php?t=70"],
         "https://e.test/search.php?keywords=owners&start=2"),
        ("phpbb-topics", "https://e.test/search.php?keywords=owners&sr=topics",
         ["https://e.test/viewtopic.php?t=77", "https://e.test/viewtopic.php?t=70"], None),
        ("xenforo", "https://e.test/search/31/?q=leads",
         ["https://e.test/threads/driver-leads-weekly.58/", "https://e.test/threads/how-leads-work.41/"],
         "https://e.test/search/31/?page=2&q=leads"),
        ("unknown", "https://e.test/so?q=%E8%BD%A6%E9%99%A9",
         [f"https://e.test/info/{n}.html" for n in (8801, 8764, 8702)], "https://e.test/so?q=%E8%BD%A6%E9%99%A9&p=2"),
    ],
)  # fmt: skip
def test_results_lead_to_threads(name: str, url: str, threads: list[str], following: str | None) -> None:
    """Whatever post was found, the thread's first page is led to, once; nothing of the frame; and the next page."""
    item = read(name, url)
    assert [link.url for link in item.threads] == threads
    assert item.next_url == following
    assert item.boards == ()
    assert all(link.title for link in item.threads)


@pytest.mark.parametrize(
    "said",
    [
        "抱歉，没有找到匹配结果", "没有搜索到相关内容", "暂无相关结果", "未找到符合条件的主题", "找不到相关的帖子",
        "沒有找到符合的主題",
        "No results were found.", "No suitable matches were found.", "Your search did not match any documents",
        "No topics or posts met the search criteria: no results found.", "0 results for your words",
    ],
)  # fmt: skip
def test_nothing_found_is_an_answer(said: str) -> None:
    """What sites say when nothing was found is known as that."""
    markup = f"<html><body><h1>Search</h1><p>{said}</p></body></html>"
    assert finds_nothing(HttpResponse("https://e.test/so", body=markup.encode(), encoding="utf-8"))


@pytest.mark.parametrize("name", ["discuz", "phpbb-posts", "phpbb-topics", "xenforo", "unknown"])
def test_results_are_not_nothing(name: str) -> None:
    """A page with results does not say that there are none."""
    body = (FIXTURES / f"{name}.html").read_bytes()
    assert not finds_nothing(HttpResponse("https://e.test/so", body=body, encoding="utf-8"))
