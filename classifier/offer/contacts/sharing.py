"""One handle at several places: 同号 behind it, in front of it, or beside the name of another place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from classifier.offer.contacts.places import Alias
from classifier.offer.contacts.shape import Hit
from classifier.offer.contacts.table import CONTACTS

_SAME = re.compile(
    r"[\s)）\-—–]{0,4}[(（\[【,，、/;；]{0,2}\s?(?P<names>[^\d\n,，。;；]{0,16}?)\s?(?:号|ID)?(?:同号|同步|同名"
    r"|同微信号|同上|同|也是(?![\sa-z0-9:：]|它|这个?)|(?:也|都)(?:是|系)(?:它|他|这个?|此|呢个)号?|也可以?加?"
    r"|都是(?:这个|同)|一样|通用|同?一个(?:号|id|名)|同id|相同|就是(?:这|手机|电话|上面))"
)
_SAME_ENGLISH = re.compile(
    r"[\s)）\"'.,;]{0,3}(?:(?:same|\"same)(?: (?:number|id|handle|name|user))?\"?(?: is)?(?: on| for| in| at"
    r"| with)?|also (?:on|in|for)|and on"
    r"|(?:works|valid|use it) on) (?P<names>[a-z/&, ]{2,40})"
)
_SAME_AS = re.compile(r"[\s)）]{0,2}[(（\[【,，、/]{0,2}\s?同(?:步)?(?P<names>[^\d\n,，。;；)）]{1,10})")


def share_handles(lowered: str, found: list[Hit], aliases: list[Alias]) -> list[Hit]:
    """138…（微信同号）: the same handle at the places that are named behind it."""
    shared = []
    placed = {(hit.kind, hit.start) for hit in found}
    for hit in found:
        match = _SAME.match(lowered, hit.end, hit.end + 30)
        named = _named(aliases, match) if match else []
        if not named:
            as_match = _SAME_AS.match(lowered, hit.end, hit.end + 20)
            named = _named(aliases, as_match) if as_match else []
        english = None if named else _SAME_ENGLISH.match(lowered, hit.end, hit.end + 70)
        if english:
            named = _named(aliases, english)
        if match and not named and match.group("names").strip() == "" and hit.kind == "phone":
            named = ["wechat"]
        after = max(match.end() if match else 0, english.end() if english else 0, hit.end)
        for kind in named:
            own = any((kind, place) in placed for place in range(after, after + _OWN))
            value = CONTACTS[kind].share(hit) if kind != hit.kind and not own else None
            if value:
                shared.append(Hit(kind, value, hit.start, hit.end, hit.valid, led=True))
    return shared


# QQ 同步 391750624: a place that is named with its own handle close behind shares none.
_OWN = 5
_ABOVE = re.compile(
    r"[\s:：=＝→☞,，(（]{0,4}(?:同上|同号|同步|一样|同一个|(?:the )?same(?: number| id| handle"
    r"| as above)?(?![a-z]| name as))"
)
_LIKE = re.compile(r"(?:号|id)?\s?[同跟和与]\s?")
# How far back the handle may stand, among how many, and how close behind an alias its own.
_NEAR, _FEW, _CLOSE = 120, 6, 12


def share_above(lowered: str, found: list[Hit], aliases: list[Alias]) -> Iterator[Hit]:
    """Skype：同上: a place whose handle is the one before it; 微信同 LINE: or that of a place named behind it."""
    ends = sorted(found, key=lambda hit: (hit.end, hit.start))
    places = [hit.end for hit in ends]
    for alias, following in zip(aliases, [*aliases[1:], None], strict=False):
        like = following is not None and _LIKE.fullmatch(lowered, alias.end, following.start) is not None
        if not (like or _ABOVE.match(lowered, alias.end)):
            continue
        after = bisect_right(places, alias.end)
        if any(hit.kind == alias.kind and hit.start - alias.end < _CLOSE for hit in ends[after : after + 2]):
            continue
        earlier = [hit for hit in ends[max(0, after - _FEW) : after] if alias.start - hit.end <= _NEAR]
        if following is not None and like:
            earlier = [hit for hit in earlier if hit.kind == following.kind]
        elif any(hit.kind == alias.kind for hit in earlier):
            continue
        value = CONTACTS[alias.kind].share(earlier[-1]) if earlier and earlier[-1].kind != alias.kind else None
        if value:
            hit = earlier[-1]
            yield Hit(alias.kind, value, hit.start, hit.end, hit.valid, led=True)


def _named(aliases: list[Alias], match: re.Match[str]) -> list[str]:
    start, end = match.span("names")
    return list(dict.fromkeys(alias.kind for alias in aliases if start <= alias.start and alias.end <= end))
