"""Asks the process that looks at pictures, and kills it when it overruns: no picture ever costs more than its time."""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from classifier.pictures.decoding import MOST_BYTES

# Seconds: until the process is up, until a picture is decoded and its codes are read, until the models are loaded
# (once), until its text is read. What was read when the time is up counts.
START_SECONDS = 30.0
DECODE_SECONDS = 1.0
LOAD_SECONDS = 30.0
READ_SECONDS = 8.0
# The same picture stands in many posts.
REMEMBERED = 512


@dataclass(frozen=True)
class Seen:
    """What stands in a picture: lines of `text` from top to bottom, and what its `codes` say.

    `whole` is false where it took too long: then the text is what was read until then.
    """

    text: str = ""
    codes: tuple[str, ...] = ()
    whole: bool = True

    @property
    def words(self) -> str:
        """All of it as one text; a code stands on a line of its own."""
        return "\n".join(filter(None, (self.text, *self.codes)))


class PictureReader:
    """Looks at pictures in a process of its own, which is started for the first one. A context manager."""

    def __init__(self, *, decode_seconds: float = DECODE_SECONDS, read_seconds: float = READ_SECONDS) -> None:
        self._seconds = {"decode": decode_seconds, "load": LOAD_SECONDS, "read": read_seconds}
        self._worker: subprocess.Popen[bytes] | None = None
        self._left = b""
        self._known: OrderedDict[bytes, Seen] = OrderedDict()

    def look(self, data: bytes) -> Seen:
        """What stands in a picture; nothing where it cannot be read. Never raises for anything in the bytes."""
        if not data or len(data) > MOST_BYTES:
            return Seen()
        key = hashlib.sha256(data).digest()
        if key not in self._known:
            self._known[key] = self._ask(data)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def close(self) -> None:
        """End the process."""
        worker, self._worker, self._left = self._worker, None, b""
        if worker is not None:
            worker.kill()
            worker.wait()
            for stream in (worker.stdin, worker.stdout):
                if stream:
                    stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _ask(self, data: bytes) -> Seen:
        seen = Seen()
        lines: list[str] = []
        try:
            worker = self._start()
            until = time.monotonic() + self._seconds["decode"]
            self._send(worker, len(data).to_bytes(4, "big") + data, until)
            while True:
                said = self._hear(worker, until)
                if "codes" in said:
                    seen = replace(seen, codes=tuple(said["codes"]))
                    until = time.monotonic() + self._seconds["load"]
                elif "loaded" in said:
                    until = time.monotonic() + self._seconds["read"]
                elif "line" in said:
                    lines.append(said["line"])
                else:
                    return replace(seen, text="\n".join(lines))
        except (TimeoutError, OSError, ValueError, EOFError):
            self.close()
            return replace(seen, text="\n".join(lines), whole=False)

    def _start(self) -> subprocess.Popen[bytes]:
        """The process, up and waiting. Raises OSError, TimeoutError or EOFError."""
        if self._worker is None or self._worker.poll() is not None:
            self.close()
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "classifier.pictures.worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
                start_new_session=True, cwd=Path(__file__).parents[2],
            )  # fmt: skip
            self._hear(self._worker, time.monotonic() + START_SECONDS)
        return self._worker

    def _send(self, worker: subprocess.Popen[bytes], data: bytes, until: float) -> None:
        assert worker.stdin
        pipe = worker.stdin.fileno()
        os.set_blocking(pipe, False)
        rest = memoryview(data)
        while rest:
            _wait_for(pipe, selectors.EVENT_WRITE, until)
            try:
                rest = rest[os.write(pipe, rest[: 1 << 16]) :]
            except BlockingIOError:
                continue

    def _hear(self, worker: subprocess.Popen[bytes], until: float) -> dict[str, Any]:
        """The next answer. Raises TimeoutError, or EOFError when the process is gone."""
        assert worker.stdout
        pipe = worker.stdout.fileno()
        while b"\n" not in self._left:
            _wait_for(pipe, selectors.EVENT_READ, until)
            data = os.read(pipe, 1 << 16)
            if not data:
                raise EOFError
            self._left += data
        line, _, self._left = self._left.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        return said


def _wait_for(pipe: int, event: int, until: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        if not selector.select(max(0.0, until - time.monotonic())):
            raise TimeoutError
