"""Pages that are not the page: log-in walls, puzzles, blocks, missing threads (PLATFORMS.md, traps 8 and 13).

A page is only a wall when no post was read on it and it has little text, so that a post which merely mentions such
words never is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.browser.rendering import visible_text
from crawlers.conduct.scope import is_html, is_login
from crawlers.documents import is_data
from crawlers.pages import ThreadItem, is_bare
from domain.pages import Page

if TYPE_CHECKING:
    from crawlers.reading import Reading

# A wall says its sentence and little else; a thread page with this much text of its own is something to look at.
MOST_WALL_CHARACTERS = 2500
# No page of so many bytes is looked at for such a sentence.
MOST_WALL_BYTES = 1_000_000


@dataclass(frozen=True)
class Wall:
    """A sentence that such pages carry, and what it means."""

    reason: str
    pattern: re.Pattern[str]


def wall(reason: str, *patterns: str) -> Wall:
    """A row of the table; patterns are alternatives."""
    return Wall(reason, re.compile("|".join(patterns), re.IGNORECASE))


STATUS_REASONS: dict[int, str] = {
    401: "login_wall",
    402: "login_wall",
    403: "blocked",
    404: "soft_404",
    407: "blocked",
    410: "soft_404",
    418: "blocked",
    429: "rate_limited",
    451: "blocked",
    503: "rate_limited",
}

# In order of trust: what a page asks for comes before what it says is missing.
WALLS = (
    wall(
        "rate_limited",
        "频繁刷新限制", "刷新过于频繁", "访问过于频繁", "操作过于频繁", "请求过于频繁",
        "請求過於頻繁", "您的访问频率过高",
        "too many requests", "rate limit exceeded", "slow down and try again", "you are being rate limited",
    ),
    wall(
        "captcha",
        "g-recaptcha", "h-captcha", "hcaptcha", "cf-turnstile", "geetest", "captcha",
        "请输入验证码", "輸入驗證碼", "拖动滑块", "滑动验证", "请完成(?:安全)?验证", "人机验证", "人機驗證",
        r"请计算", r"\d+\s*[+\-×x*]\s*\d+\s*=\s*[?？]", "verify (?:that )?you are (?:a )?human", "are you a robot",
        "prove you(?:'|’)re not a robot", "checking (?:if the site connection is secure|your browser)",
        r"just a moment\.\.\.",
    ),
    wall(
        "login_wall",
        "您尚未登[录錄]", "尚未登录", "尚未登入", "没有权限访问", "沒有權限(?:訪問|存取|進入|瀏覽)",
        "无权(?:访问|查看|浏览)",
        "需要登[录錄入]", "请先登[录錄入]", "登[录錄]后(?:才能|方可|可)",
        "登入後(?:才能|方可|可)", "仅限会员", "僅限會員", "您所在的用户组",
        "you (?:must|need to|have to) (?:be logged[ -]in|be registered|log ?in|sign ?in|register)",
        r"please (?:log ?in|sign ?in)(?: or register)?(?: to| before|\.|,|!)", "log ?in required", "login is required",
        "members[- ]only", "you (?:do not|don't) have permission", "you are not logged in",
        "not authori[sz]ed to (?:view|read|access)",
    ),
    wall(
        "soft_404",
        "(?:主题|主題|帖子|内容|內容|页面|頁面|版块|版塊|文章|信息)(?:已)?(?:不存在|被(?:删除|刪除))",
        "不存在或已被(?:删除|刪除|移动|关闭)", "指定的(?:主题|主題|帖子|版块|版塊)", "正在被审核",
        "无法找到(?:该|您|此)?(?:页面|主题|帖子)", "抱歉[，,]?(?:该|此|您)?[^。]{0,12}不存在",
        "(?:topic|thread|post|page|forum|board)[^.]{0,30}"
        "(?:does not exist|doesn't exist|not found|no longer exists|has been (?:deleted|removed))",
        "invalid (?:thread|topic|forum|post) specified", "no such (?:thread|topic|page)", "page not found",
        "404 not found",
    ),
    wall(
        "blocked",
        "页面重载开启", "access denied", "you have been blocked", r"attention required! \| cloudflare",
        "your ip (?:address )?(?:has been|is) (?:banned|blocked)", "禁止访问", "拒绝访问", "禁止存取", "已被屏蔽",
        "IP.{0,6}(?:封禁|被封|已被禁)", "request blocked", "web application firewall",
    ),
)  # fmt: skip

# The whole truth about a thread until its list says that it changed; other walls may be gone with the next run.
LASTING_WALLS = frozenset({"login_wall", "soft_404"})


def see_wall(page: Page, reading: Reading) -> str | None:
    """Why `page` is not the page, None when it may be; `reading` is what was read from it.

    One sentence of a wall can look like a post, but one that nobody wrote at any time.
    """
    item = reading.item
    kind = page.header("Content-Type")
    data = is_data(kind) and item is not None and not is_bare(item)
    if page.status == 200 and not is_html(kind) and not data:
        return "not_html"
    small = len(page.body) <= MOST_WALL_BYTES
    if page.status == 200 and not small:
        return None
    if item is not None and not is_bare(item):
        posts = item.posts if isinstance(item, ThreadItem) else ()
        if len(posts) != 1 or posts[0].author.name or posts[0].posted_at or posts[0].posted_at_text:
            return None
        return sentence_reason(visible_text(reading.response.selector))
    looks = is_html(kind) and page.body and small
    text, markup = (visible_text(reading.response.selector), reading.response.text) if looks else ("", "")
    return wall_of(
        status=page.status,
        url=page.url,
        content_type=kind,
        text=text,
        markup=markup,
        redirected=page.url != page.requested_url,
    )


def tell_wall(reason: str, page: Page, platform: str) -> str:
    """One line for a person; nothing of the page's own text."""
    if reason == "not_html":
        return f"{page.url} is {page.header('Content-Type')}, not a page"
    if reason == "selector_drift":
        return f"{page.url} is a thread of {platform}, but no post could be read from it"
    if reason in ("empty", "fewer_than_usual"):
        return f"{page.url}: no posts and no threads were found (platform: {platform or 'none'})"
    return f"{page.url}: status {page.status}"


def wall_of(
    *, status: int, url: str, content_type: str | None, text: str, markup: str = "", redirected: bool = False
) -> str | None:
    """Why a page on which no post and no thread was read is not the page: a word of RUN_REASONS. None when it may be.

    `text` is what a reader sees of it, `markup` its HTML, searched only where `text` is short.
    """
    if redirected and is_login(url):
        return "login_wall"
    if status == 200 and not is_html(content_type):
        return "not_html"
    said = sentence_reason(text, markup)
    if status in STATUS_REASONS:
        # A 403 that asks to log in is a log-in wall, a 503 with a puzzle is a puzzle; a 404 is a 404.
        return said if said and STATUS_REASONS[status] in ("blocked", "rate_limited") else STATUS_REASONS[status]
    if status >= 500:
        return "unreachable"
    if status >= 400:
        return said or "blocked"
    if said:
        return said
    return "empty" if not text.strip() else None


def sentence_reason(text: str, markup: str = "") -> str | None:
    """The reason whose sentence stands in a short page, None where the page is long or says none of them."""
    flat = " ".join(text.split())
    if len(flat) > MOST_WALL_CHARACTERS:
        return None
    for row in WALLS:
        if row.pattern.search(flat) or (row.reason == "captcha" and markup and row.pattern.search(markup)):
            return row.reason
    return None
