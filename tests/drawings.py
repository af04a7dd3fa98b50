"""Pictures drawn for tests, with a font of the machine that has Chinese glyphs. Their people are invented."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

ADVERT = ("全国车主数据 一手出", "0.5元一条 1000条起", "加微信 chezhu_data88")
PEOPLE = (
    "姓名  电话  车牌",
    "张伟强  13912345670  京AX1000",
    "李秀英  13912423401  京AX1131",
    "王大力  13912501132  京AX1262",
    "赵子明  13912578863  京AX1393",
)


@cache
def find_font() -> str:
    """The file of a font with Chinese glyphs, as `tipstaff doctor` looks for one."""
    asked = ["fc-list", ":lang=zh", "--format=%{file}\\n"]
    try:
        found = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout.split("\n")
    except OSError:
        found = []
    if not found or not found[0]:
        pytest.skip("no font with Chinese glyphs; run: apt-get install fonts-wqy-zenhei")
    return min(filter(None, found))


def draw(
    lines: Sequence[str], *, size: int = 28, width: int = 720, ink: Any = "black", paper: Any = "white",
    mode: str = "RGB", code: str | None = None, height: int = 0,
) -> Image.Image:  # fmt: skip
    """Lines of text on paper, and a QR code under them."""
    step = int(size * 1.7)
    below = 260 if code else 0
    picture = Image.new(mode, (width, height or step * len(lines) + 40 + below), paper)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((24, 20 + number * step), line, font=ImageFont.truetype(find_font(), size), fill=ink)
    if code:
        picture.paste(draw_code(code).convert(mode), (24, step * len(lines) + 30))
    return picture


def draw_code(text: str, side: int = 240) -> Image.Image:
    """A QR code."""
    import zxingcpp

    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(made.to_image()).convert("L").resize((side, side), Image.Resampling.NEAREST)


def save(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """A picture as the bytes of a file."""
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def forge_png(width: int, height: int, rows: bytes | None = None) -> bytes:
    """A PNG whose header claims so many pixels, over whatever data, with every check sum right."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000, 9) if rows is None else rows
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
