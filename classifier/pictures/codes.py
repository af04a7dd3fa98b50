"""What codes in a picture say: QR, Micro QR, Aztec, Data Matrix, PDF417 (zxing-cpp). Bars of goods say nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FORMS = ("QRCode", "MicroQRCode", "Aztec", "DataMatrix", "PDF417")
MOST_CODES = 8
LONGEST = 1000
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def read_codes(pixels: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    """The text of each code in an RGB picture, each once, on one line. What is no text is left out."""
    import zxingcpp

    wanted = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, name) for name in FORMS])
    found = zxingcpp.read_barcodes(pixels, formats=wanted)
    texts = (_CONTROLS.sub(" ", code.text).strip()[:LONGEST] for code in found if code.valid)
    return tuple(dict.fromkeys(text for text in texts if text))[:MOST_CODES]
