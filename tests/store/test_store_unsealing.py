"""Sealed originals: opened only once the ledger says so, and why."""

from __future__ import annotations

from typing import Any

import pytest
from custody import BY, actions, capture_ids, fill, finding_ids, printed_head, read_ledger
from custody import faults as faults_of
from hauls import at

from domain.errors import BadValue, BrokenStore, DamagedSeal
from store.database import Store
from store.seals import destroy_page
from store.signing import signing_folder
from store.unsealing import Access, unseal_finding


def _unseal(store: Store, name: str, reason: str = "核对原文", role: str = "analyst") -> Any:
    return unseal_finding(store, name, Access(reason, role, BY, "desk1"), at(30))


def test_an_original_is_opened_once_the_ledger_says_so(store: Store) -> None:
    """The post is shown as it was, none of the others; the entry names who, in which role, why and which captures."""
    fill(store)
    one = finding_ids(store)[1]
    opened = _unseal(store, one[:-3])
    (original,) = opened.originals
    assert original.post.text.endswith("Che_Zhu88 2")
    entry = read_ledger(store)[-1]
    assert (entry.seq, entry.action, entry.subject, entry.by) == (opened.head.seq, "unsealed", one, BY)
    assert entry.facts == {
        "reason": "核对原文", "role": "analyst", "login": "desk1",
        "captures": {original.capture.id: original.capture.sha256},
    }  # fmt: skip
    assert faults_of(store) == []


@pytest.mark.parametrize(
    ("reason", "role", "lacks"),
    [("", "analyst", "--reason"), ("  \n", "analyst", "--reason"), ("核对", " ", "--role")],
)
def test_no_reason_or_role_no_original(store: Store, reason: str, role: str, lacks: str) -> None:
    """Without a reason or a role nothing is opened and nothing entered."""
    fill(store)
    before = printed_head(store)
    with pytest.raises(BadValue, match=lacks):
        _unseal(store, finding_ids(store)[0], reason, role)
    assert printed_head(store) == before


def test_what_does_not_open_was_asked_for_all_the_same(store: Store) -> None:
    """A damaged capture shows nothing; that somebody wanted to see it stays in the ledger."""
    fill(store)
    destroy_page(store, capture_ids(store)[0])
    with pytest.raises(DamagedSeal):
        _unseal(store, finding_ids(store)[0])
    assert actions(store)[-1] == "unsealed"


def test_where_nothing_can_be_entered_nothing_is_opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seal stays closed while the entry is not committed."""
    fill(store)
    read: list[str] = []
    monkeypatch.setattr("store.unsealing.read_capture", lambda _store, page_id: read.append(page_id))
    (path,) = signing_folder(store.keys.folder).glob("*.key")
    path.unlink()
    with pytest.raises(BrokenStore):
        _unseal(store, finding_ids(store)[0])
    assert read == []
