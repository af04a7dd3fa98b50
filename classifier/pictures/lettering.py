"""Pixels to lines of text, with the Chinese models that the wheel of rapidocr brings along.

Finding where text stands costs by the pixel, reading it by the line; both are bounded, so that the same picture always
gives the same text. One line is read at a time: whoever waits may take what there is and go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import MissingPart

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

# Detection looks at so many pixels: half of what a telephone's screen has, at which its letters are still 14 high.
DETECTED = 600_000
# Lines that are read: the first ones and, of a longer page, the last, where sellers sign.
FIRST_LINES, LAST_LINES = 36, 12
# The least probability of a line (the model's own, 0 to 1).
LEAST_SCORE = 0.6
# One line, in heights: a longer one is cut in pieces, or its letters would be squeezed.
LONGEST_LINE = 40.0
MODELS = {"Det": "PP-OCRv6_det_small.onnx", "Rec": "PP-OCRv6_rec_small.onnx",
          "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx"}  # fmt: skip


@dataclass(frozen=True)
class Strip:
    """One piece of text: its four corners in a picture, clockwise from the top left."""

    corners: Any

    @property
    def top(self) -> float:
        """Its upper edge."""
        return float(self.corners[:, 1].min())

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return float(self.corners[:, 1].max())

    @property
    def left(self) -> float:
        """Its left edge."""
        return float(self.corners[:, 0].min())

    @property
    def right(self) -> float:
        """Its right edge."""
        return float(self.corners[:, 0].max())


def find_models() -> dict[str, Path]:
    """The files of the models. Raises MissingPart; nothing is ever fetched from anywhere."""
    spec = find_spec("rapidocr")
    folder = Path(next(iter(spec.submodule_search_locations or ()), "")) if spec else None
    paths = {part: folder / "models" / name for part, name in MODELS.items()} if folder else {}
    if not paths or not all(path.is_file() for path in paths.values()):
        raise MissingPart(part="rapidocr with its models", mend="make demo")
    return paths


def read_lines(pixels: Pixels) -> Iterator[str]:
    """The text of an RGB picture, a line at a time from top to bottom; pieces side by side are one line.

    Raises MissingPart.
    """
    rows = group_rows(find_strips(pixels))
    if len(rows) > FIRST_LINES + LAST_LINES:
        rows = [*rows[:FIRST_LINES], *rows[-LAST_LINES:]]
    for row in rows:
        said = [text for strip in row if (text := read_strip(pixels, strip))]
        if said:
            yield "  ".join(said)


def group_rows(strips: Sequence[Strip]) -> list[list[Strip]]:
    """Pieces of text as rows: those whose middle lies within the height of the row's first piece, left to right."""
    rows: list[list[Strip]] = []
    for strip in sorted(strips, key=lambda strip: ((strip.top + strip.bottom) / 2, strip.left)):
        middle = (strip.top + strip.bottom) / 2
        if rows and rows[-1][0].top < middle < rows[-1][0].bottom:
            rows[-1].append(strip)
        else:
            rows.append([strip])
    return [sorted(row, key=lambda strip: strip.left) for row in rows]


def find_strips(pixels: Pixels) -> list[Strip]:
    """Where text stands in a picture. Raises MissingPart."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    scale = min(1.0, (DETECTED / (height * width)) ** 0.5)
    small = cv2.resize(pixels, (max(32, round(width * scale)), max(32, round(height * scale))),
                       interpolation=cv2.INTER_AREA) if scale < 1 else pixels  # fmt: skip
    found = load_engine()(small[:, :, ::-1], use_det=True, use_cls=False, use_rec=False)
    boxes = getattr(found, "boxes", None)
    if boxes is None:
        return []
    sizes = np.array([width / small.shape[1], height / small.shape[0]], np.float32)
    return [Strip(np.asarray(box, np.float32) * sizes) for box in boxes]


def read_strip(pixels: Pixels, strip: Strip) -> str:
    """The text of one piece, empty where the model is not sure enough."""
    upright = _straighten(pixels, strip)
    if upright is None:
        return ""
    height, width = upright.shape[:2]
    step = int(height * LONGEST_LINE)
    pieces = [upright[:, start : start + step] for start in range(0, width, step)]
    said = [_read_piece(piece) for piece in pieces if piece.shape[1] >= height // 4]
    return "".join(said).strip()


def _read_piece(piece: Pixels) -> str:
    import numpy as np

    found = load_engine()(np.ascontiguousarray(piece[:, :, ::-1]), use_det=False, use_cls=False, use_rec=True)
    texts, scores = getattr(found, "txts", None) or (), getattr(found, "scores", None) or ()
    return "".join(text for text, score in zip(texts, scores, strict=True) if score >= LEAST_SCORE)


def _straighten(pixels: Pixels, strip: Strip) -> Pixels | None:
    """The piece as an upright rectangle; one that stands on end is turned."""
    import cv2
    import numpy as np

    corners = strip.corners.astype(np.float32)
    width = int(max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[2] - corners[3])))
    height = int(max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2])))
    if min(width, height) < 4:
        return None
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    change = cv2.getPerspectiveTransform(corners, target)
    upright = cv2.warpPerspective(
        pixels, change, (width, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC
    )
    if height > width * 1.5:
        upright = np.rot90(upright)
    return np.ascontiguousarray(upright)


@cache
def load_engine() -> Any:
    """rapidocr with its files named: a part that is not named is looked for on the network."""
    paths = find_models()
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical", "Global.use_cls": False, "Global.max_side_len": 100_000,
            "Global.min_side_len": 1, "Global.use_vertical_padding": True,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max", "Det.limit_side_len": 100_000,
            **{f"{part}.model_path": str(path) for part, path in paths.items()},
        }
    )  # fmt: skip
