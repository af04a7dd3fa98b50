"""The data sheet of a dataset: what it is, how it came about, what it must not be used for.

Its sections are those of T. Gebru et al., Datasheets for Datasets, Communications of the ACM 64 (12), 2021.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from store.datasets.codebook import CODEBOOK, columns_of
from store.datasets.extent import Extent
from store.datasets.index import LEAST, LEVEL, Cell
from store.datasets.splits import TEST_SHARE

PRACTICE = (
    "**演示 / PRACTICE: {count} of {posts} posts come from the practice market (演示数据,并非真实发布);"
    " nobody wrote them in earnest.**\n"
)
OPEN = (
    "It holds neither text, address, post id, account, handle nor victims' data; days, not moments; sellers, posts and"
    " sources as keyed pseudonyms."
)
RESTRICTED = (
    "**Restricted**: it holds the words of the posts (`posts.text`), victims' data and the handles that were read"
    " masked with one ＊ for each character, so that `start` and `end` hold. A handle in a spelling that was not"
    " recognised may remain."
)
OPEN_ZH = "不含原文、网址、账号、联系方式和任何受害人信息;"
OPEN_TERMS = "Open: fit to be handed on as far as the operator permits. The licence is the operator's to add."
RESTRICTED_TERMS = "Restricted: handed out for the purpose that is entered in the ledger. Not to be handed on."
CSV_NOTE = """
In CSV an apostrophe stands before = + - @ wherever a spreadsheet could take them for the beginning of a formula.
"""


def write_sheet(
    folder: Path, facts: Mapping[str, Any], extent: Extent, cells: Sequence[Cell], digests: Mapping[str, str]
) -> None:
    """DATASHEET.md in `folder`; `facts` as in datapackage.json, `digests` the SHA-256 of each file of the dataset."""
    restricted = facts["access"] == "restricted"
    practice = "\n" + PRACTICE.format(count=extent.practice, posts=extent.posts) + "\n" if extent.practice else ""
    template = resources.files("store.datasets").joinpath("sheet.md").read_text(encoding="utf-8")
    sheet = template.format(
        practice=practice, created=facts["created"], access=facts["access"], posts=extent.posts,
        first=extent.first or "never", last=extent.last or "never", since=facts["since"] or "the beginning",
        until=facts["until"] or "now", project=facts["project"], project_check=facts["project_check"],
        version=facts["software"]["version"], open_zh="" if restricted else OPEN_ZH,
        counts="\n\n".join(_count(extent, name) for name in ("label", "verdict", "split")),
        tables="\n".join(_describe(table, rows, restricted=restricted) for table, rows in facts["rows"].items()),
        holds=RESTRICTED if restricted else OPEN, test_share=f"{TEST_SHARE:.0%}",
        models=_rows(extent.tally("model")), least=LEAST, level=f"{LEVEL:.0%}", cells=len(cells),
        distribution=RESTRICTED_TERMS if restricted else OPEN_TERMS,
        files="\n".join(f"- `{name}` sha256 {digest}" for name, digest in digests.items())
        + ("\n" + CSV_NOTE if facts["format"] == "csv" else "\n"),
    )  # fmt: skip
    (folder / "DATASHEET.md").write_text(sheet, encoding="utf-8")


def _count(extent: Extent, name: str) -> str:
    return f"| {name} | posts |\n|---|---|\n{_rows(extent.tally(name))}"


def _rows(counts: Mapping[str, int]) -> str:
    return "\n".join(f"| {name} | {count} |" for name, count in counts.items()) or "| none | 0 |"


def _describe(table: str, rows: int, *, restricted: bool) -> str:
    assert table in CODEBOOK
    names = [column.name for column in columns_of(table, restricted=restricted)]
    shown = [name for name in names if not name.startswith("p_")]
    probabilities = f", p_… ({len(names) - len(shown)} labels)" if len(shown) < len(names) else ""
    return f"| `{table}` | {rows} | {', '.join(shown)}{probabilities} |"
