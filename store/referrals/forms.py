"""The two forms of the police: 网络在线提取笔录 and 电子数据提取固定清单.

Filled in where facts are known, blank where people decide or sign. 法发〔2016〕22号 art. 14 says what they hold; the
fields are those of the forms in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.referrals.blocks import Block, Facts, Grid, Heading, Line, Paper, Signs
from store.referrals.dossier import Dossier, Exhibit, Member
from store.referrals.wording import say, write_moment

BLANK = "　"


def write_record(dossier: Dossier) -> Paper:
    """网络在线提取笔录 of the captures that go along."""
    return _paper(dossier, "record_title", _record_blocks(dossier))


def write_list(dossier: Dossier, evidence: list[Member]) -> Paper:
    """电子数据提取固定清单 of the files of evidence in the package."""
    return _paper(dossier, "list_title", _list_blocks(dossier, evidence), landscape=True)


def _paper(dossier: Dossier, title: str, blocks: Iterator[Block], *, landscape: bool = False) -> Paper:
    language = dossier.request.language
    return Paper(
        say(language, title), language, dossier.id, dossier.practice, tuple(blocks), landscape=landscape,
        subtitle=say(language, "practice") if dossier.practice else "",
    )  # fmt: skip


def _record_blocks(dossier: Dossier) -> Iterator[Block]:
    language, request = dossier.request.language, dossier.request
    moments = sorted(exhibit.record["fetched_at"] for exhibit in dossier.exhibits)
    rows = [
        ("record_case", request.case or BLANK), ("record_cause", say(language, "record_cause_value")),
        ("record_applied", BLANK), ("record_applicant", BLANK), ("record_assigned", BLANK),
        ("record_time", f"{write_moment(moments[0])} — {write_moment(moments[-1])}"), ("record_place", BLANK),
        ("record_command", BLANK), ("record_examiners", BLANK), ("record_witness", BLANK),
        ("record_source", "\n".join(dict.fromkeys(exhibit.record["url"] for exhibit in dossier.exhibits))),
        ("record_object", say(language, "record_object_value", count=len(dossier.exhibits))),
        ("record_tools", say(language, "record_tools_value", software=dossier.software)),
        ("record_clock", _write_clocks(language, dossier.exhibits)),
        ("record_medium", say(language, "record_medium_value")),
    ]  # fmt: skip
    yield Line(say(language, "record_note"), notice=True)
    yield Facts([(say(language, key), value) for key, value in rows])
    yield Heading(say(language, "record_process"))
    for key in ("collection_1", "collection_2", "record_method"):
        yield Line(say(language, key))
    for number, exhibit in enumerate(dossier.exhibits, 1):
        yield Heading(say(language, "record_item", number=number), 2)
        yield Facts([(say(language, key), value) for key, value in _exhibit_facts(language, exhibit) if value])
    yield Heading(say(language, "record_result"))
    yield Line(say(language, "record_result_value", count=len(dossier.exhibits), head=dossier.custody.head))
    yield Signs([say(language, key) for key in ("sign_extractor_1", "sign_extractor_2", "sign_holder", "sign_witness",
                                                "sign_date")])  # fmt: skip


def _exhibit_facts(language: str, exhibit: Exhibit) -> Iterator[tuple[str, str]]:
    """The five points of online extraction: access, time, tools, address and steps, digests."""
    record, facts = exhibit.record, exhibit.facts
    yield "capture", record["id"]
    yield "record_asked", facts.get("requested_url", "")
    yield "record_got", record["url"]
    yield "record_redirects", " → ".join(facts.get("redirects", ()))
    yield "record_steps", "\n".join(f"{at}. {step}" for at, step in enumerate(facts.get("entry_steps", ()), 1))
    yield (
        "record_access",
        say(language, "record_access_value", rendered=say(language, "yes" if facts.get("rendered") else "no")),
    )
    yield "record_fetched", f"{write_moment(record['fetched_at'])}\n{record['fetched_at']}"
    yield "record_sealed", write_moment(record["sealed_at"])
    yield (
        "record_server",
        " ".join(str(part) for part in (facts.get("peer"), facts.get("http_version"), facts.get("status")) if part),
    )
    yield "record_certificate", facts.get("certificate_sha256") or ""
    yield "record_clock_offset", write_clock(language, facts.get("clock"))
    yield "record_format", facts.get("content_type") or ""
    yield "record_size", f"{facts['body_size']:,}" if "body_size" in facts else ""
    yield "record_sha256", record["body_sha256"]
    yield "record_md5", record["body_md5"] or ""
    yield "record_picture", _write_picture(language, record["picture"])
    yield "record_seal", "\n".join(filter(None, (record["sha256"], record["md5"])))


def _write_picture(language: str, picture: Mapping[str, Any] | None) -> str:
    """The picture of the page: its digest, how much of the page it shows, what it lacks; or why there is none."""
    if picture is None or picture["gap"] is not None:
        return say(language, f"picture_{picture['gap'] if picture else 'not_drawn'}")
    size = say(
        language, "picture_size", width=picture["width"], height=picture["height"], whole=picture["full_height"],
        missing=picture["missing"] or 0, browser=picture["browser"] or "—", at=write_moment(picture["drawn_at"]),
    )  # fmt: skip
    return f"{picture['png_sha256']}\n{picture['png_md5']}\n{size}"


def write_clock(language: str, clock: Mapping[str, Any] | None) -> str:
    """How the device's clock stood to what it was compared with; nothing where nobody compared."""
    if not clock or clock["offset_seconds"] is None:
        return ""
    bound = say(language, "clock_bound", bound=f"{clock['bound_seconds']:.3g}") if clock["bound_seconds"] else ""
    return say(language, f"clock_{clock['source']}", offset=f"{clock['offset_seconds']:+.3f}") + bound


def _write_clocks(language: str, exhibits: Sequence[Exhibit]) -> str:
    """How the clock was compared, in short where it was more than once; blank where it never was."""
    clocks = [clock for exhibit in exhibits if (clock := exhibit.facts.get("clock")) and write_clock(language, clock)]
    if len(clocks) < 2:
        return write_clock(language, clocks[0]) if clocks else BLANK
    offsets = [clock["offset_seconds"] for clock in clocks]
    least, most = f"{min(offsets):+.3f}", f"{max(offsets):+.3f}"
    return say(language, "clock_range", count=len(clocks), least=least, most=most)


def _list_blocks(dossier: Dossier, evidence: list[Member]) -> Iterator[Block]:
    language = dossier.request.language
    yield Facts([(say(language, "record_case"), dossier.request.case or BLANK), (say(language, "id"), dossier.id)])
    origin = {f"captures/{exhibit.record['id']}": exhibit.record for exhibit in dossier.exhibits}
    rows = []
    for number, member in enumerate(evidence, 1):
        entry, record = member.entry(), origin[member.path.split(".")[0]]
        method = say(language, "list_method", at=write_moment(record["fetched_at"]))
        form = f"{member.category}／{member.form}\n{entry['size']:,} B"
        rows.append((str(number), member.path, record["url"], method, form, entry["md5"], entry["sha256"]))
    heads = ("number", "list_data", "list_source", "list_how", "list_format", "list_md5", "list_sha256")
    yield Grid([say(language, head) for head in heads], rows, (5, 18, 19, 15, 11, 13, 19), (5, 6))
    yield Line(say(language, "list_note"))
    yield Signs([say(language, key) for key in ("sign_extractor_1", "sign_extractor_2", "sign_holder", "sign_witness",
                                                "sign_date")])  # fmt: skip
