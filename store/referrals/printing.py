"""A document as PDF: its blocks as HTML, printed by WeasyPrint. Nothing is fetched: what is printed comes with it."""

from __future__ import annotations

import base64
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from domain.errors import MissingPart
from store.referrals.blocks import Paper, Quote
from store.referrals.wording import say

LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
MEND = f"apt-get install {LIBRARIES} fonts-wqy-zenhei"


def print_paper(paper: Paper) -> bytes:
    """The document as PDF. Raises MissingPart where this machine lacks the libraries that set type."""
    return _print(write_html(paper))


def check_press() -> None:
    """Whether documents can be printed here, in Chinese glyphs and not in boxes. Raises MissingPart."""
    with warnings.catch_warnings():
        # It says that another library would make smaller files.
        warnings.filterwarnings("ignore", message="HarfBuzz-Subset")
        try:
            import weasyprint  # noqa: F401 (whether it can be loaded is the question)
        except OSError:
            raise MissingPart(part="the library that sets type (Pango)", mend=MEND) from None
    if not _has_glyphs():
        raise MissingPart(part="a font with Chinese glyphs", mend=MEND)


@cache
def _has_glyphs() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    found = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, timeout=60, check=False)
    return bool(found.stdout.strip())


def write_html(paper: Paper) -> str:
    """The document as one HTML file that needs no other."""
    from jinja2 import Environment
    from markupsafe import Markup

    texts = files("store.referrals.texts")
    environment = Environment(autoescape=True, trim_blocks=True)
    environment.globals.update(cut=cut_spans, encode=lambda data: base64.b64encode(data).decode())
    pages = say(paper.language, "page", page='" counter(page) "', pages='" counter(pages) "')
    style = (texts / "paper.css").read_text("utf-8").replace('"PAGES"', f'"{pages}"')
    template = environment.from_string((texts / "paper.html").read_text("utf-8"))

    return template.render(paper=paper, style=Markup(style))  # noqa: S704 (our own style sheet)


def cut_spans(quote: Quote) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether each is one of the spans; overlapping spans are one."""
    end = 0
    for start, stop in sorted(span for span in quote.spans if 0 <= span[0] < span[1] <= len(quote.text)):
        if stop <= end:
            continue
        start = max(start, end)
        yield quote.text[end:start], False
        yield quote.text[start:stop], True
        end = stop
    yield quote.text[end:], False


def _print(html: str) -> bytes:
    check_press()
    from weasyprint import HTML

    printed = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf()
    assert isinstance(printed, bytes)
    return printed


def _fetch_nothing(url: str, *_args: object, **_options: object) -> dict[str, object]:
    """Only what is written in the document itself."""
    if not url.startswith("data:"):
        raise ValueError(f"not part of the document: {url}")
    from weasyprint import default_url_fetcher

    fetched: dict[str, object] = default_url_fetcher(url)
    return fetched
