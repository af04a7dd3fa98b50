"""The commands of custody: the key, the proof, the original, the purge."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answers import Said

from domain.errors import BadValue
from domain.pages import Haul, Page
from domain.posts import Author, Counts, Post, text_digest
from domain.signals import Reason, Signal
from domain.sources import Source
from store.database import open_store
from store.runs import begin_run
from store.sources import add_source
from store.spool import Verdict, deliver, settle, waiting
from tipstaff.retention import read_retention, write_retention

Run = Callable[..., Said]
THEN = datetime.now(UTC) - timedelta(days=100)
SITE = "https://forum.example.org"
TEXT = "出车主名单 例: 张三 138-0013-8000 粤B12345"
MASKED = "出车主名单 例: ＊＊ ＊＊＊-＊＊＊＊-＊＊＊＊ ＊＊＊＊＊＊＊"


@pytest.fixture
def finding(home: Path) -> str:
    """The id of a finding that was sealed a hundred days ago, a bystander's post on the same page."""
    with open_store(home) as store:
        source = add_source(store, Source("board", SITE), every_seconds=3600, now=THEN)
        run = begin_run(store, source.id, THEN, THEN)
        posts = tuple(_post(number, text) for number, text in enumerate((TEXT, "路过的人说了一句"), 1))
        page = Page(SITE, SITE, "GET", 200, (), (), f"<p>{TEXT}</p>".encode(), THEN, peer="192.0.2.7:443")
        deliver(store, run_id=run, source_id=source.id, haul=Haul(page, posts, "generic", "thread"), now=THEN)
        (page_id,) = waiting(store, THEN)
        settled = settle(store, page_id, [_verdict(post) for post in posts], THEN)
    return settled.new[0]


def _post(number: int, text: str) -> Post:
    return Post(
        id=f"post-{number}", url=f"{SITE}/{number}", thread_url=SITE, thread_title="名单", board="二手",
        platform="generic", post_id=str(number), floor=number, author=Author("老周", "7", None), posted_at=THEN,
        posted_at_text="昨天", posted_at_precision="day", text=text, quoted=(), links=(), images=(),
        counts=Counts(None, None, None), fetched_at=THEN, content_sha256=text_digest(text),
    )  # fmt: skip


def _verdict(post: Post) -> Verdict:
    kept = post.text == TEXT
    signal = Signal(post.id, "offer" if kept else "unrelated", 0.9 if kept else 0.1, {}, None, None,
                    (Reason("r", "出", 0, 1, 1.0),), "m")  # fmt: skip
    shown = Post(**{**vars(post), "text": MASKED}) if kept else post
    return Verdict(shown, signal, keep=kept)


def test_key_prints_the_fingerprint_and_nothing_else(run: Run) -> None:
    """64 hexadecimal digits on standard output, the same each time, and another after a rotation."""
    first = run("key")
    assert first.status == 0
    assert len(first.output.strip()) == 64
    assert run("key").output == first.output
    assert run("key", "--rotate").output != first.output
    (said,) = run("key", "--json").lines
    assert [key["fingerprint"] for key in said["former"]] == [first.output.strip()]
    assert said["head"].startswith("2:")


def test_a_key_is_imported_from_a_file(run: Run, tmp_path: Path) -> None:
    """Raw bytes of an office's key sign from then on; the private key is never printed."""
    file = tmp_path / "office.key"
    file.write_bytes(bytes(range(32)))
    said = run("key", "--import", str(file), "--json")
    assert bytes(range(32)).hex() not in said.output + said.errors
    assert said.lines[0]["former"]
    assert run("key", "--import", str(file)).status == 2
    assert run("key", "--import", "nowhere.key").status == 2
    assert run("key", "--import", str(file), "--rotate").status == 2


def test_a_store_that_holds_is_proved_and_prints_its_head(run: Run, finding: str) -> None:
    """Status 0, counts, head and key; with the fingerprint and the head it holds as well."""
    run("judge", finding, "confirmed")
    said = run("verify", "--store")
    assert said.status == 0, said
    assert "3 entries" in said.output
    head, key = (next(line.split()[1] for line in said.output.splitlines() if line.startswith(word))
                 for word in ("head", "key"))  # fmt: skip
    assert "was not checked" in said.errors
    again = run("verify", "--store", "--head", head, "--key", key)
    assert again.status == 0
    assert "was not checked" not in again.errors
    (told,) = run("verify", "--store", "--json").lines
    assert (told["ok"], told["head"], told["key"], told["faults"]) == (True, head, key, [])


def test_what_was_changed_ends_with_status_one_and_is_named(run: Run, finding: str, home: Path) -> None:
    """The first broken link is the first line; JSON has it as data."""
    with sqlite3.connect(home / "store.db") as database:
        database.execute("UPDATE ledger SET entry = replace(entry, 'captured', 'uncaught') WHERE seq = 2")
    database.close()
    said = run("verify", "--store")
    assert said.status == 1
    assert "entry 2 was changed" in said.output.splitlines()[0]
    told = run("verify", "--store", "--json")
    assert told.status == 1
    assert told.lines[0]["faults"][0] == {"what": "entry_changed", "subject": "2"}


def test_a_clock_that_was_set_back_is_told_of(run: Run, finding: str, home: Path) -> None:
    """An entry from times to come is told of in one line, the verdict is kept; before that nothing is said."""
    assert "clock" not in run("judge", finding, "dismissed").errors
    with sqlite3.connect(home / "store.db") as database:
        database.execute('UPDATE ledger SET entry = replace(entry, \'"at":"20\', \'"at":"29\')')
    database.close()
    said = run("judge", finding, "confirmed")
    assert said.status == 0
    assert "before the last entry of the ledger (29" in said.errors


def test_an_older_copy_is_caught_by_the_printed_head(run: Run, finding: str, home: Path, tmp_path: Path) -> None:
    """A store put back as it was before a verdict holds in itself, and not against the head printed after it."""
    shutil.copytree(home, tmp_path / "old")
    run("judge", finding, "confirmed")
    (told,) = run("verify", "--store", "--json").lines
    kept = tmp_path / "head.txt"
    kept.write_text(told["head"])
    shutil.rmtree(home)
    shutil.copytree(tmp_path / "old", home)
    assert run("verify", "--store").status == 0
    for head in (told["head"], str(kept)):
        said = run("verify", "--store", "--head", head)
        assert said.status == 1
        assert "older copy" in said.output


def test_a_damaged_database_has_failed_the_check(run: Run, finding: str, home: Path) -> None:
    """What cannot even be opened is status 1 and one line; where there is no store it is status 2, and none is made."""
    data = bytearray((home / "store.db").read_bytes())
    data[:100] = bytes(100)
    (home / "store.db").write_bytes(data)
    for name in ("store.db-wal", "store.db-shm"):
        (home / name).unlink(missing_ok=True)
    said = run("verify", "--store")
    assert (said.status, len(said.errors.splitlines())) == (1, 1)
    shutil.rmtree(home)
    assert run("verify", "--store").status == 2
    assert not home.exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("verify",), "--store"),
        (("verify", "--store", "--head", "12"), "12"),
        (("verify", "--store", "--head", "a:b"), "NUMBER:HASH"),
        (("verify", "--store", "--key", "my key"), "tipstaff key"),
        (("unseal", "nobody", "--reason", "why"), "nobody"),
        (("source", "set", "board", "retention=soon"), "dismissed=30d"),
        (("source", "set", "board", "retention=lost=3d"), "dismissed=30d"),
    ],
)
def test_bad_words_are_one_line(run: Run, finding: str, words: tuple[str, ...], why: str) -> None:
    """Wrong usage ends with status 2 and one clear line."""
    said = run(*words)
    assert said.status == 2, said
    (line,) = said.errors.splitlines()
    assert why in line


def test_unseal_shows_the_post_as_it_was_and_enters_it(run: Run, finding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unmasked post and no bystander's; the ledger has who answers for it, his role, the account and the reason."""
    assert "138-0013-8000" not in run("show", finding, "--json").output
    monkeypatch.setenv("TIPSTAFF_OPERATOR", "网安支队 王某")
    said = run("unseal", finding, "--reason", "移送前核对", "--json")
    (told,) = said.lines
    (capture,) = told["captures"]
    assert capture["post"]["text"] == TEXT
    assert (told["by"], told["role"], told["reason"]) == ("网安支队 王某", "analyst", "移送前核对")
    assert "路过的人" not in said.output
    monkeypatch.setenv("TIPSTAFF_ROLE", "duty officer")
    assert run("unseal", finding, "--reason", "again", "--json").lines[0]["role"] == "duty officer"
    text = run("unseal", finding[:12], "--reason", "again", "--role", "investigator").output
    assert TEXT in text
    assert capture["md5"] in text
    assert "路过的人" not in text
    assert run("verify", "--store", "--json").lines[0]["entries"] == 5


def test_unseal_wants_a_reason(run: Run, finding: str) -> None:
    """Without a reason, or with an empty one, nothing is shown and nothing entered."""
    for words in (("unseal", finding), ("unseal", finding, "--reason", " ")):
        said = run(*words)
        assert said.status == 2
        assert said.output == ""
    assert run("verify", "--store", "--json").lines[0]["entries"] == 2


def test_purge_destroys_what_is_due(run: Run, finding: str) -> None:
    """By the source's own retention; a dry run says what is due and destroys nothing."""
    assert run("purge", "--json").lines == []
    assert run("source", "set", "board", "retention=new=30d confirmed=never").status == 0
    assert run("source", "list", "--json").lines[0]["retention"] == {"new": "30d", "confirmed": "never"}
    (due,) = run("purge", "--dry-run", "--json").lines
    assert (due["id"], due["state"], due["days"]) == (finding, "new", 30)
    assert run("show", finding).status == 0
    (purged,) = run("purge", "--json").lines
    assert (purged["id"], len(purged["captures"]), purged["entry"]) == (finding, 1, 3)
    assert run("show", finding).status == 2
    assert run("unseal", finding, "--reason", "late").status == 2
    assert run("verify", "--store").status == 0


def test_retention_may_stand_in_the_settings(run: Run, finding: str, home: Path) -> None:
    """settings.toml holds for all sources, as words or as a table, and a bad one is one line."""
    (home / "settings.toml").write_text('retention = "new=forever"')
    said = run("purge", "--dry-run")
    assert (said.status, len(said.errors.splitlines())) == (2, 1)
    for words in ('retention = "new=14w"', '[retention]\nnew = "98d"'):
        (home / "settings.toml").write_text(words)
        (due,) = run("purge", "--dry-run", "--json").lines
        assert due["days"] == 98


def test_retention_is_read_as_people_write_it() -> None:
    """Days, weeks, years and never; a table does as well; what is no state or no span is refused."""
    assert read_retention("new=30d, dismissed=2w confirmed=1y referred=never") == {
        "new": 30, "dismissed": 14, "confirmed": 365, "referred": None,
    }  # fmt: skip
    assert read_retention({"new": "3d"}) == {"new": 3}
    assert read_retention("") == {}
    assert read_retention(write_retention({"new": 3, "review": None})) == {"new": 3, "review": None}
    for junk in ("new", "new=", "old=3d", "new=3", "new=-3d", 5, None, {"new": 3.5}, {"x": "3d"}, ["new"]):
        with pytest.raises(BadValue):
            read_retention(junk)


def test_an_export_is_entered_with_the_digests_of_its_files(run: Run, finding: str, home: Path, tmp_path: Path) -> None:
    """The ledger has the SHA-256 of each file of a dataset that was handed out."""
    assert run("export", str(tmp_path / "data"), "--format", "csv").status == 0
    with sqlite3.connect(home / "store.db") as database:
        (line,) = database.execute("SELECT entry FROM ledger WHERE action = 'exported'").fetchone()
    database.close()
    facts = json.loads(line)["facts"]
    assert set(facts["files"]) == {path.name for path in (tmp_path / "data").iterdir()}
    names = [f"{digest}  {name}\n" for name, digest in facts["files"].items()]
    subprocess.run(["sha256sum", "-c"], input="".join(names), text=True, cwd=tmp_path / "data", check=True,
                   capture_output=True)  # fmt: skip
    assert run("verify", "--store").status == 0


def test_a_restricted_dataset_needs_a_role_and_a_reason(run: Run, finding: str, home: Path, tmp_path: Path) -> None:
    """Without both, or with them and not restricted, nothing is written; with both the ledger has them."""
    role, reason = ("--role", "研究员"), ("--reason", "语料研究 2026-3")
    blank = ("--restricted", *reason, "--role", " ")
    for words in (("--restricted",), ("--restricted", *role), blank, (*role, *reason)):
        said = run("export", str(tmp_path / "data"), *words)
        assert said.status == 2, said
        assert not (tmp_path / "data").exists()
    assert run("export", str(tmp_path / "data"), "--restricted", *role, *reason).status == 0
    with sqlite3.connect(home / "store.db") as database:
        lines = [json.loads(line) for (line,) in database.execute("SELECT entry FROM ledger WHERE action = 'exported'")]
    database.close()
    (facts,) = [line["facts"] for line in lines]
    assert (facts["access"], facts["role"], facts["reason"]) == ("restricted", "研究员", "语料研究 2026-3")
    assert facts["login"]


def test_custody_needs_no_model(home: Path, finding: str) -> None:
    """Verifying loads neither torch nor a crawler."""
    code = "import sys; sys.argv = ['tipstaff', 'verify', '--store'];\nfrom tipstaff.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += "print(*{'torch', 'scrapy', 'sklearn'} & set(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == ""
