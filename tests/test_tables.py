"""Every table of choices is complete: each entry has a docstring, data to be tested on and a line in docs/."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from classifier.encoders import ENCODERS
from classifier.offer.contacts import CONTACTS
from crawlers.platforms import PLATFORMS
from domain.signals import CONTACT_KINDS
from store.datasets import DATASETS

ROOT = Path(__file__).parent.parent
CASES = "tests/data/offers/contacts.jsonl"
TABLES = [
    *((name, f"crawlers.platforms.{name}", f"tests/fixtures/{name}", "platforms.md") for name in PLATFORMS),
    *((name, "classifier.offer.contacts", CASES, "reading.md") for name in CONTACTS),
    *((name, writer.__module__, "tests/store/test_datasets.py", "researchers.md") for name, writer in DATASETS.items()),
    *((name, "classifier.encoders", "classifier/models", "classifier.md") for name in ENCODERS),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "module", "data", "document"), TABLES, ids=[f"{row[3][:-3]}-{row[0]}" for row in TABLES]
)
def test_each_choice_is_described_tested_and_documented(name: str, module: str, data: str, document: str) -> None:
    """A choice has a docstring, data under tests/ and a line in docs/."""
    assert importlib.import_module(module).__doc__
    place = ROOT / data
    assert place.exists()
    if place.suffix == ".jsonl":
        assert f'"{name}"' in place.read_text(encoding="utf-8")
    assert name in (ROOT / "docs" / document).read_text(encoding="utf-8")


def test_every_contact_kind_is_read_by_somebody() -> None:
    """Each kind the contract names is produced by one of the contact files."""
    written = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "classifier" / "offer" / "contacts").glob("*.py")
    )
    assert [kind for kind in CONTACT_KINDS if f'"{kind}"' not in written] == []
