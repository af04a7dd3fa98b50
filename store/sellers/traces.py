"""What linking knows of a post."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from domain.signals import Contact, Price
from store.sellers.cues import Role, read_role
from store.sellers.wordings import Wording, read_wording

# Names that forums give to whoever has none: no accounts.
_NAMELESS = re.compile(
    r"(?:游客|遊客|访客|訪客|过客|路人|路过|路過|网友|網友|热心网友|匿名|匿名用户|匿名者|无名|無名|無名氏|无名氏|未登录|未知|佚名|用户|用戶|会员|手机用户|"
    r"已注销|帐号已注销|账号已注销|guest|anonymous|anon|visitor|unknown|deleted account|\[deleted\]|user)"
    r"[\s_\-#:：]*[\d.*x]*",
    re.IGNORECASE,
)
_MEMBER = re.compile(r".{0,6}(?:网友|網友|游客|用户|市民)")
# A post that somebody else sent in: who wrote it is not whose account it is.
_RELAYED = re.compile(
    r"匿名投稿|粉丝投稿|网友投稿|\b投稿\s*[:：]|^\s*[\[【(（]?\s*(?:投稿|代发|代發|转发|轉發)|只代发|帮人发|替人发|"
    r"(?:submitted|sent in) by|posted on behalf",
    re.IGNORECASE | re.MULTILINE,
)
_MASKED = re.compile(r"[*＊×●■…]|x{3,}$|\.\.\.")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_MAIL = re.compile(r"(\d{5,12})@(?:vip\.)?(?:qq|foxmail)\.com")
_MOBILE_MAIL = re.compile(r"(1[3-9]\d{9})@(?:139|189|wo)\.(?:com|cn)")
_LEAST = 4
GROUPS = ("qq_group",)


@dataclass(frozen=True)
class Handle:
    """A way to write to somebody. `key` is the one form in which it meets itself, whatever it was given as."""

    kind: str
    value: str
    role: Role = "own"

    @cached_property
    def key(self) -> str:
        """The same number as a phone, a WeChat name or a WhatsApp account is one; a QQ number is its address."""
        return unify(self.kind, self.value)

    @property
    def many(self) -> bool:
        """Whether it leads to a group and not to a person."""
        return self.kind in GROUPS or (self.kind in ("telegram", "batchat", "potato") and self.value.startswith("+")
                                       and not self.value[1:].isdigit())  # fmt: skip

    @property
    def helper(self) -> bool:
        """Whether it is a program (Telegram demands that their names say so)."""
        return self.kind == "telegram" and self.value.endswith("bot")


@dataclass(frozen=True)
class Trace:
    """A post as far as it tells who wrote it.

    `account` is the writer's account on its site, None for a guest; `registered` says that the site gave a number or
    address for it and not just a name. `relayed`: the account posts what others send in. `prices` are the amounts that
    the post asks.
    """

    id: str
    account: str | None = None
    registered: bool = True
    relayed: bool = False
    handles: tuple[Handle, ...] = ()
    wording: Wording = field(default_factory=Wording)
    prices: frozenset[float] = frozenset()


def make_trace(
    name: str, site: str, author: tuple[str | None, str | None], text: str, contacts: Iterable[Contact],
    prices: Iterable[Price] = (), *, chat: bool = False,
) -> Trace:  # fmt: skip
    """The trace of the post called `name`. `author` is name and id as the site gives them.

    On a `chat` a name alone is no account: anybody may take the same.
    """
    written = list(contacts)
    handles = dict.fromkeys(
        Handle(contact.kind, contact.value, _role_of(text, contact)) for contact in written if _is_whole(contact)
    )
    spans = [(contact.start, contact.end) for contact in written if contact.picture is None]
    author_name, author_id = author
    number, called = (author_id or "").strip(), " ".join((author_name or "").casefold().split())
    account = None
    if number:
        account = f"{site}#{number}"
    elif called and not chat and not _NAMELESS.fullmatch(called) and not _MEMBER.fullmatch(called):
        account = f"{site}@{called}"
    return Trace(
        name, account, bool(number), bool(_RELAYED.search(text)), tuple(handles), read_wording(text, spans),
        frozenset(price.amount for price in prices),
    )  # fmt: skip


def unify(kind: str, value: str) -> str:
    """The key of a handle.

    >>> unify("phone", "+8613900001111"), unify("wechat", "13900001111"), unify("email", "12345678@qq.com")
    ('phone:13900001111', 'phone:13900001111', 'qq:12345678')
    """
    value = value.strip().casefold()
    if kind == "email":
        if found := _MAIL.fullmatch(value):
            return f"qq:{found[1]}"
        if found := _MOBILE_MAIL.fullmatch(value):
            return f"phone:{found[1]}"
    # A QQ number has no more than ten digits where it would be a mobile number, too.
    if kind != "qq_group" and (found := _MOBILE.fullmatch(value)):
        return f"phone:{found[1]}"
    if kind in ("phone", "whatsapp", "landline", "signal") or (value[:1] == "+" and value[1:].isdigit()):
        return f"phone:{value.lstrip('+')}"
    if kind == "wechat" and value.isdigit():
        return f"qq:{value}"
    return f"{kind}:{value}"


def _role_of(text: str, contact: Contact) -> Role:
    return "own" if contact.picture is not None else read_role(text, contact.start, contact.end)


def _is_whole(contact: Contact) -> bool:
    return len(contact.value.strip()) >= _LEAST and not _MASKED.search(contact.value)
