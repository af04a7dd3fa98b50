"""A document as DOCX, for whoever has to work it into a document of their own: the same blocks as the PDF."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from store.referrals.blocks import Facts, Grid, Heading, Line, Paper, Picture, Quote, Signs
from store.referrals.printing import cut_spans

# Names that a reader replaces by what it has: the first for Latin, the second for Chinese characters.
FONTS, CODE_FONTS = ("Times New Roman", "SimSun"), ("Courier New", "SimSun")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FACTS_WIDTHS = (25, 75)
_MARGINS_CM = 5.0


def write_docx(paper: Paper, made_at: datetime) -> bytes:
    """The document as DOCX; the same bytes each time."""
    from docx import Document

    document = Document()
    _set_up(document, paper, made_at)
    document.add_heading(paper.title, 0)
    if paper.subtitle:
        document.add_paragraph(paper.subtitle)
    for block in paper.blocks:
        WRITERS[type(block)](document, block)
    written = io.BytesIO()
    document.save(written)
    return _settle(written.getvalue())


def _set_up(document: Any, paper: Paper, made_at: datetime) -> None:
    """A4, fonts that have Chinese characters, the reference above each page and its number below."""
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt, RGBColor

    properties = document.core_properties
    properties.title, properties.author, properties.comments = paper.title, "Tipstaff", ""
    properties.created = properties.modified = made_at.replace(tzinfo=None)
    section = document.sections[0]
    width, height = Cm(21), Cm(29.7)
    if paper.landscape:
        section.orientation, width, height = WD_ORIENT.LANDSCAPE, height, width
    section.page_width, section.page_height = width, height
    section.left_margin = section.right_margin = Cm(_MARGINS_CM / 2)
    for style in document.styles:
        # Lists have none.
        if getattr(style, "font", None) is not None and style.type is not None:
            _set_fonts(style.element, FONTS)
            style.font.color.rgb = RGBColor(0, 0, 0)
    document.styles["Normal"].font.size = Pt(10.5)
    for name, size in (("Title", 16), ("Heading 1", 13), ("Heading 2", 11), ("Heading 3", 10)):
        document.styles[name].font.size = Pt(size)
    document.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    above = section.header.paragraphs[0]
    above.add_run(paper.reference)
    if paper.practice:
        mark = above.add_run("    演示 / PRACTICE")
        mark.bold, mark.font.color.rgb = True, RGBColor(0xB0, 0, 0x20)
    below = section.footer.paragraphs[0]
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_page_number(below)


def _write_heading(document: Any, block: Heading) -> None:
    document.add_heading(block.text, block.level)


def _write_line(document: Any, block: Line) -> None:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(block.text)
    run.bold = block.notice
    if block.code:
        _set_fonts(run._element, CODE_FONTS)


def _write_quote(document: Any, block: Quote) -> None:
    table = _add_table(document, 1, (100,))
    paragraph = table.rows[0].cells[0].paragraphs[0]
    for part, marked in cut_spans(block):
        paragraph.add_run(_clean(part)).underline = marked
    document.add_paragraph()


def _write_facts(document: Any, block: Facts) -> None:
    _fill(_add_table(document, len(block.rows), _FACTS_WIDTHS), block.rows, heads_down=True)
    document.add_paragraph()


def _write_grid(document: Any, block: Grid) -> None:
    widths = block.widths or [100 // len(block.heads)] * len(block.heads)
    table = _add_table(document, len(block.rows) + 1, widths)
    _fill(table, [block.heads, *block.rows], heads_down=False)
    document.add_paragraph()


def _write_signs(document: Any, block: Signs) -> None:
    _write_facts(document, Facts([(name, "") for name in block.rows]))


def _write_picture(document: Any, block: Picture) -> None:
    from docx.shared import Cm

    document.add_picture(io.BytesIO(block.png), width=Cm(21 - _MARGINS_CM))
    document.add_paragraph(block.title)


WRITERS: dict[type[Any], Callable[[Any, Any], None]] = {
    Heading: _write_heading,
    Line: _write_line,
    Quote: _write_quote,
    Facts: _write_facts,
    Grid: _write_grid,
    Signs: _write_signs,
    Picture: _write_picture,
}


def _add_table(document: Any, rows: int, widths: Sequence[int]) -> Any:
    from docx.shared import Emu

    table = document.add_table(rows=rows, cols=len(widths), style="Table Grid")
    section = document.sections[0]
    whole = section.page_width - section.left_margin - section.right_margin
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Emu(whole * width // 100)
    return table


def _fill(table: Any, rows: Sequence[Sequence[str]], *, heads_down: bool) -> None:
    """The cells, row by row: asking a table for one of its cells counts them all again each time."""
    from docx.shared import Pt

    widths = [column.width for column in table.columns]
    for number, (row, words) in enumerate(zip(table.rows, rows, strict=True)):
        for place, (cell, text) in enumerate(zip(row.cells, words, strict=True)):
            cell.width = widths[place]
            run = cell.paragraphs[0].add_run(_clean(text))
            run.font.size = Pt(9)
            run.bold = place == 0 if heads_down else number == 0


def _set_fonts(element: Any, fonts: tuple[str, str]) -> None:
    from docx.oxml.ns import qn

    named = element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        named.attrib.pop(qn(key), None)
    for key, font in (("w:ascii", fonts[0]), ("w:hAnsi", fonts[0]), ("w:eastAsia", fonts[1])):
        named.set(qn(key), font)


def _add_page_number(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _clean(text: str) -> str:
    """What XML 1.0 takes; all else as U+FFFD."""
    return _UNWRITABLE.sub("\ufffd", text)


def _settle(data: bytes) -> bytes:
    """The same zip with one date for all, so that it depends on what it says alone."""
    settled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as written:
        for info in read.infolist():
            entry = zipfile.ZipInfo(info.filename, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, read.read(info))
    return settled.getvalue()
