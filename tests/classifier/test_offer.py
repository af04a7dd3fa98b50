"""Reading offers: prices, contacts, volumes and the rest, on cases written as data and on texts that mean harm."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from offercases import HOSTILE, read_cases, wild_texts

from classifier.fold import fold
from classifier.offer import read_kind, read_offer
from classifier.offer.contacts import CONTACTS
from classifier.offer.contacts.keccak import keccak_256
from classifier.offer.numerals import read_numeral
from classifier.offer.prices import read_prices
from classifier.redact import find_victims
from domain.signals import CONTACT_KINDS, CURRENCIES, OFFER_KINDS, UNITS, Contact, Price

ORDINARY = (Path(__file__).parent.parent / "data/offers/ordinary.txt").read_text(encoding="utf-8").splitlines()
DOCS = (Path(__file__).parent.parent.parent / "docs/reading.md").read_text(encoding="utf-8")
_COUNTER = itertools.count()


def _price_key(price: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(price[name] or 0 for name in ("amount", "currency", "per", "unit", "min_qty", "max_qty"))


def _prices_of(text: str) -> list[tuple[Any, ...]]:
    return sorted(
        (p.amount, p.currency, p.per, p.unit, p.min_qty or 0, p.max_qty or 0) for p in read_prices(fold(text))
    )


def _contacts_of(text: str) -> list[tuple[str, str, bool]]:
    return sorted((c.kind, c.value, c.valid) for c in read_offer(fold(text)).contacts)


@pytest.mark.parametrize("case", read_cases("prices"), ids=lambda case: case["text"])
def test_prices_are_read_with_all_their_fields(case: dict[str, Any]) -> None:
    """Amount, currency, what it buys, and its quantities: all as CONTRACT.md says."""
    assert _prices_of(case["text"]) == sorted(_price_key(price) for price in case["prices"])


@pytest.mark.parametrize("case", read_cases("contacts"), ids=lambda case: case["text"])
def test_contacts_are_read_in_their_normal_form(case: dict[str, Any]) -> None:
    """Every handle with its kind, normal form and validity, and nothing that is none."""
    assert _contacts_of(case["text"]) == sorted((c["kind"], c["value"], c["valid"]) for c in case["contacts"])


@pytest.mark.parametrize("case", read_cases("known"), ids=lambda case: case["text"])
@pytest.mark.xfail(strict=True, reason="known failures, by origin; one that passes moves to its file")
def test_known_failures(case: dict[str, Any]) -> None:
    """What is known to be read wrongly."""
    if case["reader"] == "prices":
        assert _prices_of(case["text"]) == sorted(_price_key(price) for price in case["prices"])
    else:
        assert _contacts_of(case["text"]) == sorted((c["kind"], c["value"], c["valid"]) for c in case["contacts"])


@pytest.mark.parametrize("case", read_cases("offers"), ids=lambda case: case["text"])
def test_the_rest_of_an_offer_is_read(case: dict[str, Any]) -> None:
    """Kind, volumes, fields, regions, channel, freshness and guarantees, where the case names them."""
    folded = fold(case["text"])
    offer = read_offer(folded)
    assert read_kind(folded, offer) == case["kind"]
    if "volumes" in case:
        assert sorted(volume.records for volume in offer.volumes) == sorted(case["volumes"])
    for slot in ("fields", "regions", "guarantees"):
        if slot in case:
            assert sorted(getattr(offer, slot)) == sorted(case[slot]), slot
    for slot in ("channel", "freshness"):
        if slot in case:
            assert getattr(offer, slot) == case[slot], slot


@pytest.mark.parametrize("case", read_cases("volumes"), ids=lambda case: case["text"])
def test_volumes_are_what_is_held_or_put_out(case: dict[str, Any]) -> None:
    """Counts held and counts per period; no lots, minimums, tiers, samples, gifts, prices, years or numbers to call."""
    offer = read_offer(fold(case["text"]))
    assert sorted(volume.records for volume in offer.volumes) == sorted(case["volumes"])


@pytest.mark.parametrize(
    ("slot", "case"),
    [(slot, case) for slot in ("regions", "fields") for case in read_cases(slot)],
    ids=lambda value: value if isinstance(value, str) else value["text"],
)
def test_regions_and_fields_are_read(slot: str, case: dict[str, Any]) -> None:
    """Every region that is offered and none that is left out; the fields of a row, not words that stand alone."""
    assert sorted(getattr(read_offer(fold(case["text"])), slot)) == sorted(case[slot])


@pytest.mark.parametrize("sentence", ORDINARY)
def test_ordinary_text_offers_nothing(sentence: str) -> None:
    """No price per record, no contact and no victim in what ordinary people write."""
    folded = fold(sentence)
    offer = read_offer(folded)
    assert [price for price in offer.prices if price.unit == "record"] == []
    assert offer.contacts == ()
    assert find_victims(folded, offer) == ()


@settings(deadline=None)
@given(wild_texts())
def test_what_is_read_stands_in_the_text(text: str) -> None:
    """Nothing raises; the words of a value are the author's at its offsets; values come from the contract's lists."""
    folded = fold(text)
    offer = read_offer(folded)
    found: list[Price | Contact] = [*offer.prices, *offer.contacts]
    assert all(value.text == text[value.start : value.end] and value.text for value in found)
    assert all(volume.text == text[volume.start : volume.end] for volume in offer.volumes)
    assert all(price.unit in UNITS and price.currency in CURRENCIES and price.per >= 1 for price in offer.prices)
    assert all(contact.kind in CONTACT_KINDS and contact.value for contact in offer.contacts)
    assert read_kind(folded, offer) in (*OFFER_KINDS, None)


@settings(deadline=None)
@given(wild_texts())
def test_distinct_values_are_given_once(text: str) -> None:
    """Each distinct contact and volume is given once, in the order of the text."""
    offer = read_offer(fold(text))
    contacts = [(contact.kind, contact.value) for contact in offer.contacts]
    assert len(contacts) == len(set(contacts))
    assert len({volume.records for volume in offer.volumes}) == len(offer.volumes)
    assert [contact.start for contact in offer.contacts] == sorted(contact.start for contact in offer.contacts)


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_length_only(piece: str) -> None:
    """Four times the text takes about four times as long, whatever it consists of; sixteen would be quadratic."""
    short, long = (min(_time_reading(piece * (length // len(piece))) for _ in range(2)) for length in (6_000, 24_000))
    assert long < 9 * max(short, 0.005)


def _time_reading(text: str) -> float:
    # A letter of its own each time: readers remember the texts they have just read.
    text += chr(0x4E00 + next(_COUNTER) % 20_000)
    began = time.process_time()
    folded = fold(text)
    find_victims(folded, read_offer(folded))
    return time.process_time() - began


def test_every_kind_of_the_contract_has_its_reader_cases_and_a_line_in_the_docs() -> None:
    """The table of kinds is complete, and so are its cases and its documentation."""
    assert set(CONTACTS) == set(CONTACT_KINDS)
    tested = {contact["kind"] for case in read_cases("contacts") for contact in case["contacts"]}
    assert tested == set(CONTACT_KINDS)
    assert all(f"`{kind}`" in DOCS for kind in CONTACT_KINDS)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,000", 1000), ("5.96w", 59600), ("1万2", 12000), ("两万五", 25000), ("一万零五", 10005), ("壹仟", 1000),
        ("零点五", 0.5),
        ("一点五万", 15000), ("百万", 10**6), ("1千5", 1500), ("半", 0.5), ("三百二", 320), ("40多万", 400000),
        ("廿五", 25),
        ("二〇二四", 2024), ("1k", 1000), ("", None), ("九" * 30, None),
    ],
)  # fmt: skip
def test_numerals(written: str, value: float | None) -> None:
    """Numerals are read as people mean them; what is none is None."""
    assert read_numeral(written) == value


def test_keccak_is_ethereums() -> None:
    """The digest of nothing is the known one (it is not SHA-3's)."""
    assert keccak_256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
