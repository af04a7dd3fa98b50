"""Contacts: every handle by which the author of a text can be reached, in its one normal form.

`CONTACTS` is the table of kinds, one file each. Handles are found in two ways: by themselves (`Kind.find`), or after
an alias of the market (`Kind.read`, `lexicon/aliases.tsv`). "同号" makes the handle before it one of another kind too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from classifier.fold import Folded
from classifier.offer.contacts.announced import read_after
from classifier.offer.contacts.candidates import weigh_candidates
from classifier.offer.contacts.disowning import is_disowned
from classifier.offer.contacts.leads import read_added, read_bracketed, read_glued, read_on
from classifier.offer.contacts.places import chain_aliases, find_aliases
from classifier.offer.contacts.shape import Hit
from classifier.offer.contacts.sharing import share_above, share_handles
from classifier.offer.contacts.table import CONTACTS
from classifier.offer.tokens import lower
from domain.signals import Contact

__all__ = ["CONTACTS", "find_hits", "read_contacts"]


def read_contacts(folded: Folded, found: Iterable[Hit], victims: Iterable[Hit] = ()) -> tuple[Contact, ...]:
    """The contacts of a text, each distinct one once, in the order of the text. Never raises.

    `found` are the handles of the text (`find_hits`), `victims` those of them that are not the author's
    (`classifier.offer.victims.find_personal`).
    """
    others = {(hit.start, hit.end) for hit in victims}
    lowered = lower(folded.text)
    hits = [hit for hit in found if (hit.start, hit.end) not in others and not is_disowned(lowered, hit.start, hit.end)]
    contacts = []
    seen = set()
    for hit in sorted(hits, key=lambda hit: (hit.start, hit.end)):
        if (hit.kind, hit.value) in seen:
            continue
        seen.add((hit.kind, hit.value))
        start, end = folded.span(hit.start, hit.end)
        contacts.append(Contact(hit.kind, hit.value, folded.original[start:end], start, end, hit.valid))
    return tuple(contacts)


def find_hits(text: str) -> tuple[Hit, ...]:
    """Every handle of a folded text, also those that turn out to be a victim's."""
    lowered = lower(text)
    found: list[Hit] = []
    taken = bytearray(len(text))
    standing = {name: list(kind.find(text)) for name, kind in CONTACTS.items()}
    for name in ("whatsapp", "potato", "line", "skype", "signal", "telegram", "jabber", "crypto"):
        _add(found, taken, [hit for hit in standing[name] if hit.led])
    addresses = sorted((hit.start, hit.end) for name in ("email",) for hit in standing[name])
    aliases = [alias for alias in find_aliases(lowered) if not _is_within(alias.start, addresses)]
    for group in chain_aliases(lowered, aliases):
        _add_group(found, taken, list(read_after(text, lowered, group, found)))
    _add(found, taken, list(read_glued(text, lowered)))
    for name in ("email", "url", "telegram", "phone", "landline"):
        _add(found, taken, [_lead(lowered, hit) for hit in standing[name] if not _is_order(lowered, hit)])
    _add(found, taken, list(read_on(text)))
    _add(found, taken, list(read_added(text, lowered)))
    _add(found, taken, list(read_bracketed(text, lowered, aliases)))
    for hit, wrong in list(weigh_candidates(lowered, found, aliases)):
        if wrong in found:
            found.remove(wrong)
        _add(found, taken, [hit])
    found += share_handles(lowered, found, aliases)
    found += share_above(lowered, found, aliases)
    return tuple(found)


def _is_within(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether one of the spans, in order, holds the position."""
    near = bisect_right(spans, (at, len(spans) and spans[-1][1])) - 1
    return near >= 0 and at < spans[near][1]


def _add(found: list[Hit], taken: bytearray, hits: list[Hit]) -> None:
    for hit in hits:
        if 1 not in taken[hit.start : hit.end]:
            taken[hit.start : hit.end] = bytes([1]) * (hit.end - hit.start)
            found.append(hit)


def _add_group(found: list[Hit], taken: bytearray, hits: list[Hit]) -> None:
    """Several kinds of one handle (微信/QQ:123456) stand or fall together."""
    free = [hit for hit in hits if 1 not in taken[hit.start : hit.end]]
    for hit in free:
        taken[hit.start : hit.end] = bytes([1]) * (hit.end - hit.start)
    found += free


# Numbers of orders and the like, which have the length of telephones.
_ORDER = re.compile(
    r"(?:订单|单号|编号|查询码|验证码|流水号?|快递|运单|发票|税号|工单|货号|合同|案号|备案|许可证|执照|[邀激兑][请活换]码|序列号"
    r"|(?<![a-z])(?:order|ticket|invoice|tracking|case|serial|ref(?:erence)?)(?: ?(?:no\.?|number|id|#))?(?![a-z]))"
    r"[^\n,，。;；]{0,6}$"
)


def _is_order(lowered: str, hit: Hit) -> bool:
    numeric = hit.kind in ("phone", "landline") and not hit.led
    return numeric and _ORDER.search(lowered, max(0, hit.start - 12), hit.start) is not None


_LEAD = re.compile(
    r"(?:联系|咨询|加我|找我|客服|热线|详询|详聊|详情|垂询|致电|来电|有意|需要|私聊|私信|商务|负责人|老板|经理"
    r"|小姐|先生|电联|合作|call|contact|text|add me|dm)"
    r"[^\d\n]{0,8}$"
)


def _lead(lowered: str, hit: Hit) -> Hit:
    if hit.led or not _LEAD.search(lowered, max(0, hit.start - 14), hit.start):
        return hit
    return Hit(hit.kind, hit.value, hit.start, hit.end, hit.valid, led=True)
