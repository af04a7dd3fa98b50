"""The files of a package, format by format: a new format is one file and one line in REFERRALS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from domain.plain import plain
from store.referrals.annexes import VERIFY_COMMANDS
from store.referrals.channels import find_channel, plain_form
from store.referrals.checking import LEDGER
from store.referrals.dossier import Dossier, Member
from store.referrals.forms import write_list, write_record
from store.referrals.misp import write_misp
from store.referrals.printing import print_paper
from store.referrals.report import write_report
from store.referrals.stix import write_stix
from store.referrals.wacz import write_wacz
from store.referrals.word import write_docx
from store.referrals.wording import say

Format = Callable[[Dossier], Iterator[Member]]


def compose(dossier: Dossier) -> list[Member]:
    """All files of a referral."""
    return [member for write in REFERRALS.values() for member in write(dossier)]


def _write_readme(dossier: Dossier) -> Iterator[Member]:
    lines = []
    for language in ("zh", "en"):
        channel = find_channel(dossier.request.to)
        lines += [
            channel.title[language], "",
            f"{say(language, 'id')}: {dossier.id}",
            *([say(language, "practice")] if dossier.practice else []),
            *([say(language, "corrects_value", id=dossier.request.corrects)] if dossier.request.corrects else []), "",
            say(language, "notice"), say(language, "carried_notice" if channel.carries else "masked_notice"), "",
            say(language, "readme_files"), "",
            say(language, "verify_intro"), say(language, "verify_own"),
            f"    tipstaff verify FILE.zip --key {dossier.custody.key}", say(language, "verify_sums"),
            *(f"    {command}" for command in VERIFY_COMMANDS), say(language, "verify_replay"), "",
            f"{say(language, 'key')}: {dossier.custody.key}", f"{say(language, 'head')}: {dossier.custody.head}", "",
            "",
        ]  # fmt: skip
    yield Member("README.txt", "\n".join(lines).encode(), "说明", "纯文本")


def _write_report(dossier: Dossier) -> Iterator[Member]:
    report = write_report(dossier)
    yield Member("report.pdf", print_paper(report), "移送报告", "PDF")
    yield Member("report.docx", write_docx(report, dossier.made_at), "移送报告（可编辑）", "DOCX")


def _write_captures(dossier: Dossier) -> Iterator[Member]:
    """The captures and their pictures, and the two forms that go with them."""
    evidence = []
    for exhibit in dossier.exhibits:
        name = f"captures/{exhibit.record['id']}"
        if exhibit.warc is not None:
            evidence.append(Member(f"{name}.wacz", write_wacz(exhibit, dossier), "网页", "WACZ"))
        if exhibit.picture is not None:
            evidence.append(Member(f"{name}.png", exhibit.picture, "网页截图", "PNG"))
    yield from evidence
    if evidence:
        yield Member("forms/extraction-record.pdf", print_paper(write_record(dossier)), "网络在线提取笔录", "PDF")
        yield Member(
            "forms/evidence-list.pdf", print_paper(write_list(dossier, evidence)), "电子数据提取固定清单", "PDF"
        )


def _write_captures_record(dossier: Dossier) -> Iterator[Member]:
    """What is known of each capture; where it is withheld, its digests and no more."""
    records = [
        {**exhibit.record, "findings": exhibit.findings, **({"facts": exhibit.facts} if exhibit.facts else {})}
        for exhibit in dossier.exhibits
    ]
    yield Member("captures.json", _write_json(records), "捕获记录", "JSON")
    withheld = [exhibit.record for exhibit in dossier.exhibits if exhibit.warc is None]
    if withheld:
        lines = [f"{digest}  {name}\n" for record in withheld for name, digest in _digests_of(record)]
        yield Member("withheld.sha256", "".join(lines).encode(), "未附原件的校验值", "纯文本")


def _digests_of(record: Any) -> Iterator[tuple[str, str]]:
    """The files that stay sealed, by the names that they have where they lie, and their digests."""
    yield f"{record['id']}.page", record["sha256"]
    yield f"{record['id']}.body", record["body_sha256"]
    if record["warc_sha256"]:
        yield f"{record['id']}.warc.gz", record["warc_sha256"]
    if record["picture"] and record["picture"]["png_sha256"]:
        yield f"{record['id']}.png", record["picture"]["png_sha256"]


def _write_findings(dossier: Dossier) -> Iterator[Member]:
    """The findings as CONTRACT.md's JSON, a line each, victims' data masked; with the thresholds of their claims."""
    lines = [
        json.dumps({**plain(subject.finding), "scenarios": plain(subject.scenarios)}, ensure_ascii=False) + "\n"
        for subject in dossier.subjects
    ]
    yield Member("findings.jsonl", "".join(lines).encode(), "线索数据", "JSON Lines")


def _write_submission(dossier: Dossier) -> Iterator[Member]:
    form = plain_form(dossier, find_channel(dossier.request.to))
    yield Member("submission.json", _write_json(form), "填报内容", "JSON")


def _write_ledger(dossier: Dossier) -> Iterator[Member]:
    """The entries that concern the evidence, each with its hash and signature, and the head."""
    lines = [json.dumps(plain(link), ensure_ascii=False, sort_keys=True) + "\n" for link in dossier.custody.links]
    yield Member(LEDGER, "".join(lines).encode(), "证据账本摘录", "JSON Lines")
    for number, stamp in enumerate(dossier.custody.stamps, 1):
        yield Member(f"ledger/stamp-{number}.entry", stamp.line.encode(), "账本条目", "JSON")
        yield Member(f"ledger/stamp-{number}.tsr", stamp.token, "可信时间戳", "RFC 3161")
    yield Member("ledger/head.txt", f"{dossier.custody.head}\n".encode(), "证据账本末端", "纯文本")


def _write_json(value: Any) -> bytes:
    return json.dumps(plain(value), ensure_ascii=False, indent=1).encode() + b"\n"


# The formats of a referral. Which of them a channel does not get lies in what the dossier holds for it.
REFERRALS: dict[str, Format] = {
    "readme": _write_readme,
    "report": _write_report,
    "captures": _write_captures,
    "records": _write_captures_record,
    "findings": _write_findings,
    "submission": _write_submission,
    "stix": write_stix,
    "misp": write_misp,
    "ledger": _write_ledger,
}
