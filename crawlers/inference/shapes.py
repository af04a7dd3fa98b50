"""What the names of elements say: shapes that repeat, and words that hint at text, panel, writer or frame.

Names are read as words in any spelling ("postBody", "post-body", "post_body"). No site is named here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from crawlers.inference.words import word_set

Element = Any  # lxml ships no types
# The last word of a name that means something decides: "message-header" is a header, "user-text" is text.
NEUTRAL_WORDS = word_set(
    "inner wrap wrapper container area box block main full left right raw js cl col row outer the list item cf"
)
BODY_WORDS = word_set(
    "content contents body message messages msg text txt entry cooked bbcode markdown prose description desc "
    "words postbody bbwrapper html usertext richtext says said nr neirong zhengwen "
    "articlebody"
)
DIRT_WORDS = word_set(
    "author authors user username userinfo usercard users profile avatar avatars member poster nick nickname "
    "person signature sig sign footer foot meta info information details toolbar tool tools action actions button "
    "buttons btn btns control controls nav navigation menu share social like likes vote votes voting rating "
    "ratings score badge badges rank stat stats date time timestamp datetime ago permalink breadcrumb breadcrumbs "
    "crumbs pagination pager paging related sidebar side aside tags tag header head report flag attachment "
    "attachments online group level ad ads advert sponsor edited edit number floor index panel extra credits "
    "count counts reactions footerlinks icon icons from by who name names title subject subheader headline "
    "heading label caption location joined bio status"
)
# "card-body", "page-content": a box of the layout, whatever is in it.
LAYOUT_WORDS = word_set("card panel box modal page layout portlet widget tab tabs site dialog table")
DIRT_ENDINGS = (
    "info", "author", "header", "footer", "meta", "avatar", "buttons", "title", "rank", "group", "profile", "byline",
    "ident", "count", "foot",
)  # fmt: skip
CHROME_WORDS = word_set(
    "nav navbar navigation menu footer sidebar aside breadcrumb breadcrumbs crumbs header topbar toolbar related "
    "recommend recommended popular trending widget copyright login register search banner ads cookie share social "
    "pagination pager hot links friendlink online stats announcement"
)
CHROME_ENDINGS = ("navbar", "nav", "menu", "footer", "sidebar", "breadcrumb", "breadcrumbs")
CHROME_TAGS = frozenset(("nav", "footer", "aside", "form", "select", "button"))
AUTHOR_WORDS = word_set(
    "author authors user username usernames userlink nick nickname poster postername member membername name by "
    "byline screenname login handle creator owner seller lister publisher writer commenter fn from who "
    "displayname display uname"
)
TIME_WORDS = word_set("date time timestamp datetime posted published created ago when pubdate postdate postdetails")
# What buttons and links round a post say.
ACTIONS = (
    r"reply|replies|quote|report|report post|like|likes|liked|share|permalink|perma-?link|link|edit|delete"
    r"|flag|top|up|down|upvote|downvote|vote|more|follow|message|pm|send message|profile|website|www|email"
    r"|e-mail|thanks|thank|react|save|bookmark|favou?rite|hide|show|respond|cite|print|back|unread|new"
    r"|go to (?:post|top)|back to top|multi-?quote|log ?in to reply|reply to this|add comment|parent|prev"
    r"|previous|next|op|moderator|admin|online|offline|log ?in|log ?out|sign ?in|sign ?up|register|join|回复"
    r"|回覆|回应|引用|举报|檢舉|检举|只看该作者|只看該作者|只看楼主|只看大图|倒序浏览|收藏|分享|顶|踩|赞|点赞"
    r"|讚|支持|反对|评分|點評|点评|编辑|編輯|删除|使用道具|道具|发消息|發消息|加好友|加关注|关注|显示全部楼层"
    r"|顯示全部樓層|返回顶部|回到顶部|打赏|送花|查看|更多|展开|收起|楼主|樓主|登录|登入|注册|註冊|立即注册"
    r"|私信|打印|电梯直达|跳转到指定楼层|复制链接|链接"
)
ACTION_TEXT = re.compile(rf"(?i)^[\W\d_]*(?:{ACTIONS})[\W\d_]*$")
# What stands before a time that is not the post's.
JOIN_LABEL = re.compile(
    r"(?i)注册|註冊|加入|上次|最后登录|最後登錄|最后访问|在线时间|在線|生日|编辑|編輯|修改|有效期"
    r"|joined|member since|registered|last (?:seen|active|visit|login|activity|online)|birth|edited|modified"
    r"|updated|expires"
)


@lru_cache(maxsize=20_000)
def split_words(name: str) -> tuple[str, ...]:
    """The words of a class or id: "postBody-2" is post, body."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return tuple(word.lower() for word in re.split(r"[^A-Za-z\u4e00-\u9fff]+", spaced) if word)


@lru_cache(maxsize=20_000)
def hint_of(names: str) -> int:
    """1 where the names of an element say that it holds what somebody wrote, -1 where they say it does not, else 0."""
    verdict = 0
    for name in names.split():
        words = [word for word in split_words(name) if word not in NEUTRAL_WORDS]
        last = words[-1] if words else ""
        if last in ("body", "content", "contents") and LAYOUT_WORDS & set(split_words(name)):
            continue
        if last in BODY_WORDS or last.endswith(("content", "body", "message", "text", "msg")):
            verdict = verdict or 1
        elif last in DIRT_WORDS or last.endswith(DIRT_ENDINGS):
            verdict = verdict or -1
    return verdict


def names_of(element: Element) -> str:
    """Classes, id, itemprop and component of an element, in one string."""
    get = element.get
    return " ".join(filter(None, (get("class"), get("id"), get("itemprop"), get("component"), get("data-role"))))


def words_of(element: Element) -> frozenset[str]:
    """All words in the names of an element."""
    return frozenset(word for name in names_of(element).split() for word in split_words(name))


STATE = re.compile(
    r"^(?:odd|even|first|last|alt|new|unread|read|active|current|hover|online|offline|clearfix|cf|cl|hidden|open|closed|hot"
    r"|sticky|pinned|op|topicstarter|starter|owner|own|byuser|bypostauthor|is|has|js|depth|thread|parent)(?:[-_#].*)?$"
)


@lru_cache(maxsize=20_000)
def _shape_of(tag: str, classes: str, ident: str) -> str:
    tokens = {re.sub(r"\d+", "#", token) for token in classes.split() if len(token) < 60}
    tokens = {token for token in tokens if not STATE.match(token) and not re.search(r"#.*#.*#", token)}
    mark = re.sub(r"\d+", "#", ident) if re.search(r"\d", ident) and len(ident) < 60 else ""
    return f"{tag}.{'.'.join(sorted(tokens))}{'@' + mark if mark and '#' in mark else ''}"


def shape_of(element: Element) -> str:
    """Tag, classes and the pattern of a numbered id, without what differs from row to row."""
    return _shape_of(element.tag, element.get("class") or "", element.get("id") or "")


def text_within(element: Element, limit: int = 400) -> str:
    """The text of an element on one line, at most about `limit` characters."""
    out, length = [], 0
    for piece in element.itertext():
        out.append(piece)
        length += len(piece)
        if length > limit:
            break
    return " ".join("".join(out).split())
