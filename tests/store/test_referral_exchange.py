"""What other programs take: STIX, MISP and DOCX, held against their own validators and readers."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import docx
import pymisp
import pytest
import stix2
import stix2validator
from dossiers import TEXT, make_dossier, make_finding

from domain.signals import CONTACT_KINDS
from store.referrals.dossier import Dossier, Subject
from store.referrals.forms import write_record
from store.referrals.misp import write_misp
from store.referrals.report import write_report
from store.referrals.stix import write_stix
from store.referrals.word import write_docx

PLAIN = {"signal": {**make_finding()["signal"], "offer": None, "reasons": [], "label": "wanted"}}


def make_odd() -> Dossier:
    """A practice finding without author, date, title or offer, at an address with quotes, seen after the referral."""
    finding = make_finding(3, practice=True, first_seen="2027-01-01T00:00:00+00:00",
                           last_seen="2027-01-02T00:00:00+00:00", **PLAIN)  # fmt: skip
    post = {**finding["post"], "author": {"name": None, "id": None, "url": None}, "posted_at": None,
            "thread_title": None, "text": "", "url": "https://forum.example.org/t?x='a\\b"}  # fmt: skip
    return replace(make_dossier("12377", count=1), subjects=(Subject({**finding, "post": post}, (), ""),))


def make_handles() -> Dossier:
    """A finding that gives a handle of every kind there is."""
    finding = make_finding()
    values = {"email": "a@example.org", "url": "https://example.org/x", "phone": "+8613800138000"}
    contacts = [{"kind": kind, "value": values.get(kind, "handle1"), "text": "x", "start": 0, "end": 1, "valid": True}
                for kind in CONTACT_KINDS]  # fmt: skip
    offer = {**finding["signal"]["offer"], "contacts": contacts}
    subject = Subject({**finding, "signal": {**finding["signal"], "offer": offer}}, (), "")
    return replace(make_dossier(count=1), subjects=(subject,))


DOSSIERS = {"police": make_dossier, "12378": lambda: make_dossier("12378", language="en"), "odd": make_odd,
            "handles": make_handles}  # fmt: skip


@pytest.fixture(params=DOSSIERS)
def dossier(request: pytest.FixtureRequest) -> Dossier:
    """Ordinary and odd ones."""
    made: Dossier = DOSSIERS[request.param]()
    return made


def read_stix(dossier: Dossier) -> dict[str, Any]:
    """The bundle as data."""
    (member,) = write_stix(dossier)
    told: dict[str, Any] = json.loads(member.data)
    return told


def test_the_bundle_is_valid_stix(dossier: Dossier) -> None:
    """To the validator of the specification's makers, and their library reads it; every reference is in it."""
    told = read_stix(dossier)
    result = stix2validator.validate_instance(told, stix2validator.ValidationOptions(version="2.1", enforce_refs=True))
    assert result.is_valid, [str(error) for error in result.errors]
    # Ids that follow from what they are of, and words for handles that STIX has none for.
    assert [str(one) for one in result.warnings if not re.search(r"\{(103|244)\}", str(one))] == []
    assert stix2.parse(told, allow_custom=True).type == "bundle"
    ids = [one["id"] for one in told["objects"]]
    assert len(ids) == len(set(ids))
    (report,) = (one for one in told["objects"] if one["type"] == "report")
    assert set(report["object_refs"]) <= set(ids)


def test_the_bundle_says_what_is_claimed() -> None:
    """The address as an indicator, handles as accounts, the offer with its prices in the extension, TLP:AMBER."""
    told = read_stix(make_dossier(count=1))
    by_type: dict[str, list[dict[str, Any]]] = {}
    for one in told["objects"]:
        by_type.setdefault(one["type"], []).append(one)
    assert by_type["indicator"][0]["pattern"] == "[url:value = 'https://forum.example.org/t/1#pid1']"
    assert {"wechat", "telegram"} <= {one["account_type"] for one in by_type["user-account"]}
    (note,) = by_type["note"]
    assert note["content"] == TEXT
    (offer,) = note["extensions"].values()
    assert offer["prices"][0] == {"amount": 0.5, "currency": "CNY", "per": 1, "unit": "record", "min_qty": 1000}
    assert offer["volumes"] == [200_000]
    assert all(stix2.TLP_AMBER.id in one["object_marking_refs"] for one in by_type["report"] + by_type["note"])


def test_ids_follow_from_what_they_are_of() -> None:
    """The same dossier is the same bytes; the same finding in a later referral keeps its ids."""
    first = make_dossier()
    assert list(write_stix(first)) == list(write_stix(first))
    later = replace(first, id="1ng5referral00002", made_at=first.made_at + timedelta(days=1))
    kept = {one["id"] for one in read_stix(first)["objects"]} - {one["id"] for one in read_stix(later)["objects"]}
    assert [name.partition("--")[0] for name in kept] == ["report"]


def test_practice_is_marked_throughout() -> None:
    """Every object that can be says so, and the event's title and tags do."""
    told = read_stix(make_odd())
    marked = {one["type"] for one in told["objects"] if one.get("labels") == ["practice"]}
    assert marked == {"observed-data", "indicator", "note", "relationship", "report"}
    (member,) = write_misp(make_odd())
    event = json.loads(member.data)["Event"]
    assert event["info"].startswith("演示 / PRACTICE")
    assert 'tipstaff:practice="true"' in [tag["name"] for tag in event["Tag"]]


def test_misp_loads_the_event_with_complete_objects(dossier: Dossier) -> None:
    """MISP's own library reads it; every object has what its template requires, and is tied to its post."""
    (member,) = write_misp(dossier)
    assert list(write_misp(dossier)) == [member]
    event = pymisp.MISPEvent()
    event.load(member.data.decode())
    assert event.uuid
    posts = [one for one in event.objects if one.name == "microblog"]
    assert len(posts) == len(dossier.subjects)
    known = {one.uuid for one in event.objects}
    assert all(reference.referenced_uuid in known for one in event.objects for reference in one.references)
    for one in event.objects:
        fresh = pymisp.MISPObject(one.name, strict=True)
        for attribute in one.attributes:
            fresh.add_attribute(attribute.object_relation, value=attribute.value)
        fresh.to_json()  # Raises where a required attribute is missing.
    referenced = {reference.referenced_uuid for one in posts for reference in one.references}
    assert referenced == known - {one.uuid for one in posts}


def test_docx_says_what_the_report_says(dossier: Dossier) -> None:
    """python-docx reads it back: title, the post, every cell; practice above each page; the same bytes each time."""
    paper = write_report(dossier)
    data = write_docx(paper, dossier.made_at)
    assert data == write_docx(paper, dossier.made_at)
    read = docx.Document(io.BytesIO(data))
    cells = "\n".join(cell.text for table in read.tables for row in table.rows for cell in row.cells)
    assert read.paragraphs[0].text == paper.title
    assert dossier.subjects[0].finding["post"]["text"] in cells
    assert dossier.custody.key in cells
    above = read.sections[0].header.paragraphs[0].text
    assert ("演示 / PRACTICE" in above) is dossier.practice


def test_docx_takes_whatever_a_page_holds() -> None:
    """Control characters and half surrogate pairs make no file that cannot be opened; wide forms lie wide."""
    dossier = make_dossier(count=1)
    finding = dossier.subjects[0].finding
    odd = {**finding, "post": {**finding["post"], "text": "a\x00\x0b\ud800\uffffb", "thread_title": "\x1b[31m"}}
    data = write_docx(write_report(replace(dossier, subjects=(Subject(odd, (), ""),))), dossier.made_at)
    assert docx.Document(io.BytesIO(data)).paragraphs
    wide = docx.Document(io.BytesIO(write_docx(replace(write_record(dossier), landscape=True), dossier.made_at)))
    assert wide.sections[0].page_width > wide.sections[0].page_height
