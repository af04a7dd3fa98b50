"""Datasets, opened as a researcher would."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from custody import finding_ids
from hauls import OFFER, SITE, at, make_haul, make_post, score_all, take, watch
from sqlalchemy import text
from stores import open_store

from domain.errors import BadValue, DiskFull
from store.database import Store
from store.datasets import DATASETS, Order, write_dataset
from store.datasets.codebook import CODEBOOK, KEYS
from store.findings import judge_finding

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "parquet": pd.read_parquet,
    "csv": pd.read_csv,
    "jsonl": lambda path: pd.read_json(path, lines=True, precise_float=True),
}
SQL = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}


@pytest.fixture
def market(store: Store) -> Store:
    """Six findings of two boards, the first dismissed, and chatter that is none."""
    for board in (1, 2):
        run = watch(store, f"board-{board}", f"{SITE}/board/{board}")
        for number in range(3):
            posts = [
                make_post(10 * board + number, f"{OFFER} 编号{number} {'甲乙丙丁戊己庚辛'[number] * 40}{board}"),
                make_post(100 * board + number, "今天洗车排了两个小时的队"),
            ]
            take(store, run, make_haul(posts, at(number), path=f"/t/{board}{number}"))
    score_all(store, at(10))
    judge_finding(store, finding_ids(store)[0], state="dismissed", note=None, by="员", now=at(20))
    return store


def export(store: Store, folder: Path, form: str = "parquet", **wanted: Any) -> Path:
    """A dataset."""
    write_dataset(store, folder, Order(form, version="0", **wanted), NOW)
    return folder


@pytest.mark.parametrize("form", DATASETS)
def test_every_format_says_the_same_to_pandas_and_duckdb(market: Store, tmp_path: Path, form: str) -> None:
    """Each table opens in pandas and DuckDB with the codebook's columns, the same rows in each format."""
    known, folder = export(market, tmp_path / "known"), export(market, tmp_path / "set", form)
    for name, columns in CODEBOOK.items():
        names = [column.name for column in columns if not column.restricted]
        table = pq.read_table(known / f"{name}.parquet").to_pandas()
        opened = READERS[form](folder / f"{name}.{form}")
        assert len(opened) == len(table)
        assert list(table.columns) == names
        if len(table):
            assert list(opened.columns) == names
            file = str(folder / f"{name}.{form}")
            asked = duckdb.sql(f"SELECT count(*), count(DISTINCT ({', '.join(KEYS[name])})) FROM {SQL[form]}('{file}')")
            assert asked.fetchall() == [(len(table), len(table))]
    posts = READERS[form](folder / f"posts.{form}")
    assert len(posts) == 6
    assert sorted(posts["verdict"].dropna()) == ["dismissed"]
    assert set(posts["label"]) == {"offer"}
    assert str(posts["posted_on"][0])[:10] == "2026-11-19"
    prices = READERS[form](folder / f"prices.{form}")
    assert sorted(prices["cny_per_record"].unique()) == [0.3, 0.5]


def test_a_referral_is_no_verdict(market: Store, tmp_path: Path) -> None:
    """What was referred and nobody judged has no verdict; what was confirmed before has that."""
    first, second = finding_ids(market)[1:3]
    judge_finding(market, first, state="confirmed", note=None, by="员", now=at(21))
    for finding_id in (first, second):
        judge_finding(market, finding_id, state="referred", note=None, by="员", now=at(22))
    posts = pq.read_table(export(market, tmp_path / "set") / "posts.parquet").to_pandas()
    assert sorted(posts["verdict"].dropna()) == ["confirmed", "dismissed"]


def test_an_open_dataset_holds_nothing_that_leads_to_a_post_or_a_person(market: Store, tmp_path: Path) -> None:
    """Neither text, address, post id, account, handle nor a row's id of the store stands in any file of any format."""
    with market.reading() as session:
        rows = session.connection().execute(
            text("SELECT f.id, f.post_id, f.version_id, f.source_id, v.url, v.author_name, v.author_id, v.thread_title,"
                 " v.board, v.content_sha256 FROM findings f JOIN finding_versions v ON v.finding_id = f.id")
        ).fetchall()  # fmt: skip
    secrets = {str(value) for row in rows for value in row} | {
        "出售", "编号", "che_zhu88", "Che_Zhu88", "13800138000", "138-0013-8000", SITE, "forum.example.org", "board-1",
    }  # fmt: skip
    for form in DATASETS:
        folder = export(market, tmp_path / form, form)
        for path in folder.iterdir():
            if path.name in ("DATASHEET.md", "datapackage.json", "SHA256SUMS"):
                found = path.read_text(encoding="utf-8")
            elif form == "parquet" and path.suffix == ".parquet":
                found = pq.read_table(path).to_pandas().to_csv()
            else:
                found = path.read_bytes().decode("utf-8", "replace")
            assert [secret for secret in secrets if secret in found and len(secret) > 1] == [], path


@pytest.mark.parametrize("form", DATASETS)
def test_the_same_days_export_is_the_same_to_the_byte(market: Store, tmp_path: Path, form: str) -> None:
    """Exported twice on one day every file is alike, also when an export of something else lay between."""
    first = export(market, tmp_path / "first", form)
    export(market, tmp_path / "between", form, since=at(1))
    write_dataset(market, tmp_path / "second", Order(form, version="0"), NOW + timedelta(hours=7))
    assert {path.name for path in first.iterdir()} == {path.name for path in (tmp_path / "second").iterdir()}
    for path in first.iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("form", DATASETS)
def test_the_digests_prove_every_file(market: Store, tmp_path: Path, form: str) -> None:
    """`sha256sum -c` holds, misses no file, and fails on a change; the ledger is told the same digests and more."""
    told: dict[str, str] = {}
    order = Order(form)
    write_dataset(market, tmp_path / "set", order, NOW, lambda _count, digests: told.update(digests))
    folder = tmp_path / "set"
    check = ["sha256sum", "-c", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=folder, capture_output=True).returncode == 0
    named = {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert named | {"SHA256SUMS"} == {path.name for path in folder.iterdir()} == set(told)
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for name, digest in told.items())
    with (folder / f"posts.{form}").open("ab") as stream:
        stream.write(b" ")
    assert subprocess.run(check, cwd=folder, capture_output=True).returncode == 1


@pytest.mark.parametrize("form", DATASETS)
def test_the_package_describes_every_column_of_every_table(market: Store, tmp_path: Path, form: str) -> None:
    """datapackage.json has paths, digests, sizes and rows that are true, fields in order, and counts and models."""
    folder = export(market, tmp_path / "set", form)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert [one["path"] for one in package["resources"]] == [f"{name}.{form}" for name in CODEBOOK]
    for one in package["resources"]:
        path = folder / one["path"]
        assert one["bytes"] == path.stat().st_size
        assert one["hash"] == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        if form == "parquet":
            table = pq.read_table(path)
            assert (one["rows"], table.column_names) == (
                table.num_rows, [field["name"] for field in one["schema"]["fields"]]
            )  # fmt: skip
    assert package["models"] == {"model-1": 6}
    assert package["counts"]["label"] == {"offer": 6}
    assert package["created"] == "2026-11-21"
    assert package["practice"] is False


def test_the_data_sheet_has_all_its_sections_and_says_practice_in_each(store: Store, tmp_path: Path) -> None:
    """The seven sections of Datasheets for Datasets stand in it; with practice data each says so, as do the columns."""
    run = watch(store, "practice", practice=True)
    take(store, run, make_haul([make_post(1, OFFER)]))
    score_all(store)
    folder = export(store, tmp_path / "set", "csv")
    sections = (folder / "DATASHEET.md").read_text(encoding="utf-8").split("\n## ")
    names = [section.split()[1] for section in sections[1:8]]
    assert names == ["Motivation", "Composition", "Collection", "Preprocessing,", "Uses", "Distribution", "Maintenance"]
    assert all("演示 / PRACTICE" in section for section in sections[:8])
    assert json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["practice"] is True
    assert pd.read_csv(folder / "posts.csv")["practice"].tolist() == [True]


def test_without_practice_nothing_says_practice(market: Store, tmp_path: Path) -> None:
    """The mark stands only where it is true."""
    folder = export(market, tmp_path / "set")
    assert "PRACTICE:" not in (folder / "DATASHEET.md").read_text(encoding="utf-8")


def test_pseudonyms_are_a_projects_own(market: Store, tmp_path: Path) -> None:
    """Within a project posts and sources keep their pseudonyms; another project, or another store, has others."""
    frames = {
        name: pq.read_table(export(market, tmp_path / name, project=project) / "posts.parquet").to_pandas()
        for name, project in (("one", "甲大学"), ("again", "甲大学"), ("other", "乙大学"))
    }
    for column in ("post", "source"):
        assert list(frames["one"][column]) == list(frames["again"][column])
        assert set(frames["one"][column]).isdisjoint(frames["other"][column])
    assert frames["one"]["source"].nunique() == 2
    with open_store(tmp_path / "elsewhere") as elsewhere:
        assert elsewhere.keys.project_key("甲大学") != market.keys.project_key("甲大学")


def test_a_period_bounds_the_posts_and_no_side_changes_with_it(market: Store, tmp_path: Path) -> None:
    """--since and --until choose by the first sight; sides and pseudonyms are those of the whole."""
    every = pq.read_table(export(market, tmp_path / "all") / "posts.parquet").to_pandas().set_index("post")
    some = pq.read_table(export(market, tmp_path / "some", since=at(1), until=at(2)) / "posts.parquet").to_pandas()
    assert len(some) == 2
    assert list(every.loc[some["post"], "split"]) == list(some["split"])


def test_a_restricted_dataset_has_masked_words_and_true_offsets(market: Store, tmp_path: Path) -> None:
    """The words stand there with every handle masked and their length kept, readable by their owner alone."""
    with market.transaction() as session:
        session.connection().execute(text('UPDATE contacts SET start = 20, "end" = 29'))
    folder = export(market, tmp_path / "set", restricted=True)
    posts = pq.read_table(folder / "posts.parquet").to_pandas()
    assert len(posts["text"][0]) == len(f"{OFFER} 编号0 {'甲' * 40}1")
    assert "＊＊＊＊" in posts["text"][0]
    for path in folder.iterdir():
        assert b"Che_Zhu88" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    prices = pq.read_table(folder / "prices.parquet").to_pandas().merge(posts, on="post")
    first = prices[prices["number"] == 1].iloc[0]
    assert first["text"][first["start"] : first["end"]] == "0.5元一条"
    assert "Restricted" in (folder / "DATASHEET.md").read_text(encoding="utf-8")


def test_words_that_are_no_codes_are_told_as_other(market: Store, tmp_path: Path) -> None:
    """What got into a column of codes and is neither code nor name (an address, a number) is not handed on."""
    hostile = [
        "https://shop.example.org",
        "13800138000",
        "加微信 che_zhu88 详谈",
        "=1+1",
        "粤B12345",
        "owner_list",
        "广东",
    ]
    with market.transaction() as session:
        session.connection().execute(
            text("UPDATE finding_versions SET goods = :goods, channel = :channel, platform = :channel"),
            {"goods": json.dumps(hostile, ensure_ascii=False), "channel": "wx: che_zhu88"},
        )
    folder = export(market, tmp_path / "set")
    goods = pq.read_table(folder / "goods.parquet").to_pandas()
    assert set(goods["goods"]) == {"other", "owner_list", "广东"}
    assert set(pq.read_table(folder / "offers.parquet")["channel"].to_pylist()) == {"other"}
    assert set(pq.read_table(folder / "posts.parquet")["platform"].to_pylist()) == {"other"}


@pytest.mark.parametrize("form", DATASETS)
def test_a_store_without_findings_gives_empty_tables(store: Store, tmp_path: Path, form: str) -> None:
    """Nothing found is a dataset, too: every table is there, with its columns where the format has them."""
    folder = export(store, tmp_path / "set", form)
    assert {path.stem for path in folder.glob(f"*.{form}")} == set(CODEBOOK)
    assert not (folder / "price_index.png").exists()


@pytest.mark.parametrize("form", DATASETS)
def test_a_dataset_is_all_or_nothing(market: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """A full disk or Ctrl-C at any table leaves no folder and no half of one."""
    full = OSError(28, "No space left on device")
    faults = {
        "make_index": full,
        "draw_index": KeyboardInterrupt(),
        "write_package": full,
        "write_sheet": SystemExit(1),
    }
    for place, fault in faults.items():

        def fail(*_given: Any, fault: BaseException = fault, **_named: Any) -> None:
            raise fault

        with monkeypatch.context() as patched:
            patched.setattr(f"store.datasets.{place}", fail)
            with pytest.raises(DiskFull if fault is full else type(fault)):
                export(market, tmp_path / "out" / "set", form)
        assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_leaves_nothing(market: Store, tmp_path: Path) -> None:
    """Where files may not grow, as on a full disk, every format's export fails as a fault of the disk, whole."""
    code = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from stores import open_store
from store.datasets import DATASETS, Order, write_dataset

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_store(Path(sys.argv[1])) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
    for form in DATASETS:
        try:
            write_dataset(store, Path(sys.argv[2]) / form, Order(form), datetime.now(UTC))
        except OSError as error:
            print(form, error.errno)
"""
    export(market, tmp_path / "out" / "placed")
    market.close()
    command = [sys.executable, "-c", code, str(market.home), str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.stdout.split("\n")[:-1] == [f"{form} 27" for form in DATASETS], done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["placed"]


def test_what_a_killed_export_left_is_cleared_away(market: Store, tmp_path: Path) -> None:
    """The next export to the same place removes the remains, and nothing else."""
    for name in (".set.part-abc", ".other.part-abc", "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "posts.parquet").write_text("half")
    export(market, tmp_path / "set")
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == {"set", ".other.part-abc", "mine"}


def test_a_folder_that_holds_something_is_left_alone(store: Store, tmp_path: Path) -> None:
    """An export never writes among other files, and what it does not know writes nothing."""
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "mine.txt").write_text("mine")
    unnamed = [(Order("csv", project=name), "name") for name in ("", " ", "a\nb", "x" * 81)]
    for wanted, why in ((Order("jsonl"), "folder"), (Order("xlsx"), "jsonl"), *unnamed):
        with pytest.raises(BadValue, match=why):
            write_dataset(store, tmp_path / ("set" if why == "folder" else "other"), wanted, NOW)
    assert not (tmp_path / "other").exists()
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["mine.txt"]
    with pytest.raises(BadValue, match="written"):
        write_dataset(store, tmp_path / "set" / "mine.txt" / "below", Order("csv"), NOW)
