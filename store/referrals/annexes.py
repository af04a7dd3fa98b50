"""The parts of the report that follow the findings: thresholds, law, slang, how the data were taken, limits, forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from store.referrals.blocks import Block, Facts, Grid, Heading, Line, Signs
from store.referrals.channels import advise, fill_form, find_channel, read_channels
from store.referrals.dossier import Dossier, Exhibit
from store.referrals.jargon import explain
from store.referrals.statutes import list_statutes
from store.referrals.wording import join, name_code, say, write_moment

Row = tuple[str, ...]


def write_scenarios(dossier: Dossier) -> Iterator[Block]:
    """The thresholds that each finding's claims may come to."""
    language = dossier.request.language
    read = next((one["law_read"] for subject in dossier.subjects for one in subject.scenarios), None)
    if read is None:
        yield Line(say(language, "none_scenarios"))
        return
    yield Line(say(language, "scenario_intro", read=read), notice=True)
    heads = [say(language, head) for head in ("class", "serious", "grave", "claimed", "orders", "basis", "confidence")]
    for number, subject in enumerate(dossier.subjects, 1):
        yield Heading(say(language, "finding", number=number), 2)
        rows = [*_scenario_rows(language, subject.scenarios)]
        yield Grid(heads, rows, (15, 10, 10, 13, 20, 23, 9)) if rows else Line(say(language, "none_scenarios"))


def _scenario_rows(language: str, scenarios: Any) -> Iterator[Row]:
    """A row for each class: both grades beside each other."""
    graves = {_kind_of(one): one for one in scenarios if one["grade"] == "especially_serious"}
    for one in scenarios:
        if one["grade"] != "serious":
            continue
        grave = graves.get(_kind_of(one))
        mark = "insider_mark" if one["if_insider"] else "seller_mark" if one.get("of") == "seller" else "plain_mark"
        yield (
            say(language, mark, name=one["names"][language]),
            _amount(language, one),
            _amount(language, grave) if grave else "—",
            "—" if one["claimed"] is None else f"{one['claimed']:,} {name_code(language, 'measure', one['unit'])}",
            "\n".join(_order(language, order) for order in one["orders"]) or "—",
            one["basis"],
            name_code(language, "confidence", one["confidence"]),
        )


def _kind_of(scenario: Mapping[str, Any]) -> tuple[object, ...]:
    return scenario["class"], scenario["if_insider"], scenario.get("of")


def _amount(language: str, scenario: Mapping[str, Any]) -> str:
    return f"{scenario['threshold']:,} {name_code(language, 'measure', scenario['unit'])}"


def _order(language: str, order: Mapping[str, Any]) -> str:
    size = [
        f"{order[key]:,.10g} {name_code(language, 'measure', key)}"
        for key in ("records", "yuan")
        if order[key] is not None
    ]
    if order["needed"] <= 1:
        return say(language, "order_one", order=" / ".join(size))
    return say(language, "order", order=" / ".join(size), needed=f"{round(order['needed'], 1):,g}")


def write_law(dossier: Dossier) -> Iterator[Block]:
    """The provisions that were in force when the posts appeared."""
    language = dossier.request.language
    yield Line(say(language, "law_intro"))
    rows = [
        (
            row[language] + (say(language, "unchecked") if row["read"] == "mirror" else ""),
            row[f"gist_{language}"],
            "、".join(map(str, numbers)),
        )
        for row, numbers in list_statutes(dossier.subjects)
    ]
    yield Grid([say(language, head) for head in ("provision", "gist", "concerns")], rows, (32, 54, 14))


def write_jargon(dossier: Dossier) -> Iterator[Block]:
    """The words that want explaining, and where they stand."""
    language = dossier.request.language
    found: dict[tuple[str, str], list[int]] = {}
    for number, subject in enumerate(dossier.subjects, 1):
        for pair in explain(subject, language).items():
            found.setdefault(pair, []).append(number)
    if not found:
        yield Line(say(language, "no_jargon"))
        return
    yield Line(say(language, "jargon_intro"))
    rows = [(term, meaning, "、".join(map(str, numbers))) for (term, meaning), numbers in found.items()]
    yield Grid([say(language, head) for head in ("term", "meaning", "concerns")], rows, (26, 56, 18))


def write_collection(dossier: Dossier) -> Iterator[Block]:
    """How the pages were taken, and what each is."""
    language = dossier.request.language
    for key in ("collection_1", "collection_2"):
        yield Line(say(language, key))
    rows = [_exhibit_row(dossier, exhibit) for exhibit in dossier.exhibits]
    heads = ("capture", "fetched", "server", "body_digest", "sealed_digest")
    yield Grid([say(language, head) for head in heads], rows, (22, 14, 16, 24, 24), (3, 4))


def _exhibit_row(dossier: Dossier, exhibit: Exhibit) -> Row:
    language, record = dossier.request.language, exhibit.record
    numbers = [
        str(number) for number, subject in enumerate(dossier.subjects, 1) if subject.finding["id"] in exhibit.findings
    ]
    name = f"{record['id']}\n{record['url']}\n{say(language, 'concerns')} {'、'.join(numbers)}"
    return (
        name,
        write_moment(record["fetched_at"]),
        _server_of(language, exhibit),
        "\n".join(filter(None, (record["body_sha256"], record["body_md5"]))),
        "\n".join(filter(None, (record["sha256"], record["md5"]))),
    )


def _server_of(language: str, exhibit: Exhibit) -> str:
    if not exhibit.facts:
        return say(language, "withheld")
    certificate = exhibit.facts["certificate_sha256"]
    told = say(language, "certificate", digest=certificate) if certificate else say(language, "no_certificate")
    return "\n".join(filter(None, (exhibit.facts["peer"], f"HTTP {exhibit.facts['status']}", told)))


def write_limits(dossier: Dossier) -> Iterator[Block]:
    """What all of this does not prove."""
    for number in range(1, 6):
        yield Line(f"{number}. {say(dossier.request.language, f'limit_{number}')}")


def write_form(dossier: Dossier) -> Iterator[Block]:
    """What the recipient's form asks for, finding by finding, and who else the findings belong to."""
    language, channel = dossier.request.language, find_channel(dossier.request.to)
    called, address, note = (words[language] for words in (channel.called, channel.address, channel.note))
    yield Line(say(language, "form_intro", called=called, address=address, note=note))
    fitting = dict.fromkeys(name for subject in dossier.subjects for name in advise(subject))
    others = [read_channels()[name].called[language] for name in fitting if name != channel.name]
    if others:
        yield Line(say(language, "advice", names=join(language, others)))
    for number, subject in enumerate(dossier.subjects, 1):
        yield Heading(say(language, "finding", number=number), 2)
        yield Facts(fill_form(dossier, subject, channel))


def write_verification(dossier: Dossier) -> Iterator[Block]:
    """How to see that the package is what was sent."""
    language = dossier.request.language
    yield Line(say(language, "verify_intro"))
    yield Line(say(language, "verify_own"))
    yield Line(f"tipstaff verify FILE.zip --key {dossier.custody.key}", code=True)
    yield Line(say(language, "verify_sums"))
    yield Line("\n".join(VERIFY_COMMANDS), code=True)
    if find_channel(dossier.request.to).carries:
        yield Line(say(language, "verify_replay"))
    if dossier.custody.stamps:
        yield Line(say(language, "verify_stamps"))
        rows = [(str(number), str(stamp.seq), write_moment(stamp.stamped_at), stamp.authority)
                for number, stamp in enumerate(dossier.custody.stamps, 1)]  # fmt: skip
        heads = ("number", "stamp_entry", "stamp_time", "stamp_authority")
        yield Grid([say(language, head) for head in heads], rows, (8, 16, 28, 48))
        yield Line(STAMP_COMMAND, code=True)
    yield Line(say(language, "verify_pdf"))


def write_signs(dossier: Dossier) -> Iterator[Block]:
    """Where people sign."""
    language = dossier.request.language
    yield Signs([say(language, key) for key in ("sign_prepared", "sign_reviewed", "sign_unit", "sign_date")])


STAMP_COMMAND = "openssl ts -verify -data ledger/stamp-1.entry -in ledger/stamp-1.tsr -CAfile ROOT.pem"
VERIFY_COMMANDS = (
    "sha256sum -c SHA256SUMS",
    "md5sum -c MD5SUMS",
    "openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile manifest.sig",
    "openssl pkey -pubin -in public-key.pem -outform DER | tail -c 32 | sha256sum",
)
