"""Captures as WACZ: valid to the validator of the specification, the page found where the index says."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from dossiers import SITE, TEXT, make_dossier, make_exhibit
from warcio.archiveiterator import ArchiveIterator

from store.referrals.dossier import Dossier
from store.referrals.wacz import INDEX, PAGES, WARC, sort_key, write_wacz


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    """One capture."""
    return make_dossier(count=1)


def read_wacz(data: bytes) -> dict[str, bytes]:
    """Its files, each of them stored as it is."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert {info.compress_type for info in opened.infolist()} == {zipfile.ZIP_STORED}
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_specifications_validator_finds_nothing(dossier: Dossier, tmp_path: Path) -> None:
    """`wacz validate` (Webrecorder's) accepts it, and refuses it once a byte of the archive is changed."""
    path = tmp_path / "capture.wacz"
    path.write_bytes(write_wacz(dossier.exhibits[0], dossier))
    command = [str(Path(sys.executable).parent / "wacz"), "validate", "-f", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Validation succeeded" in said.stdout
    warc = dossier.exhibits[0].warc
    assert warc is not None
    path.write_bytes(path.read_bytes().replace(warc[40:60], bytes(20)))
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Validation succeeded" not in said.stdout


def test_the_archive_is_the_sealed_file_itself(dossier: Dossier) -> None:
    """Not a byte of it is changed; every file's digest stands in the description, and that one's beside it."""
    files = read_wacz(write_wacz(dossier.exhibits[0], dossier))
    assert files[WARC] == dossier.exhibits[0].warc
    described = json.loads(files["datapackage.json"])
    for resource in described["resources"]:
        data = files[resource["path"]]
        assert (resource["bytes"], resource["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
    beside = json.loads(files["datapackage-digest.json"])
    assert beside["hash"] == f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}"
    assert (described["wacz_version"], described["mainPageUrl"]) == ("1.1.1", f"{SITE}/t/1")


def test_the_index_leads_to_the_page(dossier: Dossier) -> None:
    """At the offset that it names lies the response, whole, and nothing but what can be shown is listed."""
    files = read_wacz(write_wacz(dossier.exhibits[0], dossier))
    (line,) = files[INDEX].decode().splitlines()
    key, moment, facts = line.split(" ", 2)
    told = json.loads(facts)
    assert (key, moment) == ("org,example,forum)/t/1", "20261120080000")
    assert (told["status"], told["mime"], told["filename"]) == ("200", "text/html", "data.warc.gz")
    start = int(told["offset"])
    record = next(iter(ArchiveIterator(io.BytesIO(files[WARC][start : start + int(told["length"])]))))
    assert TEXT in record.content_stream().read().decode()
    head, page = (json.loads(one) for one in files[PAGES].decode().splitlines())
    assert head["format"] == "json-pages-1.0"
    assert (page["url"], page["title"]) == (f"{SITE}/t/1", "车主数据 1")


def test_the_same_capture_is_the_same_file(dossier: Dossier) -> None:
    """Byte for byte; and a practice capture says so in its title."""
    exhibit = make_exhibit()
    assert write_wacz(exhibit, dossier) == write_wacz(exhibit, dossier)
    subject = replace(dossier.subjects[0], finding={**dossier.subjects[0].finding, "practice": True})
    files = read_wacz(write_wacz(exhibit, replace(dossier, subjects=(subject,))))
    assert "演示 / PRACTICE" in json.loads(files["datapackage.json"])["title"]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org/A?b=2&a=1", "org,example)/a?a=1&b=2"), ("http://127.0.0.1:8000/", "127.0.0.1:8000)/"),
        ("https://example.org", "org,example)/"), ("https://例子.example.org/车主?x", "org,example,例子)/车主?x"),
        ("urn:uuid:1", "urn:uuid:1"),
    ],
)  # fmt: skip
def test_addresses_are_sorted_as_indexes_are(url: str, key: str) -> None:
    """Host from the top down, query in order, all in lower case."""
    assert sort_key(url) == key
