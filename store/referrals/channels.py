"""Who a referral can go to, and what each wants to know: `texts/channels.toml` as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from domain.errors import BadValue
from store.referrals.dossier import Dossier, Subject
from store.referrals.wording import (
    join,
    name_code,
    name_codes,
    offer_of,
    read_text,
    say,
    write_contact,
    write_moment,
    write_price,
)

POLICE = "police"
# What people can be called at: the numbers that 12321 asks for.
_NUMBERS = ("phone", "landline", "whatsapp")


@dataclass(frozen=True)
class Channel:
    """One recipient. The texts have a form per language; `carries`: captures and unmasked pictures go along.

    `asks` are the fields of its form, each a word of FIELDS; `signs` those that a person fills in.
    """

    name: str
    called: Mapping[str, str]
    title: Mapping[str, str]
    address: Mapping[str, str]
    note: Mapping[str, str]
    carries: bool
    asks: tuple[str, ...]
    signs: tuple[str, ...]


@cache
def read_channels() -> Mapping[str, Channel]:
    """All recipients, by name."""
    return {name: _read_channel(name, row) for name, row in read_text("channels").items()}


def find_channel(name: str) -> Channel:
    """The recipient of that name. Raises BadValue."""
    channels = read_channels()
    if name not in channels:
        raise BadValue(name="--to", value=name, want="one of " + ", ".join(channels))
    return channels[name]


def fill_form(dossier: Dossier, subject: Subject, channel: Channel) -> list[tuple[str, str]]:
    """The fields that a channel asks for, with what is known of a finding; what a person has to fill in is blank."""
    language = dossier.request.language
    known = [(say(language, f"ask_{name}"), FIELDS[name](language, dossier, subject)) for name in channel.asks]
    return known + [(say(language, f"ask_{name}"), "") for name in channel.signs]


def advise(subject: Subject) -> tuple[str, ...]:
    """The channels that a finding belongs to by what it is, the police first."""
    offer, label = offer_of(subject.finding), subject.finding["signal"]["label"]
    fitting = [POLICE, "12377"]
    if label in ("offer", "other_pii_offer"):
        fitting.append("12321")
    if find_insurers(subject) or (offer["channel"] == "insider" and "insurance_list" in offer["goods"]):
        fitting.append("12378")
    return tuple(fitting)


def find_insurers(subject: Subject) -> tuple[str, ...]:
    """The insurers that a post names, as it names them."""
    post = subject.finding["post"]
    text = " ".join(filter(None, (post["thread_title"], post["text"], subject.folded)))
    return tuple(name for name in read_text("names")["insurer"] if name in text)


def describe_act(language: str, subject: Subject) -> str:
    """The act in one sentence: what is offered, in what form, at what price, reached how; all of it as claimed."""
    offer, signal = offer_of(subject.finding), subject.finding["signal"]
    parts = [
        say(language, "act", label=name_code(language, "label", signal["label"])),
        say(language, "act_goods", what=name_codes(language, "goods", offer["goods"])) if offer["goods"] else "",
        say(language, "act_fields", what=name_codes(language, "fields", offer["fields"])) if offer["fields"] else "",
        say(language, "act_prices", what=join(language, (write_price(language, one) for one in offer["prices"])))
        if offer["prices"] else "",
        say(language, "act_volumes", what="、".join(f"{one['records']:,}" for one in offer["volumes"]))
        if offer["volumes"] else "",
    ]  # fmt: skip
    return join(language, parts)


def _site(language: str, dossier: Dossier, subject: Subject) -> str:
    post = subject.finding["post"]
    return " ".join(filter(None, (urlsplit(post["url"]).netloc, post["board"])))


def _appeared(language: str, dossier: Dossier, subject: Subject) -> str:
    post = subject.finding["post"]
    shown = f"（{post['posted_at_text']}）" if post["posted_at_text"] else ""
    return say(
        language, "appeared", posted=write_moment(post["posted_at"], post["posted_at_precision"]) + shown,
        seen=write_moment(subject.finding["first_seen"]),
    )  # fmt: skip


def _evidence(language: str, dossier: Dossier, subject: Subject) -> str:
    mine = [exhibit.record["id"] for exhibit in dossier.exhibits if subject.finding["id"] in exhibit.findings]
    return join(language, (f"captures/{capture_id}.wacz" for capture_id in mine))


def _reached(language: str, dossier: Dossier, subject: Subject) -> str:
    steps = next((exhibit.facts.get("entry_steps") for exhibit in dossier.exhibits
                  if subject.finding["id"] in exhibit.findings), None)  # fmt: skip
    post = subject.finding["post"]
    return " → ".join([*(steps or filter(None, (post["thread_url"],))), post["url"]])


def _contacts(language: str, dossier: Dossier, subject: Subject, kinds: tuple[str, ...] = ()) -> str:
    handles = (one for one in offer_of(subject.finding)["contacts"] if not kinds or one["kind"] in kinds)
    return join(language, dict.fromkeys(write_contact(language, one) for one in handles)) or "—"


def _institution(language: str, dossier: Dossier, subject: Subject) -> str:
    named = "、".join(find_insurers(subject))
    return say(language, "institution_named", names=named) if named else say(language, "institution_unknown")


Ask = Callable[[str, Dossier, Subject], str]
# What a form can ask for: how it is filled from a finding.
FIELDS: dict[str, Ask] = {
    "site": _site,
    "url": lambda language, dossier, subject: str(subject.finding["post"]["url"]),
    "appeared": _appeared,
    "act": lambda language, dossier, subject: describe_act(language, subject),
    "facts": lambda language, dossier, subject: describe_act(language, subject),
    "content": lambda language, dossier, subject: str(subject.finding["post"]["text"]),
    "contacts": _contacts,
    "numbers": lambda language, dossier, subject: _contacts(language, dossier, subject, _NUMBERS),
    "evidence": _evidence,
    "kind": lambda language, dossier, subject: say(language, "report_kind"),
    "reached": _reached,
    "institution": _institution,
    "request": lambda language, dossier, subject: say(language, "request_12378"),
}


def plain_form(dossier: Dossier, channel: Channel) -> dict[str, Any]:
    """The forms of all findings as JSON data."""
    return {
        "channel": channel.name,
        "called": channel.called,
        "address": channel.address,
        "note": channel.note,
        "forms": [
            {"finding": subject.finding["id"], "fields": [list(pair) for pair in fill_form(dossier, subject, channel)]}
            for subject in dossier.subjects
        ],
    }


def _read_channel(name: str, row: Mapping[str, Any]) -> Channel:
    title, address, note = ({"zh": row[f"{key}_zh"], "en": row[f"{key}_en"]} for key in ("title", "address", "note"))
    called = {"zh": row["zh"], "en": row["en"]}
    return Channel(name, called, title, address, note, row["carries"], tuple(row["asks"]), tuple(row["signs"]))
