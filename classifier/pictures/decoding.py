"""Bytes to pixels. What a picture says of itself in its first bytes decides whether it is decoded at all."""

from __future__ import annotations

import io
import struct
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 8 << 20
FORMS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
# Pixels that a form may have: a JPEG (MPO: several in one file) is decoded at a fraction of its size, others whole.
MOST_PIXELS = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 25_000_000, "WEBP": 25_000_000, "BMP": 25_000_000,
               "GIF": 25_000_000}  # fmt: skip
# Pixels that are kept after scaling down: letters of a telephone's screen keep some 25 pixels of height.
KEPT_PIXELS = 2_000_000
# A strip this thin, or a picture this small, holds no words.
LEAST_SIDE = 12
# A picture a hundred times as long as wide is a drawn line, or somebody's idea of fun.
MOST_RATIO = 60
_LIGHT = 160


def decode(data: bytes) -> Image.Image | None:
    """The first frame of a JPEG, PNG, GIF, WebP or BMP, upright, in RGB, scaled down.

    None for what is none of these, is broken beyond its first lines, or larger than what is read. Never raises.
    """
    from PIL import Image, ImageFile, ImageOps

    if not data or len(data) > MOST_BYTES:
        return None
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # what came is read, as a browser does
    Image.MAX_IMAGE_PIXELS = None  # the limits are those above, before anything is decoded
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if not _has_room(data):
                return None
            with Image.open(io.BytesIO(data), formats=FORMS) as picture:
                if not _may_be_read(picture.format or "", *picture.size):
                    return None
                picture.draft("RGB", _fit(*picture.size))
                picture.load()
                return _flatten(_shrink(ImageOps.exif_transpose(picture)))
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, struct.error, MemoryError,
            TypeError, AttributeError, AssertionError, RuntimeError):  # fmt: skip
        # Whatever a hostile file makes of a decoder is one thing to us: a picture that cannot be read.
        return None


def _has_room(data: bytes) -> bool:
    """Whether the canvas of a WebP may be set up: its decoder does so as soon as it is opened."""
    if data[:4] != b"RIFF" or data[8:16] != b"WEBPVP8X" or len(data) < 30:
        return True
    width, height = (int.from_bytes(data[place : place + 3], "little") + 1 for place in (24, 27))
    return _may_be_read("WEBP", width, height)


def _may_be_read(form: str, width: int, height: int) -> bool:
    shorter, longer = sorted((width, height))
    return width * height <= MOST_PIXELS.get(form, 0) and shorter >= LEAST_SIDE and longer <= MOST_RATIO * shorter


def _fit(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, (KEPT_PIXELS / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _shrink(picture: Image.Image) -> Image.Image:
    from PIL import Image

    size = _fit(*picture.size)
    if size == picture.size:
        return picture
    if picture.mode not in ("RGB", "RGBA", "L"):  # numbers of colours cannot be averaged
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _flatten(picture: Image.Image) -> Image.Image:
    """What is see-through stands on white, or on black where the letters themselves are light."""
    from PIL import Image, ImageStat

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    shape = layered.getchannel("A")
    light = bool(shape.getbbox()) and ImageStat.Stat(layered.convert("L"), shape).mean[0] > _LIGHT
    ground = Image.new("RGBA", layered.size, "black" if light else "white")
    return Image.alpha_composite(ground, layered).convert("RGB")
