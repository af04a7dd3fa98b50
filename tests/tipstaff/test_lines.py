"""JSON lines handed in for scoring."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadLine, BadValue, UnknownName
from domain.signals import Passage
from tipstaff import lines


def write(folder: Path, *texts: str | bytes) -> Path:
    path = folder / "texts.jsonl"
    path.write_bytes(b"\n".join(text if isinstance(text, bytes) else text.encode() for text in texts))
    return path


def test_good_lines_become_passages(tmp_path: Path) -> None:
    """Text, title, board and quotes of a line are read; a number serves as id."""
    path = write(tmp_path, '{"id": 7, "text": "车", "thread_title": "t", "board": "b", "quoted": ["q"]}')
    assert list(lines.read_passages(path)) == [Passage("7", "车", "t", "b", ("q",))]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"id": "1"}', "no text"), ('{"id": "1", "text": 5}', "not a string"), ("[1]", "not a JSON object"),
        ("{", "not JSON"), (b"\xff\xfe", "not JSON"), ("[" * 100_000, "not JSON"),
        ('{"text": "a", "quoted": "b"}', "quoted"), ('{"text": "a", "board": 1}', "board"),
        ('{"text": "a", "id": []}', "id"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_and_the_others_go_on(tmp_path: Path, line: str | bytes, why: str) -> None:
    """A line that cannot be read is a BadLine with its number between the good ones."""
    before, fault, after = lines.read_passages(write(tmp_path, '{"text": "a"}', line, '{"text": "b"}'))
    assert isinstance(fault, BadLine)
    assert fault.facts["number"] == 2
    assert why in str(fault)
    assert isinstance(before, Passage)
    assert isinstance(after, Passage)


def test_a_text_of_ten_megabytes_is_refused(tmp_path: Path) -> None:
    """A text no post could have is named, not scored."""
    (fault,) = lines.read_passages(write(tmp_path, json.dumps({"id": "1", "text": "车" * 10_000_000})))
    assert isinstance(fault, BadLine)
    assert "10,000,000" in str(fault)


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    """A file without a line is bad input, said in one line."""
    with pytest.raises(BadValue, match="empty"):
        list(lines.read_passages(write(tmp_path, content)))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(UnknownName, match="nowhere"):
        list(lines.read_passages(tmp_path / "nowhere.jsonl"))


def test_labelled_lines_want_a_known_label(tmp_path: Path) -> None:
    """A label outside the twelve stops an evaluation with its line number."""
    with pytest.raises(BadLine, match="line 2"):
        lines.read_labelled(write(tmp_path, '{"text": "a", "label": "offer"}', '{"text": "b", "label": "Offer"}'))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_named(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever the file holds, every line is a passage or a fault."""
    path = tmp_path_factory.mktemp("lines") / "x.jsonl"
    path.write_bytes(content)
    try:
        assert all(isinstance(item, Passage | BadLine) for item in lines.read_passages(path))
    except BadValue as error:
        assert "empty" in str(error)
