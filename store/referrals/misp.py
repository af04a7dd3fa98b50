"""The findings as one MISP event: a microblog object a post, and an object for its account and each handle.

Complete objects of MISP's own templates, tied to their post by references; UUIDs follow from what they are of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid5

from store.referrals.channels import describe_act, find_channel
from store.referrals.dossier import Dossier, Member, Subject
from store.referrals.stix import NAMESPACE
from store.referrals.wording import offer_of

# How a kind of contact is told: MISP's template, the attribute that the handle is, and what else is said.
TEMPLATES: dict[str, tuple[str, str, dict[str, str]]] = {
    "telegram": ("telegram-account", "username", {}),
    "email": ("email", "from", {}),
    "url": ("url", "url", {}),
    "phone": ("phone", "msisdn", {}),
    "whatsapp": ("phone", "msisdn", {"text": "WhatsApp"}),
    "crypto": ("coin-address", "address-crypto", {}),
}


def write_misp(dossier: Dossier) -> Iterator[Member]:
    """The event."""
    from pymisp import MISPEvent

    event = MISPEvent()
    title = find_channel(dossier.request.to).title[dossier.request.language]
    mark = "演示 / PRACTICE " if dossier.practice else ""
    event.from_dict(
        uuid=_name("event", dossier.id), info=f"{mark}{title} {dossier.id}", date=dossier.made_at.date(),
        threat_level_id=4, analysis=1, distribution=0, timestamp=int(dossier.made_at.timestamp()), published=False,
    )  # fmt: skip
    for tag in ("tlp:amber", 'tipstaff:origin="public-post"', *(['tipstaff:practice="true"'] if mark else [])):
        event.add_tag(tag)
    for subject in dossier.subjects:
        _add_finding(event, dossier, subject)
    _settle_times(event, int(dossier.made_at.timestamp()))
    told = json.dumps(json.loads(event.to_json()), ensure_ascii=False, indent=1, sort_keys=True)
    yield Member("misp.json", f'{{"Event": {told}}}\n'.encode(), "威胁情报", "MISP")


def _add_finding(event: Any, dossier: Dossier, subject: Subject) -> None:
    finding = subject.finding
    post, offer = finding["post"], offer_of(finding)
    said = {
        "post": post["text"] or "-", "url": post["url"], "title": post["thread_title"],
        "username": post["author"]["id"] or post["author"]["name"], "display-name": post["author"]["name"],
        "creation-date": post["posted_at"], "modification-date": post["edited_at"], "type": "Other",
        "state": "Informative", "language": "Chinese",
    }  # fmt: skip
    told = _make_object("microblog", finding["id"], said)
    told.comment = describe_act(dossier.request.language, subject)
    told.first_seen, told.last_seen = finding["first_seen"], finding["last_seen"]
    author = {"username": post["author"]["name"], "user-id": post["author"]["id"], "link": post["author"]["url"],
              "display-name": post["author"]["name"], "account-type": "forum"}  # fmt: skip
    if author["username"] or author["user-id"]:
        account = _make_object("user-account", f"{finding['id']} author", author)
        told.add_reference(account.uuid, "posted-by", uuid=_name("reference", account.uuid))
        event.add_object(account)
    for kind, value in dict.fromkeys((one["kind"], one["value"]) for one in offer["contacts"]):
        template, attribute, more = TEMPLATES.get(kind, ("user-account", "username", {"account-type": kind}))
        handle = _make_object(template, f"{finding['id']} {kind} {value}", {attribute: value, **more})
        told.add_reference(handle.uuid, "contact", uuid=_name("reference", handle.uuid))
        event.add_object(handle)
    event.add_object(told)


def _make_object(template: str, of: str, values: Mapping[str, str | None]) -> Any:
    """An object of a template with those attributes that are known."""
    from pymisp import MISPObject

    made = MISPObject(template, strict=True)
    made.uuid = _name("object", of)
    for relation, value in values.items():
        if value:
            made.add_attribute(relation, value=value, uuid=_name("attribute", f"{of} {relation}"))
    return made


def _settle_times(event: Any, moment: int) -> None:
    """Everything is as of the referral: nothing depends on when it was written."""
    for thing in (*event.objects, *(one for made in event.objects for one in made.attributes)):
        thing.timestamp = moment
    for made in event.objects:
        for reference in made.references:
            reference.timestamp = moment


def _name(kind: str, of: str) -> str:
    return str(uuid5(NAMESPACE, f"misp {kind}:{of}"))
