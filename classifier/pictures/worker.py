"""The process that looks at pictures: bytes of strangers are decoded here and nowhere else.

It reads the length (4 bytes, big-endian) and the bytes of one picture after the other from standard input, and answers
each with JSON lines: {"codes": […]} once it is decoded, {"loaded": true} when the models are there, {"line": "…"} for
each line of text, {"end": true}. First of all it says {"ready": true}. It ends with its input.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

from classifier.pictures.codes import read_codes
from classifier.pictures.decoding import decode
from domain.errors import MissingPart

MOST_MEMORY = 4 << 30
# Of 255: on less no letter is seen, and no time is spent.
LEAST_CONTRAST = 24
# Should the parent be gone while a picture hangs, nobody else would end this.
LONGEST_SECONDS = 60


def main() -> None:
    """Answer until the input ends."""
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what libraries print is no answer
    _limit_itself()
    # What every picture needs is loaded before the clock of the first one runs.
    for module in ("numpy", "zxingcpp"):
        importlib.import_module(module)
    from PIL import Image

    Image.preinit()
    Image.init()
    _answer(out, ready=True)
    while (data := _receive(sys.stdin.buffer)) is not None:
        signal.alarm(LONGEST_SECONDS)
        _look(data, out)
        _answer(out, end=True)
        signal.alarm(0)


def _look(data: bytes, out: Any) -> None:
    picture = decode(data)
    if picture is None:
        return
    import numpy as np

    pixels = np.asarray(picture)
    if int(pixels.max()) - int(pixels.min()) < LEAST_CONTRAST:
        return
    _answer(out, codes=list(read_codes(pixels)))
    from classifier.pictures import lettering

    try:
        lettering.load_engine()
    except MissingPart:
        return  # the codes can be read all the same; `tipstaff doctor` names what is missing
    _answer(out, loaded=True)
    for line in lettering.read_lines(pixels):
        _answer(out, line=line)


def _receive(stream: BinaryIO) -> bytes | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    data = stream.read(int.from_bytes(head, "big"))
    return data if len(data) == int.from_bytes(head, "big") else None


def _answer(out: Any, **said: object) -> None:
    out.write(json.dumps(said) + "\n")
    out.flush()


def _limit_itself() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when it is over
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    os.nice(5)


if __name__ == "__main__":
    main()
