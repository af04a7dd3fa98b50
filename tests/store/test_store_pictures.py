"""Pictures share the fate of their page, and those of posts that are no findings leave nothing."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from pathlib import Path

from hauls import CHAT, OFFER, SITE, T0, find_bytes, make_haul, make_post, make_verdict, score_all, take, watch
from hypothesis import given
from hypothesis import strategies as st

from domain.pages import Haul, Page, Picture
from domain.signals import Contact, Offer, Price, Signal
from store.database import Store
from store.datasets import Order, write_dataset
from store.findings import Query, find_finding, search_findings
from store.rereading import read_wordings
from store.seals import pack, read_capture, unpack
from store.sources import add_source, change_source, find_source
from store.spool import deliver, discard, fresh_of, open_page, settle, waiting

MINE, OTHERS = b"\x89PNG mine 7b1f" + bytes(range(256)), b"\x89PNG others 9c2e" + bytes(range(256))


def make_picture(address: str, body: bytes) -> Picture:
    page = Page(address, address, "GET", 200, (("Content-Type", "image/png"),), (), body, T0)
    return Picture(address, page)


def make_page() -> Haul:
    """A page with an offer and a chat, and a picture in each."""
    offer = make_post(1, OFFER, images=(f"{SITE}/mine.png",))
    chat = make_post(2, CHAT, images=(f"{SITE}/others.png",))
    pictures = (make_picture(f"{SITE}/mine.png", MINE), make_picture(f"{SITE}/others.png", OTHERS))
    return replace(make_haul([offer, chat]), pictures=pictures)


@given(st.lists(st.binary(max_size=40), max_size=4), st.none() | st.binary(max_size=9))
def test_a_haul_with_pictures_is_packed_and_unpacked(bodies: list[bytes], served: bytes | None) -> None:
    """Every byte of page and pictures comes back, in its place."""
    pictures = tuple(make_picture(f"{SITE}/{number}", body) for number, body in enumerate(bodies))
    page = replace(make_page().page, served_body=served)
    haul = replace(make_page(), page=page, pictures=pictures)
    assert unpack(pack(haul)) == haul


def test_pictures_wait_with_their_page(store: Store) -> None:
    """In the spool they are whole, and in no readable byte."""
    take(store, watch(store), make_page())
    (page_id,) = waiting(store, T0)
    assert [picture.page.body for picture in open_page(store, page_id).haul.pictures] == [MINE, OTHERS]
    assert find_bytes(store.home, "mine.png") == []
    assert not any(b"mine 7b1f" in path.read_bytes() for path in store.home.rglob("*") if path.is_file())


def test_only_pictures_of_findings_are_sealed(store: Store) -> None:
    """With a finding's page its own picture is sealed; that of the post beside it is gone."""
    take(store, watch(store), make_page())
    (settled,) = score_all(store)
    assert settled.capture
    capture = read_capture(store, settled.capture)
    assert [(picture.address, picture.page.body) for picture in capture.pictures] == [(f"{SITE}/mine.png", MINE)]
    (finding,) = search_findings(store, Query())
    (file,) = (store.home / "captures").rglob("*.page")
    assert finding["captures"][0]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert find_bytes(store.home, "others.png") == []


def test_a_page_without_findings_takes_its_pictures_along(store: Store) -> None:
    """Neither scored nor discarded pages leave a file or a key."""
    run = watch(store)
    page = make_page()
    take(store, run, replace(page, posts=page.posts[1:]))
    score_all(store)
    deliver(store, run_id=run.id, source_id=run.source_id, haul=page, now=T0)
    discard(store, waiting(store, T0)[0])
    assert [path.name for path in store.home.rglob("*.page")] == []


def test_which_posts_want_their_pictures_fetched(store: Store) -> None:
    """Those whose words neither wait nor were scored; an edited post is one again."""
    run = watch(store)
    page = make_page()
    assert fresh_of(store, page.posts) == {"post-1", "post-2"}
    take(store, run, replace(page, posts=page.posts[:1]))
    assert fresh_of(store, page.posts) == {"post-2"}
    score_all(store)
    assert fresh_of(store, [*page.posts[1:], make_post(1, OFFER + "!")]) == {"post-1", "post-2"}


def keep_finding(store: Store, *pictures: str, withheld: tuple[int, ...] = ()) -> str:
    """A finding whose price and handle stand in its second picture."""
    post = make_post(1, "看图", images=(f"{SITE}/a.png", f"{SITE}/b.png"))
    offer = Offer(
        prices=(Price(0.5, "CNY", 1, "record", 1000, None, "0.5元一条", 3, 9, picture=2),),
        contacts=(Contact("wechat", "tu_zi66", "Tu_zi66", 12, 19, valid=True, picture=2),),
    )
    plain = make_verdict(post, keep=True)
    signal: Signal = replace(plain.signal, offer=offer)
    take(store, watch(store), make_haul([post]))
    (page_id,) = waiting(store, T0)
    verdict = replace(plain, signal=signal, pictures=pictures, withheld=withheld, folded="看图\n\n车主资料")
    (found,) = settle(store, page_id, [verdict], T0).new
    return found


def test_what_stands_in_a_picture_is_told_with_its_number(store: Store) -> None:
    """A value of a picture names it and claims no place in the post's text; values of the text are as ever."""
    finding = find_finding(store, keep_finding(store, "", "车主资料 0.5元一条 加 Tu_zi66", withheld=(2,)))
    (price,), (contact,) = finding["signal"]["offer"]["prices"], finding["signal"]["offer"]["contacts"]
    assert (price["amount"], price["picture"], price["start"], price["end"]) == (0.5, 2, None, None)
    assert (contact["value"], contact["text"], contact["picture"]) == ("tu_zi66", "Tu_zi66", 2)
    (reason,) = finding["signal"]["reasons"]
    assert "picture" not in reason
    assert finding["pictures"] == [
        {"number": 2, "url": f"{SITE}/b.png", "text": "车主资料 0.5元一条 加 Tu_zi66", "withheld": True}
    ]


def test_findings_are_found_by_what_stands_in_their_pictures(store: Store) -> None:
    """Search by words, by handle and by price looks into pictures too."""
    found = keep_finding(store, "", "车主资料 0.5元一条 加 Tu_zi66")
    for query in (Query(text="车主资料"), Query(contact="TU_ZI66"), Query(max_price=0.6)):
        assert [finding["id"] for finding in search_findings(store, query)] == [found]


def test_a_finding_without_pictures_has_no_word_of_them(store: Store) -> None:
    """Beside the contract's fields nothing is added where no picture was read."""
    finding = find_finding(store, keep_finding(store))
    assert "pictures" not in finding


def test_a_finding_is_read_again_with_its_pictures(store: Store) -> None:
    """What was read in them is part of what another model is shown."""
    found = keep_finding(store, "", "车主资料")
    (wording,) = read_wordings(store, [found], "another model")
    assert wording.passage.pictures == ("", "车主资料")


def test_a_dataset_says_which_picture_a_value_stands_in(store: Store, tmp_path: Path) -> None:
    """In the tables a value of a picture says so, and has no offsets."""
    keep_finding(store, "", "0.5元一条")
    write_dataset(store, tmp_path / "out", Order("csv", restricted=True), T0)
    with (tmp_path / "out" / "prices.csv").open(encoding="utf-8-sig", newline="") as table:
        (row,) = csv.DictReader(table)
    assert (row["amount"], row["start"], row["end"], row["in_picture"]) == ("0.5", "", "", "true")


def test_a_source_keeps_whether_its_pictures_are_fetched(store: Store) -> None:
    """The setting is stored, false unless it is set."""
    source = watch(store)
    assert source
    assert not find_source(store, "board").source.images
    assert change_source(store, "board", images=True).source.images
    assert add_source(
        store, replace(find_source(store, "board").source, name="two"), every_seconds=60, now=T0
    ).source.images
