"""What the documents of a referral say, to whom and how, and that another program reads it back."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from dossiers import SCENARIOS, T0, TEXT, make_dossier, make_finding

from domain.signals import CONTACT_KINDS, CURRENCIES, LABELS, OFFER_KINDS, STATES, UNITS
from store.ledger import digest_of
from store.referrals import composing
from store.referrals.blocks import Paper, Quote
from store.referrals.channels import FIELDS, advise, fill_form, find_channel, read_channels
from store.referrals.dossier import Dossier, Member, Stamped, Subject
from store.referrals.forms import write_list, write_record
from store.referrals.jargon import explain
from store.referrals.printing import cut_spans, print_paper, write_html
from store.referrals.report import NUMERALS, PARTS, write_report
from store.referrals.statutes import list_statutes
from store.referrals.wacz import write_wacz
from store.referrals.wording import read_text, write_contact, write_moment, write_price

VERDICTS = ("构成犯罪", "已构成", "犯罪嫌疑人", "guilty", "constitutes a crime")
TEXTS = Path(composing.__file__).parent / "texts"


def read_pdf(data: bytes) -> list[str]:
    """The text of each page, as a reader of PDF that is not ours finds it, white space left out."""
    with pypdfium2.PdfDocument(data) as opened:
        texts = []
        for page in opened:
            words = page.get_textpage()
            texts.append("".join(words.get_text_range().split()))
            words.close()
            page.close()
        return texts


@pytest.fixture(scope="module")
def printed() -> dict[str, list[str]]:
    """The report and the forms of a practice finding, printed once."""
    dossier = practise(make_dossier(count=1))
    (exhibit,) = dossier.exhibits
    wacz = Member(f"captures/{exhibit.record['id']}.wacz", write_wacz(exhibit, dossier), "网页", "WACZ")
    papers = {"report": write_report(dossier), "record": write_record(dossier), "list": write_list(dossier, [wacz])}
    return {name: read_pdf(print_paper(paper)) for name, paper in papers.items()}


def practise(dossier: Dossier) -> Dossier:
    """The same from the practice market."""
    subjects = tuple(replace(one, finding={**one.finding, "practice": True}) for one in dossier.subjects)
    return replace(dossier, subjects=subjects)


def say_all(paper: Paper) -> str:
    """All that a document says, as HTML."""
    return write_html(paper)


def test_every_page_of_practice_says_so(printed: dict[str, list[str]]) -> None:
    """演示 / PRACTICE stands on each page of each document, and nowhere in a real one."""
    for pages in printed.values():
        assert pages
        assert all("演示/PRACTICE" in page for page in pages)
    assert "PRACTICE" not in say_all(write_report(make_dossier()))


def test_a_pdf_reader_finds_the_chinese_text(printed: dict[str, list[str]]) -> None:
    """Title, post, prices, handles, thresholds, statutes, slang, limits and page numbers can be searched for."""
    report = "".join(printed["report"])
    wanted = (
        "涉嫌侵犯公民个人信息", "一手车险到期料子", "0.5元／条，1,000条起", "微信che_zhu88", "Telegramchezhu_data",
        "200,000", "5,000条", "法释〔2017〕10号", "《中华人民共和国个人信息保护法》第十条", "未经核实",
        "变形写法，即“微信”", "由第三方中介保管货款后放款", "第1页", "sha256sum-cSHA256SUMS", "分析员甲",
    )  # fmt: skip
    assert [words for words in wanted if words not in report] == []
    assert f"第{len(printed['report'])}页共{len(printed['report'])}页" in printed["report"][-1]


def test_the_forms_hold_what_the_rules_ask(printed: dict[str, list[str]]) -> None:
    """Address, steps, time, tools, digests of each capture; MD5 beside SHA-256; places to sign."""
    record, listed = "".join(printed["record"]), "".join(printed["list"])
    dossier = make_dossier(count=1)
    for exhibit in dossier.exhibits:
        assert exhibit.record["body_sha256"] in record
        assert exhibit.record["body_md5"] in record
        assert exhibit.record["url"] in record
    for words in (
        "网络在线提取笔录",
        "进入步骤",
        "192.0.2.7:443",
        "见证人（签名）",
        "提取人二（签名）",
        "时钟偏差",
        "+0.400",
    ):
        assert words in record
    for words in ("电子数据提取固定清单", "文件MD5哈希值", "WACZ", "网络在线提取"):
        assert words in listed


def test_the_wording_is_that_of_suspicion() -> None:
    """涉嫌 and no verdict, in either language."""
    for language in ("zh", "en"):
        said = say_all(write_report(make_dossier(language=language)))
        assert "涉嫌" in said
        assert not any(verdict in said for verdict in VERDICTS)


def test_english_is_english_throughout() -> None:
    """Every heading and label has its English form; the post's own words stay as they are."""
    said = say_all(write_report(make_dossier("12377", language="en")))
    assert "2. Findings" in said
    assert "0.5 CNY / record, from 1,000" in said
    assert "WeChat che_zhu88" in said
    assert "概要" not in said
    assert TEXT.splitlines()[0] in said


def test_markup_of_a_post_is_shown_and_not_obeyed() -> None:
    """A hostile post, title or author puts nothing into the document but its characters."""
    finding = make_finding()
    post = {**finding["post"], "text": "<script>alert(1)</script><img src=x>", "thread_title": "</td><h1>假</h1>"}
    offer = {**finding["signal"]["offer"], "prices": [], "contacts": [], "volumes": []}
    finding = {**finding, "post": post, "signal": {**finding["signal"], "offer": offer, "reasons": []}}
    paper = write_report(make_dossier(count=1, subjects=(Subject(finding, (), ""),)))
    said = say_all(paper)
    assert "<script>" not in said
    assert "&lt;script&gt;" in said
    assert "<h1>假" not in said
    assert print_paper(paper).startswith(b"%PDF")


def test_nothing_outside_the_document_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where a style sheet or picture would ask for it."""
    from store.referrals import printing

    with pytest.raises(ValueError, match="not part"):
        printing._fetch_nothing("http://127.0.0.1:9/x.png")
    with pytest.raises(ValueError, match="not part"):
        printing._fetch_nothing("file:///etc/hostname")


@pytest.mark.parametrize("to", ["police", "12377", "12321", "12378"])
def test_each_channel_gets_the_fields_it_asks_for(to: str) -> None:
    """Filled where the facts are known, blank for the reporter; who is to be named is quoted, never concluded."""
    dossier = make_dossier(to)
    channel = find_channel(to)
    form = fill_form(dossier, dossier.subjects[0], channel)
    assert len(form) == len(channel.asks) + len(channel.signs)
    assert all(value for _label, value in form[: len(channel.asks)])
    assert all(value == "" for _label, value in form[len(channel.asks) :])
    said = dict(form)
    if to == "12321":
        assert said["不良内容（原文）"] == TEXT
    if to == "12378":
        assert "未点名机构" in said["被举报机构名称"]
    if to in ("police", "12377"):
        assert said["网址（URL）"] == "https://forum.example.org/t/1#pid1"
        assert "涉嫌" in said["违法行为描述"]


def test_a_named_insurer_is_quoted_and_leads_to_its_regulator() -> None:
    """12378 is advised where the post names an institution or claims to come from within one; not for a bare vendor."""
    finding = make_finding()
    named = Subject({**finding, "post": {**finding["post"], "text": "平安续保名单"}}, (), "")
    assert "12378" in advise(named)
    assert "平安" in dict(fill_form(make_dossier("12378"), named, find_channel("12378")))["被举报机构名称"]
    offer = {**finding["signal"]["offer"], "channel": None}
    bare = Subject({**finding, "signal": {**finding["signal"], "offer": offer}}, (), "")
    assert advise(bare) == ("police", "12377", "12321")


def test_what_is_withheld_is_said_and_nothing_of_it_shown() -> None:
    """For others than the police: masked text, digests, no server, no capture file."""
    said = say_all(write_report(make_dossier("12377")))
    assert "封存未附" in said
    assert "192.0.2.7" not in said
    assert ".wacz" not in said


@pytest.mark.parametrize(
    ("posted", "wanted", "unwanted"),
    [
        ("2025-12-31T12:00:00+08:00", "csl-2016", "csl-2025"), ("2026-01-01T00:30:00+08:00", "csl-2025", "csl-2016"),
        ("2025-12-31T16:30:00+00:00", "csl-2025", "csl-2016"), ("2025-12-31T15:30:00+00:00", "csl-2016", "csl-2025"),
        ("2026-01-01T00:30:00+08:00", "public-security-56", "none"),
        ("2021-10-31T12:00:00+08:00", "csl-2016", "pipl-10"),
    ],
)  # fmt: skip
def test_statutes_are_those_of_the_day_of_the_post(posted: str, wanted: str, unwanted: str) -> None:
    """By the day in China, whatever zone the moment is told in; what was not in force is not cited."""
    finding = make_finding()
    subject = Subject({**finding, "post": {**finding["post"], "posted_at": posted}}, (), "")
    cited = {row["id"] for row, _numbers in list_statutes([subject])}
    assert wanted in cited
    assert unwanted not in cited


def test_the_posts_of_a_seller_are_marked_as_theirs() -> None:
    """Beside the count of the one post stands that of all posts that are tied for sure."""
    dossier = make_dossier(count=1)
    (subject,) = dossier.subjects
    counted = {**subject.scenarios[0], "class": "posts", "claimed": 120, "unit": "posts", "of": "seller"}
    subject = replace(subject, scenarios=(*subject.scenarios, counted))
    said = say_all(write_report(replace(dossier, subjects=(subject,))))
    assert "同一卖家的全部帖文" in said
    assert "120 帖" in said


def test_statutes_fit_what_is_offered() -> None:
    """A buyer's article for buyers, tracks for tracks; what fits nobody is left out."""
    finding = make_finding()
    wanted = Subject({**finding, "signal": {**finding["signal"], "label": "wanted", "offer": None}}, (), "")
    cited = {row["id"]: numbers for row, numbers in list_statutes([Subject(finding, (), ""), wanted])}
    assert cited["interpretation-2017-buyer"] == (2,)
    assert cited["criminal-253-1"] == (1, 2)
    assert "pipl-28" not in cited


def test_slang_is_explained_where_it_stands() -> None:
    """Words in the post and in its undisguised form, and disguises; no word that only contains one."""
    subject = make_dossier().subjects[0]
    meanings = explain(subject, "zh")
    assert {"料子", "一手", "内部渠道", "走担保", "免测勿扰", "飞机"} <= set(meanings)
    assert meanings["薇"] == "变形写法，即“微信”"
    finding = make_finding()
    plain = Subject({**finding, "post": {**finding["post"], "text": "资料 材料 atgm 库存", "thread_title": None},
                     "signal": {**finding["signal"], "reasons": []}}, (), "")  # fmt: skip
    assert explain(plain, "en") == {}


def test_spans_are_cut_without_losing_a_character() -> None:
    """Whatever the spans are: overlapping, empty, outside."""
    text = "0.5元一条，微信abc"
    for spans in ([], [(0, 6)], [(0, 6), (3, 8)], [(7, 7), (9, 99), (-1, 3)], [(0, len(text))]):
        pieces = list(cut_spans(Quote(text, spans)))
        assert "".join(piece for piece, _marked in pieces) == text


def test_every_code_has_a_name_in_both_languages() -> None:
    """All words of CONTRACT.md and docs/reading.md that can stand in a finding."""
    names = read_text("names")
    wanted: dict[str, Any] = {
        "label": LABELS, "kind": OFFER_KINDS, "contact": CONTACT_KINDS, "unit": UNITS, "currency": CURRENCIES,
        "state": STATES,
    }  # fmt: skip
    for line in (Path(__file__).parents[2] / "docs" / "reading.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[1] in ("goods", "fields", "channel", "freshness", "guarantees"):
            wanted[cells[1]] = [word.strip() for word in cells[2].partition("(")[0].split(",")]
    assert len(wanted) == 11
    assert {table: [code for code in codes if set(names[table].get(code, ())) != {"zh", "en"}]
            for table, codes in wanted.items()} == {table: [] for table in wanted}  # fmt: skip


def test_every_sentence_is_there_in_both_languages() -> None:
    """With the same facts in it; the parts of the report and the fields of the forms have theirs."""
    said = tomllib.loads((TEXTS / "sentences.toml").read_text("utf-8"))
    assert [key for key, words in said.items() if set(words) != {"zh", "en"}] == []
    facts = {key: [sorted(part.partition("}")[0] for part in text.split("{")[1:]) for text in words.values()]
             for key, words in said.items()}  # fmt: skip
    assert [key for key, (first, second) in facts.items() if first != second] == []
    assert [name for name in PARTS if f"part_{name}" not in said] == []
    assert len(NUMERALS["zh"]) == len(NUMERALS["en"]) == len(PARTS)
    for channel in read_channels().values():
        assert set(channel.asks) <= set(FIELDS)
        assert [name for name in (*channel.asks, *channel.signs) if f"ask_{name}" not in said] == []


def test_every_statute_says_whether_it_was_read() -> None:
    """Ids are unique, dates in order, labels known; whatever was read in a copy is marked in print."""
    rows = read_text("statutes")["statute"]
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert row["read"] in ("text", "mirror")
        assert row["since"] < row.get("until", date.max)
        assert set(row["labels"]) <= set(LABELS)
        assert all(row[key] for key in ("zh", "en", "gist_zh", "gist_en"))
    said = say_all(write_report(make_dossier()))
    assert "第四十六条（待核）" in said


def test_values_are_written_as_people_read_them() -> None:
    """Prices with quantities, doubtful handles, moments as precise as they are known, in Beijing time."""
    price = {"amount": 300.0, "currency": "CNY", "per": 10000, "unit": "record", "min_qty": None, "max_qty": 5000}
    assert write_price("zh", price) == "300 元／10,000 条，至 5,000 条"
    assert write_price("en", price) == "300 CNY / 10,000 × record, up to 5,000"
    assert write_contact("zh", {"kind": "qq", "value": "123", "valid": False}) == "QQ 123（格式存疑）"
    assert write_moment("2026-11-20T20:00:00+00:00") == "2026-11-21 04:00:00"
    assert write_moment("2026-11-20T20:00:00+00:00", "day") == "2026-11-21"
    assert write_moment(None) == "—"


def test_each_format_has_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every format of the table writes something for the police, and every file says what it is."""
    monkeypatch.setattr(composing, "print_paper", lambda paper: paper.title.encode())
    dossier = make_dossier(count=1)
    quick = {name: list(write(dossier)) for name, write in composing.REFERRALS.items()}
    assert all(quick.values())
    members = [member for written in quick.values() for member in written]
    assert len({member.path for member in members}) == len(members)
    assert all(member.category and member.form and member.path.isascii() for member in members)
    assert SCENARIOS[0]["class"] in b"".join(member.data for member in members).decode("utf-8", "replace")


def test_every_format_and_channel_is_documented() -> None:
    """A line of docs/referrals.md for each line of the tables."""
    page = (Path(__file__).parents[2] / "docs" / "referrals.md").read_text("utf-8")
    assert [name for name in composing.REFERRALS if f"\n| {name} |" not in page] == []
    assert [name for name in read_channels() if f"\n| `{name}`" not in page] == []


def test_stamps_of_an_authority_go_along() -> None:
    """The report names entry, time and authority, with the command; the token and its line are files, byte for byte."""
    dossier = make_dossier(count=1)
    stamp = Stamped(4, dossier.custody.links[-1].entry, T0, "CN=Example Stamps", b"\x30\x00")
    stamped = replace(dossier, custody=replace(dossier.custody, stamps=(stamp,)))
    said = say_all(write_report(stamped))
    assert "CN=Example Stamps" in said
    assert "openssl ts -verify" in said
    assert "openssl ts" not in say_all(write_report(dossier))
    files = {member.path: member.data for member in composing.REFERRALS["ledger"](stamped)}
    assert files["ledger/stamp-1.tsr"] == b"\x30\x00"
    assert digest_of(files["ledger/stamp-1.entry"].decode()) == dossier.custody.links[-1].hash
