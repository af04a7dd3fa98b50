"""The commands as a person or a script meets them; what is bad gets one clear line and changes nothing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main
from answers import Said

from tipstaff.cli import app

Run = Callable[..., Said]
BOARD = "http://127.0.0.1:8123/board/1"


def one_line(said: Said) -> str:
    """The single line of standard error."""
    (line,) = said.errors.splitlines()
    return line


def test_a_source_is_added_listed_changed_and_removed(run: Run) -> None:
    """The watch list goes through its whole life by commands, in JSON too."""
    (added,) = run("source", "add", BOARD, "--name", "b1", "--every", "2h", "--allow-private", "--json").lines
    assert (added["name"], added["url"], added["every_seconds"]) == ("b1", BOARD, 7200)
    assert run("source", "set", "b1", "every=1d", "render=never").status == 0
    (listed,) = run("source", "list", "--json").lines
    assert (listed["every_seconds"], listed["render"], listed["id"]) == (86400, "never", added["id"])
    assert run("source", "pause", "b1").status == 0
    assert run("source", "list", "--json").lines[0]["paused"] is True
    assert run("source", "resume", "b1").status == 0
    assert "b1" in run("source", "list").output
    assert run("source", "remove", "b1").status == 0
    assert run("source", "list", "--json").lines == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("source", "add", "ftp://forum.example/"), "only http"),
        (("source", "add", "not an address"), "not an address"),
        (("source", "add", "http://127.0.0.1:1/"), "allow-private"),
        (("source", "add", BOARD, "--allow-private", "--every", "soon"), "6h"),
        (("source", "add", BOARD, "--allow-private", "--render", "often"), "auto"),
        (("source", "add", BOARD, "--allow-private", "--timezone", "Mars/Olympus"), "IANA"),
        (("source", "set", "nobody", "every=1d"), "nobody"),
        (("source", "pause", "nobody"), "nobody"),
        (("source", "import", "nowhere.toml"), "nowhere.toml"),
        (("posts", "gopher://forum.example/"), "only http"),
        (("posts", "https://forum.example/"), "contact"),
        (("posts", "http://192.168.1.1/"), "allow-private"),
        (("crawl", "nobody"), "nobody"),
        (("score", "nowhere.jsonl"), "nowhere.jsonl"),
        (("score", "--read", "some"), "--read"),
        (("evaluate", "nowhere.jsonl"), "nowhere.jsonl"),
        (("show", "nobody"), "nobody"),
        (("judge", "nobody", "confirmed"), "nobody"),
        (("judge", "nobody", "guilty"), "confirmed"),
        (("findings", "--label", "bad"), "label"),
        (("findings", "--since", "yesterday"), "since"),
        (("runs", "--source", "nobody"), "nobody"),
        (("export", "data", "--format", "xlsx"), "jsonl"),
        (("source", "add", BOARD, "--bogus"), "No such option: --bogus; see tipstaff source add --help"),
        (("source", "add"), "Missing argument"),
        (("source", "list", "extra"), "extra"),
        (("source", "why", "nobody"), "nobody"),
        (("posts", BOARD, "--max-pages", "0"), "--max-pages"),
        (("posts", BOARD, "--max-pages"), "requires an argument"),
        (("crwl",), "crawl"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_clear_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], why: str
) -> None:
    """What cannot be used ends with status 2 and one line that says why; no traceback, nothing stored."""
    monkeypatch.chdir(tmp_path)
    said = run(*words)
    assert said.status == 2, said
    assert why in one_line(said)
    assert said.output == ""
    assert run("source", "list", "--json").lines == []


def test_an_unknown_platform_is_refused_with_those_there_are(run: Run) -> None:
    """A platform name nobody answers to names the known ones."""
    run("source", "add", BOARD, "--name", "b1", "--allow-private")
    said = run("source", "set", "b1", "platform=nonesuch")
    assert said.status == 2
    assert "discuz" in one_line(said)


def test_a_name_that_is_taken_is_refused(run: Run) -> None:
    """Two sources cannot have one name."""
    run("source", "add", BOARD, "--name", "b1", "--allow-private")
    said = run("source", "add", BOARD + "2", "--name", "b1", "--allow-private")
    assert said.status == 2
    assert "b1" in one_line(said)


def test_a_file_with_five_faults_imports_nothing(run: Run, tmp_path: Path) -> None:
    """All faults of a file of sources are named at once, and none of its sources is watched."""
    file = tmp_path / "sources.toml"
    file.write_text(
        f'[good]\nurl = "{BOARD}"\nallow_private = true\n[a]\nurl = "ftp://x.example/"\nevery = "soon"\n'
        '[b]\nrender = "often"\nplatform = "nonesuch"\n',
        encoding="utf-8",
    )
    said = run("source", "import", str(file))
    assert said.status == 2
    assert "5 fault" in said.errors
    for word in ("ftp", "soon", "often", "nonesuch", "left out"):
        assert word in said.errors
    assert run("source", "list", "--json").lines == []


def test_a_good_file_is_imported_whole(run: Run, tmp_path: Path) -> None:
    """A file without faults is watched, source by source."""
    file = tmp_path / "sources.toml"
    file.write_text(f'[one]\nurl = "{BOARD}"\nallow_private = true\n[two]\nurl = "{BOARD}2"\nallow_private = true\n')
    assert run("source", "import", str(file)).status == 0
    assert [source["name"] for source in run("source", "list", "--json").lines] == ["one", "two"]


def test_a_store_of_a_newer_version_is_left_alone(run: Run, home: Path) -> None:
    """A database with a schema this version does not know is refused in one line and not touched."""
    run("source", "list")
    with sqlite3.connect(home / "store.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    said = run("source", "list")
    assert said.status == 2
    assert "newer" in one_line(said)


def test_what_is_no_store_is_refused(run: Run, home: Path) -> None:
    """A store.db that is no database is named in one line."""
    home.mkdir()
    (home / "store.db").write_bytes(b"not a database at all, but long enough to look like one" * 20)
    said = run("source", "list")
    assert said.status == 2
    assert "store.db" in one_line(said)
    assert "Traceback" not in said.errors


@pytest.mark.parametrize("place", ["/proc/nowhere/home", "x" * 300, "file/home", "file"])
def test_a_home_that_cannot_be_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """A folder that cannot be made is named in one line."""
    (tmp_path / "file").write_text("here already")
    monkeypatch.setenv("TIPSTAFF_HOME", place if place.startswith("/") else str(tmp_path / place))
    said = run("source", "list")
    assert said.status == 2
    assert "cannot be used" in one_line(said)


def test_errors_are_said_in_chinese_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With Chinese as the language the one line is Chinese."""
    monkeypatch.setenv("TIPSTAFF_LANGUAGE", "zh")
    assert "地址" in one_line(run("source", "add", "ftp://forum.example/"))


def test_a_public_source_is_asked_for_its_basis(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal `source add` asks why a public source may be watched and who assessed it; a script is not asked."""
    answers = iter(["public posts, public interest", "A. Reader"])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    run("source", "add", "https://forum.example/", "--name", "script")
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    said = run("source", "add", "https://forum.example/", "--name", "person")
    assert "assessor=" not in said.errors
    run("source", "add", BOARD, "--name", "own", "--allow-private")  # a private one is the user's own
    run("source", "add", "https://forum.example/", "--name", "told", "--basis", "x", "--assessor", "y")
    listed = {source["name"]: (source["basis"], source["assessor"]) for source in run("source", "list", "--json").lines}
    assert listed == {
        "script": (None, None),
        "person": ("public posts, public interest", "A. Reader"),
        "own": (None, None),
        "told": ("x", "y"),
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("crawl", "--bogus"), "没有选项 --bogus"),
        (("bogus",), "没有命令 bogus"),
        (("source", "add"), "缺少参数 url"),
        (("runs", "--source"), "选项 --source 需要给出值"),
        (("source", "list", "extra"), "多余的参数"),
        (("posts", BOARD, "--max-pages", "0"), "--max-pages 的值无效"),
    ],
)
def test_wrong_usage_is_said_in_chinese_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    """A wrong option, command or value gets one Chinese line that says where the help is."""
    monkeypatch.setenv("TIPSTAFF_LANGUAGE", "zh")
    assert f"tipstaff: {said}" in one_line(run(*words))
    assert "--help" in one_line(run(*words))


def test_every_command_and_option_is_documented() -> None:
    """docs/commands.md names each command and each option."""
    text = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    click = typer.main.get_command(app)
    missing = []
    for name, command in click.commands.items():  # type: ignore[attr-defined]
        section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        if not section:
            missing.append(name)
            continue
        parts = getattr(command, "commands", {"": command})
        options = [option for part in parts.values() for parameter in part.params for option in parameter.opts]
        missing += [
            f"{name} {option}"
            for option in options
            if option.startswith("--") and option not in section[1] and option != "--help"
        ]
        missing += [f"{name} {part}" for part in parts if part and f"`{name} {part}" not in section[1]]
    assert missing == []


def test_a_site_is_described_by_commands(run: Run) -> None:
    """Selectors are given when a source is added, changed and taken out one by one; a faulty one is named on a line."""
    select = ("--select", "post=.m", "--select", "body=.x")
    (added,) = run("source", "add", BOARD, "--name", "b1", "--allow-private", *select, "--json").lines
    assert added["selectors"] == {"post": ".m", "body": ".x"}
    assert run("source", "set", "b1", "selectors.author=.w a", "selectors.body=").status == 0
    assert run("source", "list", "--json").lines[0]["selectors"] == {"post": ".m", "author": ".w a"}
    for words in (
        ("add", BOARD, "--allow-private", "--select", "post=div["),
        ("check", BOARD, "--allow-private", "--select", "post=div["),
        ("set", "b1", "selectors.post=div["),
    ):
        said = run("source", *words)
        assert said.status == 2
        assert "selectors.post cannot be 'div['" in one_line(said)
    said = run("source", "set", "b1", "selectors.post=")
    assert "selectors" in one_line(said)
