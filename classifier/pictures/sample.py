"""A picture made on the spot, to see whether pictures can be read on this machine."""

from __future__ import annotations

import io


def draw_sample(text: str) -> bytes:
    """A PNG with a QR code that says `text`. Raises ImportError where a package is missing."""
    import zxingcpp
    from PIL import Image

    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    picture = Image.fromarray(made.to_image(scale=4))
    out = io.BytesIO()
    picture.convert("L").save(out, "PNG")
    return out.getvalue()
