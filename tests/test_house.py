"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("domain", "crawlers", "classifier", "store", "tipstaff")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

# The packages the project is known for: each must be used by the program itself (pytest: by its tests).
CARD = {
    "scrapy": ROOMS, "scrapy_playwright": ROOMS, "bs4": ROOMS, "sentence_transformers": ROOMS, "sqlmodel": ROOMS,
    "pytest": ("tests",),
}  # fmt: skip
# Who alone may import what; a folder or a file.
ONLY = {
    "scrapy": ("crawlers",), "twisted": ("crawlers",), "playwright": ("crawlers",), "web_poet": ("crawlers",),
    "sqlmodel": ("store",), "sqlalchemy": ("store",), "alembic": ("store",),
    "rapidocr": ("classifier/pictures",), "cv2": ("classifier/pictures",), "PIL": ("classifier/pictures",),
    "pyarrow": ("store/datasets",), "vl_convert": ("store/datasets",),
    "zxingcpp": ("classifier/pictures",), "onnxruntime": ("classifier/pictures",),
    "torch": ("classifier/encoders",), "sentence_transformers": ("classifier/encoders",),
}  # fmt: skip


def imports_of(path: Path) -> set[str]:
    """The top-level names of every module that `path` imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", CARD)
def test_each_package_of_the_card_is_used(package: str) -> None:
    """Every package the project is built on is imported by the program."""
    users = [path for room in CARD[package] for path in (ROOT / room).rglob("*.py") if package in imports_of(path)]
    assert users


@pytest.mark.parametrize("package", ONLY)
def test_heavy_packages_stay_in_their_rooms(package: str) -> None:
    """A package that belongs to one room is imported nowhere else."""
    allowed = tuple(str(ROOT / place) for place in ONLY[package])
    strays = [path for path in SOURCES if package in imports_of(path) and not str(path).startswith(allowed)]
    assert strays == []


def test_the_environment_is_read_in_one_file() -> None:
    """Only tipstaff/settings.py reads environment variables."""
    readers = [path for path in SOURCES if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))]
    assert readers == [ROOT / "tipstaff" / "settings.py"]


def test_help_imports_nothing_heavy() -> None:
    """`tipstaff --help` imports no model, crawler or database library."""
    code = "import sys, tipstaff.cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"torch", "scrapy", "twisted", "sqlmodel", "sqlalchemy", "sklearn", "numpy", "pydantic", "transformers"}
    assert heavy.isdisjoint(loaded)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_states_its_behaviour(path: Path) -> None:
    """Each test function has a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    silent = [node.name for node in functions if node.name.startswith("test") and not ast.get_docstring(node)]
    assert silent == []


def test_every_sentence_is_said_in_both_languages() -> None:
    """words.toml has an English and a Chinese form of each sentence, with the same facts in it."""
    words = tomllib.loads((ROOT / "tipstaff" / "words.toml").read_text(encoding="utf-8"))
    uneven = [
        key for key, said in words.items()
        if set(said) != {"en", "zh"} or len({tuple(sorted(re.findall(r"{\w+}", text))) for text in said.values()}) > 1
    ]  # fmt: skip
    assert uneven == []


def test_no_path_of_one_machine_is_kept() -> None:
    """No source, test or document names a folder of one particular machine."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    folders = tuple("/" + name + "/" for name in ("work", "farm", "root"))
    suffixes = (".py", ".md", ".toml", ".sh", ".jsonl", ".html", ".cfg")
    texts = {name: (ROOT / name).read_text("utf-8", "replace") for name in listed if name.endswith(suffixes)}
    assert [name for name, text in texts.items() if any(folder in text for folder in folders)] == []
