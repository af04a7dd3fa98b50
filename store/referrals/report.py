"""The cover report: what was found, part by part. `annexes.py` has the parts that follow the findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from urllib.parse import urlsplit

from store.referrals import annexes
from store.referrals.blocks import Block, Facts, Grid, Heading, Line, Paper, Quote
from store.referrals.channels import find_channel
from store.referrals.dossier import Dossier, Subject
from store.referrals.wording import (
    join,
    name_code,
    name_codes,
    offer_of,
    say,
    write_contact,
    write_moment,
    write_price,
)

Part = Callable[[Dossier], Iterator[Block]]
# How many handles stand in the summary; all of them stand with their findings.
MOST_HANDLES = 40


def write_report(dossier: Dossier) -> Paper:
    """The cover report of a referral."""
    language, channel = dossier.request.language, find_channel(dossier.request.to)
    blocks = chain.from_iterable(
        chain([Heading(f"{numeral}{say(language, f'part_{name}')}")], part(dossier))
        for numeral, (name, part) in zip(NUMERALS[language], PARTS.items(), strict=True)
    )
    return Paper(
        title=channel.title[language], language=language, reference=dossier.id, practice=dossier.practice,
        blocks=(*_write_head(dossier), *blocks),
    )  # fmt: skip


def _write_head(dossier: Dossier) -> Iterator[Block]:
    request, language = dossier.request, dossier.request.language
    channel = find_channel(request.to)
    rows = [
        ("id", dossier.id), ("recipient", channel.called[language]), ("case", request.case or "　"),
        ("made_at", write_moment(dossier.made_at)), ("operator", request.operator), ("reason", request.reason or ""),
        ("count", str(len(dossier.subjects))),
        ("corrects", say(language, "corrects_value", id=request.corrects) if request.corrects else ""),
        ("head", dossier.custody.head), ("key", dossier.custody.key), ("software", dossier.software),
        ("model", join(language, dossier.models)),
    ]  # fmt: skip
    yield Facts([(say(language, key), value) for key, value in rows if value])
    if dossier.practice:
        yield Line(say(language, "practice"), notice=True)
    yield Line(say(language, "notice"), notice=True)
    yield Line(say(language, "carried_notice" if channel.carries else "masked_notice"), notice=True)


def _summarise(dossier: Dossier) -> Iterator[Block]:
    language = dossier.request.language
    findings = [subject.finding for subject in dossier.subjects]
    days = sorted(datetime.fromisoformat(one["post"]["posted_at"] or one["first_seen"]) for one in findings)
    yield Line(
        say(
            language, "summary", count=len(findings), first=write_moment(days[0], "day"),
            last=write_moment(days[-1], "day"), sites=len({urlsplit(one["post"]["url"]).netloc for one in findings}),
            confirmed=sum(_is_confirmed(subject) for subject in dossier.subjects),
            owners=sum(one["signal"]["label"] == "offer" for one in findings),
        )
    )  # fmt: skip
    heads = ("number", "where", "what", "posted", "price", "contact", "claimed")
    rows = [_summary_row(language, number, subject) for number, subject in enumerate(dossier.subjects, 1)]
    yield Grid([say(language, head) for head in heads], rows, (8, 16, 13, 13, 18, 21, 11))
    yield from _list_handles(dossier)


def _summary_row(language: str, number: int, subject: Subject) -> tuple[str, ...]:
    post, offer = subject.finding["post"], offer_of(subject.finding)
    return (
        str(number),
        "\n".join(filter(None, (urlsplit(post["url"]).netloc, post["board"]))),
        name_code(language, "label", subject.finding["signal"]["label"]),
        write_moment(post["posted_at"], post["posted_at_precision"]),
        "\n".join(write_price(language, price) for price in offer["prices"][:3]) or "—",
        "\n".join(dict.fromkeys(write_contact(language, one) for one in offer["contacts"][:3])) or "—",
        "\n".join(f"{one['records']:,}" for one in offer["volumes"][:3]) or "—",
    )


def _list_handles(dossier: Dossier) -> Iterator[Block]:
    """The handles that more than one finding has."""
    language = dossier.request.language
    found: dict[tuple[str, str], list[int]] = {}
    for number, subject in enumerate(dossier.subjects, 1):
        for kind, value in dict.fromkeys((one["kind"], one["value"]) for one in offer_of(subject.finding)["contacts"]):
            found.setdefault((kind, value), []).append(number)
    shared = sorted(((len(where), handle, where) for handle, where in found.items() if len(where) > 1), reverse=True)
    if not shared:
        return
    yield Line(say(language, "handles"))
    rows = [
        (f"{name_code(language, 'contact', kind)} {value}", str(times), "、".join(map(str, where)))
        for times, (kind, value), where in shared[:MOST_HANDLES]
    ]
    yield Grid([say(language, head) for head in ("contact", "times", "in_findings")], rows, (50, 12, 38))


def _write_findings(dossier: Dossier) -> Iterator[Block]:
    for number, subject in enumerate(dossier.subjects, 1):
        yield from _write_finding(dossier, number, subject)


def _write_finding(dossier: Dossier, number: int, subject: Subject) -> Iterator[Block]:
    language, finding = dossier.request.language, subject.finding
    post, offer = finding["post"], offer_of(finding)
    yield Heading(say(language, "finding", number=number), 2)
    yield Facts([(say(language, key), value) for key, value in _facts_of(language, subject) if value])
    yield Heading(say(language, "text_heading"), 3)
    read = [part for kind in ("prices", "contacts", "volumes") for part in offer[kind]]
    spans = [(part["start"], part["end"]) for part in read if part["start"] is not None]
    yield Quote(post["text"], spans)
    for picture in finding.get("pictures", ()):
        yield Heading(say(language, "picture_heading", number=picture["number"], url=picture["url"]), 3)
        yield Line(say(language, "picture_withheld"), notice=True) if picture["withheld"] else Quote(picture["text"])
    rows = [*_read_rows(language, subject)]
    if rows:
        yield Grid([say(language, head) for head in ("sort", "read_as", "as_written")], rows, (18, 46, 36))
    if len(finding["versions"]) > 1:
        yield Line(say(language, "versions", count=len(finding["versions"])))


def _facts_of(language: str, subject: Subject) -> Iterator[tuple[str, str]]:
    finding = subject.finding
    post, signal, offer = finding["post"], finding["signal"], offer_of(finding)
    kind = name_code(language, "kind", signal["kind"]) if signal["kind"] else ""
    author = " ".join(filter(None, (post["author"]["name"], post["author"]["id"], post["author"]["url"])))
    counts = [
        str(post["counts"][name]) if post["counts"][name] is not None else "—"
        for name in ("views", "replies", "members")
    ]
    origin = (
        name_code(language, "channel", offer["channel"]), name_code(language, "freshness", offer["freshness"]),
        name_codes(language, "guarantees", offer["guarantees"]),
    )  # fmt: skip
    posted = write_moment(post["posted_at"], post["posted_at_precision"])
    if post["posted_at_text"]:
        posted = say(language, "posted_as", at=posted, shown=post["posted_at_text"])
    yield "finding_id", finding["id"]
    yield "label", join(language, (name_code(language, "label", signal["label"]), kind))
    yield "score", say(language, "score_value", score=f"{signal['score']:.3f}")
    yield "review", _review_of(language, subject)
    yield "url", post["url"]
    yield "thread", post["thread_title"] or ""
    yield "board", join(language, filter(None, (post["board"], post["platform"])))
    yield "floor", str(post["floor"] or "")
    yield "author", author
    yield "seller", finding["seller_id"] or ""
    yield "posted", posted
    yield "edited", write_moment(post["edited_at"]) if post["edited_at"] else ""
    yield "seen", " ／ ".join(map(write_moment, (finding["first_seen"], finding["last_seen"])))
    yield "counts", " ／ ".join(counts) if set(counts) != {"—"} else ""
    yield "goods", name_codes(language, "goods", offer["goods"])
    yield "fields", name_codes(language, "fields", offer["fields"])
    yield "regions", "、".join(offer["regions"]) or "—"
    yield "source_claimed", " ／ ".join(origin)
    yield "text_digest", post["content_sha256"]


def _review_of(language: str, subject: Subject) -> str:
    """What the last person said of it who judged it, a referral being no judgement."""
    judged = [one for one in subject.finding.get("verdicts", ()) if one["state"] != "referred"]
    if not judged:
        state = subject.finding["state"] if subject.finding["state"] in ("new", "review") else "new"
        return name_code(language, "state", state)
    last = judged[-1]
    state = name_code(language, "state", last["state"])
    return say(language, "review_by", state=state, by=last["by"], at=write_moment(last["at"]))


def _is_confirmed(subject: Subject) -> bool:
    judged = [one["state"] for one in subject.finding.get("verdicts", ()) if one["state"] != "referred"]
    return judged[-1:] == ["confirmed"]


def _read_rows(language: str, subject: Subject) -> Iterator[tuple[str, str, str]]:
    offer = offer_of(subject.finding)
    for price in offer["prices"]:
        yield say(language, "price"), write_price(language, price), price["text"]
    for contact in offer["contacts"]:
        yield say(language, "contact"), write_contact(language, contact), contact["text"]
    for volume in offer["volumes"]:
        yield say(language, "claimed"), f"{volume['records']:,}", volume["text"]


# How its parts are numbered.
NUMERALS = {"zh": [f"{one}、" for one in "一二三四五六七八九十"], "en": [f"{number}. " for number in range(1, 11)]}
# The parts of the report, in its order.
PARTS: dict[str, Part] = {
    "summary": _summarise,
    "findings": _write_findings,
    "scenarios": annexes.write_scenarios,
    "law": annexes.write_law,
    "jargon": annexes.write_jargon,
    "collection": annexes.write_collection,
    "limits": annexes.write_limits,
    "form": annexes.write_form,
    "verify": annexes.write_verification,
    "signs": annexes.write_signs,
}
