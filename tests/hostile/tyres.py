"""Ordinary pages of an ordinary forum, for the hazards to stand among. All people and words are invented."""

from __future__ import annotations

from html import escape

WORDS = "出售一批二手轮胎，成色很新，价格面议，有意的朋友请在本帖下面回复，周末可以看货。"
ANSWER = "请问这一批轮胎是什么尺寸的，能不能单独买两条，邮费怎么算？"
PEOPLE = ("林小满", "周大川", "何青青", "赵铁柱", "孙望舒")


def post(number: int, text: str, *, raw: bool = False) -> str:
    """One post; `number` counts over the site."""
    name = PEOPLE[number % len(PEOPLE)]
    day = 1 + number % 28
    return (
        f'<div class="post" id="post{number}"><div class="author"><a href="/people?id={number % 5}">{name}</a></div>'
        f'<div class="when"><time datetime="2026-09-{day:02}T10:{number % 60:02}:00+08:00">2026-09-{day:02} '
        f'10:{number % 60:02}</time></div><div class="message">{text if raw else escape(text)}</div></div>'
    )


def thread(number: int, *texts: str, following: str = "", head: str = "", tail: str = "", raw: bool = False) -> str:
    """A thread page; post numbers begin at a hundred times `number`."""
    said = texts or (f"{WORDS}（编号 {number}）", f"{ANSWER}（编号 {number}）")
    posts = "".join(post(number * 100 + place, text, raw=raw) for place, text in enumerate(said))
    pager = f'<div class="pages"><a rel="next" href="{following}">下一页</a></div>' if following else ""
    return (
        f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>轮胎 {number}</title>{head}</head><body>'
        f'<div class="nav"><a href="/">首页</a></div><h1>轮胎 {number}</h1><div class="posts">{posts}</div>{pager}'
        f"{tail}</body></html>"
    )


def board(rows: list[tuple[str, str]], *, following: str = "", extra: str = "") -> str:
    """A list of threads; rows are (address, title)."""
    lines = "".join(
        f'<tr class="thread"><td class="title"><a href="{escape(url)}">{escape(title)}</a></td>'
        f'<td class="by">{PEOPLE[place % 5]}</td><td class="last">2026-09-{1 + place % 28:02} 10:00</td></tr>'
        for place, (url, title) in enumerate(rows)
    )
    pager = f'<div class="pages"><a rel="next" href="{following}">下一页</a></div>' if following else ""
    return (
        '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>轮胎交流</title></head><body>'
        f'<h1>轮胎交流</h1><table class="threads">{lines}</table>{pager}{extra}</body></html>'
    )
