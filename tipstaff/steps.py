"""The story of the program, a verb a function.

A source is crawled into pages, and each page is read into posts: `crawl`. They wait, encrypted, in the spool. The
classifier reads a post into a signal: `read`. The store keeps a signal that matters as a finding, seals the page it
stood on, and forgets the rest: `keep`. Findings are linked to a seller: `link`. `watch` does it all for a source that
is due, and of what was sealed a picture is drawn: `draw`. An analyst searches the findings and passes a verdict:
`judge`; of sellers: `merge`, `split`. With another model the findings are read again: `rescore`. A researcher takes a
dataset: `export`. An authority is handed findings with their proof: `refer`. What is sealed is opened for a reason:
`open_original`; what is kept no longer is destroyed: `purge_due`; and that all of it is what it was is proved:
`prove`. `look` crawls one address and keeps nothing.

Each step takes what is not done, does it and writes it down in one transaction, so each can be stopped, killed and
repeated alone; the store is the hand-over between them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from classifier.pictures.reader import PictureReader
from domain.errors import BadValue, DamagedSeal, MissingPart
from domain.pages import Haul
from domain.plain import plain
from domain.posts import Post
from domain.signals import FINDING_LABELS, Passage, Reading
from domain.sources import RunOutcome, Source
from store import findings, picturing, purging, rotation, runs, spool, stamping
from store.database import Store
from store.engine import in_batches
from store.ledger import Head, record
from store.rereading import Change, Rereading, Wording, list_outdated, read_wordings, store_rereadings
from store.seals import read_capture
from store.sources import WatchedSource
from store.spool import Verdict
from store.unsealing import Access, Unsealed, unseal_finding
from store.verification import Proof, verify_store
from store.warc import Maker
from tipstaff.child import Child, Event, hear_interrupts
from tipstaff.conduct import check_conduct
from tipstaff.queries import open_themes
from tipstaff.scenarios import describe_finding
from tipstaff.settings import Settings
from tipstaff.version import VERSION

if TYPE_CHECKING:
    from classifier.reader import Reader
    from store.datasets import Order
    from store.referrals.dossier import Request
    from store.referrals.freezing import Frozen

Tell = Callable[[Event], None]
PAGES_AT_ONCE = 16
# Pictures take seconds: who asks to stop waits for those of so many pages at most.
PAGES_WITH_PICTURES = 2
FINDINGS_AT_ONCE = 64
# For the pictures of pages after a crawl; what is left is drawn after the next one.
DRAWING_SECONDS = 60.0


@dataclass(frozen=True)
class Watched:
    """One source crawled and scored: the run's id, how the crawl ended and the findings that are new."""

    run_id: str
    outcome: RunOutcome
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Release:
    """Why a restricted dataset is made: in which role, for what reason, and by which account."""

    role: str
    reason: str
    login: str


def crawl(store: Store, settings: Settings, watched: WatchedSource, run_id: str) -> Child:
    """A source is crawled into pages, and each page read into posts, which wait in the spool.

    The crawl goes on in a process of its own, which is what comes back.
    """
    place = {"home": str(store.home), "database": store.url, "source_id": watched.id, "run_id": run_id}
    return Child({"plan": _plan(settings, watched.source, "watch"), **place})


def look(settings: Settings, source: Source, tell: Tell, max_pages: int | None = None) -> RunOutcome:
    """One address is crawled now and nothing is kept; its posts come to `tell` as events."""
    check_conduct(settings, source)
    child = Child({"plan": _plan(settings, source, "look", max_pages)})
    try:
        return child.wait(tell)
    except KeyboardInterrupt:
        child.interrupt()
        return replace(child.wait(tell), reason="interrupted")


def read(
    reader: Reader, posts: list[Post], seen: Sequence[tuple[str, ...]] | None = None
) -> list[tuple[Post, Reading]]:
    """The classifier reads each post into a signal, with what was `seen` in the pictures of each.

    What comes back has the victims' data masked, offsets true.
    """
    passages = [passage_of(post) for post in posts]
    if seen:
        passages = [replace(passage, pictures=words) for passage, words in zip(passages, seen, strict=True)]
    readings = reader.read(passages)
    return [(masked(post, reading), reading) for post, reading in zip(posts, readings, strict=True)]


def view(pictures: PictureReader, page: spool.SpooledPage, post: Post) -> tuple[str, ...]:
    """What stands in the pictures of a post, one for one; nothing where none of them was fetched."""
    served = {picture.address: picture.page.body for picture in page.haul.pictures}
    if served.keys().isdisjoint(post.images):
        return ()
    return tuple(pictures.look(served[image]).words if image in served else "" for image in post.images)


def keep(
    store: Store, reader: Callable[[], Reader], pictures: PictureReader, tell: Tell, *,
    at_once: int = PAGES_AT_ONCE, stopped: Callable[[], bool] = lambda: False, maker: Maker | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """Of each page that waits, findings are stored and the page sealed, or nothing stays. The new findings' ids.

    Pages are taken `at_once`; when `stopped`, those that are not taken yet go on waiting. `maker` stands in each
    capture: who captures, and with what.
    """
    new: list[str] = []
    while not stopped() and (waiting := spool.waiting(store, now=_now(), limit=at_once)):
        try:
            for settled in _settle(store, reader, pictures, waiting, tell, maker):
                new.extend(settled.new)
        except BaseException:
            spool.release(store, waiting)
            raise
    return tuple(new)


def _settle(
    store: Store, reader: Callable[[], Reader], pictures: PictureReader, waiting: Sequence[str], tell: Tell,
    maker: Maker | None,
) -> Iterator[spool.Settled]:  # fmt: skip
    """Score these pages, and settle them one by one."""
    pages = [page for page_id in waiting if (page := _open(store, page_id, tell))]
    fresh = [[post for post in page.haul.posts if post.id in page.fresh] for page in pages]
    # All their posts are read together: the encoder works best on many texts at once.
    seen = [view(pictures, page, post) for page, posts in zip(pages, fresh, strict=True) for post in posts]
    readings = iter(read(reader(), [post for posts in fresh for post in posts], seen))
    for page, posts in zip(pages, fresh, strict=True):
        verdicts = [_verdict(post, reading, reader()) for post, reading in itertools.islice(readings, len(posts))]
        settled = spool.settle(store, page.id, verdicts, now=_now(), maker=maker)
        yield settled
        tell({"event": "scored", "posts": len(posts), "findings": len(settled.new)})


def watch(
    store: Store, settings: Settings, watched: WatchedSource, reader: Callable[[], Reader], tell: Tell
) -> Watched:
    """A source that is due is crawled, and scored meanwhile. Whatever ends it, the run is written down."""
    check_conduct(settings, watched.source)
    spool.expire(store, now=_now(), max_age=timedelta(hours=settings.spool_hours))
    run_id = runs.begin_run(store, watched.id, planned_at=_now(), now=_now())
    new: list[str] = []
    outcome = RunOutcome("failed")
    try:
        child = crawl(store, settings, watched, run_id)
        with hear_interrupts() as interrupted, ThreadPoolExecutor(1) as pool, PictureReader() as pictures:
            crawling = pool.submit(child.wait, tell)
            at_once = PAGES_WITH_PICTURES if watched.source.images else PAGES_AT_ONCE
            score = partial(
                keep, store, reader, pictures, tell, at_once=at_once, stopped=interrupted.is_set, maker=_maker(settings)
            )
            try:
                while not crawling.done() and not interrupted.is_set():
                    new.extend(score())
                    wait([crawling], timeout=0.2)
                if not interrupted.is_set():
                    outcome = crawling.result()
                    new.extend(score())
                else:
                    child.interrupt()
                    outcome = replace(crawling.result(), reason="interrupted", detail="the next run goes on from here")
            except BaseException as error:
                child.interrupt()
                outcome = replace(crawling.result(), reason="failed", detail=str(error))
                raise
    finally:
        runs.finish_run(store, run_id, outcome, findings=len(new), now=_now())
    link(store)
    return Watched(run_id, outcome, tuple(new))


def draw(
    store: Store, settings: Settings, tell: Tell, *, seconds: float = DRAWING_SECONDS,
    stopped: Callable[[], bool] = lambda: False, names: Sequence[str] | None = None,
) -> int:  # fmt: skip
    """Of sealed pages a picture is drawn from what was captured, with the network closed; how many were.

    Of all of them, or of those that prove the findings `names`. What `seconds` do not suffice for waits for the next
    time. Raises MissingPart where there is no browser or no font, UnknownName.
    """
    undrawn = picturing.list_undrawn(store, names)
    if not undrawn:
        return 0
    from crawlers.browser.camera import Camera, has_glyphs

    if not settings.browser_path or not has_glyphs():
        part = "a font with Chinese glyphs" if settings.browser_path else "a browser"
        raise MissingPart(part=part, mend="tipstaff doctor")
    count, end = 0, monotonic() + seconds
    with Camera(settings.browser_path) as camera:
        for capture_id in undrawn:
            if stopped() or monotonic() > end:
                break
            try:
                haul = read_capture(store, capture_id)
            except DamagedSeal:
                # `verify` names it.
                continue
            picture = camera.draw(haul, _inscription(capture_id, haul))
            # Who asks to stop may have stopped the browser, too.
            if not stopped():
                count += picturing.keep_picture(store, capture_id, picture, _now())
                tell({"event": "drawn", "url": haul.page.url, "detail": picture.gap or ""})
    return count


def link(store: Store, *, whole: bool = False) -> int:
    """Findings that are new or have changed, or the `whole` of them, are linked to sellers; how many were."""
    from store.sellers.roster import link_findings

    return link_findings(store, _now(), whole=whole)


def judge(store: Store, finding_id: str, state: str, note: str | None, by: str) -> dict[str, Any]:
    """An analyst's verdict on a finding; the finding as it stands then, linked or left out accordingly."""
    judged = findings.judge_finding(store, finding_id, state=state, note=note, by=by, now=_now())
    link(store)
    return findings.find_finding(store, str(judged["id"]))


def merge(store: Store, sellers: Sequence[str], note: str | None, by: str) -> str:
    """An analyst says that sellers are one; the id that stays."""
    from store.sellers.judging import merge_sellers

    return merge_sellers(store, sellers, note=note, by=by, now=_now())


def split(store: Store, seller: str, parted: Sequence[str], note: str | None, by: str) -> tuple[str, str]:
    """An analyst says that some findings of a seller are another's; the ids of both."""
    from store.sellers.judging import split_seller

    return split_seller(store, seller, parted, note=note, by=by, now=_now())


def rescore(store: Store, reader: Reader) -> Iterator[Change]:
    """Every finding that another model read last is read again; each, once stored, as it was and as it is.

    To stop between two findings is to ask for no more; the next time goes on from there.
    """
    for ids in in_batches(list_outdated(store, reader.model), FINDINGS_AT_ONCE):
        wordings = read_wordings(store, ids, reader.model)
        readings = reader.read([wording.passage for wording in wordings], masked=True)
        again = zip(wordings, readings, strict=True)
        for finding_id, group in itertools.groupby(again, lambda pair: pair[0].finding_id):
            change = store_rereadings(store, finding_id, [_reread(*pair, reader) for pair in group], _now())
            if change:
                yield change
    link(store)


def export(store: Store, folder: Path, order: Order, by: str, release: Release | None = None) -> int:
    """A dataset of findings with its data sheet, in a folder; the number of findings in it.

    The ledger says that it was made, of which bytes, and why a restricted one was released, before it lies where it was
    asked for.
    """
    from store.datasets import write_dataset

    now = _now()
    facts = {"format": order.form, "since": plain(order.since), "until": plain(order.until), "project": order.project,
             "access": "open", **({"access": "restricted", **vars(release)} if release else {})}  # fmt: skip

    def enter(count: int, digests: dict[str, str]) -> None:
        with store.transaction() as session:
            told = {**facts, "count": count, "files": digests}
            record(session, store.keys, "exported", folder.name, told, by=by, now=now)

    return write_dataset(store, folder, order, now, enter=enter)


def refer(
    store: Store, settings: Settings, names: Sequence[str], request: Request, path: Path, tell: Tell
) -> Frozen:  # fmt: skip
    """Findings are handed to an authority, as one package at `path`; they are `referred` from then on.

    Whatever is missing is said before anything is opened. Where captures go along, what nobody has drawn yet is drawn.
    """
    from store.referrals.channels import find_channel
    from store.referrals.freezing import check_place, freeze
    from store.referrals.gathering import gather
    from store.referrals.printing import check_press
    from store.sellers.profiles import find_seller

    check_place(path)
    check_press()
    if find_channel(request.to).carries:
        # Without a browser there is no picture, and the package says so.
        with suppress(MissingPart):
            draw(store, settings, tell, names=names)

    def describe(finding: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str]:
        seller = find_seller(store, finding["seller_id"]) if finding["seller_id"] else None
        return describe_finding(finding, settings.home, seller)

    software = f"Tipstaff {VERSION}"
    who = {"role": settings.role, "login": settings.login}
    dossier = gather(store, names, request, describe, **who, software=software, now=_now())
    return freeze(store, dossier, path, now=_now())


def signatory(store: Store, by: str) -> dict[str, Any]:
    """The key that signs the ledger, made on first use, and those that did before it."""
    return rotation.show_key(store, by=by, now=_now())


def sign_anew(store: Store, key: Any, by: str) -> str:
    """Another key signs from now on, a new one without `key`; its fingerprint."""
    return rotation.change_key(store, key, by=by, now=_now())


def prove(store: Store, heads: Sequence[Head], key: str | None) -> Proof:
    """The evidence is held against the ledger, and the ledger against itself and the heads that were kept."""
    return verify_store(store, heads, key)


def ask_for_stamp(store: Store, path: Path, by: str) -> Head:
    """The request for a timestamp on the ledger's head, in a file to be carried to an authority; that head.

    Raises BadValue where there is a file already.
    """
    head, request = stamping.ask_stamp(store, by=by, now=_now())
    try:
        with path.open("xb") as stream:
            stream.write(request)
    except FileExistsError:
        raise BadValue(name="--request", value=path, want="a file that is not there yet") from None
    return head


def bring_in_stamp(store: Store, answer: bytes, roots: Sequence[Any], by: str) -> stamping.Stamp:
    """What an authority answered is kept with the ledger, once one of `roots` vouches for it."""
    return stamping.enter_stamp(store, answer, roots, by=by, now=_now())


def fetch_stamp(store: Store, url: str | None, roots: Sequence[Any], by: str) -> stamping.Stamp:
    """The ledger's head is stamped by the authority at `url`."""
    from tipstaff.authority import ask_authority

    if url is None or not roots:
        raise BadValue(name="tsa and tsa_roots", value="left out", want="the authority's address and root certificate")
    _, request = stamping.ask_stamp(store, by=by, now=_now())
    return bring_in_stamp(store, ask_authority(url, request), roots, by)


def list_stamps(store: Store) -> list[stamping.Stamp]:
    """The timestamps that are kept with the ledger."""
    return stamping.list_stamps(store)


def open_original(store: Store, finding_id: str, access: Access) -> Unsealed:
    """The sealed original of a finding; the ledger says so first."""
    return unseal_finding(store, finding_id, access, _now())


def list_due(store: Store, retention: purging.Retention) -> list[purging.Due]:
    """The findings that are kept no longer."""
    return purging.list_due(store, retention, _now())


def purge_due(store: Store, retention: purging.Retention, by: str) -> Iterator[purging.Purged]:
    """What is kept no longer is destroyed, finding by finding; the ledger keeps the proof of what it was."""
    return purging.purge_findings(store, retention, by=by, now=_now())


def passage_of(post: Post) -> Passage:
    """What the classifier is shown of a post."""
    return Passage(post.id, post.text, post.thread_title, post.board, post.quoted)


def masked(post: Post, reading: Reading) -> Post:
    """The post as it may be stored and shown: victims' data masked, length kept."""
    shown = reading.passage
    return replace(post, text=shown.text, thread_title=shown.thread_title, quoted=shown.quoted)


def _open(store: Store, page_id: str, tell: Tell) -> spool.SpooledPage | None:
    """A page that waits, or None when it does not open: it can prove nothing then, and its thread is fetched again."""
    try:
        return spool.open_page(store, page_id)
    except DamagedSeal as error:
        spool.discard(store, page_id)
        tell({"event": "damaged", "url": page_id, "detail": str(error)})
        return None


def _verdict(post: Post, reading: Reading, reader: Reader) -> Verdict:
    wanted, unsure = _weigh(reading, reader)
    return Verdict(
        post=post, signal=reading.signal, keep=wanted or unsure, state="review" if unsure else "new",
        masked=len(reading.masks), evasions=reading.evasions, folded=_undisguise(reading),
        pictures=reading.passage.pictures, withheld=reading.withheld,
    )  # fmt: skip


def _reread(wording: Wording, reading: Reading, reader: Reader) -> Rereading:
    """What is kept stays: where the present model would not keep it, a person decides."""
    wanted, unsure = _weigh(reading, reader)
    reading = replace(reading, folded=_undisguise(reading))
    return Rereading(wording, reading, keep=wanted or unsure, state="new" if wanted else "review")


def _undisguise(reading: Reading) -> str:
    """What a search for plain words looks in, beside the words as they stand: those of the thread's title, too."""
    from classifier.fold import fold

    return "\n".join(filter(None, (fold(reading.passage.thread_title or "").text, reading.folded)))


def _weigh(reading: Reading, reader: Reader) -> tuple[bool, bool]:
    """Whether a reading is that of a finding, and whether it is unsure of it."""
    wanted = reading.signal.label in FINDING_LABELS
    return wanted, not wanted and reading.signal.score >= reader.review_low


def _inscription(capture_id: str, haul: Haul) -> str:
    """What stands in the file of a page's picture."""
    fetched = haul.page.fetched_at.isoformat(timespec="seconds")
    return (
        f"Tipstaff/{VERSION}: drawn from capture {capture_id} of {haul.page.url}, fetched at {fetched}; "
        "nothing was fetched for it, and no script ran"
    )


def _maker(settings: Settings) -> Maker:
    return Maker(f"Tipstaff/{VERSION}", settings.acting, settings.contact)


def _plan(settings: Settings, source: Source, mode: str, max_pages: int | None = None) -> dict[str, Any]:
    permitted = replace(
        source, allow_private=source.allow_private or settings.allow_private, queries=open_themes(source.queries)
    )
    return {
        "source": plain(permitted), "mode": mode, "user_agent": settings.user_agent, "browser": settings.browser_path,
        "delay": settings.delay, "max_pages": max_pages or source.max_pages,
    }  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC)
