"""The findings as a STIX 2.1 bundle for threat-intelligence platforms.

A finding is an Observed Data object over the address of the post, its account, the handles given and the captured file,
with an Indicator for the address and a Note that holds the offer; one Report names them all. Ids follow from what they
are of (UUID version 5), so that the same finding meets itself in whatever referral it stands. What STIX has no word for
(prices, volumes, thresholds) stands in a property extension, which every bundle defines. All of it is a claim and is
marked TLP:AMBER.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid5

from domain.plain import plain
from store.referrals.channels import describe_act, find_channel
from store.referrals.dossier import Dossier, Exhibit, Member, Subject
from store.referrals.wording import offer_of, say

NAMESPACE = UUID("6f3b1c52-7d0e-5f5a-9a7e-2c1b8d4e9f60")
# What stands for the program itself is the same in every bundle.
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_SAFE = "/:?#@!$&'()*+,;=%-._~"
_LONE = re.compile("%(?![0-9A-Fa-f]{2})")
_EXTENSION = f"extension-definition--{uuid5(NAMESPACE, 'offer')}"
_SCHEMA = (
    "Property extension of a Note: label (a word of the classifier), score (0 to 1), goods, fields, regions (lists of "
    "words), prices (amount, currency, per, unit, min_qty, max_qty), volumes (records claimed), and scenarios (class, "
    "threshold, unit, grade, basis). All of it is what a post claims, not verified."
)


def write_stix(dossier: Dossier) -> Iterator[Member]:
    """The bundle."""
    import stix2

    sender = stix2.Identity(
        id=_name("identity", dossier.request.operator), name=dossier.request.operator, created=_BEGAN, modified=_BEGAN,
        identity_class="organization",
    )  # fmt: skip
    marks = _make_marks(dossier)
    common = {
        "created_by_ref": sender.id, "object_marking_refs": [mark.id for mark in marks],
        **({"labels": ["practice"]} if dossier.practice else {}),
    }  # fmt: skip
    extension = stix2.ExtensionDefinition(
        id=_EXTENSION, created=_BEGAN, modified=_BEGAN, created_by_ref=sender.id, name="Offer of personal data",
        description="What a post that offers personal data claims.", schema=_SCHEMA, version="1.0.0",
        extension_types=["property-extension"],
    )  # fmt: skip
    told = [one for subject in dossier.subjects for one in _write_finding(dossier, subject, common)]
    unique = list({one.id: one for one in told}.values())
    language = dossier.request.language
    report = stix2.Report(
        id=_name("report", dossier.id), created=dossier.made_at, modified=dossier.made_at,
        published=dossier.made_at, name=find_channel(dossier.request.to).title[language],
        description=say(language, "notice"), report_types=["observed-data"], lang=language,
        object_refs=[one.id for one in unique], **common,
    )  # fmt: skip
    bundle = stix2.Bundle(
        [sender, *marks, extension, *unique, report], id=_name("bundle", dossier.id), allow_custom=True
    )
    yield Member("stix.json", f"{bundle.serialize(indent=1, ensure_ascii=False)}\n".encode(), "威胁情报", "STIX 2.1")


def _make_marks(dossier: Dossier) -> list[Any]:
    import stix2

    marks = [stix2.TLP_AMBER]
    if dossier.practice:
        statement = stix2.StatementMarking(say("zh", "practice"))
        marks.append(
            stix2.MarkingDefinition(
                id=_name("marking-definition", "practice"), created=_BEGAN, definition_type="statement",
                definition=statement,
            )
        )  # fmt: skip
    return marks


def _write_finding(dossier: Dossier, subject: Subject, common: Mapping[str, Any]) -> Iterator[Any]:
    import stix2

    finding, language = subject.finding, dossier.request.language
    first, last = (datetime.fromisoformat(finding[key]) for key in ("first_seen", "last_seen"))
    life = {"created": min(first, dossier.made_at), "modified": max(first, dossier.made_at)}
    mine = [exhibit for exhibit in dossier.exhibits if finding["id"] in exhibit.findings]
    seen = [*_write_observables(finding, mine)]
    observed = stix2.ObservedData(
        id=_name("observed-data", finding["id"]), first_observed=first, last_observed=last, number_observed=1,
        object_refs=[one.id for one in seen], **life, **common,
    )  # fmt: skip
    address = write_uri(finding["post"]["url"]).replace("\\", "\\\\").replace("'", "\\'")
    act = describe_act(language, subject)
    indicator = stix2.Indicator(
        id=_name("indicator", finding["id"]), name=finding["post"]["thread_title"] or finding["post"]["url"],
        description=act, indicator_types=["unknown"], pattern=f"[url:value = '{address}']", pattern_type="stix",
        valid_from=first, **life, **common,
    )  # fmt: skip
    note = stix2.Note(
        id=_name("note", finding["id"]), abstract=act, content=finding["post"]["text"] or "-", lang="zh",
        object_refs=[observed.id], extensions={_EXTENSION: _extend(subject)}, **life, **common,
    )  # fmt: skip
    based = stix2.Relationship(
        id=_name("relationship", finding["id"]), relationship_type="based-on", source_ref=indicator.id,
        target_ref=observed.id, **life, **common,
    )  # fmt: skip
    yield from (*seen, observed, indicator, note, based)


def _write_observables(finding: Mapping[str, Any], exhibits: Sequence[Exhibit]) -> Iterator[Any]:
    """The address, the account, the handles, the captured files; their ids are STIX's own."""
    import stix2

    post = finding["post"]
    yield stix2.URL(value=write_uri(post["url"]))
    author = post["author"]
    if author["name"] or author["id"]:
        given = {"user_id": author["id"], "display_name": author["name"]}
        yield stix2.UserAccount(
            account_type=urlsplit(post["url"]).netloc or "forum", **{key: one for key, one in given.items() if one}
        )
    for kind, value in dict.fromkeys((one["kind"], one["value"]) for one in offer_of(finding)["contacts"]):
        if kind == "email":
            yield stix2.EmailAddress(value=value)
        elif kind == "url":
            yield stix2.URL(value=write_uri(value))
        else:
            yield stix2.UserAccount(account_type=kind.replace("_", "-"), account_login=value)
    for exhibit in exhibits:
        record = exhibit.record
        digests = {"SHA-256": record["warc_sha256"] or record["sha256"]}
        name = f"{record['id']}.warc.gz" if record["warc_sha256"] else f"{record['id']}.page"
        yield stix2.File(name=name, hashes=digests)


def _extend(subject: Subject) -> dict[str, Any]:
    """What STIX has no word for."""
    finding, offer = subject.finding, offer_of(subject.finding)
    price = ("amount", "currency", "per", "unit", "min_qty", "max_qty")
    scenario = ("class", "threshold", "unit", "grade", "basis", "confidence", "if_insider")
    told = {
        "extension_type": "property-extension",
        "label": finding["signal"]["label"], "score": finding["signal"]["score"], "model": finding["signal"]["model"],
        "practice": finding["practice"],
        **{key: list(offer[key]) for key in ("goods", "fields", "regions", "guarantees") if offer[key]},
        "prices": [{key: one[key] for key in price if one[key] is not None} for one in offer["prices"]],
        "volumes": [one["records"] for one in offer["volumes"]],
        # What all posts of a seller count as is no claim of this post.
        "scenarios": [{key: one[key] for key in scenario} for one in subject.scenarios if one.get("of") != "seller"],
    }  # fmt: skip
    return {key: plain(value) for key, value in told.items() if value != []}


def write_uri(address: str) -> str:
    """An address as RFC 3986 wants it: whatever may not stand in one is escaped."""
    scheme, colon, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    escaped = _LONE.sub("%25", quote(path, safe=_SAFE))
    return f"{scheme}{colon}{quote(host, safe=_SAFE + '[]')}{slash}{escaped}"


def _name(kind: str, of: str) -> str:
    return f"{kind}--{uuid5(NAMESPACE, f'{kind}:{of}')}"
